// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IdentityFiles } from '../../src/engine/identity.js';
import { expandHome, readIdentity, readTrustAnchors } from '../../src/engine/identity.js';
import { Authority } from '../support/certificates.js';
import type { Certificate } from '../support/certificates.js';
import { run } from '../support/processes.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-identity-'));
const secret = 'canary-passphrase';
let ca: Authority;
let alice: Certificate;
let bob: Certificate;
const paths = { combined: '', encrypted: '', traditional: '', pkcs12: '', junk: '', pipe: '' };

beforeAll(async () => {
  ca = await Authority.create(folder);
  alice = await ca.client(['alice@example.org', 'alice@example.net']);
  bob = await ca.client(['bob@example.org']);
  paths.combined = write('combined.pem', readText(alice.keyFile) + readText(alice.certFile));
  paths.encrypted = await ca.encryptKey(alice, secret);
  paths.traditional = join(folder, 'traditional.key');
  await run('openssl', [
    ...['ec', '-in', alice.keyFile, '-out', paths.traditional, '-aes256'],
    ...['-passout', `file:${write('secret', secret)}`],
  ]);
  paths.pkcs12 = await ca.pkcs12(alice, secret);
  paths.pipe = join(folder, 'pipe');
  await run('mkfifo', [paths.pipe]);
  paths.junk = write('junk', 'neither one nor the other');
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}
const readText = (path: string): string => readFileSync(path, 'utf8');

describe('a client certificate', () => {
  it.each<[string, () => Partial<IdentityFiles>]>([
    ['PEM with its key in the same file', () => ({ cert: paths.combined })],
    ['PEM with its key in another file', () => ({ cert: alice.certFile, key: alice.keyFile })],
    ['an encrypted PKCS#8 key', () => ({ key: paths.encrypted, passphrase: secret })],
    ['an encrypted traditional key', () => ({ key: paths.traditional, passphrase: secret })],
    ['PKCS#12', () => ({ cert: paths.pkcs12, passphrase: secret })],
    ['a passphrase that is not needed', () => ({ cert: paths.combined, passphrase: secret })],
  ])('is read from %s', async (_title, files) => {
    const all = { cert: alice.certFile, key: '', passphrase: '', ...files() };
    const { identity } = await readIdentity(all);
    expect(identity.xmppAddr).toEqual(['alice@example.org', 'alice@example.net']);
    expect(identity.notBefore).toBeLessThan(Date.now());
    expect(identity.notAfter).toBeGreaterThan(Date.now());
  });

  it.each<[string, () => Partial<IdentityFiles>, string, boolean]>([
    ['a missing file', () => ({ cert: join(folder, 'none') }), 'file-missing', false],
    ['a missing key file', () => ({ key: join(folder, 'none') }), 'file-missing', false],
    ['a folder', () => ({ cert: folder }), 'file-unreadable', false],
    ['a named pipe', () => ({ cert: paths.pipe }), 'file-unreadable', false],
    ['a key in a named pipe', () => ({ key: paths.pipe }), 'file-unreadable', false],
    ['no key', () => ({}), 'no-key', false],
    ['the key of another', () => ({ key: bob.keyFile }), 'key-mismatch', false],
    ['neither PEM nor PKCS#12', () => ({ cert: paths.junk }), 'certificate-unreadable', false],
    ['a key file as certificate', () => ({ cert: bob.keyFile }), 'certificate-unreadable', false],
    ['a token', () => ({ cert: 'pkcs11:object=alice' }), 'pkcs11-unsupported', false],
    ['a key on a token', () => ({ key: 'PKCS11:object=alice' }), 'pkcs11-unsupported', false],
    ['no passphrase', () => ({ key: paths.encrypted }), 'passphrase-missing', true],
    ['a wrong one', () => ({ key: paths.encrypted, passphrase: 'x' }), 'passphrase-wrong', true],
    [
      'a wrong one, traditional',
      () => ({ key: paths.traditional, passphrase: 'x' }),
      'passphrase-wrong',
      true,
    ],
    ['PKCS#12 without one', () => ({ cert: paths.pkcs12 }), 'passphrase-missing', true],
    [
      'PKCS#12 with a wrong one',
      () => ({ cert: paths.pkcs12, passphrase: 'x' }),
      'passphrase-wrong',
      true,
    ],
  ])('is refused in plain words: %s', async (_title, files, condition, passphrase) => {
    const all = { cert: alice.certFile, key: '', passphrase: '', ...files() };
    const error: unknown = await readIdentity(all).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      passphrase,
      fault: { kind: 'usage', condition, by: 'us', retry: 'never' },
    });
    const { text } = (error as { fault: { text: string } }).fault;
    expect(text).toContain(condition === 'pkcs11-unsupported' ? 'pkcs11:' : folder);
    expect(text).not.toContain(secret);
  });
});

describe('further trust anchors', () => {
  it('are all the certificates of a file, whatever else is in it', async () => {
    const both = write('both.pem', `# ours\n${readText(ca.certFile)}\n${readText(alice.certFile)}`);
    expect((await readTrustAnchors(both)).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it.each([
    ['a file without any', () => alice.keyFile, 'no-trust-anchor'],
    [
      'one that is damaged',
      () => write('bad.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      'certificate-unreadable',
    ],
    ['a named pipe', () => paths.pipe, 'file-unreadable'],
    ['a missing file', () => join(folder, 'none'), 'file-missing'],
  ])('are refused in plain words: %s', async (_title, path, condition) => {
    await expect(readTrustAnchors(path())).rejects.toMatchObject({ fault: { condition } });
  });
});

it.each([
  ['~', '/home/a'],
  ['~/x.pem', '/home/a/x.pem'],
  ['~bob/x.pem', '~bob/x.pem'],
  ['/x/~/y', '/x/~/y'],
])('the path %s means %s', (path, expected) => {
  expect(expandHome(path, '/home/a')).toBe(expected);
});
