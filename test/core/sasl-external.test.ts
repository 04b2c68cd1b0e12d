// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { checkIdentity, external } from '../../src/core/sasl/external.js';
import { fixed, identity, jid, wall } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const alice = jid('alice@example.org/desk');
const wrong = 'certificate-wrong-account';
const setting = { offer: { mechanisms: ['EXTERNAL'] }, gs2: 'n' } as const;

/** The authorization identity sent, or the condition of the fault. */
function sent(xmppAddr: readonly string[]): string {
  const credentials = { jid: alice, password: '', identity: { ...identity, xmppAddr } };
  const move = external.begin(credentials, nodeTools, fixed, setting).first();
  if (move.type === 'send') return `“${Buffer.from(move.data).toString()}”`;
  return move.type === 'fault' ? move.fault.condition : 'nothing';
}

describe('EXTERNAL', () => {
  it.each([
    ['exactly this account', ['alice@example.org'], '“”'],
    ['this account, written otherwise', ['Alice@EXAMPLE.org'], '“”'],
    ['this account twice', ['alice@example.org', 'alice@example.org'], '“”'],
    ['no account', [], '“”'],
    ['this account last of two', ['bob@example.org', 'alice@example.org'], '“alice@example.org”'],
    ['this account first of two', ['alice@example.org', 'bob@example.org'], '“alice@example.org”'],
    ['this account and something unreadable', ['alice@example.org', '@'], '“alice@example.org”'],
    ['another account', ['bob@example.org'], wrong],
    ['two other accounts', ['bob@example.org', 'carol@example.org'], wrong],
    ['the same name elsewhere', ['alice@example.net'], wrong],
    ['a look-alike', ['аlice@example.org'], wrong],
    ['only a domain', ['example.org'], wrong],
    ['something unreadable', ['alice@@example.org'], wrong],
    ['this account with a NUL behind', ['alice@example.org\0.evil.example'], wrong],
  ])('a certificate that names %s sends %3$s (XEP-0178 §2)', (_, names, expected) => {
    expect(sent(names)).toBe(expected);
  });

  it('a challenge ends the sign-in', () => {
    const credentials = { jid: alice, password: '', identity };
    const exchange = external.begin(credentials, nodeTools, fixed, setting);
    exchange.first();
    expect(exchange.challenge(new Uint8Array())).toMatchObject({ type: 'fault' });
    expect(exchange.success(new Uint8Array())).toBeUndefined();
  });
});

describe('a client certificate is checked before anybody is dialled', () => {
  const day = 86_400_000;
  it.each([
    ['is right', {}, undefined],
    ['names another account', { xmppAddr: ['bob@example.org'] }, wrong],
    ['names nobody', { xmppAddr: [] }, undefined],
    ['expired a millisecond ago', { notAfter: wall - 1 }, 'certificate-expired'],
    ['expires now', { notAfter: wall }, undefined],
    ['is valid from tomorrow', { notBefore: wall + day }, 'certificate-not-yet-valid'],
    ['is valid from now', { notBefore: wall }, undefined],
    ['has an end that cannot be read', { notAfter: NaN }, 'certificate-expired'],
    ['has a beginning that cannot be read', { notBefore: NaN }, 'certificate-not-yet-valid'],
  ])('one that %s gives %3$s', (_, change, condition) => {
    const found = checkIdentity({ ...identity, ...change }, alice, wall, nodeTools);
    expect(found?.condition).toBe(condition);
    if (found !== undefined) {
      expect(found).toMatchObject({ kind: 'sasl', by: 'us', retry: 'never' });
      expect(found.text).toMatch(/Nothing was sent\.$/);
    }
  });
});
