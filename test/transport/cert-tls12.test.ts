// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Authority, fingerprint, KEYS } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/observed.js';
import type { ServerOptions } from './tls-server.js';
import { TestServer } from './tls-server.js';
import { handshakes, namesCertificate } from './tls-wire.js';
import type { Watched } from './watched-link.js';
import { startTls, watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-tls12-'));
const host = '127.0.0.1';
let ca: Authority;
let certificate: Certificate;
let impostor: Certificate;
let rsa: Certificate;
let alice: Certificate;
const servers: TestServer[] = [];
const links: Watched[] = [];
const proxies: CuttingProxy[] = [];

beforeAll(async () => {
  ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
  rsa = await ca.server({ dns: ['example.org'] }, {}, { key: [...KEYS.rsa2048] });
  // Of the same name, and trusted: only the comparison can tell it.
  impostor = await ca.server({ dns: ['example.org'] });
  alice = await ca.client(['alice@example.org']);
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

interface Met {
  readonly link: Watched;
  readonly server: TestServer;
  /** What went to the server. */
  sent(): Buffer;
}

/** A server of these options behind a relay, and a link to it that shows alice to `leaf` only. */
async function meet(leaf: string, options: Partial<ServerOptions>): Promise<Met> {
  const all = { certificate, direct: true, maxVersion: 'TLSv1.2' as const, ...options };
  const server = await TestServer.start(all);
  servers.push(server);
  const proxy = await CuttingProxy.start(server.port);
  proxies.push(proxy);
  const link = watch(
    { host, port: proxy.port, tls: all.direct ? 'direct' : 'starttls', leaf },
    { ca: ca.certFile, client: alice, on: startTls },
  );
  links.push(link);
  const clear = all.direct ? 0 : '<starttls/>'.length;
  return {
    link,
    server,
    sent: () => proxy.links[0]?.recorded('up').subarray(clear) ?? Buffer.of(),
  };
}

const ways = [
  ['direct TLS', 'TLSv1.2', true],
  ['STARTTLS', 'TLSv1.2', false],
  ['direct TLS', 'TLSv1.3', true],
  ['STARTTLS', 'TLSv1.3', false],
] as const;

describe('our certificate on a link that may be of TLS 1.2', () => {
  it.each(ways)(
    'is shown to the one that was verified before: %s, %s',
    async (_, maxVersion, direct) => {
      const met = await meet(fingerprint(certificate.certFile), { maxVersion, direct });
      expect(await met.link.ready()).toMatchObject({
        ...{ protocol: maxVersion, sha256: fingerprint(certificate.certFile) },
      });
      await met.server.seen.next('our name', (line) => line.includes('CN=alice@example.org'));
      // So that the test below can fail: on TLS 1.2 the certificate is on the wire, in clear.
      expect(namesCertificate(met.sent(), alice)).toBe(maxVersion === 'TLSv1.2');
    },
  );

  it.each(ways)(
    'is on no wire to another, trusted or not: %s, %s',
    async (_, maxVersion, direct) => {
      const other = { certificate: impostor, maxVersion, direct };
      const met = await meet(fingerprint(certificate.certFile), other);
      expect(await met.link.closed()).toMatchObject({
        ...{ kind: 'tls', condition: 'certificate-changed', retry: 'later' },
      });
      await met.server.seen.next('the end', (line) => line === 'closed');
      expect(handshakes(met.sent())).toEqual(['handshake 1']);
      expect(namesCertificate(met.sent(), alice)).toBe(false);
      expect(met.server.secured).toEqual([]);
    },
  );

  it.each(['before', 'behind'])('is on no wire to another raced %s it', async (where) => {
    const run = async (shown: Certificate) => {
      const options = { certificate: shown, direct: true, maxVersion: 'TLSv1.2' as const };
      const server = await TestServer.start(options);
      servers.push(server);
      const wire = await CuttingProxy.start(server.port);
      proxies.push(wire);
      return { server, wire, target: { host, port: wire.port, direct: true } };
    };
    const good = await run(certificate);
    const bad = await run(impostor);
    const [first, second] = where === 'before' ? [bad, good] : [good, bad];
    // So that both are under way at once.
    first.wire.stall('down');
    const link = watch(
      {
        tls: 'either',
        leaf: fingerprint(certificate.certFile),
        targets: [first.target, second.target],
      },
      { ca: ca.certFile, client: alice, timeouts: { silenceMs: 60_000 } },
    );
    links.push(link);
    const letGo = () => eventually('let go', () => bad.wire.links[0]?.open === false);
    if (first === good) await letGo();
    else await link.ready();
    await first.wire.heal();
    expect(await link.ready()).toMatchObject({ sha256: fingerprint(certificate.certFile) });
    await letGo();
    const sent = bad.wire.links[0]?.recorded('up') ?? Buffer.of();
    expect(handshakes(sent)).toEqual(['handshake 1']);
    expect(namesCertificate(sent, alice)).toBe(false);
    expect(bad.server.secured).toEqual([]);
  });

  it.each(['AES256-GCM-SHA384', 'DHE-RSA-AES256-GCM-SHA384'])(
    'is not shown where the server proves nothing first, or not by ECDHE: %s',
    async (ciphers) => {
      const met = await meet(fingerprint(rsa.certFile), { certificate: rsa, ciphers });
      expect(await met.link.closed()).toMatchObject({
        ...{ kind: 'tls', condition: 'ecdhe-required', retry: 'later' },
      });
      expect(namesCertificate(met.sent(), alice)).toBe(false);
      expect(met.server.secured).toEqual([]);
    },
  );
});
