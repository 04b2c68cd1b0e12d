// SPDX-License-Identifier: MIT
//
// Each attack comes whole, cut in two at every byte, and one byte at a time: where it is cut must make
// no difference.

import { describe, expect, it } from 'vitest';
import { features, offerBind, offerSasl, offerSm, success } from '../support/negotiating.js';
import { SigningIn, type Setting } from '../support/signing-in.js';
import { nodeTools } from '../support/tools.js';
import {
  bySasl2,
  bySasl2Alone,
  letsIn,
  offerSasl2,
  proved,
  proving,
  right,
  saved,
  wanted,
} from './hostile-sasl2.js';
import { byToken, proof, token, TOKEN } from './hostile-tokens.js';
import { weakerOffers } from './hostile-offers.js';
import { inSasl2 } from './sasl2-dress.js';
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
const canaries = ['pencil', base64('pencil'), 'canary-session', TOKEN, base64(TOKEN)];
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
  expect(signing.tokens).toEqual(attack.tokens ?? []);
  for (const canary of canaries) expect(signing.written).not.toContain(canary);
  if (!attack.wrote.includes('response')) expect(signing.derived).toBe(0);
  if (!attack.wrote.some((word) => /^auth(enticate)? PLAIN$/.test(word)))
    expect(signing.written).not.toContain(base64('\0alice\0pencil'));
}

const tables: [title: string, attacks: readonly Attack[]][] = [
  ['in clear', inTheClear],
  ['with a certificate that is not to be trusted', impersonations],
  ['inside TLS, of an account with a password', withPassword],
  ['inside TLS, of an account with a certificate', withCertificate],
  ['with less on offer than before', weakerOffers],
  ['by SASL2, of an account with a password', withPassword.map(inSasl2)],
  ['by SASL2, of an account with a certificate', withCertificate.map(inSasl2)],
  ['by SASL2, with less on offer than before', weakerOffers.map(inSasl2)],
  ['by SASL2, with what comes of it', bySasl2Alone],
  ['by SASL2, of an account that has a token or wants one', byToken],
];

describe.each(tables)('a sign-in %s', (_title, attacks) => {
  const rows = attacks.map((attack) => [attack.what, attack] as const);

  it.each(rows)('the hostile side %s', (_what, attack) => {
    expectRepelled(
      attack,
      play(attack, (bytes) => [bytes]),
    );
  });

  // What the same account hears first is the same in many rows: it is cut in one of them.
  const cutBefore = new Set<string>();

  it.each(rows)('the hostile side %s, cut at every byte', (_what, attack) => {
    attack.says.forEach((text, cutTurn) => {
      const heard = JSON.stringify([attack.options, attack.direct, attack.tls, attack.saved]);
      const begun = [heard, ...attack.says.slice(0, cutTurn + 1)].join('\n');
      if (cutBefore.has(begun)) return;
      cutBefore.add(begun);
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

describe('an attack that is none would be seen, by SASL2', () => {
  const desk = 'alice@example.org/Steadfast/desk';
  const bound =
    "<bound xmlns='urn:xmpp:bind:0'><enabled xmlns='urn:xmpp:sm:3' id='s' resume='true'/></bound>";

  it.each<[string, Setting, readonly string[], string]>([
    ['the right signature', bySasl2(), [...proved, letsIn(right + bound, desk)], 'SCRAM-SHA-1'],
    [
      'the right proof of the token',
      bySasl2({ sasl2: { ...wanted, fast: { token } } }),
      [
        ...secured(offerSasl2(['PLAIN', scram], [token.mechanism])),
        letsIn(proving(proof('Responder')) + bound, desk),
      ],
      token.mechanism,
    ],
    [
      'the former session',
      { ...bySasl2(), saved },
      [
        ...proved,
        letsIn(`${right}<resumed xmlns='urn:xmpp:sm:3' previd='kept' h='1'/>`, saved.jid),
      ],
      'SCRAM-SHA-1',
    ],
  ])('a server with %s is signed in to', (_what, setting, turns, mechanism) => {
    const signing = new SigningIn(setting);
    for (const text of turns) signing.hear(nodeTools.utf8(text));
    if (signing.told.length === 0) signing.hear(nodeTools.utf8(features(offerBind, offerSm)));
    expect(signing.told).toEqual([`online ${mechanism}`]);
  });
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
