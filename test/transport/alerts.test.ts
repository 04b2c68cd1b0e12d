// SPDX-License-Identifier: MIT
//
// An alert in clear may be anybody's, and no handshake is complete without the server (RFC 8446 §6.2): it
// costs one attempt.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Authority } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { startTls, watch } from './watched-link.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-alerts-'));
const host = '127.0.0.1';
let alice: Certificate;

beforeAll(async () => {
  const ca = await Authority.create(folder);
  alice = await ca.client(['alice@example.org']);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** RFC 8446 §6 */
const alerts: [string, number][] = [
  ['handshake_failure', 40],
  ['bad_certificate', 42],
  ['unsupported_certificate', 43],
  ['certificate_revoked', 44],
  ['certificate_expired', 45],
  ['certificate_unknown', 46],
  ['illegal_parameter', 47],
  ['unknown_ca', 48],
  ['access_denied', 49],
  ['decrypt_error', 51],
  ['protocol_version', 70],
  ['insufficient_security', 71],
  ['internal_error', 80],
  ['certificate_required', 116],
];

async function forger(alert: number, direct: boolean): Promise<number> {
  const server = createServer((raw) => {
    raw.on('error', () => undefined);
    let hello = direct;
    raw.on('data', () => {
      if (hello) return void raw.end(Buffer.of(21, 3, 3, 0, 2, 2, alert));
      hello = true;
      raw.write('<proceed/>');
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const accounts = ['password', 'certificate', 'certificate on TLS 1.2'] as const;
const rows = alerts.flatMap(([name, alert]) =>
  accounts.flatMap((account) =>
    [true, false].map(
      (direct) => [name, account, direct ? 'direct TLS' : 'STARTTLS', alert] as const,
    ),
  ),
);

it.each(rows)('%s of somebody on the way ends no account with a %s (%s)', async (...row) => {
  const [, account, path, alert] = row;
  const direct = path === 'direct TLS';
  const port = await forger(alert, direct);
  const link = watch(
    {
      ...{ host, port, tls: direct ? 'direct' : 'starttls' },
      ...(account === 'certificate on TLS 1.2' ? { leaf: 'ab'.repeat(32) } : {}),
    },
    { on: startTls, ...(account === 'password' ? {} : { client: alice }) },
  );
  const fault = await link.closed();
  expect(fault).toMatchObject({ kind: 'tls', retry: 'later' });
  expect(fault?.text).toMatch(/Trying again\.$/);
  // TLS 1.3 is done before it sees ours, so that it cannot be what is refused.
  if (account === 'certificate') expect(fault?.condition).not.toBe('certificate-refused');
});
