// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SrvResolver } from '../../src/transport/resolver.js';
import type { SrvRecord } from '../../src/transport/srv.js';
import { Authority, fingerprint } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { freePort } from '../support/ports.js';
import { run } from '../support/processes.js';
import type { ServerOptions } from './tls-server.js';
import { TestServer } from './tls-server.js';
import { tlsRecords } from './tls-wire.js';
import type { Watched } from './watched-link.js';
import { startTls, watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-link-'));
const host = '127.0.0.1';
let ca: Authority;
let certificate: Certificate;
let alice: Certificate;
let weak: Certificate;
const servers: TestServer[] = [];
const links: Watched[] = [];
const proxies: CuttingProxy[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
  alice = await ca.client(['alice@example.org']);
  weak = { certFile: join(folder, 'weak.pem'), keyFile: join(folder, 'weak.key') };
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:1024', '-nodes', '-subj', '/CN=weak', '-days', '2'],
    ...['-keyout', weak.keyFile, '-out', weak.certFile],
  ]);
});
afterEach(async () => {
  for (const { link } of links.splice(0)) link.close('reset');
  for (const proxy of proxies.splice(0)) {
    proxy.refuse();
    proxy.cut();
  }
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const server = await TestServer.start({ certificate, direct: true, ...options });
  servers.push(server);
  return server;
}

async function relay(port: number): Promise<CuttingProxy> {
  const proxy = await CuttingProxy.start(port);
  proxies.push(proxy);
  return proxy;
}

function connect(...args: Parameters<typeof watch>): Watched {
  const watched = watch({ host, ...args[0] }, args[1]);
  links.push(watched);
  return watched;
}

describe('direct TLS (XEP-0368)', () => {
  it('shows SNI and ALPN, tells the facts, and carries bytes both ways', async () => {
    const server = await serve({ alpn: ['xmpp-client'] });
    const link = connect({ port: server.port }, { ca: ca.certFile });
    const facts = await link.ready();
    expect(link.news.all.map(({ type }) => type)).toEqual(['open', 'ready']);
    expect(facts).toMatchObject({
      protocol: 'TLSv1.3',
      names: { dns: ['example.org'], srv: [], xmppAddr: [] },
      sha256: fingerprint(certificate.certFile),
    });
    expect(facts).not.toHaveProperty('chainError');
    expect(facts.notBefore).toBeLessThan(Date.now());
    expect(facts.notAfter).toBeGreaterThan(Date.now());
    link.link.write('<a');
    link.link.write('/>');
    await server.seen.next('the text in one piece', (line) => line === 'secret <a/>');
    expect(server.seen.all[0]).toBe('secure with nobody, ALPN xmpp-client');
    expect(server.secured[0]).toHaveProperty('servername', 'example.org');
    server.secured[0]?.write('<b/>');
    await link.text('<b/>');
  });

  it.each([
    ['an unknown authority', undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['a weak key', 'weak', 'EE_KEY_TOO_SMALL'],
  ])('tells what OpenSSL holds against a certificate: %s', async (_title, which, word) => {
    const server = await serve(which === 'weak' ? { certificate: weak } : {});
    expect((await connect({ port: server.port }).ready()).chainError).toBe(word);
  });
});

describe('STARTTLS (RFC 6120 §5)', () => {
  it('upgrades in place and tells the facts before any byte from inside', async () => {
    const server = await serve({ direct: false });
    const link = connect({ port: server.port, tls: 'starttls' }, { ca: ca.certFile, on: startTls });
    expect((await link.ready()).sha256).toBe(fingerprint(certificate.certFile));
    await server.seen.until('TLS', () => server.secured.length === 1);
    server.secured[0]?.write('<b/>');
    await link.text('<b/>');
    expect(link.news.all.map(({ type }) => type)).toEqual(['open', 'bytes', 'ready', 'bytes']);
  });

  it('throws away what is written while TLS is half-way', async () => {
    const server = await serve({ direct: false });
    const link = connect(
      { port: server.port, tls: 'starttls' },
      {
        on: (news, it) => {
          startTls(news, it);
          if (news.type === 'bytes') it.write('<auth/>');
          if (news.type === 'ready') it.write('<after/>');
        },
      },
    );
    await link.ready();
    await server.seen.next('the later text', (line) => line.includes('<after/>'));
    expect(server.seen.all.join()).not.toContain('<auth/>');
  });

  it('takes bytes behind <proceed/> for a broken handshake, not for text (CVE-2011-0411)', async () => {
    const server = await serve({ direct: false });
    const link = connect(
      { port: server.port, tls: 'starttls' },
      {
        on: (news, it) => {
          startTls(news, it);
          if (news.type === 'bytes') server.raw[0]?.write('<success/><message/>');
        },
      },
    );
    await link.closed();
    const heard = link.news.all.flatMap((item) => (item.type === 'bytes' ? [item.text] : []));
    expect(heard.join('')).toBe('<proceed/>');
  });
});

describe('our certificate', () => {
  it('is seen by a server that was judged good', async () => {
    const server = await serve();
    const link = connect({ port: server.port }, { ca: ca.certFile, client: alice });
    await link.ready();
    await server.seen.next('our name', (line) => line.includes('CN=alice@example.org'));
  });

  it.each([
    ['direct TLS', 'TLSv1.3', true],
    ['STARTTLS', 'TLSv1.3', false],
    ['direct TLS', 'TLSv1.2', true],
    ['STARTTLS', 'TLSv1.2', false],
  ] as const)(
    'is on no wire to a server that is not trusted: %s, %s',
    async (_title, maxVersion, direct) => {
      const server = await serve({ direct, maxVersion });
      const proxy = await relay(server.port);
      const link = connect(
        { port: proxy.port, tls: direct ? 'direct' : 'starttls' },
        {
          client: alice,
          on: (news, it) => {
            startTls(news, it);
            // The judgement of an account, in the tick of the handshake's end.
            if (news.type === 'ready') it.close('reset');
          },
        },
      );
      await server.seen.next('the end', (line) => line === 'closed');
      const sent = proxy.links[0]?.recorded('up') ?? Buffer.alloc(0);
      const records = tlsRecords(direct ? sent : sent.subarray('<starttls/>'.length));
      expect(records[0]).toBe('handshake 1');
      expect(records.slice(1).filter((record) => record !== 'alert')).toEqual([]);
      expect(server.secured).toEqual([]);
      if (maxVersion === 'TLSv1.2') {
        expect(await link.closed()).toMatchObject({ condition: 'tls13-required', retry: 'later' });
      }
    },
  );

  it('and a server that hangs up on TLS 1.3 without an alert: the words name what it may lack', async () => {
    const server = createServer((raw) => raw.once('data', () => raw.destroy()));
    server.listen(0, host);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const withOurs = await connect({ port }, { client: alice }).closed();
    expect(withOurs).toMatchObject({ condition: 'handshake-failed', retry: 'later' });
    expect(withOurs?.text).toContain('lack TLS 1.3');
    expect((await connect({ port }).closed())?.text).not.toContain('TLS 1.3');
  });
});

/** Once both have heard each other, no write of the handshake is under way that could swallow an RST. */
async function talk(server: TestServer, watched: Watched): Promise<void> {
  watched.link.write('<a/>');
  await server.seen.next('the text', (line) => line === 'secret <a/>');
  server.secured.at(-1)?.write('<b/>');
  await watched.text('<b/>');
}

describe('letting go', () => {
  it.each([
    ['inside TLS', true],
    ['in clear', false],
  ])(
    'a reset reaches the server as RST, %s, and nothing is told after it',
    async (_title, direct) => {
      const server = await serve({ direct });
      const link = connect({ port: server.port, tls: direct ? 'direct' : 'starttls' });
      await link.news.next('open', ({ type }) => type === (direct ? 'ready' : 'open'));
      if (direct) await talk(server, link);
      else await server.seen.until('TCP', () => server.raw.length === 1);
      link.link.close('reset');
      const told = link.news.all.length;
      await server.seen.next('RST', (line) => line === 'error ECONNRESET');
      await server.seen.next('the end', (line) => line === 'closed');
      expect(link.news.all).toHaveLength(told);
    },
  );

  it('an end brings over everything that was written', async () => {
    const server = await serve();
    const link = connect({ port: server.port });
    await link.ready();
    link.link.write('</stream:stream>');
    link.link.close('end');
    await server.seen.next('the end', (line) => line === 'end');
    expect(server.seen.all.slice(1, 3)).toEqual(['secret </stream:stream>', 'end']);
  });

  it('before anything is there leaves nothing behind', async () => {
    const server = await serve();
    const link = connect({ port: server.port });
    link.link.close('reset');
    const other = connect({ port: server.port });
    await other.ready();
    expect(link.news.all).toEqual([]);
    expect(server.raw).toHaveLength(1);
  });

  it('by the peer is told once, with a fault only if it was no orderly end', async () => {
    const server = await serve();
    const orderly = connect({ port: server.port });
    await server.seen.until('TLS', () => server.secured.length === 1);
    server.secured[0]?.end();
    expect(await orderly.closed()).toBeUndefined();
    const broken = connect({ port: server.port });
    await broken.ready();
    await talk(server, broken);
    server.raw[1]?.resetAndDestroy();
    expect(await broken.closed()).toMatchObject({ kind: 'link', condition: 'connection-lost' });
  });
});

describe('finding a server', () => {
  function resolver(...records: Partial<SrvRecord>[]): SrvResolver {
    const full = records.map((r, priority) => ({
      ...{ host, port: 1, direct: false, priority, weight: 0 },
      ...r,
    }));
    return {
      resolve: (_name, direct) =>
        Promise.resolve({ records: full.filter((r) => r.direct === direct) }),
      cancel: () => undefined,
    };
  }

  it('goes on to the next record when one refuses or does not speak TLS', async () => {
    const plain = await serve({ direct: false });
    const good = await serve({ direct: false });
    const link = watch(
      { tls: 'either' },
      {
        resolver: resolver(
          { port: await freePort() },
          { port: plain.port, direct: true },
          { port: good.port },
        ),
        on: startTls,
      },
    );
    links.push(link);
    await link.ready();
    expect(good.seen.all).toContain('clear <starttls/>');
    expect(link.news.all[0]).toEqual({ type: 'open', direct: false });
  });

  it('tells a refused connection, with words, when that was the last', async () => {
    const link = watch({ tls: 'either' }, { resolver: resolver({ port: await freePort() }) });
    links.push(link);
    expect(await link.closed()).toMatchObject({
      kind: 'link',
      condition: 'connection-refused',
      retry: 'later',
    });
  });

  it('prefers to tell the TLS fault of one server to the silence of the last', async () => {
    const plain = await serve({ direct: false });
    const records = [{ port: plain.port, direct: true }, { port: await freePort() }];
    const link = watch({ tls: 'either' }, { resolver: resolver(...records) });
    links.push(link);
    expect(await link.closed()).toMatchObject({ kind: 'tls', condition: 'not-tls' });
  });

  it('gives up a server that accepts and says nothing', async () => {
    const server = await serve();
    const proxy = await relay(server.port);
    proxy.stall('up');
    const link = connect({ port: proxy.port }, { timeouts: { silenceMs: 50, handshakeMs: 100 } });
    expect(await link.closed()).toMatchObject({ kind: 'timeout', condition: 'tls-timeout' });
  });

  it('tells a name that no DNS knows, with words', async () => {
    const link = watch({ domain: 'nowhere.invalid', tls: 'starttls' }, { resolver: resolver() });
    links.push(link);
    expect(await link.closed()).toMatchObject({ kind: 'link', condition: 'dns-failure' });
  });
});
