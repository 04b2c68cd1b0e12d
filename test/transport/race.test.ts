// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inTurn } from '../../src/transport/addresses.js';
import type { Lookup } from '../../src/transport/addresses.js';
import type { SrvResolver } from '../../src/transport/resolver.js';
import type { SrvAnswer, SrvRecord } from '../../src/transport/srv.js';
import { BlackHole } from '../support/black-hole.js';
import type { Target } from '../../src/transport/types.js';
import { Authority } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { eventually, Observed } from '../support/observed.js';
import { freePort } from '../support/ports.js';
import { TestServer } from './tls-server.js';
import type { Watched } from './watched-link.js';
import { startTls, watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-race-'));
const host = '127.0.0.1';
/** So that whoever comes through did not wait for it. */
const patience = { silenceMs: 60_000, handshakeMs: 60_000 };
let ca: Authority;
let certificate: Certificate;
let hole: BlackHole;
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
  hole = await BlackHole.open();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});
afterAll(async () => {
  await hole.close();
  rmSync(folder, { recursive: true });
});

async function serve(direct: boolean): Promise<TestServer> {
  const server = await TestServer.start({ certificate, direct });
  endings.push(() => server.close());
  return server;
}

/** In front of a server: nothing gets through it. */
async function stalled(port: number): Promise<CuttingProxy> {
  const proxy = await CuttingProxy.start(port);
  proxy.stall('up', 'down');
  endings.push(() => {
    proxy.refuse();
    proxy.cut();
  });
  return proxy;
}

type Place = Partial<SrvRecord>;

/** In order; the two services can be answered apart. */
function records(...list: Place[]): SrvRecord[] {
  return list.map((record, priority) => ({
    ...{ host, port: 1, direct: false, priority, weight: 0 },
    ...record,
  }));
}

function resolver(
  list: readonly SrvRecord[],
  late: (direct: boolean) => Promise<unknown> = () => Promise.resolve(),
): SrvResolver {
  const answer = async (direct: boolean): Promise<SrvAnswer> => {
    await late(direct);
    return { records: list.filter((record) => record.direct === direct) };
  };
  return { resolve: (_name, direct) => answer(direct), cancel: () => undefined };
}

function race(list: Place[], more: Parameters<typeof watch>[1] = {}): Watched {
  const watched = watch(
    { tls: 'either' },
    {
      resolver: resolver(records(...list)),
      timeouts: patience,
      ca: ca.certFile,
      on: startTls,
      ...more,
    },
  );
  endings.push(() => watched.link.close('reset'));
  return watched;
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

describe('the next one is tried beside the first', () => {
  it.each([
    ['direct TLS', true],
    ['STARTTLS', false],
  ])('that answers no SYN, by %s; afterwards no socket is left', async (_title, direct) => {
    const good = await serve(direct);
    const before = sockets();
    const link = race([
      { port: hole.port, direct },
      { port: good.port, direct },
    ]);
    await link.ready();
    link.link.close('reset');
    await good.seen.next('the end', (line) => line === 'closed');
    await eventually('no socket is left', () => sockets() <= before);
  });

  it.each([
    ['direct TLS', true],
    ['STARTTLS', false],
  ])('that takes us in and is silent in TLS, by %s', async (_title, direct) => {
    const dead = await stalled((await serve(true)).port);
    const good = await serve(direct);
    const link = race([
      { port: dead.port, direct: true },
      { port: good.port, direct },
    ]);
    await link.ready();
    await dead.heal();
    await eventually('the loser is let go', () => dead.openLinks.length === 0);
  });

  it('whose address is not answered for', async () => {
    const good = await serve(true);
    const lookup: Lookup = (name) =>
      name === 'slow.example' ? new Promise(() => undefined) : Promise.resolve([name]);
    const list = [
      { host: 'slow.example', direct: true },
      { port: good.port, direct: true },
    ];
    await race(list, { lookup }).ready();
  });

  it('address of the same host that answers no SYN', async () => {
    const good = await serve(true);
    // Nobody listens on the hole's port at 127.0.0.2, so the good one is on both; the first is not there.
    const lookup: Lookup = () => Promise.resolve(['127.0.0.2', host]);
    const list = [{ host: 'two.example', port: good.port, direct: true }];
    await race(list, { lookup }).ready();
  });
});

describe('one service’s records are not waited for', () => {
  it.each([true, false])('when those of the other are there (direct: %s)', async (direct) => {
    const good = await serve(direct);
    const never = (late: boolean): Promise<unknown> =>
      late === direct ? Promise.resolve() : new Promise(() => undefined);
    const list = records({ port: good.port, direct });
    await race([], { resolver: resolver(list, never) }).ready();
  });

  it('but are tried when they come', async () => {
    const good = await serve(true);
    const tried = new Observed<string>();
    const lookup: Lookup = (name) => {
      tried.add(name);
      return name === 'slow.example' ? new Promise(() => undefined) : Promise.resolve([name]);
    };
    const list = records({ host: 'slow.example' }, { port: good.port, direct: true });
    // The answer with the good one comes only after the other's was acted upon.
    const late = (direct: boolean): Promise<unknown> =>
      direct ? tried.next('the first', (name) => name === 'slow.example') : Promise.resolve();
    await race([], { lookup, resolver: resolver(list, late) }).ready();
  });
});

it('one that was there while another waited gets its turn when that one dies', async () => {
  const asked = new Observed<{ readonly place: string; readonly socket: Socket }>();
  const proxy = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (heard) => {
      const [, place = ''] = /^CONNECT ([a-z]+)/.exec(String(heard)) ?? [];
      asked.add({ place, socket });
    });
  });
  proxy.listen(0, host);
  await once(proxy, 'listening');
  endings.push(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const target = (name: string, direct: boolean): Target => ({ host: name, port: 5222, direct });
  const watched = watch(
    {
      tls: 'either',
      proxy: { kind: 'http', host, port, user: '', password: '' },
      targets: [target('direct', true), target('dying', false), target('good', false)],
    },
    { timeouts: { ...patience, proxyMs: 60_000, giveWayMs: 60_000 } },
  );
  endings.push(() => watched.link.close('reset'));
  const opened = async (name: string, after = 0): Promise<Socket> => {
    const { socket } = await asked.next(name, ({ place }) => place === name, { after });
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    return socket;
  };
  // All three are asked for before the first of them is there.
  await asked.next('the last', ({ place }) => place === 'good');
  const direct = await opened('direct');
  await once(direct, 'data');
  const dying = await opened('dying');
  const good = await opened('good');
  // One is enough to wait.
  await once(good, 'close');
  const before = asked.all.length;
  dying.resetAndDestroy();
  await opened('good', before);
  direct.destroy();
  await watched.news.next('open', ({ type }) => type === 'open');
});

describe('who wins', () => {
  it('is the first in order while its TLS is under way, not one where TCP is enough', async () => {
    const direct = await serve(true);
    const slow = await CuttingProxy.start(direct.port);
    slow.stall('up');
    endings.push(() => slow.close());
    const starttls = await serve(false);
    const link = race([{ port: slow.port, direct: true }, { port: starttls.port }], {
      timeouts: { ...patience, giveWayMs: 60_000 },
    });
    // The second is open and waits: only then the first goes on.
    await eventually('TCP', () => starttls.raw.length === 1);
    await slow.heal();
    await link.ready();
    expect(link.news.all[0]).toEqual({ type: 'open', direct: true });
    await starttls.seen.next('the end', (line) => line === 'closed');
    expect(starttls.seen.all.filter((line) => line.startsWith('clear'))).toEqual([]);
  });

  it('gets our certificate, and no other', async () => {
    const alice = await ca.client(['alice@example.org']);
    const loser = await serve(true);
    const proxy = await CuttingProxy.start(loser.port);
    // Its answer is held back, so that its handshake is all but over when the other's is.
    proxy.stall('down');
    endings.push(() => proxy.close());
    const winner = await serve(true);
    const list = [
      { port: proxy.port, direct: true },
      { port: winner.port, direct: true },
    ];
    const link = race(list, { client: alice });
    await link.ready();
    await winner.seen.next('our name', (line) => line.includes('CN=alice@example.org'));
    await proxy.heal();
    await eventually('the loser is let go', () => proxy.links[0]?.open === false);
    const sent = proxy.links[0]?.recorded('up') ?? Buffer.alloc(0);
    // One record: the ClientHello (RFC 8446 §5.1).
    expect(sent.readUInt8(0)).toBe(22);
    expect(sent.length).toBe(5 + sent.readUInt16BE(3));
    expect(loser.secured).toEqual([]);
  });

  it('and what else there is to try is told, without those that failed', async () => {
    const refusing = await freePort();
    const good = await serve(false);
    const other = await serve(false);
    const link = race([{ port: refusing }, { port: good.port }, { port: other.port }]);
    await link.ready();
    expect(link.rest).toEqual([{ host, port: other.port, direct: false }]);
  });

  it('is the one that can be reached: one below .onion keeps nobody from it', async () => {
    const good = await serve(true);
    const onion = { host: 'abc.onion', port: 5222 };
    await race([onion, { port: good.port, direct: true }]).ready();
    // And should it be the only one that is there at first.
    const late = (direct: boolean): Promise<unknown> =>
      direct ? new Promise((heard) => setTimeout(heard, 400)) : Promise.resolve();
    const list = records(onion, { port: good.port, direct: true });
    const link = race([], { resolver: resolver(list, late) });
    await link.ready();
    expect(link.rest).toEqual([]);
  });

  it.each([[[true]], [[false]], [[true, false]]])(
    'is none where all are below .onion, for now: DNS may lie (direct: %j)',
    async (kinds) => {
      const list = kinds.map((direct) => ({ host: 'abc.onion', port: 5222, direct }));
      expect(await race(list).closed()).toMatchObject({
        ...{ condition: 'onion-without-tor', retry: 'later' },
      });
    },
  );

  it('is none: the fault of the last is told once all have failed', async () => {
    const list = [{ port: await freePort() }, { port: await freePort(), direct: true }];
    expect(await race(list).closed()).toMatchObject({ condition: 'connection-refused' });
  });
});

it.each([
  [
    ['::1', '::2', '10.0.0.1', '10.0.0.2'],
    ['::1', '10.0.0.1', '::2', '10.0.0.2'],
  ],
  [
    ['10.0.0.1', '::1'],
    ['10.0.0.1', '::1'],
  ],
  [['::1'], ['::1']],
  [
    ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4', '1.1.1.5', '::1'],
    ['1.1.1.1', '::1', '1.1.1.2', '1.1.1.3'],
  ],
  [[], []],
])('addresses %j are tried as %j', (given, tried) => {
  expect(inTurn(given)).toEqual(tried);
});
