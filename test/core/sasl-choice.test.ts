// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { chooseMechanism } from '../../src/core/sasl/index.js';
import type { ChoiceContext } from '../../src/core/sasl/index.js';

const context: ChoiceContext = {
  authMethod: 'auto',
  certificate: false,
  plainInClear: false,
  tlsVersion: 'TLSv1.3',
};

/** The mechanism's name, or kind and condition of the fault. */
function choice(offered: readonly string[], more: Partial<ChoiceContext>): string {
  const chosen = chooseMechanism({ mechanisms: offered }, { ...context, ...more });
  return 'name' in chosen ? chosen.name : `${chosen.kind} ${chosen.condition}`;
}

const all = [
  'ANONYMOUS',
  'PLAIN',
  'DIGEST-MD5',
  'LOGIN',
  'SCRAM-SHA-1',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-256',
  'SCRAM-SHA-512',
  'EXTERNAL',
];
const none = 'sasl no-mechanism';
const cert = { certificate: true };
const clear = { tlsVersion: undefined };

describe('the choice of a mechanism', () => {
  it.each<[string, string[], Partial<ChoiceContext>, string]>([
    ['the strongest SCRAM', all, {}, 'SCRAM-SHA-512'],
    ['SCRAM-SHA-256 before SHA-1', ['SCRAM-SHA-1', 'SCRAM-SHA-256'], {}, 'SCRAM-SHA-256'],
    ['SCRAM-SHA-1 before PLAIN', ['PLAIN', 'SCRAM-SHA-1'], {}, 'SCRAM-SHA-1'],
    ['PLAIN under TLS when there is no SCRAM', ['PLAIN'], {}, 'PLAIN'],
    ['never PLAIN in clear by itself', ['PLAIN'], { ...clear, plainInClear: true }, none],
    ['SCRAM in clear', all, clear, 'SCRAM-SHA-512'],
    ['nothing that needs channel binding', ['SCRAM-SHA-256-PLUS'], {}, none],
    ['nothing old', ['DIGEST-MD5', 'LOGIN', 'CRAM-MD5', 'ANONYMOUS'], {}, none],
    ['nothing of another case', ['plain', 'scram-sha-1'], {}, none],
    ['nothing out of nothing', [], {}, none],
    ['no EXTERNAL without a certificate', ['EXTERNAL'], {}, none],
  ])('auto without a certificate takes %s', (_, offered, more, expected) => {
    expect(choice(offered, more)).toBe(expected);
  });

  it.each<[string, string[], Partial<ChoiceContext>, string]>([
    ['EXTERNAL', all, cert, 'EXTERNAL'],
    ['no password instead', all.slice(0, -1), cert, none],
    [
      'nothing below TLS 1.3',
      all,
      { ...cert, tlsVersion: 'TLSv1.2' },
      'tls certificate-needs-tls13',
    ],
    ['nothing in clear', all, { ...cert, ...clear }, 'tls certificate-needs-tls13'],
  ])('auto with a certificate takes %s', (_, offered, more, expected) => {
    expect(choice(offered, more)).toBe(expected);
    expect(choice(offered, { ...more, authMethod: 'external' })).toBe(expected);
  });

  it.each<[string, string[], Partial<ChoiceContext>, string]>([
    ['external without a certificate', all, { authMethod: 'external' }, 'sasl certificate-missing'],
    ['scram with a certificate', all, { ...cert, authMethod: 'scram' }, 'SCRAM-SHA-512'],
    ['scram with PLAIN only', ['PLAIN'], { authMethod: 'scram' }, none],
    ['plain under TLS', all, { authMethod: 'plain' }, 'PLAIN'],
    ['plain with SCRAM only', ['SCRAM-SHA-1'], { authMethod: 'plain' }, none],
    ['plain in clear', all, { ...clear, authMethod: 'plain' }, none],
    [
      'plain in clear, allowed',
      all,
      { ...clear, authMethod: 'plain', plainInClear: true },
      'PLAIN',
    ],
  ])('the account says %s', (_, offered, more, expected) => {
    expect(choice(offered, more)).toBe(expected);
  });

  it.each<[string, string[], Partial<ChoiceContext>, RegExp]>([
    [
      'what was offered',
      ['DIGEST-MD5', 'LOGIN'],
      {},
      /by the server: DIGEST-MD5, LOGIN\. No secret/,
    ],
    ['that nothing was offered', [], {}, /by the server: none\./],
    ['no name that is none', ['A B', '<x>', 'x'.repeat(99)], {}, /by the server: none\./],
    [
      'that a password takes no certificate’s place',
      ['PLAIN'],
      cert,
      /password is not used in its place/,
    ],
    ['that it would be in clear', ['PLAIN'], clear, /password in clear/],
  ])('a refusal names %s', (_, offered, more, words) => {
    const chosen = chooseMechanism({ mechanisms: offered }, { ...context, ...more });
    expect(chosen).toMatchObject({ kind: 'sasl', by: 'peer', retry: 'never' });
    expect('text' in chosen && chosen.text).toMatch(words);
  });
});
