// SPDX-License-Identifier: MIT
//
// What hostile servers and networks do with TLS, on real sockets. Each attack comes as the server writes
// it, and again through a relay that sends every byte in a write of its own; to a first sign-in, and to an
// account whose session could go on.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SrvResolver } from '../../src/transport/resolver.js';
import { Dialer } from '../../src/engine/dialer.js';
import { Link } from '../../src/transport/link.js';
import type { SavedManagement } from '../../src/core/stream-management.js';
import type { LinkInput } from '../../src/core/effects.js';
import { Authority, type Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Observed } from '../support/observed.js';
import { issuedByLeaf, selfSigned, shortKey } from '../support/odd-certificates.js';
import { RealSignIn, timeouts, type Person } from '../support/real-sign-in.js';
import { ScriptedServer, type Script } from '../support/scripted-server.js';
import { TestServer } from './tls-server.js';
import { watch } from './watched-link.js';
import { ways } from './ways.js';

const HOME = 'home.example';
const SRV_ID = 'otherName:1.3.6.1.5.5.7.8.7;IA5STRING:';
const host = '127.0.0.1';
const folder = mkdtempSync(join(tmpdir(), 'steadfast-attacks-'));

let authority: Authority;
let alice: Certificate;
let good: Certificate;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await Authority.create(join(folder, 'ca'));
  alice = await authority.client([`alice@${HOME}`]);
  good = await authority.server({ dns: [HOME] });
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(script: Partial<Script> = {}): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({ certificate: good, domain: HOME, ...script });
  ends.push(() => server.close());
  return server;
}

async function through(server: ScriptedServer, slice: boolean): Promise<number> {
  const proxy = await CuttingProxy.start(server.port);
  proxy.slice = slice;
  ends.push(() => proxy.close());
  return proxy.port;
}

const saved = (domain: string): SavedManagement => ({
  ...{ id: 'canary-session', jid: `alice@${domain}/desk`, sent: 0, acked: 0, handled: 0 },
  tracked: [],
});

/**
 * Everybody who could sign in does so in turn, each twice: with a password, with a certificate, and with
 * a session to go on with.
 * @returns what each try was told
 */
async function everybody(domain: string, port: number, direct: boolean): Promise<string[][]> {
  const { certFile: caFile } = authority;
  const people: Person[] = [
    { domain, caFile },
    { domain, caFile, certificate: alice },
    { domain, caFile, saved: saved(domain) },
  ];
  const told: string[][] = [];
  for (const person of people) {
    const signIn = new RealSignIn(person);
    const tls = direct ? 'direct' : 'starttls';
    for (let time = 0; time < 2; time++) told.push(await signIn.dial({ host, port, tls }));
  }
  return told;
}

/** Nothing of ours came to a server, neither in clear nor inside TLS. */
function expectNothingSeen(server: ScriptedServer): void {
  for (const { secret, payloads, certificate, clear } of server.dials) {
    expect({ secret, payloads, certificate }).toEqual({
      ...{ secret: '', payloads: [], certificate: undefined },
    });
    expect(clear).toMatch(/^(<\?xml [^>]*><stream:stream [^>]*>)?(<starttls [^>]*>)?$/);
    expect(clear).not.toContain('alice');
  }
}

interface Shown {
  /** What the server shows. */
  what: string;
  certificate: () => Promise<Certificate>;
  domain?: string;
  reasons: string;
}

const issue = (names: Parameters<Authority['server']>[0]) => () => authority.server(names);

const untrusted: Shown[] = [
  {
    what: 'vouches for itself',
    certificate: () => selfSigned(folder, HOME),
    reasons: 'self-signed',
  },
  {
    what: 'is of an authority that nobody knows',
    certificate: async () => {
      const stranger = await Authority.create(mkdtempSync(join(folder, 'stranger-')), 'Stranger');
      return stranger.server({ dns: [HOME] });
    },
    reasons: 'unknown-ca',
  },
  {
    what: 'has expired',
    certificate: () => authority.server({ dns: [HOME] }, { fromDays: -3, toDays: -1 }),
    reasons: 'expired',
  },
  {
    what: 'is valid from tomorrow',
    certificate: () => authority.server({ dns: [HOME] }, { fromDays: 1, toDays: 3 }),
    reasons: 'not-yet-valid',
  },
  {
    what: 'was issued by the certificate of a server',
    certificate: async () =>
      issuedByLeaf(folder, HOME, await authority.server({ dns: ['evil.example'] })),
    // Node has no word of its own for an issuer whose key may not issue.
    reasons: 'not-trusted',
  },
  {
    what: 'is for clients',
    certificate: () => authority.client([HOME]),
    reasons: 'bad-purpose',
  },
  {
    what: 'has an RSA key of 1024 bits',
    certificate: () => shortKey(folder, HOME, authority),
    reasons: 'weak-key',
  },
  ...[
    { what: 'names the domain as common name alone', names: { commonName: HOME } },
    { what: 'is good for another domain', names: { dns: ['evil.example'] } },
    {
      what: 'has the domain as common name and another as SRV-ID',
      names: { commonName: HOME, srv: ['evil.example'] },
    },
    { what: 'has a wildcard within a label', names: { dns: ['ho*.example'] } },
    { what: 'has a bare wildcard', names: { dns: ['*'] } },
    { what: 'has a wildcard for names below', names: { dns: [`*.${HOME}`] } },
    {
      what: 'has a wildcard for one label less',
      names: { dns: [`*.${HOME}`] },
      domain: `a.b.${HOME}`,
    },
    { what: 'is for mail', names: { other: [`${SRV_ID}_imap.${HOME}`] } },
    { what: 'is for other servers', names: { other: [`${SRV_ID}_xmpp-server.${HOME}`] } },
    { what: 'names a person of the domain', names: { xmpp: [`root@${HOME}`] } },
    { what: 'names a look-alike', names: { dns: ['xn--hme-tlc.example'], xmpp: ['hоme.example'] } },
  ].map(({ names, ...rest }) => ({ ...rest, certificate: issue(names), reasons: 'wrong-name' })),
];

const made = new Map<Shown, Promise<Certificate>>();

/** Made once, whatever the number of ways. */
function shown(row: Shown): Promise<Certificate> {
  const certificate = made.get(row) ?? row.certificate();
  made.set(row, certificate);
  return certificate;
}

describe.each(ways)('over $way', ({ direct, slice }) => {
  it.each(untrusted.map((row) => [row.what, row] as const))(
    'a certificate that %s is refused at every try, and nothing is shown to the server',
    async (_what, row) => {
      const { domain = HOME, reasons } = row;
      const server = await serve({ certificate: await shown(row), direct, domain });
      const told = await everybody(domain, await through(server, slice), direct);
      expect(told).toEqual(told.map(() => [`untrusted ${reasons}`, 'down']));
      expect(server.dials).toHaveLength(told.length);
      expectNothingSeen(server);
    },
  );

  it.each<[string, Parameters<Authority['server']>[0], string?]>([
    ['the domain as DNS-ID', { dns: [HOME] }],
    ['a wildcard for one label', { dns: ['*.home.example'] }, 'chat.home.example'],
    ['the domain as SRV-ID for clients', { srv: [HOME] }],
    ['the domain as xmppAddr', { xmpp: [HOME] }],
    ['the domain in A-labels', { dns: ['xn--bcher-kva.example'] }, 'bücher.example'],
    ['the domain in another case', { dns: ['Home.EXAMPLE'] }],
  ])('a certificate that has %s is trusted', async (_what, names, domain = HOME) => {
    const certificate = await authority.server(names);
    const server = await serve({ certificate, direct, domain, mechanisms: ['PLAIN'] });
    const port = await through(server, slice);
    const signIn = new RealSignIn({ domain, caFile: authority.certFile });
    const told = await signIn.dial({ host, port, tls: direct ? 'direct' : 'starttls' });
    expect(told).toEqual(['down sasl not-authorized']);
    expect(server.dials[0]?.payloads).toHaveLength(1);
  });

  it('a host that DNS names, with a good certificate of its own, is not the domain', async () => {
    const server = await serve({
      certificate: await authority.server({ dns: ['evil.example'] }),
      direct,
    });
    const port = await through(server, slice);
    const asked: string[] = [];
    const resolver: SrvResolver = {
      resolve: (name, ofDirect) => {
        asked.push(name);
        const record = { host: 'localhost', port, direct, priority: 0, weight: 0 };
        return Promise.resolve({ records: ofDirect === direct ? [record] : [] });
      },
      cancel: () => undefined,
    };
    const signIn = new RealSignIn({ domain: HOME, caFile: authority.certFile, saved: saved(HOME) });
    expect(await signIn.dial({ tls: 'either' }, { resolver })).toEqual([
      'untrusted wrong-name',
      'down',
    ]);
    // Nothing else is asked: no TXT record, nothing by HTTP.
    expect(asked).toEqual([`_xmpps-client._tcp.${HOME}`, `_xmpp-client._tcp.${HOME}`]);
    expectNothingSeen(server);
  });
});

describe.each([false, true])('in clear, byte by byte: %s', (slice) => {
  it('STARTTLS that is stripped costs an account its sign-in and nothing else', async () => {
    const mechanisms = ['PLAIN', 'SCRAM-SHA-1', 'EXTERNAL'];
    const server = await serve({ starttls: false, mechanisms });
    const told = await everybody(HOME, await through(server, slice), false);
    expect(told).toEqual(told.map(() => ['down tls starttls-missing']));
    expectNothingSeen(server);
  });

  it('what a network puts behind <proceed/> is worth nothing (CVE-2011-0411 class)', async () => {
    const behindProceed =
      "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>" +
      "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/><message/>";
    const server = await serve({ behindProceed });
    const told = await everybody(HOME, await through(server, slice), false);
    // It is a fault of the stream where it came before TLS was begun, and of TLS where it came then.
    for (const words of told)
      expect(words.join()).toMatch(/^down (stream policy-violation|tls \S+)$/);
    expectNothingSeen(server);
  });
});

it('an account without a certificate shows none, whatever another one of the same engine shows', async () => {
  const server = await serve({ direct: true, mechanisms: ['EXTERNAL', 'PLAIN'] });
  const inputs = new Observed<LinkInput>();
  const dialer = new Dialer(
    (input) => inputs.add(input),
    (dial, context, handlers) => new Link({ dial, context, timeouts }, handlers),
  );
  dialer.settings.caFile = authority.certFile;
  dialer.settings.material = {
    cert: readFileSync(alice.certFile),
    key: readFileSync(alice.keyFile),
  };
  for (const certificate of [true, false]) {
    const after = inputs.all.length;
    dialer.dial({ domain: HOME, host, port: server.port, tls: 'direct', certificate });
    await inputs.next('TLS', ({ type }) => type === 'tls-ready', { after });
    await server.news.until('the handshake', () => server.dials.at(-1)?.tls !== undefined);
    dialer.close('end');
  }
  expect(server.dials.map(({ certificate }) => certificate)).toEqual([
    `CN=alice@${HOME}`,
    undefined,
  ]);
});

it('every link is a whole handshake: no session of TLS goes on', async () => {
  const server = await TestServer.start({ certificate: good, direct: true });
  ends.push(() => server.close());
  for (const times of [1, 2, 3]) {
    const watched = watch(
      { domain: HOME, host, port: server.port },
      { ca: authority.certFile, client: alice, timeouts },
    );
    await watched.ready();
    await server.seen.until('TLS', () => server.secured.length === times);
    // By now the tickets of the server have come, which another client would use next time.
    server.secured.at(-1)?.write('<a/>');
    await watched.text('<a/>');
    expect(server.secured.at(-1)?.isSessionReused()).toBe(false);
    watched.link.close('end');
  }
});
