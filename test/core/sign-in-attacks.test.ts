// SPDX-License-Identifier: MIT
//
// Each attack comes whole, cut in two at every byte, and one byte at a time: where it is cut must make
// no difference.

import { describe, expect, it } from 'vitest';
import { offerBind, offerSasl, success } from '../support/negotiating.js';
import { SigningIn } from '../support/signing-in.js';
import { nodeTools } from '../support/tools.js';
import { weakerOffers } from './hostile-offers.js';
import {
  base64,
  challenge,
  everything,
  impersonations,
  inClear,
  inTheClear,
  more,
  r,
  scram,
  secured,
  withCertificate,
  withPassword,
  type Attack,
} from './hostile-sign-ins.js';

/** What nobody may see of an account: the password, what proves it, the session. */
const canaries = ['pencil', base64('pencil'), 'canary-session'];
const proofs = /^(?:auth PLAIN|response)$/;

function play(attack: Attack, pieces: (bytes: Uint8Array, turn: number) => Uint8Array[]) {
  const signing = new SigningIn(attack);
  attack.says.forEach((text, turn) => signing.hear(...pieces(nodeTools.utf8(text), turn)));
  if (attack.silentMs !== undefined) {
    signing.wait(attack.silentMs - 1);
    expect(signing.told).toEqual([]);
    signing.wait(1);
  }
  const came = [...signing.told];
  signing.hear(nodeTools.utf8(more));
  return { signing, came };
}

function expectRepelled(attack: Attack, result: ReturnType<typeof play>): void {
  const { signing, came } = result;
  expect(came).toEqual(attack.comesTo);
  expect(signing.wrote).toEqual(attack.wrote);
  // What comes behind the end is not even read.
  expect(signing.told).toEqual(attack.comesTo);
  for (const canary of canaries) expect(signing.written).not.toContain(canary);
  if (!attack.wrote.includes('response')) expect(signing.derived).toBe(0);
  if (!attack.wrote.includes('auth PLAIN'))
    expect(signing.written).not.toContain(base64('\0alice\0pencil'));
}

const tables: [title: string, attacks: readonly Attack[]][] = [
  ['in clear', inTheClear],
  ['with a certificate that is not to be trusted', impersonations],
  ['inside TLS, of an account with a password', withPassword],
  ['inside TLS, of an account with a certificate', withCertificate],
  ['with less on offer than before', weakerOffers],
];

describe.each(tables)('a sign-in %s', (_title, attacks) => {
  const rows = attacks.map((attack) => [attack.what, attack] as const);

  it.each(rows)('the hostile side %s', (_what, attack) => {
    expectRepelled(
      attack,
      play(attack, (bytes) => [bytes]),
    );
  });

  it.each(rows)('the hostile side %s, cut at every byte', (_what, attack) => {
    attack.says.forEach((text, cutTurn) => {
      for (let cut = 1; cut < nodeTools.utf8(text).length; cut++)
        expectRepelled(
          attack,
          play(attack, (bytes, turn) =>
            turn === cutTurn ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes],
          ),
        );
    });
  });

  it.each(rows)('the hostile side %s, one byte at a time', (_what, attack) => {
    expectRepelled(
      attack,
      play(attack, (bytes) => Array.from(bytes, (byte) => Uint8Array.of(byte))),
    );
  });
});

describe('a server that wants to fill our memory while we sign in', () => {
  it.each([
    ['a salt of a megabyte', `r=${r},s=${'A'.repeat(1_000_000)},i=4096`],
    ['ten megabytes in place of an answer', 'x'.repeat(10_000_000)],
  ])('with %s is left before it has said a hundredth of that', (_what, text) => {
    const signing = new SigningIn({});
    for (const turn of secured(offerSasl(scram))) signing.hear(nodeTools.utf8(turn));
    const bytes = nodeTools.utf8(challenge(text));
    let heard = 0;
    for (; heard < bytes.length && signing.told.length === 0; heard += 4096)
      signing.hear(bytes.subarray(heard, heard + 4096));
    expect(signing.told).toEqual(['down stream policy-violation']);
    expect(heard).toBeLessThanOrEqual(72 * 1024);
    expect(signing.derived).toBe(0);
  });
});

it('an attack that is none would be seen: a server that does all as it should is signed in to', () => {
  const signing = new SigningIn({ options: { authMethod: 'plain' } });
  const bound = `<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid></bind></iq>`;
  const turns = [...secured(everything), success, inClear(offerBind), bound];
  for (const text of turns) signing.hear(nodeTools.utf8(text));
  expect(signing.told).toEqual(['online PLAIN']);
  expect(signing.wrote.filter((word) => proofs.test(word))).toEqual(['auth PLAIN']);
  expect(signing.written).toContain(base64('\0alice\0pencil'));
});

it('a server from whose offer -PLUS was taken out is told that we could bind (RFC 5802 §6)', () => {
  const bindings = { 'tls-exporter': Uint8Array.of(1) };
  for (const [offer, flag] of [
    [offerSasl('SCRAM-SHA-256'), 'y,,n=alice'],
    [offerSasl('SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS'), 'p=tls-exporter,,n=alice'],
  ] as const) {
    const signing = new SigningIn({ tls: { bindings } });
    for (const text of secured(offer)) signing.hear(nodeTools.utf8(text));
    const [, sent = ''] = /<auth [^>]*>([^<]+)</.exec(signing.written) ?? [];
    expect(Buffer.from(sent, 'base64').toString().startsWith(flag)).toBe(true);
  }
});
