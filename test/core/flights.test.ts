// SPDX-License-Identifier: MIT
//
// How many times the client has to wait for the server until there is a session: each turn is one flight,
// and costs one round trip. TCP and TLS 1.3 cost one each beside them.

import { describe, expect, it } from 'vitest';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import type { Remembered } from '../../src/core/remembered.js';
import {
  boundAs,
  facts,
  features,
  fixedNonce,
  identity,
  negotiate,
  offerBind,
  offerSasl,
  offerSm,
  offerTls,
  proceed,
  readOne,
  success,
  wall,
} from '../support/negotiating.js';
import type { Driven } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const serverFirst = `r=${fixedNonce}server,s=c2FsdA==,i=4096`;
const challenge = `<challenge ${sasl}>${base64(serverFirst)}</challenge>`;
const key = new Uint8Array(32).fill(1);
const enabled = "<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>";
const former = { previd: 'x', h: 3, resource: 'desk' };

/** RFC 5802 §3: what proves to us that the server knows the key. */
function verifier(): string {
  const serverKey = nodeTools.hmac('sha256', key, nodeTools.utf8('Server Key'));
  const text = `n=alice,r=${fixedNonce},${serverFirst},c=biws,r=${fixedNonce}server`;
  return base64(`v=${nodeTools.base64(nodeTools.hmac('sha256', serverKey, nodeTools.utf8(text)))}`);
}

/** A short name for each thing written. */
function named(output: NegotiationOutput): string[] {
  if (output.type === 'restart') return ['header'];
  if (output.type !== 'write') return [];
  return [
    output.text.startsWith('<iq') ? 'bind' : (/^<(\w+)/.exec(output.text)?.[1] ?? output.text),
  ];
}

/** A server that offers what it is given, and takes what it offered. */
class Server {
  readonly flights: string[] = [];
  last: NegotiationOutput | undefined;
  private stage: 'clear' | 'tls' | 'session' = 'clear';

  constructor(
    private readonly driven: Driven,
    private readonly offers: Readonly<Record<Server['stage'], string>>,
  ) {}

  run(direct: boolean): void {
    const { negotiation } = this.driven;
    negotiation.start(direct);
    if (direct) this.upgrade();
    for (let flight = this.take(); flight.length > 0; flight = this.take()) {
      this.flights.push(flight.join(' '));
      for (const word of flight) this.answer(word);
    }
  }

  private take(): string[] {
    const outputs = this.driven.take();
    this.last = outputs.at(-1) ?? this.last;
    for (const { type } of outputs) {
      if (type === 'start-tls') this.upgrade();
    }
    const more = outputs.some(({ type }) => type === 'start-tls') ? this.take() : [];
    return [...outputs.flatMap(named), ...more];
  }

  private upgrade(): void {
    this.stage = 'tls';
    this.driven.negotiation.tlsReady(facts, wall);
  }

  private say(text: string): void {
    this.driven.negotiation.element(readOne(text));
  }

  private answer(word: string): void {
    if (word === 'header') this.say(features(this.offers[this.stage]));
    else if (word === 'starttls') this.say(proceed);
    else if (word === 'auth' && this.offers.tls.includes('EXTERNAL')) this.succeed(success);
    else if (word === 'auth') this.say(challenge);
    else if (word === 'abort') this.say(`<failure ${sasl}><aborted/></failure>`);
    else if (word === 'response') this.succeed(`<success ${sasl}>${verifier()}</success>`);
    else if (word === 'bind') this.say(boundAs('alice@example.org/desk'));
    else if (word === 'enable') this.say(enabled);
    else if (word === 'resume') this.say("<resumed xmlns='urn:xmpp:sm:3' previd='x' h='5'/>");
  }

  private succeed(text: string): void {
    this.stage = 'session';
    this.say(text);
  }
}

const scram = {
  clear: offerTls,
  tls: offerSasl('SCRAM-SHA-256'),
  session: offerBind + offerSm,
};
const external = { ...scram, tls: offerSasl('EXTERNAL') };

function memoryOf(offers: typeof scram, sha256 = facts.sha256): Remembered {
  const read = (text: string) => readOne(features(text));
  const { clear, tls, session } = offers;
  return { offers: { clear: read(clear), tls: read(tls), session: read(session) }, sha256 };
}

function signIn(
  offers: typeof scram,
  direct: boolean,
  options: Partial<NegotiationOptions>,
): Server {
  const driven = negotiate(options);
  const server = new Server(driven, offers);
  const take = driven.take;
  // Keys are derived at once.
  Object.assign(driven, {
    take: (): NegotiationOutput[] => {
      const outputs = take();
      const derive = outputs.find(({ type }) => type === 'derive');
      if (derive?.type !== 'derive') return outputs;
      driven.negotiation.derived(derive.ticket, key);
      return [...outputs, ...take()];
    },
  });
  server.run(direct);
  return server;
}

const both = [
  ['over STARTTLS', false],
  ['over direct TLS', true],
] as const;
const tlsFirst = (direct: boolean): string[] => (direct ? [] : ['header starttls']);

describe.each(both)('a sign-in %s, to a server that is known', (_, direct) => {
  it('by SCRAM is in four flights, three behind TLS', () => {
    const server = signIn(scram, direct, { remembered: memoryOf(scram) });
    expect(server.flights).toEqual([
      ...tlsFirst(direct),
      'header auth',
      'response',
      'header bind enable',
    ]);
    expect(server.last).toMatchObject({ type: 'established', management: { id: 'x' } });
  });

  it('by certificate is in one flight less', () => {
    const server = signIn(external, direct, { identity, remembered: memoryOf(external) });
    expect(server.flights).toEqual([...tlsFirst(direct), 'header auth', 'header bind enable']);
    expect(server.last).toMatchObject({ type: 'established', mechanism: 'EXTERNAL' });
  });

  it('with a session to go on with, asks for that alone', () => {
    const options = { identity, resume: former, remembered: memoryOf(external) };
    const server = signIn(external, direct, options);
    expect(server.flights).toEqual([...tlsFirst(direct), 'header auth', 'header resume']);
    expect(server.last).toMatchObject({ type: 'established', resumed: { h: 5 } });
  });
});

describe.each(both)('a sign-in %s, to a server that is new', (_, direct) => {
  it('waits for what is offered, and for nothing else', () => {
    const server = signIn(scram, direct, {});
    expect(server.flights).toEqual([
      ...(direct ? [] : ['header', 'starttls']),
      ...['header', 'auth', 'response', 'header', 'bind enable'],
    ]);
    expect(server.last).toMatchObject({ type: 'established' });
  });
});

describe('to a server that has changed', () => {
  it.each<[string, typeof scram, Partial<NegotiationOptions>, typeof scram]>([
    [
      'offers another mechanism beside the old one',
      scram,
      {},
      { ...scram, tls: offerSasl('PLAIN', 'SCRAM-SHA-256') },
    ],
    ['offers no stream management any more', scram, {}, { ...scram, session: offerBind }],
    ['has stream management now', { ...scram, session: offerBind }, {}, scram],
    ['has offered nothing at all', { ...scram, session: '' }, {}, scram],
  ])('which %s, a sign-in comes to its session', (_, before, options, now) => {
    const server = signIn(now, true, { ...options, remembered: memoryOf(before) });
    expect(server.last).toMatchObject({ type: 'established' });
  });

  it('a mechanism that is gone is refused, and another one takes its place in the same stream', () => {
    const driven = negotiate({ remembered: memoryOf(external), password: 'pencil', identity });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady(facts, wall);
    expect(driven.take().flatMap(named)).toEqual(['header', 'auth']);
    driven.say(features(offerSasl('EXTERNAL', 'PLAIN')));
    const [again] = driven.say(`<failure ${sasl}><invalid-mechanism/></failure>`);
    expect(again).toMatchObject({
      type: 'write',
      text: expect.stringContaining('EXTERNAL') as string,
    });
    const [end] = driven.say(`<failure ${sasl}><not-authorized/></failure>`);
    expect(end).toMatchObject({ type: 'failed', fault: { kind: 'sasl' } });
  });

  it('a refusal by a server that offers the same as ever is one', () => {
    const driven = negotiate({ remembered: memoryOf(scram) });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady(facts, wall);
    driven.say(features(scram.tls));
    const [end] = driven.say(`<failure ${sasl}><not-authorized/></failure>`);
    expect(end).toMatchObject({ type: 'failed', fault: { condition: 'not-authorized' } });
  });

  it('one that offers no TLS any more is refused, after the request for it', () => {
    const driven = negotiate({ remembered: memoryOf(scram) });
    driven.negotiation.start(false);
    expect(driven.take().flatMap(named)).toEqual(['header', 'starttls']);
    expect(driven.say(features(offerSasl('PLAIN')))).toMatchObject([
      { type: 'failed', fault: { kind: 'tls', condition: 'starttls-missing' } },
    ]);
  });

  it('a session is not given up before the server has said that it resumes none', () => {
    const before = { ...external, session: offerBind };
    const server = signIn(external, true, {
      identity,
      resume: former,
      remembered: memoryOf(before),
    });
    expect(server.flights).toEqual(['header auth', 'header', 'resume']);
    expect(server.last).toMatchObject({ type: 'established', resumed: { h: 5 } });
  });
});

describe('from memory', () => {
  const plain = { ...scram, tls: offerSasl('PLAIN') };

  it.each([
    [
      'goes into a channel with the certificate that it went into before',
      facts.sha256,
      ['header', 'auth'],
    ],
    ['waits, where the certificate is another one', '00'.repeat(32), ['header']],
  ])('a password %s', (_, sha256, first) => {
    const driven = negotiate({ authMethod: 'plain', remembered: memoryOf(plain, sha256) });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady(facts, wall);
    expect(driven.take().flatMap(named)).toEqual(first);
  });

  it.each([
    [
      'goes out before TLS but the request for it',
      { security: 'opportunistic_tls' as const },
      scram,
    ],
    [
      'goes out in clear, though the account allows a password there',
      { security: 'opportunistic_tls' as const, authMethod: 'plain' as const, plainInClear: true },
      { ...plain, clear: offerSasl('PLAIN') },
    ],
  ])('nothing %s', (_, options, offers) => {
    const driven = negotiate({ ...options, remembered: memoryOf(offers) });
    driven.negotiation.start(false);
    const flight = driven.take().flatMap(named);
    expect(flight).toEqual(offers === scram ? ['header', 'starttls'] : ['header']);
  });

  it('nothing goes out to a server that is not verified', () => {
    const driven = negotiate({ remembered: memoryOf(scram) });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady({ ...facts, chainError: 'CERT_HAS_EXPIRED' }, wall);
    expect(driven.take().flatMap(named)).toEqual([]);
  });

  it('no mechanism is refused: what is offered may be another one now', () => {
    const driven = negotiate({ remembered: memoryOf(plain), authMethod: 'scram' });
    driven.negotiation.start(true);
    driven.negotiation.tlsReady(facts, wall);
    expect(driven.take().flatMap(named)).toEqual(['header']);
    expect(driven.say(features(scram.tls)).flatMap(named)).toEqual(['auth']);
  });
});

it('stanzas may follow <enable/>, and nothing that is counted follows <resume/>', () => {
  const fresh = negotiate({ remembered: memoryOf(external), identity });
  fresh.negotiation.start(true);
  fresh.negotiation.tlsReady(facts, wall);
  fresh.say(features(external.tls));
  fresh.say(success);
  expect(fresh.noted).toEqual(['offered', 'opening']);
  const again = negotiate({ remembered: memoryOf(external), identity, resume: former });
  again.negotiation.start(true);
  again.negotiation.tlsReady(facts, wall);
  again.say(features(external.tls));
  again.say(success);
  expect(again.noted).toEqual(['offered']);
});
