// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  Attach_Security,
  AttachSchema,
  CommandSchema,
  Link_State,
  Proxy_Type,
  SetProxySchema,
} from '../../src/contract/engine_pb.js';
import type { Command, ProxySchema } from '../../src/contract/engine_pb.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Dial, TlsFacts } from '../../src/core/effects.js';
import { fault } from '../../src/core/errors.js';
import { Account } from '../../src/engine/account.js';
import type { AccountEffect, AccountInput } from '../../src/engine/effects.js';
import { ModelAccount } from '../support/model-account.js';
import { nodeTools } from '../support/tools.js';

// Where the next link goes when this one did not do: the rest of the targets, a host that the server
// names, another proxy.

const HEADER =
  "<?xml version='1.0'?><stream:stream from='home.example' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const facts: TlsFacts = {
  ...{ protocol: 'TLSv1.3', names: { dns: ['home.example'], srv: [], xmppAddr: [] } },
  ...{ sha256: '00'.repeat(32), notBefore: 0, notAfter: 1e15, chain: [] },
};
const LOST = fault('link', 'connection-lost', 'Lost.');
const NO_TOR = fault('usage', 'onion-without-tor', 'No.', { by: 'us', retry: 'never' });

let effects: AccountEffect[];
let account: Account;
let now: number;
let flushed: number;
beforeEach(() => {
  effects = [];
  now = 1000;
  flushed = 0;
  const random = (count: number): Uint8Array => new Uint8Array(count);
  account = new Account({ program: 'Test' }, nodeTools, random, new Uint8Array(), new Map(), (e) =>
    effects.push(e),
  );
});

/** The disk takes everything at once. */
function give(input: AccountInput): void {
  account.input(input, { now, wall: 1e12 });
  const appends = effects.flatMap((e) => (e.type === 'append' ? [e.append] : []));
  for (const append of appends.slice(flushed)) {
    flushed++;
    account.input({ type: 'flushed', append }, { now, wall: 1e12 });
  }
}

function command(body: Command['body']): void {
  give({ type: 'command', command: create(CommandSchema, { body }) });
}

/** @param online the host shows the account as signed in, so that what fails is tried again here */
function attach(init: MessageInitShape<typeof AttachSchema> = {}): void {
  const jid = 'alice@home.example';
  const value = create(AttachSchema, { jid, password: 'secret', online: true, ...init });
  command({ case: 'attach', value });
  give({ type: 'compacted' });
}

const dials = (): Dial[] => effects.flatMap((e) => (e.type === 'dial' ? [e.dial] : []));

const told = (state: Link_State): (string | undefined)[] =>
  effects.flatMap((e) =>
    e.type === 'tell' && e.body.case === 'link' && e.body.value.state === state
      ? [e.body.value.error?.condition]
      : [],
  );

function says(text: string): void {
  give({ type: 'link-bytes', bytes: new TextEncoder().encode(text) });
}

/** Until the next try is due. */
function wait(): void {
  now = account.deadline() ?? now;
  give({ type: 'tick' });
}

describe('a server that fails before TLS is there', () => {
  it('is followed by what else its dial knew, at once and unseen', () => {
    attach({ online: false });
    give({ type: 'link-open', direct: false, more: true });
    give({ type: 'link-closed', fault: LOST });
    expect(dials().map(({ rest }) => rest)).toEqual([undefined, true]);
    expect(told(Link_State.FAILED)).toEqual([]);
    // Of the next one, too, if there is still more.
    give({ type: 'link-open', direct: false });
    give({ type: 'link-closed', fault: LOST });
    expect(dials()).toHaveLength(2);
    expect(told(Link_State.FAILED)).toEqual(['connection-lost']);
  });

  it('by silence costs less than a second where there is another one', () => {
    attach();
    const began = now;
    give({ type: 'link-open', direct: false, more: true });
    wait();
    expect(now - began).toBe(750);
    expect(dials().map(({ rest }) => rest)).toEqual([undefined, true]);
    // The last one gets its time.
    give({ type: 'link-open', direct: false });
    wait();
    expect(now - began).toBe(3750);
  });

  it('by being slow gets its time in the next dial, where the others are of no use', () => {
    attach();
    for (const ms of [750, 3000, 750]) {
      const began = now;
      give({ type: 'link-open', direct: false, more: true });
      wait();
      expect(now - began).toBe(ms);
      give({ type: 'link-closed', fault: fault('link', 'connection-refused', 'No.') });
      const dialled = dials().length;
      while (dials().length === dialled) wait();
    }
  });

  it('by silence is so as well', () => {
    attach();
    give({ type: 'link-open', direct: false, more: true });
    wait();
    expect(dials().map(({ rest }) => rest)).toEqual([undefined, true]);
  });

  it('and spoke is not asked again and again at the pace for silent networks', () => {
    attach();
    give({ type: 'link-open', direct: false, more: true });
    says(HEADER);
    give({ type: 'link-closed', fault: LOST });
    give({ type: 'link-closed', fault: fault('link', 'connection-refused', 'No.') });
    const refusedAt = now;
    for (let times = 0; times < 3; times++) {
      wait();
      give({ type: 'link-open', direct: false, more: true });
      says(HEADER);
      give({ type: 'link-closed', fault: LOST });
      give({ type: 'link-closed', fault: fault('link', 'connection-refused', 'No.') });
    }
    // Eager would be a second each.
    expect(now - refusedAt).toBeGreaterThan(6_000);
  });

  it('is not left for another one once TLS is there', () => {
    attach();
    give({ type: 'link-open', direct: true, more: true });
    give({ type: 'tls-ready', facts });
    give({ type: 'link-closed', fault: LOST });
    wait();
    expect(dials().map(({ rest }) => rest)).toEqual([undefined, undefined]);
  });
});

const seeOther = (place: string): string =>
  `${HEADER}<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>${place}</see-other-host></stream:error></stream:stream>`;

/** The server takes the link, with TLS, and sends us on. */
function sentOn(place: string, direct = true): void {
  give({ type: 'link-open', direct });
  if (direct) give({ type: 'tls-ready', facts });
  says(seeOther(place));
}

describe('see-other-host (RFC 6120 §4.9.3.19)', () => {
  it.each([
    ['other.example:5223', { host: 'other.example', port: 5223, tls: 'direct' }],
    ['other.example', { host: 'other.example', port: 5222, tls: 'starttls' }],
    ['[2001:db8::1]:99', { host: '2001:db8::1', port: 99, tls: 'direct' }],
  ])('is gone to once, as the account’s own domain: %s', (place, where) => {
    attach();
    sentOn(place);
    expect(dials()[1]).toMatchObject({ domain: 'home.example', ...where });
    give({ type: 'link-closed', fault: LOST });
    wait();
    expect(dials()[2]).toEqual(dials()[0]);
  });

  it('is gone to three times at most, until the account was online', () => {
    attach();
    for (let times = 0; times < 3; times++) sentOn('other.example:5223');
    expect(dials().filter(({ host }) => host !== undefined)).toHaveLength(3);
    sentOn('other.example:5223');
    expect(told(Link_State.INTERRUPTED)).toEqual(['see-other-host']);
    wait();
    expect(dials().at(-1)).not.toHaveProperty('host');
  });

  it.each(['', 'a b', 'http://x/', 'host:0', 'host:70000', '<x/>'])(
    'to no place is an end like another: %j',
    (place) => {
      attach();
      sentOn(place);
      expect(dials()).toHaveLength(1);
      expect(told(Link_State.INTERRUPTED)).toEqual(['see-other-host']);
    },
  );

  it('to a place that cannot be reached ends nothing: the usual way is next, at once', () => {
    attach({ online: false });
    sentOn('abcdef.onion:5223');
    give({ type: 'link-closed', fault: NO_TOR });
    expect(dials().map(({ host }) => host)).toEqual([undefined, 'abcdef.onion', undefined]);
    expect(told(Link_State.FAILED)).toEqual([]);
    // By the usual way it is what the settings ask for, and they are to be mended.
    give({ type: 'link-closed', fault: NO_TOR });
    expect(told(Link_State.FAILED)).toEqual(['onion-without-tor']);
    expect(dials()).toHaveLength(3);
  });

  it('in clear is not believed', () => {
    attach();
    sentOn('evil.example:5222', false);
    wait();
    expect(dials().map(({ host }) => host)).toEqual([undefined, undefined]);
  });

  it('leaves an account that takes direct TLS only at that', () => {
    attach({ security: Attach_Security.OLD_SSL });
    sentOn('other.example');
    expect(dials()[1]).toMatchObject({ host: 'other.example', port: 5222, tls: 'direct' });
  });

  it('goes through the proxy like everything else', () => {
    const proxy = { type: Proxy_Type.TOR, host: '127.0.0.1', port: 9050 };
    attach({ proxy });
    sentOn('other.example:5223');
    expect(dials()[1]?.proxy).toMatchObject({ kind: 'tor' });
  });
});

it.each([
  ['the straight way', {}, 3_000],
  ['a proxy', { proxy: { type: Proxy_Type.TOR, host: '127.0.0.1', port: 9050 } }, 15_000],
])('the server’s first word is waited for by %s: %j', (_way, init, ms) => {
  attach(init);
  give({ type: 'link-open', direct: false });
  const opened = now;
  wait();
  expect(now - opened).toBe(ms);
  expect(told(Link_State.INTERRUPTED)).toEqual(['no-answer']);
});

describe('another proxy', () => {
  const socks = { type: Proxy_Type.SOCKS5, host: 'p.example', port: 1080, user: 'al' };
  const set = (proxy: MessageInitShape<typeof ProxySchema>): void =>
    command({ case: 'setProxy', value: create(SetProxySchema, { proxy }) });
  const kinds = (): unknown[] =>
    dials().map(({ proxy }) => (typeof proxy === 'object' ? proxy.kind : proxy));

  it.each([
    [Proxy_Type.NONE, undefined],
    [Proxy_Type.HTTP, 'http'],
    [Proxy_Type.SOCKS4, 'socks4'],
    [Proxy_Type.SOCKS5, 'socks5'],
    [Proxy_Type.TOR, 'tor'],
    [Proxy_Type.ENVIRONMENT, 'environment'],
  ])('of type %s is dialled through', (type, kind) => {
    attach({ proxy: { ...socks, type } });
    expect(kinds()).toEqual([kind]);
  });

  it('lets go what is being dialled by the old way', () => {
    attach();
    set(socks);
    expect(effects.map(({ type }) => type).filter((t) => t === 'dial' || t === 'close')).toEqual([
      'dial',
      'close',
      'dial',
    ]);
    expect(kinds()).toEqual([undefined, 'socks5']);
  });

  it('is tried at once by an account that waits', () => {
    attach({ proxy: socks });
    give({ type: 'link-closed', fault: LOST });
    expect(dials()).toHaveLength(1);
    set({ type: Proxy_Type.NONE });
    expect(kinds()).toEqual(['socks5', undefined]);
  });

  it('leaves a link that is up, and is for the next', () => {
    const model = ModelAccount.signedIn();
    const value = create(SetProxySchema, { proxy: socks });
    model.engine.command(create(CommandSchema, { body: { case: 'setProxy', value } }));
    model.pass(1000);
    expect(model.links()).toEqual([]);
    model.cut();
    model.pass(10_000);
    expect(model.engine.dialled.at(-1)?.proxy).toMatchObject({ kind: 'socks5', user: 'al' });
    expect(model.links()).toContain('ONLINE');
  });

  it.each([
    ['of no kind', { ...socks, type: 77 as Proxy_Type }],
    ['without a host', { ...socks, host: '' }],
    ['without a port', { ...socks, port: 0 }],
    ['with a port that does not exist', { ...socks, port: 65_536 }],
  ])('%s is refused, and nothing goes without one instead', (_title, proxy) => {
    attach({ proxy });
    expect(dials()).toEqual([]);
    expect(told(Link_State.FAILED)).toEqual(['bad-proxy']);
    attach({ proxy: socks });
    set(proxy);
    expect(told(Link_State.FAILED)).toEqual(['bad-proxy', 'bad-proxy']);
    expect(dials()).toHaveLength(1);
  });
});
