// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { webSocketTarget, webSocketUri } from '../../src/transport/web-address.js';
import { Authority, type Certificate } from '../support/certificates.js';
import { OfficeProxy } from '../support/office-proxy.js';
import {
  frame,
  OPCODE,
  WebServer,
  type WebOptions,
  type WebSocketFace,
} from '../support/web-server.js';
import type { Watched } from './watched-link.js';
import { watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-web-socket-'));
let ca: Authority;
let certificate: Certificate;
let alice: Certificate;
const servers: WebServer[] = [];
const links: Watched[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
  alice = await ca.client(['alice@example.org']);
});
afterEach(async () => {
  for (const { link } of links.splice(0)) link.close('reset');
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(options: Partial<WebOptions> = {}): Promise<WebServer> {
  const server = await WebServer.start({ certificate, ...options });
  servers.push(server);
  return server;
}

type Watching = Partial<Parameters<typeof watch>>;

function connect(server: WebServer, ...more: Watching): Watched {
  const [dial, options] = more;
  const place = { host: '127.0.0.1', port: server.port, webSocket: '/ws' };
  const watched = watch({ ...place, ...dial }, { ca: ca.certFile, ...options });
  links.push(watched);
  return watched;
}

/** A link with a WebSocket that is open, and its other end. */
async function joined(...more: Watching): Promise<[Watched, WebSocketFace]> {
  const server = await serve();
  const watched = connect(server, ...more);
  return [watched, await server.faces.next('a WebSocket', () => true)];
}

const texts = ({ news }: Watched): string[] =>
  news.all.flatMap((item) => (item.type === 'bytes' ? [item.text] : []));

describe('a WebSocket', () => {
  it('is asked for inside TLS that was judged, for the account’s domain; each write is a message', async () => {
    const server = await serve({ alpn: ['http/1.1'] });
    const watched = connect(
      server,
      {},
      {
        on: (news, link) => {
          if (news.type !== 'ready') return;
          link.write('<open/>');
          link.write('<auth/>');
        },
      },
    );
    const face = await server.faces.next('a WebSocket', () => true);
    await face.heard.next('the second message', (text) => text === '<auth/>');
    expect(face.heard.all).toEqual(['<open/>', '<auth/>']);
    expect(server.asked.all).toEqual([
      `GET /ws for 127.0.0.1:${String(server.port)}, SNI example.org, certificate of nobody`,
    ]);
    expect(face.request.headers).toMatchObject({
      'sec-websocket-protocol': 'xmpp',
      'sec-websocket-version': '13',
    });
    expect(face.request.headers).not.toHaveProperty('sec-websocket-extensions');
    expect(face.request.headers).not.toHaveProperty('origin');
    face.send('<open/>');
    face.send('<features/>');
    await watched.text('<features/>');
    expect(texts(watched)).toEqual(['<open/>', '<features/>']);
    watched.link.write('<message/>');
    await face.heard.next('the message', (text) => text === '<message/>');
  });

  it('is not asked for where the link is let go in the tick of its certificate', async () => {
    const server = await serve();
    connect(
      server,
      {},
      {
        on: (news, link) => {
          if (news.type === 'ready') link.close('reset');
        },
        client: alice,
      },
    );
    await server.ended.next('the end', (left) => left === 0);
    expect(server.asked.all.filter((line) => line.startsWith('GET'))).toEqual([]);
  });

  it('gets our certificate as direct TLS does', async () => {
    const server = await serve();
    connect(server, {}, { client: alice });
    await server.faces.next('a WebSocket', () => true);
    expect(server.asked.all.join()).toMatch(/certificate of .*alice/);
  });

  it('is closed in order behind what was written', async () => {
    const [watched, face] = await joined();
    face.send('<open/>');
    await watched.text('<open/>');
    watched.link.write('<close/>');
    watched.link.close('end');
    await face.heard.next('the end', (text) => text === 'gone');
    expect(face.heard.all).toEqual(['<close/>', 'close 1000', 'gone']);
    expect(watched.news.all.at(-1)?.type).toBe('bytes');
  });

  it('that is let go while it is being asked for leaves no connection', async () => {
    let asked: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => (asked = resolve));
    const server = await serve({ upgrade: () => asked?.() });
    const watched = connect(server);
    await watched.ready();
    await waiting;
    watched.link.close('end');
    await server.ended.next('the end', (left) => left === 0);
    expect(watched.news.all.map(({ type }) => type)).toEqual(['open', 'ready']);
  });

  it.each([
    ['done', 1000, undefined],
    ['going away', 1001, undefined],
    ['an error', 1011, 'connection-lost'],
  ])('that the server closes as %s says so', async (_what, code, condition) => {
    const [watched, face] = await joined();
    face.close(code);
    expect((await watched.closed())?.condition).toBe(condition);
  });

  it('that breaks without a close is a lost connection', async () => {
    const [watched, face] = await joined();
    face.socket.destroy();
    expect(await watched.closed()).toMatchObject({ kind: 'link', condition: 'connection-lost' });
  });

  it('answers a ping by itself', async () => {
    const [, face] = await joined();
    face.socket.write(frame(OPCODE.ping, 'x'));
    await face.heard.next('the pong', (text) => text === `opcode ${String(OPCODE.pong)} x`);
  });

  it('goes through a proxy, which is told the name', async () => {
    const server = await serve();
    const proxy = await OfficeProxy.start({ 'ws.example.org:443': server.port });
    try {
      const through = { kind: 'http', host: '127.0.0.1', port: proxy.port } as const;
      connect(server, {
        ...{ host: 'ws.example.org', port: 443 },
        proxy: { ...through, user: '', password: '' },
      });
      await server.faces.next('a WebSocket', () => true);
      expect(server.asked.all).toEqual([
        'GET /ws for ws.example.org, SNI example.org, certificate of nobody',
      ]);
    } finally {
      await proxy.close();
    }
  });
});

describe('fragments', () => {
  const text = '<message><body>hé</body></message>';
  const bytes = Buffer.from(text);

  it('are put together wherever they are cut, and wherever TCP cuts the frames', async () => {
    const [watched, face] = await joined();
    for (let cut = 0; cut <= bytes.length; cut++) {
      face.socket.write(frame(OPCODE.text, bytes.subarray(0, cut), false));
      face.socket.write(frame(OPCODE.more, bytes.subarray(cut)));
    }
    const whole = frame(OPCODE.text, bytes);
    for (let cut = 1; cut < whole.length; cut++) {
      face.socket.write(whole.subarray(0, cut));
      await new Promise(setImmediate);
      face.socket.write(whole.subarray(cut));
    }
    face.send('<end/>');
    await watched.text('<end/>');
    const came = texts(watched);
    expect(came).toHaveLength(bytes.length + 1 + whole.length - 1 + 1);
    expect(new Set(came)).toEqual(new Set([text, '<end/>']));
  });

  it('one byte each are put together, with a ping between', async () => {
    const [watched, face] = await joined();
    for (const [at, byte] of bytes.entries()) {
      face.socket.write(frame(at === 0 ? OPCODE.text : OPCODE.more, Buffer.of(byte), false));
      if (at === 5) face.socket.write(frame(OPCODE.ping, ''));
    }
    face.socket.write(frame(OPCODE.more, ''));
    await watched.text(text);
    expect(texts(watched)).toEqual([text]);
  });
});

describe('a server that breaks the rules of WebSocket', () => {
  const masked = Buffer.of(0x81, 0x81, 0, 0, 0, 0, 0x61);
  it.each([
    ['sends bytes instead of text', frame(OPCODE.binary, '<a/>')],
    ['sends nothing as bytes', frame(OPCODE.binary, '')],
    ['sends text that is no UTF-8', frame(OPCODE.text, Buffer.of(0x3c, 0xff))],
    ['masks what it sends', masked],
    ['uses an opcode of nobody', frame(3, 'x')],
    ['sets a bit of an extension', Buffer.of(0xc1, 0)],
    ['goes on with what it did not begin', frame(OPCODE.more, 'x')],
    [
      'begins another message within one',
      Buffer.concat([frame(OPCODE.text, '<a', false), frame(OPCODE.text, '/>')]),
    ],
    ['announces more than a message may have', Buffer.of(0x81, 127, 0, 0, 0, 0, 1, 0, 0, 1)],
    [
      'announces more than a number can hold',
      Buffer.of(0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255),
    ],
    ['cuts a ping into pieces', frame(OPCODE.ping, '', false)],
  ])('and %s is left', async (_what, bytes) => {
    const [watched, face] = await joined();
    face.socket.write(bytes);
    expect(await watched.closed()).toMatchObject({
      kind: 'link',
      condition: 'websocket-broken',
      retry: 'later',
    });
    expect(texts(watched)).toEqual([]);
    await face.heard.next('the end', (text) => text === 'gone');
  });
});

describe('an answer that opens no WebSocket', () => {
  it.each([
    ['another subprotocol', { protocol: 'mqtt' }, 'websocket-not-xmpp'],
    ['no subprotocol', { protocol: '' }, 'websocket-not-xmpp'],
    ['another path', { path: '/other' }, 'websocket-refused'],
    [
      'a redirect',
      {
        upgrade: (s: { end(text: string): unknown }) =>
          void s.end('HTTP/1.1 302 Found\r\nLocation: wss://evil.example/\r\n\r\n'),
      },
      'websocket-refused',
    ],
    [
      'a page',
      {
        upgrade: (s: { end(text: string): unknown }) => void s.end('HTTP/1.1 200 OK\r\n\r\nhello'),
      },
      'websocket-refused',
    ],
    [
      'the proof of another key',
      {
        upgrade: (s: { write(text: string): unknown }) =>
          void s.write(
            'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n',
          ),
      },
      'websocket-failed',
    ],
    [
      'something else than HTTP',
      {
        upgrade: (s: { end(text: string): unknown }) =>
          void s.end("<?xml version='1.0'?><stream:stream>"),
      },
      'websocket-failed',
    ],
    ['the end', { upgrade: (s: { end(): unknown }) => void s.end() }, 'websocket-failed'],
  ])('%s is told in words', async (_what, options: Partial<WebOptions>, condition) => {
    const server = await serve(options);
    const watched = connect(
      server,
      {},
      {
        on: (news, link) => {
          if (news.type === 'ready') link.write('<open/>');
        },
      },
    );
    expect(await watched.closed()).toMatchObject({ kind: 'link', condition, retry: 'later' });
    expect(texts(watched)).toEqual([]);
  });

  it('silence ends in time', async () => {
    const server = await serve({ upgrade: () => undefined });
    const watched = connect(server, {}, { timeouts: { handshakeMs: 300 } });
    expect(await watched.closed()).toMatchObject({
      kind: 'timeout',
      condition: 'websocket-timeout',
    });
  });

  it('another protocol of TLS is left before anything is asked', async () => {
    const server = await serve({ alpn: ['h2', 'xmpp-client'] });
    expect((await connect(server).closed())?.kind).toBe('tls');
    expect(server.asked.all.filter((line) => line.startsWith('GET'))).toEqual([]);
  });
});

describe('the address of a WebSocket', () => {
  it.each([
    ['wss://example.org/ws', { host: 'example.org', port: 443, direct: true, http: '/ws' }],
    ['wss://example.org', { host: 'example.org', port: 443, direct: true, http: '/' }],
    [
      'WSS://EXAMPLE.org:5281/a?b=c',
      { host: 'example.org', port: 5281, direct: true, http: '/a?b=c' },
    ],
    ['wss://[::1]:1/', { host: '::1', port: 1, direct: true, http: '/' }],
    [
      'wss://bücher.example/',
      { host: 'xn--bcher-kva.example', port: 443, direct: true, http: '/' },
    ],
  ])('%s is one', (uri, target) => {
    expect(webSocketTarget(uri)).toEqual(target);
    const again = webSocketUri(target);
    expect(webSocketTarget(again ?? '')).toEqual(target);
  });

  it('with a name outside ASCII is one however often such are read', () => {
    const read = Array.from({ length: 20_000 }, () => webSocketTarget('wss://bücher.example/'));
    expect(read.filter((target) => target === undefined)).toEqual([]);
  });

  it.each([
    'ws://example.org/ws',
    'http://example.org/ws',
    'https://example.org/ws',
    'wss://',
    'wss://alice:secret@example.org/',
    'wss://alice@example.org/',
    'wss://example.org/#part',
    'wss://example.org:0/',
    'wss://example.org:65536/',
    'wss://exa mple.org/',
    `wss://example.org/${'x'.repeat(1024)}`,
    'example.org',
    '/ws',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
  ])('“%s” is none', (uri) => {
    expect(webSocketTarget(uri)).toBeUndefined();
  });
});
