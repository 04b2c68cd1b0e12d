// SPDX-License-Identifier: MIT
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Authority, fingerprint, type Certificate } from '../support/certificates.js';
import { Prosody } from '../support/prosody.js';
import { House, type Guest } from './sign-in-house.js';
import { optionsOf, paths, PASSWORD, type Path, type TlsVersion } from './sign-in-story.js';

const HOME = 'home.example';
const versions: TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];

/** What is wrong with a server's certificate, and the word by which a person is asked. */
const wrongs = {
  'by an authority nobody knows': 'unknown-ca',
  'for another domain': 'wrong-name',
  'that has expired': 'expired',
} as const;
type Wrong = keyof typeof wrongs;
const rows = (Object.keys(wrongs) as Wrong[]).flatMap((wrong) =>
  versions.flatMap((tls) => paths.map((path) => [wrong, tls, path] as const)),
);

let house: House;
let mine: Certificate;
const certificates = new Map<Wrong | 'right', Certificate>();
const servers = new Map<string, Prosody>();
const guests: Guest[] = [];

beforeAll(async () => {
  house = await House.open();
  const { authority, workspace } = house;
  const stranger = await Authority.create(workspace.path('stranger'), 'Unheard-of CA');
  const past = { fromDays: -9, toDays: -1 };
  mine = await authority.client([`alice@${HOME}`]);
  certificates.set('right', await authority.server({ dns: [HOME] }));
  certificates.set('by an authority nobody knows', await stranger.server({ dns: [HOME] }));
  certificates.set('for another domain', await authority.server({ dns: ['evil.example'] }));
  certificates.set('that has expired', await authority.server({ dns: [HOME] }, past));
});
afterEach(() => Promise.all(guests.splice(0).map((guest) => guest.leave())));
afterAll(() => house.close());

/** One server for each certificate and version; it asks everybody for a client certificate. */
async function serve(which: Wrong | 'right', tls: TlsVersion): Promise<Prosody> {
  const key = `${which} ${tls}`;
  const certificate = certificates.get(which);
  const server =
    servers.get(key) ??
    (await Prosody.start(house.workspace, {
      ...{ domain: HOME, users: { alice: PASSWORD }, authority: house.authority, tls },
      ...(certificate === undefined ? {} : { certificate }),
    }));
  servers.set(key, server);
  return server;
}

/** Alice on her way to a server; with her certificate, or with her password alone. */
async function arrive(server: Prosody, path: Path, by: 'certificate' | 'password'): Promise<Guest> {
  const cell = { mechanism: '', path, tls: 'TLSv1.3', user: 'alice', domain: HOME } as const;
  const port = path === 'STARTTLS' ? server.port : server.directTlsPort;
  const guest = await house.guest(port, optionsOf(cell, by === 'certificate' ? mine : undefined));
  guests.push(guest);
  return guest;
}

interface Wire {
  /** What went in clear, before TLS. */
  clear: string;
  /** The records of TLS without alerts: their types (RFC 8446 §5.1), a ClientHello by its name. */
  records: string[];
}

const RECORDS = new Map([
  [20, 'change cipher'],
  [22, 'handshake'],
  [23, 'encrypted'],
]);

/** All that a client wrote on a link, once that has ended. */
async function wireOf(guest: Guest, at = 0): Promise<Wire> {
  const { links, news } = guest.proxy;
  await news.until('the end of the link', () => links[at]?.open === false);
  const bytes = links[at]?.recorded('up') ?? Buffer.alloc(0);
  const start = bytes.indexOf(Buffer.of(22, 3, 1));
  const records: string[] = [];
  for (let at = start; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    const type = bytes.readUInt8(at);
    if (type === 22 && bytes.readUInt8(at + 5) === 1) records.push('ClientHello');
    else if (type !== 21) records.push(RECORDS.get(type) ?? `record ${String(type)}`);
  }
  return { clear: bytes.toString('latin1', 0, start), records };
}

/** Nothing before TLS but the request for it, and no word of who we are (RFC 6120 §4.7.1). */
function expectModest({ clear }: Wire, path: Path): void {
  if (path === 'direct TLS') return expect(clear).toBe('');
  expect(clear).toMatch(/^<\?xml [^>]*><stream:stream [^>]*><starttls [^>]*>$/);
  expect(clear).not.toContain('alice');
}

function expectUnknown(server: Prosody): void {
  const known = server.sights.all.filter(({ certificate, user }) => certificate ?? user);
  expect(known).toEqual([]);
}

test('a server with the right certificate is shown ours, and the record of the wire tells', async () => {
  const server = await serve('right', 'TLSv1.3');
  const guest = await arrive(server, 'STARTTLS', 'certificate');
  expect(await guest.settled()).toMatchObject({ state: 'online', mechanism: 'EXTERNAL' });
  guest.proxy.refuse();
  guest.proxy.cut();
  const wire = await wireOf(guest);
  expectModest(wire, 'STARTTLS');
  expect(wire.records).toContain('encrypted');
  const [login] = server.sights.all;
  expect(login).toMatchObject({ user: 'alice', certificate: fingerprint(mine.certFile) });
});

describe.each(rows)('a server with a certificate %s, %s, %s', (wrong, tls, path) => {
  test('gets a ClientHello of an account that has a certificate, and nothing else', async () => {
    const server = await serve(wrong, tls);
    const guest = await arrive(server, path, 'certificate');
    if (tls === 'TLSv1.3') {
      expect(await guest.next('ask-trust')).toMatchObject({ reasons: [wrongs[wrong]] });
    } else {
      const error = { condition: 'tls13-required', retry: 'later' };
      expect(await guest.settled()).toMatchObject({ state: 'failed', error });
    }
    const wire = await wireOf(guest);
    expectModest(wire, path);
    expect(wire.records).toEqual(['ClientHello']);
    expect(guest.proxy.links).toHaveLength(1);
    expectUnknown(server);
  });

  test('gets nothing inside TLS of an account that has a password', async () => {
    const server = await serve(wrong, tls);
    const guest = await arrive(server, path, 'password');
    expect(await guest.next('ask-trust')).toMatchObject({ reasons: [wrongs[wrong]] });
    const wire = await wireOf(guest);
    expectModest(wire, path);
    expect(wire.records[0]).toBe('ClientHello');
    expect(wire.records).not.toContain('encrypted');
    expect(guest.proxy.links).toHaveLength(1);
    expectUnknown(server);
  });
});

test('a stranger in the place of our server gets a ClientHello at most, and no session to resume', async () => {
  const ours = await serve('right', 'TLSv1.3');
  const stranger = await serve('by an authority nobody knows', 'TLSv1.3');
  const guest = await arrive(ours, 'direct TLS', 'certificate');
  expect(await guest.settled()).toMatchObject({ state: 'online' });
  guest.mark();
  await ours.stop();
  const usurper = createServer((client) => {
    const socket = connect(stranger.directTlsPort, '127.0.0.1');
    client.on('error', () => socket.destroy()).pipe(socket);
    socket.on('error', () => client.destroy()).pipe(client);
  });
  usurper.listen(ours.directTlsPort, '127.0.0.1');
  await once(usurper, 'listening');
  house.workspace.atEnd(() => void usurper.close());
  expect(await guest.next('ask-trust')).toMatchObject({ reasons: ['unknown-ca'] });
  const wire = await wireOf(guest, guest.proxy.links.length - 1);
  expect(wire.records).toEqual(['ClientHello']);
  expectUnknown(stranger);
});
