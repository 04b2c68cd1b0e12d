// SPDX-License-Identifier: MIT
import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chooseMechanism } from '../../src/core/sasl/index.js';
import type { Exchange, Move } from '../../src/core/sasl/mechanism.js';
import { fixed, fixedNonce, jid } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const bytes = (message: string): Uint8Array => nodeTools.utf8(message);

function exchange(name: string, user = 'user', password = 'pencil', nonce?: string): Exchange {
  const mechanism = chooseMechanism(
    { mechanisms: [name] },
    {
      authMethod: 'scram',
      certificate: false,
      plainInClear: false,
      tlsVersion: 'TLSv1.3',
    },
  );
  if ('condition' in mechanism) throw new Error(mechanism.condition);
  const random = nonce === undefined ? fixed : () => Buffer.from(nonce, 'base64');
  return mechanism.begin({ jid: jid(`${user}@example.org`), password }, nodeTools, random);
}

/** The message sent, or the condition of the fault. */
function said(move: Move | undefined): string {
  if (move?.type === 'send') return text(move.data);
  return move?.type === 'fault' ? move.fault.condition : 'nothing';
}

function derive(move: Move): Uint8Array {
  if (move.type !== 'derive') throw new Error(`no derivation but ${said(move)}`);
  const { password, salt, iterations, hash } = move.derivation;
  const length = { sha1: 20, sha256: 32, sha512: 64 }[hash];
  return pbkdf2Sync(password, salt, iterations, length, hash);
}

/** Up to the proof, with the first server message of this text. */
function prove(scram: Exchange, serverFirst: string): string {
  scram.first();
  return said(scram.derived?.(derive(scram.challenge(bytes(serverFirst)))));
}

const rfc7677 = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  first: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  final: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=',
};

const vectors = [
  {
    source: 'RFC 5802 §5',
    name: 'SCRAM-SHA-1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    first: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    server: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    source: 'RFC 7677 §3',
    name: 'SCRAM-SHA-256',
    nonce: rfc7677.nonce,
    first: rfc7677.first,
    final: `${rfc7677.final}dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    server: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    source: 'the same computed with Python hashlib',
    name: 'SCRAM-SHA-512',
    nonce: rfc7677.nonce,
    first: rfc7677.first,
    final: `${rfc7677.final}gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==`,
    server:
      'v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==',
  },
];

describe('SCRAM', () => {
  it.each(vectors)('$name meets the values of $source', (vector) => {
    const scram = exchange(vector.name, 'user', 'pencil', vector.nonce);
    expect(said(scram.first())).toBe(`n,,n=user,r=${vector.nonce}`);
    const key = derive(scram.challenge(bytes(vector.first)));
    expect(said(scram.derived?.(key))).toBe(vector.final);
    expect(scram.success(bytes(vector.server))).toBeUndefined();
  });

  it('the nonce is 24 random bytes', () => {
    let asked = 0;
    const mechanism = exchange('SCRAM-SHA-1');
    expect(said(mechanism.first())).toBe(`n,,n=user,r=${fixedNonce}`);
    const counting = chooseMechanism(
      { mechanisms: ['SCRAM-SHA-1'] },
      {
        authMethod: 'scram',
        certificate: false,
        plainInClear: false,
        tlsVersion: undefined,
      },
    );
    if ('condition' in counting) throw new Error(counting.condition);
    const random = (n: number): Uint8Array => new Uint8Array((asked = n));
    counting.begin({ jid: jid('user@example.org'), password: 'x' }, nodeTools, random).first();
    expect(asked).toBe(24);
  });

  it.each([
    ['a=b', 'a=3Db'],
    ['a,b', 'a=2Cb'],
    ['=2c', '=3D2c'],
    ['jürgen', 'jürgen'],
  ])('the name %j is sent as %j (RFC 5802 §5.1)', (user, sent) => {
    expect(said(exchange('SCRAM-SHA-1', user).first())).toBe(`n,,n=${sent},r=${fixedNonce}`);
  });

  it.each([
    ['a decomposed umlaut', 'u\u0308', '\u00fc'],
    ['a no-break space', 'a\u00a0b', 'a b'],
    ['a soft hyphen', 'a\u00adb', 'ab'],
    ['a roman numeral', '\u2168', 'IX'],
  ])('a password with %s is prepared (RFC 4013)', (_, password, prepared) => {
    const scram = exchange('SCRAM-SHA-1', 'user', password);
    scram.first();
    const move = scram.challenge(bytes(`r=${fixedNonce}x,s=AAAA,i=4096`));
    expect(move).toMatchObject({ type: 'derive', derivation: { password: prepared } });
  });

  it.each([
    ['a control character', 'a\u0007b'],
    ['a private use character', '\ue000'],
  ])('a password with %s is a fault of ours and nothing is derived', (_, password) => {
    const scram = exchange('SCRAM-SHA-1', 'user', password);
    scram.first();
    const move = scram.challenge(bytes(`r=${fixedNonce}x,s=AAAA,i=4096`));
    expect(move).toMatchObject({
      type: 'fault',
      fault: { kind: 'sasl', condition: 'password-not-allowed', by: 'us', retry: 'never' },
    });
  });

  const r = `r=${fixedNonce}srv`;
  it.each([
    ['a nonce equal to ours', `r=${fixedNonce},s=AAAA,i=4096`],
    [
      'a nonce that does not begin with ours',
      'r=xBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHsrv,s=AAAA,i=4096',
    ],
    ['the nonce of another exchange', 'r=fyko+d2lbbFgONRv9qkxdawL3rfc,s=AAAA,i=4096'],
    ['a nonce with a control character', `${r}\u0001,s=AAAA,i=4096`],
    ['a nonce with a space', `${r} x,s=AAAA,i=4096`],
    ['a nonce with a letter beyond ASCII', `${r}ü,s=AAAA,i=4096`],
    ['a nonce with a comma', `${r},x,s=AAAA,i=4096`],
    ['no nonce', 's=AAAA,i=4096'],
    ['no salt', `${r},i=4096`],
    ['an empty salt', `${r},s=,i=4096`],
    ['a salt with white space', `${r},s=AA AA,i=4096`],
    ['a salt without its padding', `${r},s=AAA,i=4096`],
    ['a salt that is not canonical', `${r},s=AAB=,i=4096`],
    ['a salt of the URL alphabet', `${r},s=AA-_,i=4096`],
    ['a salt of 1025 bytes', `${r},s=${Buffer.alloc(1025).toString('base64')},i=4096`],
    ['a salt of 1 MB', `${r},s=${Buffer.alloc(1_000_000).toString('base64')},i=4096`],
    ['10 MB of anything', `${r},s=AAAA,i=4096,x=${'y'.repeat(10_000_000)}`],
    ['no count', `${r},s=AAAA`],
    ['a mandatory extension', `m=ext,${r},s=AAAA,i=4096`],
    ['another order', `s=AAAA,${r},i=4096`],
    ['something behind that is no attribute', `${r},s=AAAA,i=4096,oops`],
    ['a line end behind', `${r},s=AAAA,i=4096\n`],
    ['nothing', ''],
    ['more than 64 KiB', `${r},s=AAAA,i=4096,x=${'y'.repeat(65_536)}`],
    ...[
      '0',
      '1',
      '4095',
      '1000001',
      '2147483648',
      '4294967297',
      '1e5',
      '4096x',
      '+4096',
      '-4096',
    ].map((i) => [`i=${i}`, `${r},s=AAAA,i=${i}`]),
    ...['04096', ' 4096', '0x1000', '4096.0', '', '99999999999999999999'].map((i) => [
      `i=${i}`,
      `${r},s=AAAA,i=${i}`,
    ]),
  ])('a server-first message with %s ends the sign-in, nothing derived', (_, message) => {
    const scram = exchange('SCRAM-SHA-256');
    scram.first();
    expect(scram.challenge(bytes(message))).toMatchObject({
      type: 'fault',
      fault: { kind: 'sasl', condition: 'scram-invalid', by: 'peer', retry: 'never' },
    });
  });

  it('a server-first message that is not UTF-8 ends the sign-in', () => {
    const scram = exchange('SCRAM-SHA-256');
    scram.first();
    const message = Uint8Array.of(...bytes(`${r},s=AAAA,i=4096,x=`), 0xc0, 0x80);
    expect(said(scram.challenge(message))).toBe('scram-invalid');
  });

  it.each(['4096', '4097', '10000', '1000000'])('i=%s is taken', (count) => {
    const scram = exchange('SCRAM-SHA-1');
    scram.first();
    const move = scram.challenge(bytes(`${r},s=AAAA,i=${count}`));
    expect(move).toMatchObject({ type: 'derive', derivation: { iterations: Number(count) } });
  });

  it('an extension that is not mandatory is ignored', () => {
    const scram = exchange('SCRAM-SHA-1');
    expect(prove(scram, `${r},s=AAAA,i=4096,x=1,y=`)).toMatch(
      /^c=biws,r=\S+srv,p=[A-Za-z0-9+/]+=$/,
    );
  });

  const server = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';
  const proved = (): Exchange => {
    const scram = exchange('SCRAM-SHA-256', 'user', 'pencil', rfc7677.nonce);
    prove(scram, rfc7677.first);
    return scram;
  };

  it.each([
    ['absent', ''],
    ['wrong in one bit', 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8='],
    ['cut short', 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95A=='],
    ['too long', 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4A'],
    ['empty', 'v='],
    ['not base64', 'v=!'],
    ['of another name', server.replace('v=', 'w=')],
    ['behind a mandatory extension', `m=x,${server}`],
    ['behind white space', ` ${server}`],
  ])('a server signature that is %s is a failed sign-in', (_, message) => {
    expect(proved().success(bytes(message))).toMatchObject({
      kind: 'sasl',
      condition: 'server-signature',
      retry: 'never',
    });
  });

  it('a success before the proof is a failed sign-in, with or without a signature', () => {
    for (const message of ['', server]) {
      const early = exchange('SCRAM-SHA-256', 'user', 'pencil', rfc7677.nonce);
      early.first();
      expect(early.success(bytes(message))?.condition).toBe('server-signature');
      early.challenge(bytes(rfc7677.first));
      expect(early.success(bytes(message))?.condition).toBe('server-signature');
    }
  });

  it('a signature that comes as a challenge is answered with nothing, and success needs no second', () => {
    const scram = proved();
    expect(scram.challenge(bytes(server))).toEqual({ type: 'send', data: new Uint8Array() });
    expect(scram.success(new Uint8Array())).toBeUndefined();
  });

  it('a wrong signature in a challenge ends the sign-in', () => {
    expect(said(proved().challenge(bytes('v=AAAA')))).toBe('server-signature');
  });

  it('a challenge too many ends the sign-in', () => {
    const scram = proved();
    scram.challenge(bytes(server));
    expect(said(scram.challenge(bytes(server)))).toBe('unexpected-challenge');
  });

  it.each([
    ['invalid-proof', 'not-authorized', 'never'],
    ['unknown-user', 'not-authorized', 'never'],
    ['no-resources', 'temporary-auth-failure', 'later'],
    ['other-error', 'temporary-auth-failure', 'later'],
  ])('e=%s means %s, try again %s', (error, condition, retry) => {
    expect(proved().success(bytes(`e=${error}`))).toMatchObject({ condition, retry });
  });
});
