// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect as tcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Lookup } from '../../src/transport/addresses.js';
import type { SrvResolver } from '../../src/transport/resolver.js';
import type { DialRequest, Proxy } from '../../src/transport/types.js';
import { Authority, fingerprint } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { eventually } from '../support/observed.js';
import { freePort } from '../support/ports.js';
import { TestServer } from './tls-server.js';
import type { Watched } from './watched-link.js';
import { startTls, watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-proxy-'));
let ca: Authority;
let certificate: Certificate;
const endings: (() => unknown)[] = [];
/** Everything that was asked of DNS, or of the platform. */
const asked: string[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
});
afterEach(async () => {
  asked.length = 0;
  for (const end of endings.splice(0).reverse()) await end();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Knows nothing, and counts who asks. */
const resolver: SrvResolver = {
  resolve: (name) => {
    asked.push(name);
    return Promise.resolve({ records: [] });
  },
  cancel: () => undefined,
};
const lookup: Lookup = (host) => {
  if (host === '127.0.0.1') return Promise.resolve([host]);
  asked.push(host);
  return Promise.reject(Object.assign(new Error(host), { code: 'ENOTFOUND' }));
};

async function serve(direct: boolean): Promise<TestServer> {
  const server = await TestServer.start({ certificate, direct });
  endings.push(() => server.close());
  return server;
}

type Answer = (socket: Socket, heard: Buffer) => void;

/** A proxy that the test plays: `answer` for each piece that it hears until it is through. */
async function proxyThat(answer: Answer): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (heard: Buffer) => answer(socket, heard));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** From here on what the one says the other hears. */
function relay(socket: Socket, port: number, first: string): void {
  socket.removeAllListeners('data');
  const server = tcp(port, '127.0.0.1', () => {
    // Cut into single bytes, as a slow network may.
    for (const byte of Buffer.from(first, 'latin1')) socket.write(Buffer.of(byte));
    socket.pipe(server);
    server.pipe(socket);
  });
  server.on('error', () => socket.destroy());
  endings.push(() => server.destroy());
}

function through(
  proxy: Partial<Proxy> | 'environment',
  dial: Partial<DialRequest> = {},
  more: Parameters<typeof watch>[1] = {},
): Watched {
  const whole: Proxy = { kind: 'socks5', host: '127.0.0.1', port: 1, user: '', password: '' };
  const watched = watch(
    { tls: 'either', proxy: proxy === 'environment' ? proxy : { ...whole, ...proxy }, ...dial },
    { resolver, lookup, ca: ca.certFile, on: startTls, ...more },
  );
  endings.push(() => watched.link.close('reset'));
  return watched;
}

const established = 'HTTP/1.1 200 Connection established\r\n\r\n';

describe('a link through a proxy', () => {
  it.each([
    ['direct TLS', true],
    ['STARTTLS', false],
  ])('asks it for the domain by name, and nobody else for anything: %s', async (_title, direct) => {
    const server = await serve(direct);
    const requests: string[] = [];
    const port = await proxyThat((socket, heard) => {
      requests.push(String(heard).split('\r\n')[0] ?? '');
      const wanted = String(heard).includes(direct ? ':5223' : ':5222');
      if (wanted) relay(socket, server.port, established);
      else socket.end('HTTP/1.1 503 No\r\n\r\n');
    });
    const link = through({ kind: 'http', port });
    expect((await link.ready()).sha256).toBe(fingerprint(certificate.certFile));
    await server.seen.until('TLS', () => server.secured.length === 1);
    server.secured[0]?.write('<b/>');
    await link.text('<b/>');
    expect(requests[0]).toBe('CONNECT example.org:5222 HTTP/1.1');
    expect(asked).toEqual([]);
  });

  it('goes where the settings say, if they name a server', async () => {
    const server = await serve(false);
    const requests: string[] = [];
    const port = await proxyThat((socket, heard) => {
      requests.push(String(heard).split(' ')[1] ?? '');
      relay(socket, server.port, established);
    });
    const link = through(
      { kind: 'http', port },
      { host: 'named.example', port: 99, tls: 'starttls' },
    );
    await link.ready();
    expect(requests).toEqual(['named.example:99']);
    expect(asked).toEqual([]);
  });

  it('keeps the certificate’s domain whatever the proxy connects us to', async () => {
    const other = await ca.server({ dns: ['evil.example'] });
    const server = await TestServer.start({ certificate: other, direct: false });
    endings.push(() => server.close());
    const port = await proxyThat((socket) => relay(socket, server.port, established));
    const facts = await through({ kind: 'http', port }).ready();
    // The account judges by these names; see server-identity.
    expect(facts.names.dns).toEqual(['evil.example']);
    await server.seen.next('TLS', (line) => line.startsWith('secure with'));
    expect(server.secured[0]).toHaveProperty('servername', 'example.org');
  });

  it('to a domain below .onion goes by Tor without a question', async () => {
    const onion = 'abcdefghijklmnop.onion';
    const names: string[] = [];
    const port = await proxyThat((socket, heard) => {
      if (heard.length === 3) return void socket.write(Buffer.of(5, 0));
      names.push(heard.subarray(5, -2).toString());
      socket.end(Buffer.of(5, 0xf0, 0, 1, 0, 0, 0, 0, 0, 0));
    });
    const fault = await through({ kind: 'tor', port }, { domain: onion }).closed();
    expect(fault).toMatchObject({ condition: 'proxy-refused', retry: 'later' });
    expect(fault?.text).toContain('the onion service was not found');
    expect(names).toEqual([onion, onion]);
    expect(asked).toEqual([]);
  });

  it('and without a proxy not at all (RFC 7686)', async () => {
    const link = watch({ domain: 'abc.onion', tls: 'either' }, { resolver, lookup });
    expect(await link.closed()).toMatchObject({ condition: 'onion-without-tor', retry: 'never' });
    expect(asked).toEqual([]);
  });
});

describe('a proxy that does not do it is told in words', () => {
  it.each<[string, Partial<Proxy>, Answer, string]>([
    ['is silent', { kind: 'http' }, () => undefined, 'proxy-timeout'],
    ['hangs up', { kind: 'socks5' }, (socket) => socket.destroy(), 'proxy-'],
    ['answers slowly and without end', { kind: 'http' }, drip, 'proxy-timeout'],
    [
      'answers garbage',
      { kind: 'socks4' },
      (socket) => socket.write('SSH-2.0'),
      'proxy-not-understood',
    ],
    [
      'wants a password',
      { kind: 'socks5' },
      (socket) => socket.write(Buffer.of(5, 255)),
      'proxy-auth',
    ],
  ])('%s', async (_title, proxy, answer, condition) => {
    const port = await proxyThat(answer);
    const link = through({ ...proxy, port }, {}, { timeouts: { proxyMs: 300 } });
    const fault = await link.closed();
    expect(fault?.condition).toContain(condition);
    expect(fault?.text).toContain(`127.0.0.1:${String(port)}`);
  });

  it('is not there', async () => {
    const port = await freePort();
    const fault = await through({ port }).closed();
    expect(fault).toMatchObject({ condition: 'proxy-unreachable', retry: 'later' });
    expect(fault?.text).toContain('refuses connections');
  });

  it('has no address', async () => {
    const fault = await through({ host: 'proxy.invalid' }).closed();
    expect(fault).toMatchObject({ condition: 'proxy-unreachable' });
    expect(asked).toEqual(['proxy.invalid', 'proxy.invalid']);
  });

  it('is of no use', async () => {
    const fault = await through({ kind: 'http', user: 'a:b' }).closed();
    expect(fault).toMatchObject({ kind: 'usage', condition: 'bad-proxy', retry: 'never' });
  });
});

function drip(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\n');
  const timer = setInterval(() => socket.write('X'), 20);
  socket.on('close', () => clearInterval(timer));
}

describe('the environment', () => {
  it('names the proxy', async () => {
    const server = await serve(false);
    const port = await proxyThat((socket) => relay(socket, server.port, established));
    const environment = { https_proxy: `http://127.0.0.1:${String(port)}` };
    await through('environment', {}, { environment }).ready();
    expect(asked).toEqual([]);
  });

  it('that names none means the straight way', async () => {
    const link = through('environment', { tls: 'starttls' }, { environment: {} });
    expect(await link.closed()).toMatchObject({ condition: 'dns-failure' });
    expect(asked).toEqual(['_xmpp-client._tcp.example.org', 'example.org']);
  });

  it('that names what is no proxy stops us', async () => {
    const link = through('environment', {}, { environment: { all_proxy: 'quic://x' } });
    expect(await link.closed()).toMatchObject({ condition: 'bad-proxy', retry: 'never' });
    expect(asked).toEqual([]);
  });
});

it('what is let go in the middle of a talk with a proxy leaves nothing behind', async () => {
  const sockets: Socket[] = [];
  const port = await proxyThat((socket) => void sockets.push(socket));
  const link = through({ kind: 'http', port });
  await eventually('the proxy was asked', () => sockets.length > 0);
  link.link.close('reset');
  await eventually('all are closed', () => sockets.every((socket) => socket.destroyed));
  expect(link.news.all).toEqual([]);
});
