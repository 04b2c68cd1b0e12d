// SPDX-License-Identifier: MIT
//
// The end of a token on a link of its own (XEP-0484 §3.6), to servers that are not what they should be, and who
// has that link.

import { createHmac } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { AttachSchema } from '../../src/contract/engine_pb.js';
import type { Dial } from '../../src/core/effects.js';
import { fault } from '../../src/core/errors.js';
import type { Fault } from '../../src/core/errors.js';
import type { Beside } from '../../src/engine/beside.js';
import { AccountCertificates } from '../../src/engine/certificate-desk.js';
import type { Context } from '../../src/engine/context.js';
import type { AccountEffect, TrialInput } from '../../src/engine/effects.js';
import { readOptions } from '../../src/engine/options.js';
import { TokenEnd } from '../../src/engine/token-end.js';
import type { SignIn } from '../../src/engine/trial.js';
import { nodeTools } from '../support/tools.js';

const NOW = Date.UTC(2026, 10, 26);
const HT = 'HT-SHA-256-NONE';
const SECRET = 'a token that is secret';
const FACTS = {
  ...{ protocol: 'TLSv1.3', sha256: 'ab', notBefore: 0, notAfter: 8.64e15, chain: [] },
  names: { dns: ['montague.example'], srv: [], xmppAddr: [] },
};

function romeo(): SignIn {
  const attach = {
    ...{ jid: 'romeo@montague.example', password: 'open sesame' },
    clientCert: '/mine.pem',
  };
  const options = readOptions(create(AttachSchema, attach), nodeTools);
  if ('condition' in options) throw new Error(options.text);
  const { jid, security, authMethod, plainInClear } = options;
  const identity = { xmppAddr: ['romeo@montague.example'], notBefore: 0, notAfter: NOW + 1_000 };
  const before = { pin: { mechanism: 'SCRAM-SHA-256', authMethod } };
  return {
    options,
    negotiation: {
      jid,
      security,
      authMethod,
      plainInClear,
      before,
      identity,
      password: 'open sesame',
    },
  };
}

class Bench {
  readonly effects: AccountEffect[] = [];
  readonly done: (Fault | undefined)[] = [];
  now = 0;
  readonly context: Context = {
    ...{ tools: nodeTools, random: (n) => new Uint8Array(n), since: () => NOW },
    clock: () => ({ now: this.now, wall: NOW }),
    effect: (effect) => this.effects.push(effect),
    tell: () => undefined,
    log: () => undefined,
  };
  readonly end: TokenEnd;

  /** @param sha256 of the certificate that was seen last */
  constructor(sha256 = 'ab', signIn = romeo()) {
    const token = { mechanism: HT, token: SECRET, count: 7 };
    const ending = { token, agent: 'agent', sha256 };
    this.end = new TokenEnd(this.context, signIn, ending, (failed) => {
      this.done.push(failed);
    });
  }

  give(...inputs: TrialInput[]): this {
    for (const input of inputs) this.end.input(input);
    return this;
  }

  get dials(): Dial[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'trial' && effect.effect.type === 'dial' ? [effect.effect.dial] : [],
    );
  }

  get written(): string {
    return this.effects
      .flatMap((effect) =>
        effect.type === 'trial' && effect.effect.type === 'write' ? [effect.effect.text] : [],
      )
      .join('');
  }
}

const bytes = (text: string): TrialInput => ({ type: 'link-bytes', bytes: Buffer.from(text) });
const offering = (sasl2: string, sasl: string, fast = HT): TrialInput =>
  bytes(
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='x' from='montague.example' version='1.0'><stream:features>" +
      `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>${sasl}</mechanism></mechanisms>` +
      (sasl2 === ''
        ? ''
        : `<authentication xmlns='urn:xmpp:sasl:2'><mechanism>${sasl2}</mechanism><inline><fast xmlns='urn:xmpp:fast:0'><mechanism>${fast}</mechanism></fast></inline></authentication>`) +
      '</stream:features>',
  );
const direct: TrialInput[] = [
  { type: 'link-open', direct: true },
  { type: 'tls-ready', facts: FACTS },
];
const OFFER = offering('SCRAM-SHA-256', 'PLAIN');
const proof = createHmac('sha256', SECRET).update('Responder').digest('base64');
const TAKEN = bytes(
  `<success xmlns='urn:xmpp:sasl:2'><additional-data>${proof}</additional-data><authorization-identifier>romeo@montague.example</authorization-identifier></success>`,
);

describe('the end of a token', () => {
  it('is one request, on a link that shows neither certificate nor password', () => {
    const bench = new Bench().give(...direct, OFFER);
    expect(bench.effects[0]).toMatchObject({
      effect: { type: 'dial', dial: { certificate: false } },
    });
    expect(bench.written).toContain('<fast xmlns="urn:xmpp:fast:0" count="7" invalidate="true"/>');
    expect(bench.written.match(/<authenticate/g)).toHaveLength(1);
    bench.give(TAKEN);
    expect(bench.done).toEqual([undefined]);
    bench.give({ type: 'link-closed' });
    expect(bench.done).toHaveLength(1);
    expect(bench.written).not.toContain(SECRET);
  });

  const another = { ...FACTS, names: { ...FACTS.names, dns: ['capulet.example'] } };
  it.each([
    ['is not there', 'refused', [{ type: 'link-closed', fault: fault('link', 'refused', 'No.') }]],
    ['goes without a word', 'closed', [...direct, { type: 'link-closed' }]],
    ['is another one', 'certificate-rejected', [direct[0], { type: 'tls-ready', facts: another }]],
    ['has passwords only', 'token-left', [...direct, offering('', 'PLAIN')]],
    ['takes other tokens', 'token-left', [...direct, offering('PLAIN', 'PLAIN', 'HT-MD5-NONE')]],
    [
      'sends us elsewhere',
      'see-other-host',
      [
        ...direct,
        OFFER,
        bytes(
          "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.example</see-other-host></stream:error>",
        ),
      ],
    ],
    [
      'lets us in without a proof',
      'token-left',
      [
        ...direct,
        OFFER,
        bytes(
          "<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>romeo@montague.example</authorization-identifier></success>",
        ),
      ],
    ],
    [
      'asks for the password',
      'token-left',
      [...direct, OFFER, bytes("<challenge xmlns='urn:xmpp:sasl:2'>cGFzc3dvcmQ=</challenge>")],
    ],
  ] as [string, string, TrialInput[]][])(
    'at a server that %s is told as %s',
    (_, condition, inputs) => {
      const bench = new Bench().give(...inputs);
      expect(bench.done.map((failed) => failed?.condition)).toEqual([condition]);
      bench.give({ type: 'link-closed' });
      expect(bench.done).toHaveLength(1);
      expect(bench.written).not.toMatch(/PLAIN|SCRAM|EXTERNAL|cGFzc3dvcmQ|<iq|<presence/);
    },
  );

  it('goes to the server whose certificate a person has accepted', () => {
    const { options, negotiation } = romeo();
    const pin = 'ef'.repeat(32);
    const bench = new Bench('ab', { options, negotiation: { ...negotiation, pin } });
    expect(bench.effects[0]).toMatchObject({ effect: { type: 'dial', dial: { pin } } });
    bench.give(direct[0] ?? expect.unreachable(), {
      type: 'tls-ready',
      facts: { ...FACTS, sha256: 'cd'.repeat(32) },
    });
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['certificate-rejected']);
    expect(bench.written).not.toContain('<authenticate');
  });

  it('that is not bound goes into another channel only if the offer is not less than before', () => {
    const less = new Bench('cd').give(...direct, offering('PLAIN', 'PLAIN'));
    expect(less.written).not.toContain('<authenticate');
    expect(less.done).toMatchObject([{ condition: 'token-left' }]);
    const same = new Bench('ab').give(...direct, offering('PLAIN', 'PLAIN'));
    expect(same.written).toContain('<authenticate');
  });

  it('ends by itself at a server that is silent, and when it is dropped', () => {
    const bench = new Bench().give(...direct);
    bench.now = bench.end.deadline() ?? 0;
    bench.end.tick();
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['no-answer']);
    const dropped = new Bench().give(...direct, OFFER);
    dropped.end.drop(fault('timeout', 'no-time', 'None.'));
    dropped.give(TAKEN);
    expect(dropped.done.map((failed) => failed?.condition)).toEqual(['no-time']);
    expect(dropped.effects.at(-1)).toMatchObject({ effect: { type: 'close', how: 'reset' } });
  });
});

/** STARTTLS, and the same dial knows of others. */
const first: TrialInput = { type: 'link-open', direct: false, more: true };
const stranger: TrialInput[] = [
  { type: 'link-open', direct: true, more: true },
  { type: 'tls-ready', facts: { ...FACTS, names: { ...FACTS.names, dns: ['capulet.example'] } } },
];

describe('the end of a token, where one dial knows of two servers', () => {
  it('is brought to the second where the first one is silent', () => {
    const bench = new Bench().give(first);
    // As the account itself does not wait for that one, either.
    bench.now = 750;
    bench.end.tick();
    expect(bench.dials).toMatchObject([{ certificate: false }, { certificate: false, rest: true }]);
    expect(bench.done).toEqual([]);
    bench.give(...direct, OFFER, TAKEN);
    expect(bench.done).toEqual([undefined]);
  });

  it.each([
    ['is not trusted', stranger],
    ['hangs up before TLS', [first, { type: 'link-closed' }]],
  ] as [string, TrialInput[]][])('is brought to the second where the first one %s', (_, inputs) => {
    const bench = new Bench().give(...inputs);
    expect(bench.dials).toMatchObject([{ certificate: false }, { rest: true }]);
    expect(bench.written).not.toContain('<authenticate');
    bench.give(...direct, OFFER, TAKEN);
    expect(bench.done).toEqual([undefined]);
  });

  it('says what the last one was like, where none is any good', () => {
    const bench = new Bench().give(first, { type: 'link-closed' }, ...stranger);
    bench.give({ type: 'link-closed', fault: fault('link', 'refused', 'No.') });
    expect(bench.dials).toHaveLength(3);
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['refused']);
  });

  it('stays with a server that was found to be the right one', () => {
    const [open] = stranger;
    const bench = new Bench().give(open ?? expect.unreachable(), direct[1] ?? expect.unreachable());
    bench.give({ type: 'link-closed' });
    expect(bench.dials).toHaveLength(1);
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['closed']);
  });

  it('passes by nobody for an account that may go without TLS', () => {
    const { options, negotiation } = romeo();
    const security = 'opportunistic_tls';
    const signIn = {
      options: { ...options, security },
      negotiation: { ...negotiation, security },
    } as const;
    const bench = new Bench('ab', signIn).give(...stranger);
    expect(bench.dials).toHaveLength(1);
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['certificate-rejected']);
  });
});

describe('the second link', () => {
  it('is taken from a trial, which is told so, and given to none until it is free again', () => {
    const { context } = new Bench();
    const desk = new AccountCertificates(context, { signIn: romeo, tlsVersion: () => '' });
    const told: (string | undefined)[] = [];
    const trial = (): void => {
      desk.tryOut('/new.pem', (failed) => told.push(failed?.condition));
    };
    const heard: TrialInput[] = [];
    let over: () => void = () => undefined;
    const other: Beside = {
      input: (input) => heard.push(input),
      deadline: () => 7,
      tick: () => undefined,
      drop: () => undefined,
    };
    trial();
    desk.take((end) => {
      over = end;
      return other;
    });
    expect(told).toEqual(['broken-off']);
    trial();
    expect(told).toEqual(['broken-off', 'broken-off']);
    desk.trialInput({ type: 'link-closed' });
    expect([heard.length, desk.deadline()]).toEqual([1, 7]);
    over();
    trial();
    desk.trialInput({ type: 'link-closed', fault: fault('link', 'refused', 'No.') });
    expect(told).toEqual(['broken-off', 'broken-off', 'refused']);
  });
});
