// SPDX-License-Identifier: MIT
//
// A race is over with a certificate that is trusted: not with TLS alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { LinkOptions } from '../../src/transport/link.js';
import type { SrvAnswer } from '../../src/transport/srv.js';
import type { Target } from '../../src/transport/types.js';
import { Authority } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/observed.js';
import { freePort } from '../support/ports.js';
import { TestServer } from './tls-server.js';
import type { Watched } from './watched-link.js';
import { startTls, watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-race-trust-'));
const host = '127.0.0.1';
/** So that whoever comes through did not wait for it. */
const timeouts = { silenceMs: 60_000, handshakeMs: 60_000, giveWayMs: 60_000 };
let ca: Authority;
let ours: Certificate;
let theirs: Certificate;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  ours = await ca.server({ dns: ['example.org'] });
  theirs = await ca.server({ dns: ['other.example'] });
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(certificate: Certificate, direct = true): Promise<TestServer> {
  const server = await TestServer.start({ certificate, direct });
  endings.push(() => server.close());
  return server;
}

function to(port: number, direct = true): Target {
  return { host, port, direct };
}

function race(targets: readonly Target[], more: Partial<LinkOptions> = {}): Watched {
  const settings = { ca: ca.certFile, on: startTls, timeouts, ...more };
  const watched = watch(
    { tls: 'either', targets },
    { trusts: ({ names }) => names.dns.includes('example.org'), ...settings },
  );
  endings.push(() => watched.link.close('reset'));
  return watched;
}

it('one whose certificate is not trusted is passed by, and shown nothing of ours', async () => {
  const stranger = await serve(theirs);
  const before = await CuttingProxy.start(stranger.port);
  endings.push(() => before.close());
  const good = await serve(ours);
  const client = await ca.client(['alice@example.org']);
  const watched = watch(
    { targets: [to(before.port), to(good.port)] },
    {
      ...{ ca: ca.certFile, client, timeouts },
      trusts: ({ names }) => names.dns.includes('example.org'),
    },
  );
  endings.push(() => watched.link.close('reset'));
  expect((await watched.ready()).names.dns).toEqual(['example.org']);
  expect(watched.distrusted).toEqual([before.port]);
  await eventually('it is let go', () => before.links[0]?.open === false);
  expect(stranger.secured).toEqual([]);
});

it('another address of the same host is tried behind it', async () => {
  const good = await serve(ours);
  const stranger = await TestServer.start({
    ...{ certificate: theirs, direct: true },
    ...{ host: '127.0.0.2', port: good.port },
  });
  endings.push(() => stranger.close());
  const lookup = () => Promise.resolve(['127.0.0.2', host]);
  const link = race([{ ...to(good.port), host: 'two.example' }], { lookup });
  expect((await link.ready()).names.dns).toEqual(['example.org']);
  expect(link.distrusted).toEqual([good.port]);
});

it('so is one that is not known yet', async () => {
  const stranger = await serve(theirs);
  const good = await serve(ours, false);
  const record = (port: number, direct: boolean): SrvAnswer => ({
    records: [{ ...to(port, direct), priority: 0, weight: 0 }],
  });
  let answer: (late: SrvAnswer) => void = () => undefined;
  const late = new Promise<SrvAnswer>((done) => (answer = done));
  const resolve = (_name: string, direct: boolean): Promise<SrvAnswer> =>
    direct ? Promise.resolve(record(stranger.port, true)) : late;
  const watched = watch(
    { tls: 'either' },
    {
      ...{ ca: ca.certFile, on: startTls, timeouts },
      resolver: { resolve, cancel: () => undefined },
      trusts: ({ names }) => names.dns.includes('example.org'),
    },
  );
  endings.push(() => watched.link.close('reset'));
  await eventually('the first is passed by', () => watched.distrusted.length === 1);
  answer(record(good.port, false));
  await watched.ready();
});

it('the last one is left to be judged, where none is trusted, and dialled once', async () => {
  const first = await serve(theirs);
  const second = await serve(theirs);
  const link = race([to(first.port), to(second.port)]);
  expect((await link.ready()).names.dns).toEqual(['other.example']);
  expect(link.distrusted).toEqual([first.port]);
  // Not the first one: a person is asked now.
  expect(link.rest).toEqual([]);
  expect(second.raw).toHaveLength(1);
});

it('the only one is left to be judged', async () => {
  const only = await serve(theirs);
  const link = race([to(only.port)]);
  expect((await link.ready()).names.dns).toEqual(['other.example']);
  expect(link.distrusted).toEqual([]);
});

it('one that is passed by comes back where all others fail', async () => {
  const stranger = await serve(theirs);
  const link = race([to(stranger.port), to(await freePort())]);
  expect((await link.ready()).names.dns).toEqual(['other.example']);
  expect(link.distrusted).toEqual([stranger.port]);
  expect(link.rest).toEqual([]);
  expect(stranger.raw).toHaveLength(2);
});

it('and is why there is no link, where it is gone by then', async () => {
  const stranger = await CuttingProxy.start((await serve(theirs)).port);
  endings.push(() => stranger.close());
  const other = await CuttingProxy.start((await serve(ours)).port);
  other.stall('up', 'down');
  endings.push(() => other.close());
  const link = race([to(stranger.port), to(other.port)]);
  await eventually('it is passed by', () => link.distrusted.length === 1);
  await eventually('the other one is dialled', () => other.links.length === 1);
  stranger.refuse();
  other.cut();
  expect(await link.closed()).toMatchObject({ condition: 'certificate-untrusted', retry: 'later' });
});

it('STARTTLS that waits for it is taken at once, and may come back to it', async () => {
  const stranger = await CuttingProxy.start((await serve(theirs)).port);
  stranger.stall('up');
  endings.push(() => stranger.close());
  const starttls = await serve(ours, false);
  const link = race([to(stranger.port), to(starttls.port, false)]);
  await eventually('TCP', () => starttls.raw.length === 1);
  await stranger.heal();
  await link.ready();
  expect(link.news.all[0]).toEqual({ type: 'open', direct: false });
  expect(link.rest).toEqual([to(stranger.port)]);
});
