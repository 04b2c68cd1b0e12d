// SPDX-License-Identifier: MIT
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIdentity } from '../../src/engine/identity.js';
import { Authority, KEYS } from '../support/certificates.js';
import type { Certificate, ClientForm } from '../support/certificates.js';
import {
  CertificateFiles,
  loosenedFile,
  PKCS12,
  withMacOfNothing,
} from '../support/certificate-files.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-forms-'));
const files = new CertificateFiles(folder);
const secret = 'pässwörd-🔑';
const alice = ['alice@example.org'];
let ca: Authority;
let below: Authority;
const keys = ['rsa2048', 'p256', 'p384', 'p521', 'ed25519'] as const;
const made = new Map<string, Certificate>();

beforeAll(async () => {
  ca = await Authority.create(join(folder, 'ca'));
  below = await ca.below(join(folder, 'below'));
  for (const key of keys) made.set(key, await ca.client(alice, {}, { key: [...KEYS[key]] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function by(key: string): Certificate {
  const certificate = made.get(key);
  if (certificate === undefined) throw new Error(`no ${key}`);
  return certificate;
}

const text = (path: string): string => readFileSync(path, 'utf8');
const der = (pem: string): string => new X509Certificate(pem).fingerprint256;

/** What TLS is given: the certificates' fingerprints in order, and whether the key is the right one. */
async function read(
  cert: string,
  { key = '', passphrase = '' } = {},
): Promise<{ chain: string[]; fits: boolean; names: readonly string[] }> {
  const { identity, material } = await readIdentity({ cert, key, passphrase });
  const pem = material.cert.toString().match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g) ?? [];
  const leaf = new X509Certificate(pem[0] ?? '');
  const fits = leaf.checkPrivateKey(createPrivateKey(material.key));
  return { chain: pem.map(der), fits, names: identity.xmppAddr };
}

async function refusal(
  cert: string,
  { key = '', passphrase = '' } = {},
): Promise<{ condition: string; text: string; asks: boolean }> {
  const error: unknown = await readIdentity({ cert, key, passphrase }).catch((e: unknown) => e);
  expect(error).toMatchObject({ fault: { kind: 'usage', by: 'us', retry: 'never' } });
  const { fault, passphrase: asks } = error as {
    fault: { condition: string; text: string };
    passphrase: boolean;
  };
  expect(fault.text).not.toContain(secret);
  return { ...fault, asks };
}

describe.each(keys)('a certificate with a key of kind %s', (kind) => {
  it('is read from PEM, and its key from PKCS#8 and the traditional form, locked or not', async () => {
    const { certFile, keyFile } = by(kind);
    const right = { chain: [der(text(certFile))], fits: true, names: alice };
    expect(await read(certFile, { key: keyFile })).toEqual(right);
    const locked = await files.pkcs8Key(by(kind), secret, ['-v2', 'aes-128-cbc']);
    expect(await read(certFile, { key: locked, passphrase: secret })).toEqual(right);
    const old = await files.pkcs8Key(by(kind), secret, ['-v1', 'PBE-SHA1-3DES']);
    expect(await read(certFile, { key: old, passphrase: secret })).toEqual(right);
    // That form is older than Ed25519.
    if (kind === 'ed25519') return;
    const traditional = await files.traditionalKey(by(kind), secret);
    expect(await read(certFile, { key: traditional, passphrase: secret })).toEqual(right);
  });

  it.each(Object.entries(PKCS12))('is read from PKCS#12 %s', async (_title, more) => {
    const path = await files.pkcs12(by(kind), secret, more);
    const right = { chain: [der(text(by(kind).certFile))], fits: true, names: alice };
    expect(await read(path, { passphrase: secret })).toEqual(right);
  });
});

describe('PKCS#12', () => {
  it.each(Object.entries(PKCS12))('%s: a wrong passphrase, or none, is told', async (_, more) => {
    const path = await files.pkcs12(by('p256'), secret, more);
    expect(await refusal(path, { passphrase: 'wrong' })).toMatchObject({
      ...{ condition: 'passphrase-wrong', asks: true },
    });
    expect(await refusal(path)).toMatchObject({ condition: 'passphrase-missing', asks: true });
  });

  it.each(Object.entries(PKCS12))('%s is read with an empty passphrase', async (_, more) => {
    const path = await files.pkcs12(by('p256'), '', more);
    expect(await read(path)).toMatchObject({ fits: true, names: alice });
    expect(await read(path, { passphrase: 'not needed' })).toMatchObject({ fits: true });
  });

  it.each(Object.entries(PKCS12))('%s is read in the loose form of browsers', async (_, more) => {
    const path = await files.pkcs12(by('rsa2048'), secret, more);
    const loose = loosenedFile(path, `${path}.loose`);
    expect(await read(loose, { passphrase: secret })).toMatchObject({ fits: true, names: alice });
  });

  it('whose maker took an empty passphrase for no text at all is read like the others', async () => {
    const open = ['-certpbe', 'NONE', '-keypbe', 'NONE', '-macalg', 'SHA1'];
    const path = await files.pkcs12(by('p256'), '', open);
    const other = await withMacOfNothing(path, `${path}.nothing`);
    expect(readFileSync(other).equals(readFileSync(path))).toBe(false);
    expect(await read(other)).toMatchObject({ fits: true, names: alice });
    expect(await read(other, { passphrase: 'not needed' })).toMatchObject({ fits: true });
  });

  it('with nothing locked needs no passphrase', async () => {
    const open = ['-certpbe', 'NONE', '-keypbe', 'NONE', '-nomac'];
    expect(await read(await files.pkcs12(by('p256'), '', open))).toMatchObject({ fits: true });
  });

  it('without a key takes the one in another file', async () => {
    const { certFile, keyFile } = by('p256');
    const path = await files.pkcs12({ certFile, keyFile: certFile }, secret, ['-nokeys']);
    expect(await read(path, { key: keyFile, passphrase: secret })).toMatchObject({ fits: true });
    expect(await refusal(path, { passphrase: secret })).toMatchObject({ condition: 'no-key' });
  });

  it('locked in a way that is not known here names the command that converts it', async () => {
    const rc4 = ['-legacy', '-certpbe', 'PBE-SHA1-RC4-128', '-keypbe', 'PBE-SHA1-RC4-128'];
    const told = await refusal(await files.pkcs12(by('p256'), secret, rc4), { passphrase: secret });
    expect(told).toMatchObject({ condition: 'pkcs12-unsupported', asks: false });
    expect(told.text).toContain('openssl pkcs12 -legacy');
  });

  it('cut at any byte is refused in words, and never hangs', async () => {
    const whole = readFileSync(await files.pkcs12(by('p256'), secret, ['-legacy', '-iter', '1']));
    for (let length = 1; length < whole.length; length += 7) {
      const path = files.write('cut.p12', whole.subarray(0, length));
      expect((await refusal(path, { passphrase: secret })).condition).toBe(
        'certificate-unreadable',
      );
    }
  });
});

describe('a chain', () => {
  let mine: Certificate;
  let expected: string[];
  beforeAll(async () => {
    mine = await below.client(alice);
    expected = [der(text(mine.certFile)), der(text(below.certFile))];
  });

  it.each([
    ['the leaf first', () => [mine.certFile, below.certFile, ca.certFile]],
    ['the leaf last', () => [ca.certFile, below.certFile, mine.certFile]],
    ['a stranger between', () => [below.certFile, by('p256').certFile, mine.certFile]],
  ])('in PEM with %s is sent from the leaf on, without the root', async (_title, order) => {
    const path = files.write('chain.pem', order().map(text).join(''));
    expect(await read(path, { key: mine.keyFile })).toMatchObject({ chain: expected, fits: true });
  });

  it('in PKCS#12 is sent as well', async () => {
    const chain = files.write('cas.pem', text(ca.certFile) + text(below.certFile));
    const path = await files.pkcs12(mine, secret, ['-legacy', '-certfile', chain]);
    expect((await read(path, { passphrase: secret })).chain).toEqual(expected);
  });
});

describe('a certificate that nobody could accept', () => {
  const wrong = 'certificate-wrong-purpose';
  it.each<[string, ClientForm, string]>([
    ['for servers only', { extendedKeyUsage: 'serverAuth' }, wrong],
    ['for mail only', { extendedKeyUsage: 'emailProtection' }, wrong],
    ['that may not sign', { keyUsage: 'critical,keyEncipherment' }, wrong],
    ['with RSA of 1024 bits', { key: [...KEYS.rsa1024] }, 'certificate-weak-key'],
    ['with a curve of 192 bits', { key: [...KEYS.p192] }, 'certificate-weak-key'],
    ['on secp256k1', { key: [...KEYS.k256] }, 'certificate-unusable'],
    ['on a curve of Brainpool', { key: [...KEYS.brainpool] }, 'certificate-unusable'],
    ['on P-224', { key: [...KEYS.p224] }, 'certificate-unusable'],
  ])('%s is refused before anybody is dialled', async (_title, form, condition) => {
    const { certFile, keyFile } = await ca.client(alice, {}, form);
    const told = await refusal(certFile, { key: keyFile });
    expect(told).toMatchObject({ condition, asks: false });
    expect(told.text).toMatch(/Nothing was sent\.$/);
  });

  it('with a key that TLS has no way to sign with is told by its kind, and which keys do', async () => {
    const { certFile, keyFile } = await ca.client(alice, {}, { key: [...KEYS.k256] });
    const told = await refusal(certFile, { key: keyFile });
    expect(told.text).toMatch(/\(secp256k1\).*RSA, Ed25519, and ECDSA on P-256, P-384 or P-521/);
  });

  it.each<[string, ClientForm]>([
    ['for anything', { extendedKeyUsage: 'anyExtendedKeyUsage' }],
    ['for clients among others', { extendedKeyUsage: 'serverAuth,clientAuth' }],
    ['that says nothing of its use', { extendedKeyUsage: null, keyUsage: null }],
    ['that may sign among others', { keyUsage: 'keyEncipherment,digitalSignature' }],
    ['with RSA for PSS only', { key: [...KEYS.rsaPss] }],
    ['with Ed448', { key: [...KEYS.ed448] }],
  ])('one %s is none of them', async (_title, form) => {
    const { certFile, keyFile } = await ca.client(alice, {}, form);
    expect(await read(certFile, { key: keyFile })).toMatchObject({ fits: true });
  });
});

describe('a key that is locked in an outdated way', () => {
  it.each([
    ['PKCS#8 with RC2', () => files.pkcs8Key(by('p256'), secret, ['-v1', 'PBE-SHA1-RC2-40'])],
    ['PKCS#8 with DES', () => files.pkcs8Key(by('p256'), secret, ['-v1', 'PBE-MD5-DES'])],
    ['traditional with DES', () => files.traditionalKey(by('p256'), secret, '-des')],
  ])('%s names the command that converts it', async (_title, make) => {
    const key = await make();
    const told = await refusal(by('p256').certFile, { key, passphrase: secret });
    expect(told).toMatchObject({ condition: 'key-outdated', asks: false });
    expect(told.text).toContain('openssl pkcs8 -provider legacy');
  });

  it('one of OpenSSH names the command, too', async () => {
    const name = 'OPENSSH PRIVATE KEY';
    const key = files.write('ssh', `-----BEGIN ${name}-----\nAAAA\n-----END ${name}-----\n`);
    const told = await refusal(by('p256').certFile, { key });
    expect(told).toMatchObject({ condition: 'key-unreadable' });
    expect(told.text).toContain('ssh-keygen');
  });
});
