// SPDX-License-Identifier: MIT
//
// An account whose link is a WebSocket (RFC 7395).

import { beforeEach, describe, expect, it } from 'vitest';
import { Attach_AuthMethod, Link_State } from '../../src/contract/engine_pb.js';
import type { TlsFacts } from '../../src/core/effects.js';
import { fault } from '../../src/core/errors.js';
import { SIGN_IN } from '../../src/engine/sign-in-memory.js';
import { ScramServer } from '../support/scram-server.js';
import { facts, Lone, SASL } from './lone-account.js';

const URI = 'wss://home.example/ws';
const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const OPEN = `<open xmlns='${FRAMING}' from='home.example' id='1' version='1.0'/>`;
const offers = (content: string): string =>
  `<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${content}</stream:features>`;
const mechanisms = (...names: string[]): string =>
  `<mechanisms xmlns='${SASL}'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const BOUND =
  "<iq xmlns='jabber:client' type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@home.example/x</jid></bind></iq>";

const lost = fault('link', 'connection-lost', 'Lost.');

let alice: Lone;
beforeEach(() => {
  alice = new Lone();
  alice.attach({
    clientCert: '',
    password: 'canary',
    authMethod: Attach_AuthMethod.PLAIN,
    online: true,
  });
});

function opened(found: Partial<TlsFacts> = {}, webSocket = URI, more = false): void {
  alice.give({ type: 'link-open', direct: true, webSocket, ...(more ? { more } : {}) });
  alice.give({ type: 'tls-ready', facts: { ...facts, ...found } });
}

function online(): void {
  opened();
  for (const text of [
    OPEN,
    offers(mechanisms('PLAIN')),
    `<success xmlns='${SASL}'/>`,
    OPEN,
    offers(BIND),
    BOUND,
  ])
    alice.says(text);
}

/** What the host was told of the link, by state: the condition, or where the WebSocket is. */
const told = (state: Link_State): string[] =>
  alice.effects.flatMap((effect) =>
    effect.type === 'tell' && effect.body.case === 'link' && effect.body.value.state === state
      ? [effect.body.value.error?.condition ?? effect.body.value.webSocket]
      : [],
  );
const logged = (): string[] =>
  alice.effects.flatMap((effect) => (effect.type === 'log' ? [effect.text] : []));

describe('a WebSocket', () => {
  it('is signed in over, which the host and the log are told', () => {
    online();
    expect(told(Link_State.ONLINE)).toEqual([URI]);
    expect(logged().filter((text) => text.includes(URI))).toHaveLength(1);
    expect(alice.written).toMatch(/^<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" /);
    expect(alice.written).not.toContain('<stream:stream');
  });

  it('is not told of a link by TCP that follows', () => {
    online();
    alice.give({ type: 'link-closed' });
    alice.pass(5000);
    alice.secured();
    alice.offers('PLAIN');
    expect(alice.written).toContain('<stream:stream');
  });

  it('with a certificate for another name is refused in words, and nobody is asked to trust it', () => {
    opened({ names: { dns: ['ws.evil.example'], srv: [], xmppAddr: [] } });
    expect(told(Link_State.INTERRUPTED)).toEqual(['websocket-other-name']);
    expect(alice.effects.filter((e) => e.type === 'tell' && e.body.case === 'askTrust')).toEqual(
      [],
    );
    expect(alice.written).toBe('');
    // It is tried again, the usual way.
    alice.pass(10_000);
    expect(alice.dials.length).toBeGreaterThan(1);
    expect(alice.dials.at(-1)).not.toHaveProperty('host');
  });

  it('with a certificate for another name does not keep us from the next one that the domain names', () => {
    const names = { dns: ['ws.evil.example'], srv: [], xmppAddr: [] };
    opened({ names }, URI, true);
    expect(alice.dials.map(({ rest }) => rest)).toEqual([undefined, true]);
    opened({ names });
    expect(told(Link_State.INTERRUPTED)).toEqual(['websocket-other-name']);
    alice.pass(10_000);
    expect(alice.dials.at(-1)).not.toHaveProperty('rest');
  });

  it('with another certificate than the settings name does not stop the account', () => {
    const pinSha256 = 'cd'.repeat(32);
    const settings = { clientCert: '', authMethod: Attach_AuthMethod.PLAIN, pinSha256 };
    alice = new Lone();
    alice.attach({ ...settings, online: true });
    opened();
    expect(told(Link_State.INTERRUPTED)).toEqual(['pin-mismatch']);
    expect(alice.written).toBe('');
    alice.pass(10_000);
    expect(alice.dials).toHaveLength(2);
    alice.secured();
    expect(told(Link_State.INTERRUPTED)).toEqual(['pin-mismatch', 'pin-mismatch']);
    expect(told(Link_State.FAILED)).toEqual([]);
    expect(alice.written).toBe('');
  });

  it('whose authority is unknown is asked about, as everywhere', () => {
    opened({ chainError: 'SELF_SIGNED_CERT_IN_CHAIN' });
    expect(
      alice.effects.filter((e) => e.type === 'tell' && e.body.case === 'askTrust'),
    ).toHaveLength(1);
    expect(alice.written).toBe('');
  });

  it('that has less to offer than the server does not stop the account', () => {
    opened();
    alice.says(OPEN);
    alice.says(offers(mechanisms('X-OTHER')));
    expect(told(Link_State.INTERRUPTED)).toEqual(['no-mechanism']);
    expect(told(Link_State.FAILED)).toEqual([]);
  });

  const streamError = (condition: string): string =>
    `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`;
  const refusal = fault('tls', 'certificate-refused', 'Nothing is tried.', { retry: 'never' });

  it.each([
    [
      'host-unknown',
      () => {
        alice.says(OPEN);
        alice.says(streamError('host-unknown'));
      },
    ],
    ['unsupported-version', () => alice.says(`<open xmlns='${FRAMING}' id='1'/>`)],
    ['certificate-refused', () => alice.give({ type: 'link-closed', fault: refusal })],
  ] as const)('of a web server that says %s does not stop the account', (condition, act) => {
    opened();
    act();
    expect(told(Link_State.INTERRUPTED)).toEqual([condition]);
    expect(told(Link_State.FAILED)).toEqual([]);
    alice.pass(10_000);
    expect(alice.dials).toHaveLength(2);
  });

  it('behind which nobody sees our certificate does not stop the account where EXTERNAL is offered all the same', () => {
    alice = new Lone();
    alice.attach({ online: true });
    alice.identity(1e15);
    opened();
    alice.says(OPEN);
    alice.says(offers(mechanisms('EXTERNAL')));
    alice.says(`<failure xmlns='${SASL}'><account-disabled/></failure>`);
    expect(told(Link_State.INTERRUPTED)).toEqual(['account-disabled']);
    alice.pass(10_000);
    expect(alice.dials).toHaveLength(2);
    alice.secured();
    alice.offers('EXTERNAL');
    alice.says(`<failure xmlns='${SASL}'><account-disabled/></failure>`);
    expect(told(Link_State.FAILED)).toEqual(['account-disabled']);
    expect(alice.written).not.toContain('canary');
  });

  describe('of a web server that ends TLS, for an account whose sign-in was bound to its channel,', () => {
    const pin = { mechanism: 'SCRAM-SHA-1-PLUS', binding: 'tls-exporter', authMethod: 'auto' };
    const channel = { bindings: { 'tls-exporter': Buffer.from('of the web server') } };
    const reasons = (state: Link_State): (string | undefined)[] =>
      alice.effects.flatMap((effect) =>
        effect.type === 'tell' && effect.body.case === 'link' && effect.body.value.state === state
          ? [effect.body.value.error?.text]
          : [],
      );
    beforeEach(() => {
      alice = new Lone(new Map([[SIGN_IN, JSON.stringify({ pin })]]));
      alice.attach({ clientCert: '', password: 'canary', online: true });
    });

    const failure = (condition: string) => () =>
      alice.says(`<failure xmlns='${SASL}'><${condition}/></failure>`);
    /** Only behind this would the server's own word for its offer be due (XEP-0474). */
    const challenge = () => {
      const first = /.*<auth [^>]*>([^<]*)</s.exec(alice.written)?.[1] ?? '';
      const data = new ScramServer('sha1', 'canary').first(first);
      alice.says(`<challenge xmlns='${SASL}'>${data}</challenge>`);
    };

    it.each([
      ['offers nothing that is bound', ['SCRAM-SHA-1'], challenge],
      ['refuses the binding', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], failure('not-authorized')],
      ['says it otherwise', ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], failure('malformed-request')],
    ])('and %s, is told as what it is, and tried again', (_, names, refuse) => {
      opened(channel);
      alice.says(OPEN);
      alice.says(offers(mechanisms(...names)));
      refuse();
      expect(told(Link_State.FAILED)).toEqual([]);
      expect(reasons(Link_State.INTERRUPTED)).toEqual([
        expect.stringMatching(/over WebSocket .* a web server .* choose “Password \(SCRAM\)”/),
      ]);
      alice.pass(10_000);
      expect(alice.dials).toHaveLength(2);
      // Without the WebSocket it is what it was: somebody in between, or a wrong password.
      alice.secured(channel);
      alice.offers(...names);
      refuse();
      expect(reasons(Link_State.FAILED)).toEqual([
        expect.stringMatching(/[Ss]omebody may be between you and the server/),
      ]);
      expect(reasons(Link_State.FAILED).join()).not.toContain('WebSocket');
    });
  });

  it('with a wrong password stops it, as everywhere', () => {
    opened();
    alice.says(OPEN);
    alice.says(offers(mechanisms('PLAIN')));
    alice.says(`<failure xmlns='${SASL}'><not-authorized/></failure>`);
    expect(told(Link_State.FAILED)).toEqual(['not-authorized']);
  });
});

describe('a server that wants us elsewhere (RFC 7395 §3.6.1)', () => {
  const elsewhere = (uri: string): void =>
    alice.says(`<close xmlns='${FRAMING}' see-other-uri='${uri}'/>`);

  it('is followed to the WebSocket that it names, for one dial', () => {
    online();
    elsewhere('wss://b.example:5281/xmpp?x=1');
    alice.pass(1000);
    expect(alice.dials[1]).toMatchObject({
      ...{ domain: 'home.example', host: 'b.example', port: 5281 },
      ...{ tls: 'direct', webSocket: '/xmpp?x=1' },
    });
    alice.give({ type: 'link-closed', fault: lost });
    alice.pass(10_000);
    expect(alice.dials[2]).not.toHaveProperty('host');
    expect(alice.dials[2]).not.toHaveProperty('webSocket');
  });

  it('is held to the account’s domain there, too', () => {
    online();
    elsewhere('wss://evil.example/');
    alice.pass(1000);
    const before = alice.written;
    opened({ names: { dns: ['evil.example'], srv: [], xmppAddr: [] } }, 'wss://evil.example/');
    expect(alice.written).toBe(before);
    // The usual way is still there, and nobody is asked.
    expect(alice.dials.at(-1)).not.toHaveProperty('host');
    expect(alice.effects.filter((e) => e.type === 'tell' && e.body.case === 'askTrust')).toEqual(
      [],
    );
  });

  it.each([
    'ws://b.example/',
    'http://b.example/',
    'https://b.example/',
    'wss://a:b@b.example/',
    '/ws',
    '',
  ])('to “%s” is not followed', (uri) => {
    online();
    elsewhere(uri);
    alice.pass(10_000);
    expect(alice.dials.length).toBeGreaterThan(1);
    for (const { host, webSocket } of alice.dials)
      expect([host, webSocket]).toEqual([undefined, undefined]);
  });
});

it('what was tried besides the usual way is in the log, and the usual way’s reason is told', () => {
  alice.give({ type: 'link-closed', fault: lost, aside: 'Nothing there.' });
  expect(told(Link_State.INTERRUPTED)).toEqual(['connection-lost']);
  expect(logged().join()).toContain('Nothing there.');
});
