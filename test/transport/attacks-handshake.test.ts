// SPDX-License-Identifier: MIT
//
// What servers do with TLS once their certificate is good: another protocol, a late refusal of ours, a
// second handshake. Each comes as the server writes it, and again every byte in a write of its own.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Authority, type Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/observed.js';
import { freePort, listens } from '../support/ports.js';
import { TestServer } from './tls-server.js';
import type { ServerOptions } from './tls-server.js';
import { handshakes } from './tls-wire.js';
import { startTls, watch } from './watched-link.js';
import type { Watched } from './watched-link.js';
import { ways } from './ways.js';

const host = '127.0.0.1';
const folder = mkdtempSync(join(tmpdir(), 'steadfast-handshake-'));
let ca: Authority;
let certificate: Certificate;
let alice: Certificate;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
  alice = await ca.client(['alice@example.org']);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Way {
  readonly direct: boolean;
  readonly slice: boolean;
}

async function serve({ direct }: Way, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const server = await TestServer.start({ certificate, direct, ...options });
  ends.push(() => server.close());
  return server;
}

async function through(port: number, { slice }: Way): Promise<CuttingProxy> {
  const proxy = await CuttingProxy.start(port);
  proxy.slice = slice;
  ends.push(() => proxy.close());
  return proxy;
}

function dial(port: number, { direct }: Way, client?: Certificate): Watched {
  const watched = watch(
    { host, port, tls: direct ? 'direct' : 'starttls' },
    { ca: ca.certFile, on: startTls, ...(client === undefined ? {} : { client }) },
  );
  ends.push(() => watched.link.close('reset'));
  return watched;
}

const secrets = (server: TestServer): string[] =>
  server.seen.all.filter((line) => line.startsWith('secret'));

describe.each(ways)('a server, $way,', (way) => {
  it('that knows no ALPN is good, and is told whose server it is to be', async () => {
    const server = await serve(way);
    const { port } = await through(server.port, way);
    await dial(port, way).ready();
    await server.seen.next('no ALPN', (line) => line.includes('ALPN false'));
    expect(server.secured[0]).toMatchObject({ servername: 'example.org' });
  });

  // Below TLS 1.3, where there is none (RFC 8446 §4.1.2).
  it('that begins a second handshake in the channel, to show another certificate, is refused', async () => {
    const server = await serve(way, { maxVersion: 'TLSv1.2' });
    const proxy = await through(server.port, way);
    const watched = dial(proxy.port, way);
    await watched.ready();
    await server.seen.until('TLS', () => server.secured.length === 1);
    const wire = (): string[] => {
      const bytes = proxy.links[0]?.recorded('up') ?? Buffer.alloc(0);
      return handshakes(way.direct ? bytes : bytes.subarray('<starttls/>'.length));
    };
    const before = wire();
    server.secured[0]?.renegotiate({}, () => server.seen.add('a second handshake'));
    const answer = (line: string): boolean => /NO_RENEGOTIATION|second handshake/.test(line);
    expect(await server.seen.next('an answer', answer)).toBe('error ERR_SSL_NO_RENEGOTIATION');
    expect(wire()).toEqual(before);
  });
});

describe.each(ways.filter(({ direct }) => direct))('a service, $way,', (way) => {
  it('that speaks another protocol alone is left', async () => {
    const server = await serve(way, { alpn: ['http/1.1'] });
    const { port } = await through(server.port, way);
    expect(await dial(port, way).closed()).toMatchObject({ kind: 'tls', retry: 'later' });
    expect(secrets(server)).toEqual([]);
  });

  it('that says it speaks another protocol than was asked for is left (RFC 7301 §3.1)', async () => {
    // The newer ones of OpenSSL 3.0 end such a handshake by themselves: this is what the older ones tell.
    const spoken = { configurable: true, get: () => 'http/1.1', set: () => undefined };
    Object.defineProperty(TLSSocket.prototype, 'alpnProtocol', spoken);
    onTestFinished(() => void Reflect.deleteProperty(TLSSocket.prototype, 'alpnProtocol'));
    const server = await serve(way);
    const { port } = await through(server.port, way);
    const watched = dial(port, way);
    const fault = await watched.closed();
    expect(fault).toMatchObject({ kind: 'tls', condition: 'wrong-alpn' });
    expect(fault?.text).toContain('"http/1.1"');
    expect(watched.news.all.map(({ type }) => type)).toEqual(['closed']);
    await server.seen.next('the end', (line) => line === 'closed');
    expect(secrets(server)).toEqual([]);
  });
});

describe('our certificate', () => {
  /** Node's own server only hangs up; OpenSSL's says why, as XMPP servers on OpenSSL do. */
  async function strict(): Promise<number> {
    const stranger = await Authority.create(join(folder, 'other'));
    const port = await freePort();
    const server = spawn('openssl', [
      ...['s_server', '-accept', `${host}:${String(port)}`, '-quiet'],
      ...['-cert', certificate.certFile, '-key', certificate.keyFile, '-CAfile', stranger.certFile],
      ...['-Verify', '1', '-verify_return_error', '-tls1_3'],
    ]);
    ends.push(() => server.kill());
    await eventually('a server', () => listens(port));
    return port;
  }

  /** STARTTLS before a server that begins with TLS. */
  async function behindClear(port: number): Promise<number> {
    const server: Server = createServer((client) => {
      const inner = connect(port, host);
      for (const socket of [client, inner]) socket.on('error', () => undefined);
      client.once('data', () => {
        client.write('<proceed/>');
        client.pipe(inner).pipe(client);
      });
    });
    await new Promise<void>((listening) => server.listen(0, host, listening));
    ends.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  // TLS 1.3 lets the server judge it behind our last flight (RFC 8446 §4.4.2.4).
  it.each(ways)('refused behind the handshake is told as that, and for good: $way', async (way) => {
    const strange = await strict();
    const { port } = await through(way.direct ? strange : await behindClear(strange), way);
    const fault = await dial(port, way, alice).closed();
    expect(fault).toMatchObject({ kind: 'tls', condition: 'certificate-refused', retry: 'never' });
  });
});
