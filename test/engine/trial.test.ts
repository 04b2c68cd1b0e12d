// SPDX-License-Identifier: MIT
//
// A sign-in beside the session that is there. What a server says to it is tried on real ones, too.

import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { AttachSchema } from '../../src/contract/engine_pb.js';
import type { ClientIdentity } from '../../src/core/effects.js';
import { fault } from '../../src/core/errors.js';
import type { Fault } from '../../src/core/errors.js';
import type { Context } from '../../src/engine/context.js';
import type { AccountEffect, TrialInput } from '../../src/engine/effects.js';
import { readOptions } from '../../src/engine/options.js';
import { signInOf } from '../../src/engine/certificate-desk.js';
import { TOKEN } from '../../src/engine/fast-token.js';
import type { LinkKeeper } from '../../src/engine/link.js';
import { OFFERS } from '../../src/engine/offer-memory.js';
import type { SignIn } from '../../src/engine/trial.js';
import { Trial } from '../../src/engine/trial.js';
import { ModelAccount } from '../support/model-account.js';
import { nodeTools } from '../support/tools.js';

const NOW = Date.UTC(2026, 10, 26);
const GOOD: ClientIdentity = {
  xmppAddr: ['romeo@montague.example'],
  notBefore: 0,
  notAfter: NOW + 1_000,
};
const FACTS = {
  ...{ protocol: 'TLSv1.3', sha256: 'ab', notBefore: 0, notAfter: 8.64e15, chain: [] },
  names: { dns: ['montague.example'], srv: [], xmppAddr: [] },
};

function romeo(): SignIn {
  const jid = 'romeo@montague.example';
  const options = readOptions(create(AttachSchema, { jid, password: 'secret' }), nodeTools);
  if ('condition' in options) throw new Error(options.text);
  const { security, authMethod, plainInClear } = options;
  const negotiation = { jid: options.jid, security, authMethod, plainInClear, password: 'secret' };
  return { options, negotiation };
}

class Bench {
  readonly effects: AccountEffect[] = [];
  readonly done: (Fault | undefined)[] = [];
  now = 0;
  readonly trial: Trial;

  constructor(signIn = romeo()) {
    const context: Context = {
      ...{ tools: nodeTools, random: (n) => new Uint8Array(n), since: () => NOW },
      clock: () => ({ now: this.now, wall: NOW }),
      effect: (effect) => this.effects.push(effect),
      tell: () => undefined,
      log: () => undefined,
    };
    this.trial = new Trial(context, signIn, '/new.pem', (failed) => {
      this.done.push(failed);
    });
  }

  give(...inputs: TrialInput[]): this {
    for (const input of inputs) this.trial.input(input);
    return this;
  }

  /** The trial's own effects, in short. */
  get wanted(): string[] {
    return this.effects.map((effect) =>
      effect.type !== 'trial'
        ? `not its own: ${effect.type}`
        : effect.effect.type === 'write'
          ? effect.effect.text.replace(/<\?.*?\?>/, '').slice(0, 14)
          : effect.effect.type,
    );
  }
}

const bytes = (text: string): TrialInput => ({ type: 'link-bytes', bytes: Buffer.from(text) });
const header = (features: string, from = 'montague.example'): TrialInput =>
  bytes(
    `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='x' from='${from}' version='1.0'><stream:features>${features}</stream:features>`,
  );
const offering = (...names: string[]): TrialInput =>
  header(
    `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`,
  );
const identity: TrialInput = { type: 'identity', identity: GOOD };
const direct: TrialInput[] = [
  identity,
  { type: 'link-open', direct: true },
  { type: 'tls-ready', facts: FACTS },
];

describe('a trial', () => {
  it('reads its certificate, dials with it, and is well when it is signed in', () => {
    const bench = new Bench().give(...direct, offering('EXTERNAL', 'SCRAM-SHA-1'));
    expect(bench.wanted.slice(0, 2)).toEqual(['read-identity', 'dial']);
    expect(bench.effects[1]).toMatchObject({ effect: { dial: { certificate: true } } });
    bench.give(
      bytes("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"),
      header("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"),
    );
    const bind = bench.effects.findLast(
      ({ type }, index) => type === 'trial' && bench.wanted[index]?.startsWith('<iq') === true,
    );
    const text = bind?.type === 'trial' && bind.effect.type === 'write' ? bind.effect.text : '';
    expect(text).toContain('<resource>trial-00000000</resource>');
    const id = / id=["']([^"']+)/.exec(text)?.[1] ?? '';
    bench.give(
      bytes(
        `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>romeo@montague.example/trial-00000000</jid></bind></iq>`,
      ),
    );
    expect(bench.wanted.at(-1)).toBe('</stream:strea');
    bench.give(bytes('</stream:stream>'));
    expect(bench.done).toEqual([undefined]);
    expect(bench.wanted.every((each) => !each.startsWith('not'))).toBe(true);
  });

  it.each([
    [
      'a certificate that has expired',
      'certificate-expired',
      [{ type: 'identity', identity: { ...GOOD, notAfter: NOW - 1 } } as const],
    ],
    [
      'a file that cannot be read',
      'file-missing',
      [
        {
          type: 'identity-failed',
          fault: fault('usage', 'file-missing', 'There is none.'),
          passphrase: false,
        } as const,
      ],
    ],
    ['a server that is not there', 'closed', [identity, { type: 'link-closed' } as const]],
    [
      'a server that refuses the certificate in TLS',
      'certificate-refused',
      [
        ...direct,
        { type: 'link-closed', fault: fault('tls', 'certificate-refused', 'No.') } as const,
      ],
    ],
    ['a server that offers passwords only', 'no-mechanism', [...direct, offering('SCRAM-SHA-1')]],
    [
      'a server that says no',
      'not-authorized',
      [
        ...direct,
        offering('EXTERNAL'),
        bytes("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>"),
      ],
    ],
    [
      'a server whose certificate is not the domain’s',
      'certificate-rejected',
      [
        ...direct.slice(0, 2),
        { type: 'tls-ready', facts: { ...FACTS, names: { ...FACTS.names, dns: [] } } } as const,
      ],
    ],
  ])('fails once at %s', (_, condition, inputs: TrialInput[]) => {
    const bench = new Bench().give(...inputs);
    expect(bench.done.map((failed) => failed?.condition)).toEqual([condition]);
    bench.give({ type: 'link-closed' });
    expect(bench.done).toHaveLength(1);
    // The password is of no use to it, whatever the server would like.
    expect(JSON.stringify(bench.effects)).not.toContain('SCRAM');
  });

  it('ends by itself at a server that is silent', () => {
    const bench = new Bench().give(...direct);
    const due = bench.trial.deadline() ?? 0;
    bench.now = due - 1;
    bench.trial.tick();
    expect(bench.done).toEqual([]);
    bench.now = due;
    bench.trial.tick();
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['no-answer']);
  });
});

describe('a trial for which one dial knows of two servers', () => {
  const another = { ...FACTS, names: { ...FACTS.names, dns: [] } };
  const closed: TrialInput = { type: 'link-closed' };

  it.each([
    ['hangs up before TLS', { type: 'link-open', direct: false, more: true }, closed],
    [
      'is not trusted',
      { type: 'link-open', direct: true, more: true },
      { type: 'tls-ready', facts: another },
    ],
  ] as [string, TrialInput, TrialInput][])(
    'goes to the second where the first one %s',
    (_, ...at) => {
      const bench = new Bench().give(identity, ...at);
      expect(bench.effects.at(-1)).toMatchObject({
        effect: { type: 'dial', dial: { rest: true } },
      });
      expect(bench.done).toEqual([]);
      bench.give(...direct.slice(1), offering('EXTERNAL'));
      expect(bench.wanted.at(-1)).toMatch(/^<auth /);
    },
  );

  it('stays with the one that was found to be the right one', () => {
    const open: TrialInput = { type: 'link-open', direct: true, more: true };
    const bench = new Bench().give(identity, open, ...direct.slice(2), closed);
    expect(bench.wanted.filter((each) => each === 'dial')).toHaveLength(1);
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['closed']);
  });
});

describe('a trial of an account whose certificate may be shown on TLS 1.2', () => {
  const allowed = (): SignIn => {
    const { options, negotiation } = romeo();
    return { options: { ...options, certTls12: true }, negotiation };
  };
  const open: TrialInput = { type: 'link-open', direct: true };
  const ready = (protocol: string): TrialInput => ({
    type: 'tls-ready',
    facts: { ...FACTS, protocol },
  });
  const dials = ({ effects }: Bench): unknown[] =>
    effects.flatMap((each) =>
      each.type === 'trial' && each.effect.type === 'dial' ? [each.effect.dial] : [],
    );

  it.each([
    ['TLSv1.2', { certificate: true, again: true, leaf: FACTS.sha256 }],
    ['TLSv1.3', { certificate: true, again: true }],
  ])('looks first, and shows it to that server: %s', (protocol, second) => {
    const bench = new Bench(allowed()).give(identity, open, ready(protocol));
    // Not even a header went into the first.
    expect(bench.wanted).toEqual(['read-identity', 'dial', 'close', 'dial']);
    expect(bench.done).toEqual([]);
    const [first, last] = dials(bench);
    expect(first).toMatchObject({ certificate: false });
    expect(first).not.toHaveProperty('leaf');
    expect(last).toMatchObject(second);
    expect(Object.keys(last as object).includes('leaf')).toBe(protocol === 'TLSv1.2');
    bench.give(open, ready(protocol), offering('EXTERNAL', 'SCRAM-SHA-1'));
    expect(bench.effects.at(-1)).toMatchObject({
      effect: { text: expect.stringMatching(/^<auth [^>]*mechanism="EXTERNAL"/) as string },
    });
  });

  it('shows it to nobody where the first link meets a stranger', () => {
    const facts = { ...FACTS, protocol: 'TLSv1.2', names: { ...FACTS.names, dns: [] } };
    const bench = new Bench(allowed()).give(identity, open, { type: 'tls-ready', facts });
    expect(dials(bench)).toHaveLength(1);
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['certificate-rejected']);
  });

  it('fails where the second link does not come about', () => {
    const bench = new Bench(allowed()).give(identity, open, ready('TLSv1.2'));
    bench.give({ type: 'link-closed', fault: fault('tls', 'certificate-changed', 'Another.') });
    expect(bench.done.map((failed) => failed?.condition)).toEqual(['certificate-changed']);
  });
});

describe('beside an account that has a token', () => {
  const FULL = { archive: true, carbons: true, sasl2: { bind: true, fast: true } };
  const signInOfThis = (account: ModelAccount): SignIn => {
    const { link } = Reflect.get(account.engine, 'account') as unknown as { link: LinkKeeper };
    return signInOf(link) ?? expect.unreachable();
  };

  it('a trial shows its certificate by RFC 6120, and neither the token nor who we are', () => {
    const account = ModelAccount.signedIn(FULL);
    account.pass(10_000);
    const bench = new Bench(signInOfThis(account)).give(
      { type: 'identity', identity: { ...GOOD, xmppAddr: ['alice@model.test'] } },
      { type: 'link-open', direct: true },
      { type: 'tls-ready', facts: { ...FACTS, names: { ...FACTS.names, dns: ['model.test'] } } },
    );
    // Not a word before the server has said what it offers here.
    expect(bench.wanted.slice(2)).toEqual(['<stream:stream']);
    bench.give(
      header(
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>" +
          "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>EXTERNAL</mechanism><inline><bind xmlns='urn:xmpp:bind:0'/>" +
          "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast></inline></authentication>",
        'model.test',
      ),
    );
    const last = bench.effects.at(-1);
    expect(last).toMatchObject({
      effect: { text: expect.stringMatching(/^<auth [^>]*mechanism="EXTERNAL"/) as string },
    });
    expect(account.links()).toEqual([]);
  });

  it('a trial shows no token where the certificate is not taken', () => {
    // As no caller does: the account's options with a token among them.
    const token = { mechanism: 'HT-SHA-256-NONE', token: 'secret', count: 1 };
    const sasl2 = { agent: 'me', bind: false, over: true, carbons: false, fast: { token } };
    const { options, negotiation } = romeo();
    const signIn = { options, negotiation: { ...negotiation, sasl2 } };
    const inline =
      "<inline><fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast></inline>";
    const bench = new Bench(signIn).give(
      ...direct,
      header(`<authentication xmlns='urn:xmpp:sasl:2'>${inline}</authentication>`),
    );
    expect(bench.done).toMatchObject([{ condition: 'no-mechanism', retry: 'never' }]);
  });

  it('asking how the account signs in neither counts the token nor forgets what was offered', () => {
    const account = new ModelAccount(FULL);
    account.engine.watch = { wrote: () => void signInOfThis(account), heard: () => undefined };
    account.attach({}, 10_000);
    expect(JSON.parse(account.disk.caches.get(TOKEN) ?? '')).toMatchObject({ count: 0 });
    const { offers } = JSON.parse(account.disk.caches.get(OFFERS) ?? '') as { offers: object };
    expect(Object.keys(offers)).toEqual(['clear', 'tls', 'session']);
  });
});
