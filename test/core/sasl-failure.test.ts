// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { saslFailure } from '../../src/core/sasl/failure.js';
import { readOne } from '../support/negotiating.js';

const failure = (inner: string): ReturnType<typeof readOne> =>
  readOne(`<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${inner}</failure>`);

describe('a refused sign-in', () => {
  it.each([
    ['not-authorized', 'not-authorized', 'never', /Wrong password/],
    ['account-disabled', 'account-disabled', 'never', /disabled this account/],
    ['credentials-expired', 'credentials-expired', 'never', /password .* expired/],
    ['encryption-required', 'encryption-required', 'never', /without encryption/],
    ['incorrect-encoding', 'incorrect-encoding', 'never', /could not read/],
    ['invalid-authzid', 'invalid-authzid', 'never', /act for this account/],
    ['invalid-mechanism', 'invalid-mechanism', 'never', /does not offer/],
    ['malformed-request', 'malformed-request', 'never', /could not read/],
    ['mechanism-too-weak', 'mechanism-too-weak', 'never', /too weak/],
    ['aborted', 'aborted', 'later', /broken off/],
    ['temporary-auth-failure', 'temporary-auth-failure', 'later', /just now/],
    ['something-new', 'not-authorized', 'never', /Wrong password/],
  ])('by password with %s is %s, try again %s (RFC 6120 §6.5)', (said, condition, retry, words) => {
    const fault = saslFailure(failure(`<${said}/>`), 'scram');
    expect(fault).toMatchObject({ kind: 'sasl', condition, retry, by: 'peer' });
    expect(fault.text).toMatch(words);
  });

  describe('by certificate', () => {
    const spoken = (text: string): string => `<not-authorized/><text xml:lang='en'>${text}</text>`;
    it.each<[string, string, RegExp]>([
      ['<not-authorized/>', 'not-authorized', /without saying why.*no such account/],
      ['<something-new/>', 'not-authorized', /without saying why/],
      [spoken('Go away'), 'not-authorized', /no such account.*“Go away”/],
      ['<account-disabled/>', 'account-disabled', /disabled the account, or it cannot verify/],
      ['<credentials-expired/>', 'certificate-expired', /out of date.*clock/],
      ['<invalid-authzid/>', 'certificate-wrong-account', /not for this account/],
      // As ejabberd 23.01 has it.
      [spoken('certificate has expired'), 'certificate-expired', /has expired.*clock.*“cert/],
      [spoken('certificate is not yet valid'), 'certificate-not-yet-valid', /not valid yet/],
      [spoken('Certificate JID mismatch'), 'certificate-wrong-account', /not for this account/],
      [
        spoken('unable to verify the first certificate'),
        'certificate-refused',
        /does not accept your certificate.*“unable to verify/,
      ],
      [spoken('unsupported certificate purpose'), 'certificate-refused', /not for signing in/],
    ])('%s is %s', (inner, condition, words) => {
      const fault = saslFailure(failure(inner), 'external');
      expect(fault).toMatchObject({ kind: 'sasl', condition, retry: 'never', by: 'peer' });
      expect(fault.text).toMatch(words);
      expect(fault.text).toContain('your certificate');
      expect(fault.text).not.toContain('password');
    });

    it('the server’s words do not change what another condition says', () => {
      const inner = '<encryption-required/><text>the certificate has expired</text>';
      expect(saslFailure(failure(inner), 'external')).toMatchObject({
        condition: 'encryption-required',
      });
      const password = saslFailure(failure(spoken('Certificate JID mismatch')), 'scram');
      expect(password.condition).toBe('not-authorized');
    });
  });

  it('by certificate for want of a database passes', () => {
    const fault = saslFailure(failure('<temporary-auth-failure/>'), 'external');
    expect(fault).toMatchObject({ condition: 'temporary-auth-failure', retry: 'later' });
  });

  it('an empty one is not-authorized', () => {
    expect(saslFailure(failure(''), 'plain').condition).toBe('not-authorized');
  });

  it('a condition in another namespace is none', () => {
    const fault = saslFailure(failure("<temporary-auth-failure xmlns='urn:x'/>"), 'plain');
    expect(fault.condition).toBe('not-authorized');
  });

  it('the server’s words are quoted on one line and cut', () => {
    const words = `two\nlines\u202e ${'x'.repeat(500)}`;
    const fault = saslFailure(failure(`<aborted/><text>${words}</text>`), 'plain');
    expect(fault.text).toMatch(/^Signing in was broken off\. The server says: “two lines x{190}”$/);
  });
});
