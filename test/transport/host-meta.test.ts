// SPDX-License-Identifier: MIT
//
// XEP-0156: how a domain's web server is asked for WebSockets, and what it cannot make of us.

import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readHostMeta } from '../../src/core/host-meta.js';
import type { SrvResolver } from '../../src/transport/resolver.js';
import { Authority, type Certificate } from '../support/certificates.js';
import { OfficeProxy } from '../support/office-proxy.js';
import { nodeTools } from '../support/tools.js';
import { WebServer, type WebOptions } from '../support/web-server.js';
import { watch, type Watched } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-host-meta-'));
let ca: Authority;
let stranger: Authority;
let certificate: Certificate;
let alice: Certificate;
const servers: { close(): Promise<void> }[] = [];
const links: Watched[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  stranger = await Authority.create(mkdtempSync(join(folder, 'stranger-')), 'Somebody');
  certificate = await ca.server({ dns: ['example.org'] });
  alice = await ca.client(['alice@example.org']);
});
afterEach(async () => {
  for (const { link } of links.splice(0)) link.close('reset');
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(folder, { recursive: true }));

const XRD = '/.well-known/host-meta';
const JRD = '/.well-known/host-meta.json';
const REL = 'urn:xmpp:alt-connections:websocket';
const xrd = (...uris: string[]): string =>
  `<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${uris.map((uri) => `<Link rel='${REL}' href='${uri}'/>`).join('')}</XRD>`;
const jrd = (...uris: string[]): string =>
  JSON.stringify({ links: uris.map((href) => ({ rel: REL, href })) });

async function serve(options: Partial<WebOptions> = {}): Promise<WebServer> {
  const server = await WebServer.start({ certificate, ...options });
  servers.push(server);
  return server;
}

/** Nobody may be asked for SRV, and names are looked up here alone. */
const noResolver: SrvResolver = {
  resolve: (name) => Promise.reject(new Error(`SRV was asked for: ${name}`)),
  cancel: () => undefined,
};

function connect(
  port: number,
  dial: Parameters<typeof watch>[0] = {},
  more: Parameters<typeof watch>[1] = {},
): { watched: Watched; names: string[] } {
  const names: string[] = [];
  const watched = watch(
    { hostMeta: true, tls: 'either', ...dial },
    {
      ...{ ca: ca.certFile, resolver: noResolver, httpsPort: port },
      readHostMeta: (form, document) => readHostMeta(form, document, nodeTools),
      lookup: (host) => {
        names.push(host);
        return Promise.resolve(['127.0.0.1']);
      },
      ...more,
    },
  );
  links.push(watched);
  return { watched, names };
}

const asking = (path: string): string =>
  `GET ${path} for example.org, SNI example.org, certificate of nobody`;

describe('a WebSocket that host-meta names', () => {
  it.each([
    ['in XRD', (uri: string) => ({ [XRD]: xrd(uri) }), [asking(XRD)]],
    ['in JSON alone', (uri: string) => ({ [JRD]: jrd(uri) }), [asking(XRD), asking(JRD)]],
    [
      'in JSON, where XRD names others',
      (uri: string) => ({ [XRD]: xrd('ws://example.org/'), [JRD]: jrd(uri) }),
      [asking(XRD), asking(JRD)],
    ],
  ])('%s is dialled under its name, and no SRV is asked', async (_where, documents, asked) => {
    const there = await serve();
    const uri = `wss://ws.example.net:${String(there.port)}/ws`;
    const web = await serve({ documents: documents(uri) });
    const { watched, names } = connect(web.port);
    await there.faces.next('a WebSocket', () => true);
    expect(web.asked.all).toEqual(asked);
    expect(new Set(names)).toEqual(new Set(['example.org', 'ws.example.net']));
    // Whose certificate is asked for does not change, whatever the host.
    expect(there.asked.all).toEqual([
      `GET /ws for ws.example.net:${String(there.port)}, SNI example.org, certificate of nobody`,
    ]);
    expect((await watched.ready()).names.dns).toEqual(['example.org']);
  });

  it('gets our certificate; the web server, which may be somebody else, does not', async () => {
    const there = await serve();
    const web = await serve({
      documents: { [XRD]: xrd(`wss://example.org:${String(there.port)}/ws`) },
    });
    connect(web.port, {}, { client: alice });
    await there.faces.next('a WebSocket', () => true);
    expect(web.asked.all).toEqual([asking(XRD)]);
    expect(there.asked.all.join()).toMatch(/certificate of .*alice/);
  });

  it('under another name shows the certificate of that name, which the account judges', async () => {
    const other = await ca.server({ dns: ['evil.example'] });
    const there = await serve({ certificate: other });
    const web = await serve({
      documents: { [XRD]: xrd(`wss://evil.example:${String(there.port)}/ws`) },
    });
    const { watched } = connect(
      web.port,
      {},
      { on: (news, link) => news.type === 'ready' && link.close('reset') },
    );
    expect((await watched.ready()).names.dns).toEqual(['evil.example']);
    await there.ended.next('the end', (left) => left === 0);
    expect(there.asked.all.filter((line) => line.startsWith('GET'))).toEqual([]);
  });

  it('is found through a proxy, which alone is looked up', async () => {
    const there = await serve();
    const web = await serve({ documents: { [XRD]: xrd('wss://ws.example.net/ws') } });
    const proxy = await OfficeProxy.start({
      'example.org:443': web.port,
      'ws.example.net:443': there.port,
    });
    servers.push(proxy);
    const { names } = connect(443, {
      proxy: { kind: 'http', host: 'proxy.example', port: proxy.port, user: '', password: '' },
    });
    await there.faces.next('a WebSocket', () => true);
    expect(proxy.asked.all).toEqual(['example.org:443', 'ws.example.net:443']);
    expect(new Set(names)).toEqual(new Set(['proxy.example']));
  });
});

describe('host-meta', () => {
  const never = 'wss://127.0.0.1:9/ws';

  it.each([
    ['another name', { dns: ['evil.example'] }],
    ['the name as an SRV-ID, which is for XMPP,', { dns: [], srv: ['_xmpp-client.example.org'] }],
    ['a wildcard that is too wide', { dns: ['*.org'] }],
    ['a wildcard below the name', { dns: ['*.example.org'] }],
    ['an authority that nobody knows', undefined],
  ])('from a web server with %s is not asked for', async (_what, names) => {
    const shown = await (names === undefined ? stranger : ca).server(
      names ?? { dns: ['example.org'] },
    );
    const web = await serve({ certificate: shown, documents: { [XRD]: xrd(never) } });
    const { watched } = connect(web.port);
    expect(await watched.closed()).toMatchObject({
      ...{ kind: 'tls', condition: 'host-meta-untrusted', retry: 'later' },
    });
    expect(web.asked.all).toEqual([]);
  });

  it('from a web server with a wildcard for the name is', async () => {
    const shown = await ca.server({ dns: ['*.example.org'] });
    const web = await serve({ certificate: shown });
    const { watched } = connect(web.port, { domain: 'chat.example.org' });
    expect((await watched.closed())?.condition).toBe('host-meta-refused');
    expect(web.asked.all).toHaveLength(2);
  });

  const answers: [string, WebOptions['documents']][] = [
    ['http:', { [XRD]: xrd('http://example.org/ws') }],
    ['ws:', { [XRD]: xrd('ws://example.org/ws'), [JRD]: jrd('ws://example.org/ws') }],
    ['https:', { [XRD]: xrd('https://example.org/ws') }],
    ['an address with a password', { [XRD]: xrd('wss://a:b@example.org/ws') }],
    ['an entity', { [XRD]: `<!DOCTYPE XRD [<!ENTITY u "${never}">]>${xrd('&u;')}` }],
    ['no links', { [XRD]: xrd(), [JRD]: jrd() }],
    ['a page', { [XRD]: '<html><br></html>', [JRD]: '<html>' }],
  ];
  it.each(answers)(
    'that has %s names none, and nobody else is dialled',
    async (_what, documents) => {
      const web = await serve({ documents: documents ?? {} });
      const { watched, names } = connect(web.port);
      expect(await watched.closed()).toMatchObject({ kind: 'link', retry: 'later' });
      expect(new Set(names)).toEqual(new Set(['example.org']));
      expect(web.asked.all).toEqual([asking(XRD), asking(JRD)]);
    },
  );

  const moved =
    (location: string, status = 302) =>
    (response: ServerResponse): void =>
      void response.writeHead(status, { location }).end(xrd(never));

  it.each([
    ['to http', moved('http://example.org/.well-known/host-meta')],
    ['to another domain', moved('https://evil.example/.well-known/host-meta')],
    ['to itself', moved(XRD, 301)],
    ['for good', moved('https://www.example.org/', 308)],
  ])('that redirects %s is not followed', async (_what, redirect) => {
    const web = await serve({ documents: { [XRD]: redirect, [JRD]: redirect } });
    const { watched, names } = connect(web.port);
    expect(await watched.closed()).toMatchObject({ condition: 'host-meta-refused' });
    expect(new Set(names)).toEqual(new Set(['example.org']));
    expect(web.asked.all).toHaveLength(2);
  });

  it.each([
    ['a document of ten megabytes', (response: ServerResponse) => flood(response, {})],
    [
      'ten megabytes that were not announced',
      (response: ServerResponse) => flood(response, { 'transfer-encoding': 'chunked' }),
    ],
    [
      'a header of a megabyte',
      (response: ServerResponse) =>
        response.writeHead(200, { 'x-long': 'x'.repeat(1_000_000) }).end(xrd(never)),
    ],
  ])('with %s is left', async (_what, answer) => {
    const web = await serve({ documents: { [XRD]: answer, [JRD]: answer } });
    const { watched } = connect(web.port);
    expect(await watched.closed()).toMatchObject({ condition: 'host-meta-refused' });
    await web.ended.until('no connection', () => web.ended.all.at(-1) === 0);
  });

  it.each([
    ['says nothing', () => undefined],
    [
      'stops in the middle',
      (response: ServerResponse) => void response.writeHead(200).write('<XRD '),
    ],
    [
      'dribbles',
      (response: ServerResponse) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.once('close', () => clearInterval(timer));
      },
    ],
  ])('from a server that %s does not hold us up', async (_what, answer) => {
    const web = await serve({ documents: { [XRD]: answer, [JRD]: answer } });
    const { watched } = connect(web.port, {}, { timeouts: { hostMetaMs: 200 } });
    expect(await watched.closed()).toMatchObject({ condition: 'host-meta-refused' });
    await web.ended.until('no connection', () => web.ended.all.at(-1) === 0);
    expect(web.asked.all).toHaveLength(2);
  });

  it('over something that is no TLS is none', async () => {
    const web = await clear((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    const { watched } = connect(web);
    expect(await watched.closed()).toMatchObject({ kind: 'tls', condition: 'not-tls' });
  });

  it('of a server that answers with something else than HTTP is none', async () => {
    const answer = (response: ServerResponse): void => void response.socket?.end('hello\r\n\r\n');
    const web = await serve({ documents: { [XRD]: answer, [JRD]: answer } });
    expect(await connect(web.port).watched.closed()).toMatchObject({
      condition: 'host-meta-refused',
    });
  });

  it('of a domain below .onion is not asked for without Tor', async () => {
    const web = await serve();
    const { watched, names } = connect(web.port, { domain: 'abc.onion' });
    expect(await watched.closed()).toMatchObject({ kind: 'usage', condition: 'onion-without-tor' });
    expect(names).toEqual([]);
    expect(web.asked.all).toEqual([]);
  });

  it('is not waited for any more once the dial is given up', async () => {
    const web = await serve({ documents: { [XRD]: () => undefined } });
    const { watched } = connect(web.port);
    await web.asked.next('the question', () => true);
    watched.link.close('reset');
    await web.ended.next('the end', (left) => left === 0);
    expect(watched.news.all).toEqual([]);
  });
});

function flood(response: ServerResponse, headers: Record<string, string>): void {
  response.writeHead(200, headers).end(`<XRD>${'x'.repeat(10_000_000)}`);
}

async function clear(connected: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    connected(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => void server.close(() => done()));
  };
  servers.push({ close });
  return (server.address() as AddressInfo).port;
}
