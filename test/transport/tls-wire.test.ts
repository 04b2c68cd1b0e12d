// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Authority } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { clientHello } from './client-hello.js';
import type { ClientHello } from './client-hello.js';
import { TestServer } from './tls-server.js';
import { startTls, watch } from './watched-link.js';

// What a server, or anybody on the way, reads in our ClientHello (RFC 8446 §4.1.2).

const folder = mkdtempSync(join(tmpdir(), 'steadfast-hello-'));
let ca: Authority;
let certificate: Certificate;
beforeAll(async () => {
  ca = await Authority.create(folder);
  certificate = await ca.server({ dns: ['example.org'] });
});
afterAll(() => rmSync(folder, { recursive: true }));

const EXTENSION = {
  serverName: 0,
  alpn: 16,
  ticket: 35,
  preShared: 41,
  earlyData: 42,
  versions: 43,
};

/** The ClientHellos of so many links, one after the other, to a server that gives out session tickets. */
async function hellos(
  count: number,
  how: { direct?: boolean; domain?: string; client?: Certificate; maxVersion?: 'TLSv1.2' } = {},
): Promise<ClientHello[]> {
  const { direct = true, domain = 'example.org', client, maxVersion } = how;
  const server = await TestServer.start({
    certificate,
    direct,
    ...(maxVersion === undefined ? {} : { maxVersion }),
  });
  const proxy = await CuttingProxy.start(server.port);
  onTestFinished(async () => {
    proxy.close();
    await server.close();
  });
  for (let n = 0; n < count; n++) {
    const watched = watch(
      { host: '127.0.0.1', port: proxy.port, tls: direct ? 'direct' : 'starttls', domain },
      { on: startTls, ...(client === undefined ? {} : { client }) },
    );
    await watched.ready();
    await server.seen.until('TLS', () => server.secured.length === n + 1);
    // Tickets come with the first bytes of the server: they were there to be taken.
    server.secured[n]?.write(`<n${String(n)}/>`);
    await watched.text(`<n${String(n)}/>`);
    watched.link.close('end');
  }
  return proxy.links.map((link) => {
    const sent = link.recorded('up');
    return clientHello(direct ? sent : sent.subarray('<starttls/>'.length));
  });
}

describe('a ClientHello', () => {
  it.each([
    ['TLS 1.3, direct', { direct: true }],
    ['TLS 1.3, STARTTLS', { direct: false }],
    ['TLS 1.2, direct', { direct: true, maxVersion: 'TLSv1.2' as const }],
  ])('never names an earlier session, nor carries early data: %s', async (_title, how) => {
    for (const { sessionTicket, extensions } of await hellos(3, how)) {
      expect(extensions).not.toContain(EXTENSION.preShared);
      expect(extensions).not.toContain(EXTENSION.earlyData);
      // Empty: "I could keep one" (RFC 5077 §3.1), and none is shown.
      expect(sessionTicket).toHaveLength(0);
    }
  });

  it.each([
    [true, ['xmpp-client']],
    [false, []],
  ])(
    'names the account’s domain, and the protocol where TLS comes first: %s',
    async (direct, alpn) => {
      const [hello] = await hellos(1, { direct });
      expect(hello).toMatchObject({ serverName: 'example.org', alpn });
    },
  );

  it('names no address as a host (RFC 6066 §3)', async () => {
    const [hello] = await hellos(1, { domain: '192.0.2.1' });
    expect(hello?.serverName).toBe('');
  });

  it('offers TLS 1.3 and 1.2; with a certificate of ours 1.3 alone', async () => {
    expect((await hellos(1))[0]?.versions).toEqual([0x0304, 0x0303]);
    const client = await ca.client(['alice@example.org']);
    expect((await hellos(1, { client }))[0]?.versions).toEqual([0x0304]);
  });
});
