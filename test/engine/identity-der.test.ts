// SPDX-License-Identifier: MIT
//
// Keys and certificates as bare DER: told, with a command that makes of them what is read.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readIdentity } from '../../src/engine/identity.js';
import { CertificateFiles } from '../support/certificate-files.js';
import { Authority, KEYS } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { run } from '../support/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-der-'));
const files = new CertificateFiles(folder);
const passphrase = 'canary-passphrase';
const DER = ['-outform', 'DER'];
const made = new Map<string, Certificate>();

beforeAll(async () => {
  const ca = await Authority.create(join(folder, 'ca'));
  for (const kind of ['rsa2048', 'p256', 'ed25519'] as const)
    made.set(kind, await ca.client(['alice@example.org'], {}, { key: [...KEYS[kind]] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function by(kind: string): Certificate {
  return made.get(kind) ?? expect.unreachable();
}

async function openssl(name: string, ...args: string[]): Promise<string> {
  const out = join(folder, name);
  await run('openssl', [...args, '-out', out]);
  return out;
}

const pkcs8 = (kind: string) =>
  openssl(`${kind}.p8`, 'pkcs8', '-topk8', '-nocrypt', '-in', by(kind).keyFile, ...DER);

it.each<[string, string, () => Promise<string>]>([
  ['PKCS#8 with RSA', 'rsa2048', () => pkcs8('rsa2048')],
  ['PKCS#8 with ECDSA', 'p256', () => pkcs8('p256')],
  ['PKCS#8 with Ed25519', 'ed25519', () => pkcs8('ed25519')],
  [
    'traditional with RSA',
    'rsa2048',
    () => openssl('rsa.der', 'rsa', '-traditional', '-in', by('rsa2048').keyFile, ...DER),
  ],
  [
    'traditional with ECDSA',
    'p256',
    () => openssl('ec.der', 'ec', '-in', by('p256').keyFile, ...DER),
  ],
  [
    'PKCS#8, encrypted',
    'p256',
    () => {
      const secret = `file:${files.write('secret', passphrase)}`;
      return openssl(
        'locked.p8',
        ...['pkcs8', '-topk8', '-in', by('p256').keyFile, '-passout', secret, ...DER],
      );
    },
  ],
])('a key in DER form is told: %s', async (title, kind, make) => {
  const key = await make();
  const { certFile } = by(kind);
  const locked = title.includes('encrypted');
  const words = await refusal({ cert: certFile, key, passphrase: locked ? passphrase : '' });
  expect(words.startsWith(`key-unreadable: ${key} holds`)).toBe(true);
  expect(words).not.toContain('damaged');
  // The first line opens it, the second one locks it again.
  const secret = `file:${files.write('secrets', `${passphrase}\n${passphrase}\n`)}`;
  const pem = await convert(words, key, locked ? ['-passin', secret, '-passout', secret] : []);
  const read = await readIdentity({ cert: certFile, key: pem, passphrase });
  expect(read.identity.xmppAddr).toEqual(['alice@example.org']);
});

it.each<[string, (der: string) => { cert: string; key: string }]>([
  ['in the place of the certificate', (der) => ({ cert: der, key: by('p256').keyFile })],
  ['in the place of the key', (der) => ({ cert: by('p256').certFile, key: der })],
])('a certificate in DER form is told, %s', async (_, place) => {
  const { certFile, keyFile } = by('p256');
  const der = await openssl('own.cer', 'x509', '-in', certFile, ...DER);
  const words = await refusal({ ...place(der), passphrase: '' });
  expect(words).toMatch(/^certificate-unreadable: .*own\.cer holds a certificate in DER form/);
  const cert = await convert(words, der, []);
  const read = await readIdentity({ cert, key: keyFile, passphrase: '' });
  expect(read.identity.xmppAddr).toEqual(['alice@example.org']);
});

async function refusal(named: { cert: string; key: string; passphrase: string }): Promise<string> {
  const error: unknown = await readIdentity(named).catch((e: unknown) => e);
  expect(error).toMatchObject({ fault: { kind: 'usage', by: 'us', retry: 'never' } });
  const { fault } = error as { fault: { condition: string; text: string } };
  return `${fault.condition}: ${fault.text}`;
}

/** Does what the words say. */
async function convert(words: string, file: string, more: string[]): Promise<string> {
  const [, command = ''] = /"openssl ([^"]+)"/.exec(words) ?? [];
  const out = join(folder, 'converted.pem');
  const args = command.replace('FILE', file).replace('NEW', out).split(' ');
  await run('openssl', [...args, ...more]);
  return out;
}
