// SPDX-License-Identifier: MIT
//
// A server whose certificate is not trusted ends nothing while the same dial knows of others.
import { beforeEach, describe, expect, it } from 'vitest';
import { create } from '@bufbuild/protobuf';
import {
  Attach_Security,
  Detach_How,
  DetachSchema,
  Link_State,
  NetworkHintSchema,
  TrustAnswerSchema,
} from '../../src/contract/engine_pb.js';
import type { AskTrust } from '../../src/contract/engine_pb.js';
import type { TlsFacts } from '../../src/core/effects.js';
import { fault } from '../../src/core/errors.js';
import { facts, HEADER, Lone } from './lone-account.js';
import type { More } from './lone-account.js';

const REFUSED = fault('link', 'connection-refused', 'No.');
const FIRST = 'c1'.repeat(32);
const SECOND = 'c2'.repeat(32);
const GOOD = facts.sha256;
const untrusted = { chainError: 'DEPTH_ZERO_SELF_SIGNED_CERT' } as const;
const password: More = { clientCert: '' };
let alice: Lone;

beforeEach(() => {
  alice = new Lone();
});

/** STARTTLS up to the certificate. */
function meets(found: Partial<TlsFacts>, more: { more?: boolean; webSocket?: string } = {}): void {
  alice.give({ type: 'link-open', direct: false, ...more });
  alice.says(
    HEADER,
    "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  );
  alice.give({ type: 'tls-ready', facts: { ...facts, ...found } });
}

const first = { ...untrusted, sha256: FIRST };
const second = { ...untrusted, sha256: SECOND };

const questions = (): AskTrust[] =>
  alice.effects.flatMap((e) =>
    e.type === 'tell' && e.body.case === 'askTrust' ? [e.body.value] : [],
  );
const asked = (): string[] => questions().map(({ sha256 }) => sha256);
const rests = (): (boolean | undefined)[] => alice.dials.map(({ rest }) => rest);
const interrupted = (): (string | undefined)[] =>
  alice.effects.flatMap((e) =>
    e.type === 'tell' && e.body.case === 'link' && e.body.value.state === Link_State.INTERRUPTED
      ? [e.body.value.error?.condition]
      : [],
  );
const warnings = (): string[] =>
  alice.effects.flatMap((e) => (e.type === 'log' && e.level === 'warning' ? [e.text] : []));

function answer(sha256: string, accept: boolean): void {
  const value = create(TrustAnswerSchema, { sha256, accept });
  alice.command({ case: 'trustAnswer', value });
}

describe('a server that is not trusted', () => {
  it('is passed by for another one, of which nobody hears but the log', () => {
    alice.attach(password);
    meets(first, { more: true });
    expect(rests()).toEqual([undefined, true]);
    meets({});
    alice.offers('PLAIN');
    expect(alice.written).toContain('mechanism="PLAIN"');
    expect(asked()).toEqual([]);
    expect(warnings().join()).toContain(FIRST);
  });

  it('is what the person is asked about, where all others fail', () => {
    alice.attach(password);
    meets(first, { more: true });
    alice.give({ type: 'link-closed', fault: REFUSED });
    expect(asked()).toEqual([FIRST]);
    expect(alice.failures).toEqual([]);
    answer(FIRST, true);
    expect(alice.dials.at(-1)).toMatchObject({ pin: FIRST });
    expect(rests()).toEqual([undefined, true, undefined]);
    meets(first, { more: true });
    alice.offers('PLAIN');
    expect(alice.written).toContain('mechanism="PLAIN"');
  });

  it('is the first of several, and nobody is sent anything', () => {
    alice.attach(password);
    meets(first, { more: true });
    meets(second, { more: true });
    meets({ ...second, sha256: 'c3'.repeat(32) });
    expect(rests()).toEqual([undefined, true, true]);
    expect(asked()).toEqual([FIRST]);
    expect(alice.written).not.toContain('<auth');
    answer(FIRST, false);
    expect(alice.failures).toEqual(['certificate-rejected']);
  });

  it('is forgotten once one is trusted, whatever becomes of that', () => {
    alice.attach({ ...password, online: true });
    meets(first, { more: true });
    meets({});
    alice.give({ type: 'link-closed', fault: REFUSED });
    expect(asked()).toEqual([]);
    expect(interrupted()).toEqual(['connection-refused']);
  });

  it('is asked about at once where the others need not even have TLS', () => {
    alice.attach({ ...password, security: Attach_Security.OPPORTUNISTIC_TLS });
    meets(first, { more: true });
    expect(rests()).toEqual([undefined]);
    expect(asked()).toEqual([FIRST]);
  });

  it('does not lead to one that the settings do not name', () => {
    alice.attach({ ...password, pinSha256: GOOD });
    meets(first, { more: true });
    expect(rests()).toEqual([undefined, true]);
    meets({ sha256: SECOND });
    expect(asked()).toEqual([]);
    expect(alice.failures).toEqual(['pin-mismatch']);
    expect(alice.written).not.toContain('<auth');
  });

  it('keeps nobody from the one that the settings name', () => {
    alice.attach({ ...password, pinSha256: SECOND });
    expect(alice.dials[0]).toMatchObject({ pin: SECOND });
    meets(first, { more: true });
    meets(second);
    alice.offers('PLAIN');
    expect(alice.written).toContain('mechanism="PLAIN"');
  });

  it('at a place that the server named leads back to the usual way', () => {
    alice.attach({ ...password, online: true });
    meets({});
    alice.says(
      `${HEADER}<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>b.example</see-other-host></stream:error></stream:stream>`,
    );
    alice.pass(1000);
    expect(alice.dials.at(-1)).toMatchObject({ host: 'b.example' });
    meets(first);
    expect(alice.dials.at(-1)).not.toHaveProperty('host');
    expect(asked()).toEqual([]);
  });

  it('and was accepted before, but shows another certificate now, is judged without that answer', () => {
    alice.attach(password);
    meets(first);
    answer(FIRST, true);
    meets(second, { more: true });
    alice.give({ type: 'link-closed', fault: REFUSED });
    expect(asked()).toEqual([FIRST]);
    expect(alice.dials.at(-1)).not.toHaveProperty('pin');
    meets(second);
    expect(asked()).toEqual([FIRST, SECOND]);
  });
});

describe('while a person is asked', () => {
  const online = (): boolean => alice.written.includes('mechanism="PLAIN"');
  beforeEach(() => {
    alice.attach(password);
    meets(first);
    expect(asked()).toEqual([FIRST]);
  });

  it('it is tried every minute, and not asked again, until one is trusted', () => {
    alice.pass(59_000);
    expect(alice.dials).toHaveLength(1);
    alice.pass(1000);
    expect(alice.dials).toHaveLength(2);
    meets(first);
    alice.pass(60_000);
    expect(alice.dials).toHaveLength(3);
    meets({});
    alice.offers('PLAIN');
    expect(online()).toBe(true);
    expect(asked()).toEqual([FIRST]);
    // Whatever the answer is: nobody needs it any more.
    answer(FIRST, false);
    expect(alice.failures).toEqual([]);
  });

  it('a hint of the network is followed at once', () => {
    const value = create(NetworkHintSchema, { available: true });
    alice.command({ case: 'networkHint', value });
    expect(alice.dials).toHaveLength(2);
  });

  it('what fails meanwhile does not end the question', () => {
    alice.pass(60_000);
    alice.give({ type: 'link-closed', fault: REFUSED });
    expect(alice.failures).toEqual([]);
    alice.pass(60_000);
    expect(alice.dials).toHaveLength(3);
    answer(FIRST, true);
    alice.give({ type: 'link-closed', fault: REFUSED });
    expect(alice.failures).toEqual(['connection-refused']);
  });

  it('yes, to a dial that is under way, is for the next one', () => {
    alice.pass(60_000);
    alice.give({ type: 'link-open', direct: true });
    answer(FIRST, true);
    alice.give({ type: 'tls-ready', facts: { ...facts, ...first } });
    expect(alice.dials.map(({ pin }) => pin)).toEqual([undefined, undefined, FIRST]);
    meets(first);
    alice.offers('PLAIN');
    expect(online()).toBe(true);
    expect(asked()).toEqual([FIRST]);
  });

  it('no ends the account, whatever is under way', () => {
    alice.pass(60_000);
    alice.give({ type: 'link-open', direct: true });
    answer(FIRST, false);
    expect(alice.failures).toEqual(['certificate-rejected']);
    expect(alice.effects.at(-2)).toMatchObject({ type: 'close' });
  });

  it('another stranger takes the first one’s place, whose answer is void', () => {
    alice.pass(60_000);
    meets(second);
    expect(asked()).toEqual([FIRST, SECOND]);
    answer(FIRST, true);
    expect(alice.dials).toHaveLength(2);
    answer(SECOND, true);
    expect(alice.dials.at(-1)).toMatchObject({ pin: SECOND });
  });

  it('a host that attaches anew is asked anew', () => {
    alice.attach(password);
    meets(first);
    expect(asked()).toEqual([FIRST, FIRST]);
  });
});

describe('while nobody is there to be asked', () => {
  /** A session that can be resumed, and no host. */
  function parked(): void {
    alice.attach(password);
    alice.secured();
    alice.offers('PLAIN');
    alice.says("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    alice.says(
      HEADER,
      "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>",
    );
    alice.says(
      "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@home.example/x</jid></bind></iq>",
      "<enabled xmlns='urn:xmpp:sm:3' id='s' resume='true'/>",
    );
    const value = create(DetachSchema, { how: Detach_How.PARK });
    alice.command({ case: 'detach', value });
    alice.give({ type: 'link-closed', fault: REFUSED });
    alice.pass(5000);
  }

  it.each([
    ['', {}],
    [' that is somebody else’s WebSocket', { webSocket: 'wss://a.example/' }],
  ])('a server%s that is not trusted is tried again later', (_title, more) => {
    parked();
    const dialled = alice.dials.length;
    expect(dialled).toBeGreaterThan(1);
    const names = { dns: ['evil.example'], srv: [], xmppAddr: [] };
    alice.give({ type: 'link-open', direct: true, ...more });
    alice.give({ type: 'tls-ready', facts: { ...facts, ...first, names } });
    alice.pass(60_000);
    expect(alice.dials.length).toBeGreaterThan(dialled);
    expect(asked()).toEqual([]);
  });
});
