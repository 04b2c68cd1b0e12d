// SPDX-License-Identifier: MIT
//
// Reads the files with which a person signs in by certificate.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ClientIdentity } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { readSmallFile } from '../disk/read-file.js';
import { certificateNames } from '../transport/names.js';
import { ownCertificate, tlsContext, validity } from '../transport/tls.js';
import type { ClientMaterial } from '../transport/types.js';

/** Paths and secret as the account's options give them. */
export interface IdentityFiles {
  readonly cert: string;
  /** Empty: the key is in the same file. */
  readonly key: string;
  readonly passphrase: string;
}

export interface OpenIdentity {
  readonly identity: ClientIdentity;
  readonly material: ClientMaterial;
}

/** Why an identity could not be opened; with `passphrase` another one may help. */
export class IdentityError extends Error {
  constructor(
    readonly fault: Fault,
    readonly passphrase = false,
  ) {
    super(fault.text);
    this.name = 'IdentityError';
  }
}

/** @throws IdentityError */
export async function readIdentity(files: IdentityFiles): Promise<OpenIdentity> {
  const certPath = expandHome(files.cert);
  const cert = await readNamed(certPath);
  if (!isPem(cert)) return openPkcs12(certPath, cert, files.passphrase);
  const keyPath = files.key === '' ? certPath : expandHome(files.key);
  const key = keyPath === certPath ? cert : await readNamed(keyPath);
  return openPem({ certPath, cert, keyPath, key, passphrase: files.passphrase });
}

/**
 * Reads the further trust anchors.
 * @returns PEM, at least one certificate
 * @throws IdentityError
 */
export async function readTrustAnchors(path: string): Promise<string> {
  const full = expandHome(path);
  const text = (await readNamed(full)).toString('latin1');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) refuse('no-trust-anchor', `${full} holds no certificate in PEM form.`);
  for (const block of blocks) parseCertificate(full, Buffer.from(block));
  return blocks.join('\n');
}

/** `~` and `~/…` as a shell reads them; other people's homes are not looked up. */
export function expandHome(path: string, home = homedir()): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}

interface PemFiles {
  readonly certPath: string;
  readonly cert: Buffer;
  readonly keyPath: string;
  readonly key: Buffer;
  readonly passphrase: string;
}

function openPem(files: PemFiles): OpenIdentity {
  const certificate = parseCertificate(files.certPath, files.cert);
  const key = openKey(files);
  if (!certificate.checkPrivateKey(key)) {
    refuse(
      'key-mismatch',
      `The key in ${files.keyPath} does not belong to the certificate in ${files.certPath}.`,
    );
  }
  const { cert, key: pem, passphrase } = files;
  const material = { cert, key: pem, ...(passphrase === '' ? {} : { passphrase }) };
  try {
    tlsContext({ client: material });
  } catch (error) {
    refuse(
      'certificate-unusable',
      `TLS cannot use the certificate in ${files.certPath}: ${words(error)}.`,
    );
  }
  return { identity: facts(certificate), material };
}

function openKey({ keyPath, key, passphrase }: PemFiles): KeyObject {
  const text = key.toString('latin1');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    refuse('no-key', `${keyPath} holds no private key. Name the file that does.`);
  }
  const encrypted = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(text);
  if (encrypted && passphrase === '') refusePassphrase(keyPath, passphrase);
  try {
    return createPrivateKey({ key, ...(encrypted ? { passphrase } : {}) });
  } catch (error) {
    if (encrypted) refusePassphrase(keyPath, passphrase);
    return refuse(
      'key-unreadable',
      `The private key in ${keyPath} cannot be read: ${words(error)}.`,
    );
  }
}

function openPkcs12(path: string, pfx: Buffer, passphrase: string): OpenIdentity {
  // A PKCS#12 file is a SEQUENCE; anything else need not be shown to OpenSSL at all.
  if (pfx[0] !== 0x30) refuse('certificate-unreadable', `${path} is neither PEM nor PKCS#12.`);
  const material = { pfx, passphrase };
  try {
    const certificate = ownCertificate(tlsContext({ client: material }));
    if (certificate === undefined) refuse('no-key', `${path} holds no certificate with its key.`);
    return { identity: facts(certificate), material };
  } catch (error) {
    if (error instanceof IdentityError) throw error;
    const text = words(error);
    if (/mac verify|password/i.test(text)) refusePassphrase(path, passphrase);
    if (hasCode(error, 'ERR_CRYPTO_UNSUPPORTED_OPERATION')) {
      refuse(
        'pkcs12-legacy',
        `${path} is encrypted in an outdated way (RC2 or 3DES). Convert it with "openssl pkcs12 -legacy".`,
      );
    }
    return refuse('certificate-unreadable', `${path} cannot be read as PKCS#12: ${text}.`);
  }
}

function facts(certificate: X509Certificate): ClientIdentity {
  return { xmppAddr: certificateNames(certificate.raw).xmppAddr, ...validity(certificate) };
}

function parseCertificate(path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    return refuse('certificate-unreadable', `${path} holds no certificate that can be read.`);
  }
}

async function readNamed(path: string): Promise<Buffer> {
  try {
    return await readSmallFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return refuse('file-missing', `There is no file ${path}.`);
    return refuse('file-unreadable', `${path} cannot be read: ${words(error)}.`);
  }
}

function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ');
}

function refuse(condition: string, text: string): never {
  throw new IdentityError(fault('usage', condition, text, { by: 'us', retry: 'never' }));
}

function refusePassphrase(path: string, given: string): never {
  const [condition, text] =
    given === ''
      ? ['passphrase-missing', `${path} is encrypted, and no passphrase is set for it.`]
      : ['passphrase-wrong', `The passphrase does not open ${path}.`];
  throw new IdentityError(fault('usage', condition, text, { by: 'us', retry: 'never' }), true);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** OpenSSL's reason without its file names and numbers. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  return error.message;
}
