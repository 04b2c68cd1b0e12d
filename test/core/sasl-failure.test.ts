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

  it.each(['not-authorized', 'account-disabled', 'credentials-expired', 'something-new'])(
    'by certificate with %s says that the certificate was not accepted',
    (said) => {
      const fault = saslFailure(failure(`<${said}/>`), 'external');
      expect(fault).toMatchObject({ kind: 'sasl', condition: 'not-authorized', retry: 'never' });
      expect(fault.text).toMatch(/did not accept your certificate/);
      expect(fault.text).not.toMatch(/password|disabled this account/);
    },
  );

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
