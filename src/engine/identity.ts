// SPDX-License-Identifier: MIT
//
// Reads the files with which a person signs in by certificate.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readSmallFile } from '../disk/read-file.js';
import { refuseDer } from './identity/der-form.js';
import { ownCertificate } from './identity/own-certificate.js';
import type { OpenIdentity } from './identity/own-certificate.js';
import { UnknownScheme } from './identity/pbe.js';
import { certificatesOf, isPem, keysOf } from './identity/pem.js';
import { isPkcs12, readPkcs12, WrongPassphrase } from './identity/pkcs12.js';
import type { Pkcs12 } from './identity/pkcs12.js';
import { hasCode, refuse, refusePassphrase, words } from './identity/refusals.js';

export { IdentityError } from './identity/refusals.js';

/** Paths and secret as the account's options give them. */
export interface IdentityFiles {
  readonly cert: string;
  /** Empty: the key is in the same file. */
  readonly key: string;
  readonly passphrase: string;
}

interface Content {
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

/** @throws IdentityError */
export async function readIdentity(files: IdentityFiles): Promise<OpenIdentity> {
  for (const path of [files.cert, files.key]) refuseToken(path);
  const certPath = expandHome(files.cert);
  const cert = await readNamed(certPath);
  const keyPath = files.key === '' ? certPath : expandHome(files.key);
  const apart = keyPath === certPath ? undefined : await readNamed(keyPath);
  if (isPem(cert)) {
    const certificates = certificatesOf(certPath, cert);
    const keys = await keysIn(keyPath, apart ?? cert, files.passphrase);
    return ownCertificate({ certPath, keyPath, certificates, keys });
  }
  const { certificates, keys: inside } = await openPkcs12(certPath, cert, files.passphrase);
  if (certificates.length === 0) refuse('no-certificate', `${certPath} holds no certificate.`);
  const keys = apart === undefined ? inside : await keysIn(keyPath, apart, files.passphrase);
  if (keys.length === 0) refuse('no-key', `${certPath} holds no certificate with its key.`);
  return ownCertificate({ certPath, keyPath, certificates, keys });
}

/**
 * Reads the further trust anchors.
 * @returns PEM, at least one certificate
 * @throws IdentityError
 */
export async function readTrustAnchors(path: string): Promise<string> {
  const full = expandHome(path);
  const pem = await readNamed(full);
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    refuse('no-trust-anchor', `${full} holds no certificate in PEM form.`);
  }
  return certificatesOf(full, pem).join('\n');
}

/** `~` and `~/…` as a shell reads them; other people's homes are not looked up. */
export function expandHome(path: string, home = homedir()): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}

/** RFC 7512. Node can have a key do its work only when it has the key itself. */
function refuseToken(path: string): void {
  if (!/^pkcs11:/i.test(path)) return;
  refuse(
    'pkcs11-unsupported',
    'A key on a smart card or token (pkcs11:) cannot be used: the engine can only sign with keys that it reads from a file. Nothing was sent. Name a file in the account’s settings, or sign in by password.',
  );
}

async function keysIn(
  path: string,
  bytes: Buffer,
  passphrase: string,
): Promise<readonly KeyObject[]> {
  if (!isPem(bytes) && isPkcs12(bytes)) return (await openPkcs12(path, bytes, passphrase)).keys;
  refuseDer(path, bytes);
  return keysOf(path, bytes, passphrase);
}

async function openPkcs12(path: string, bytes: Buffer, passphrase: string): Promise<Content> {
  if (!isPkcs12(bytes)) {
    refuseDer(path, bytes);
    refuse('certificate-unreadable', `${path} is neither PEM nor PKCS#12.`);
  }
  try {
    return parsed(await readPkcs12(bytes, passphrase));
  } catch (error) {
    if (error instanceof WrongPassphrase) refusePassphrase(path, passphrase);
    if (error instanceof UnknownScheme) {
      refuse(
        'pkcs12-unsupported',
        `${path} is locked in a way that is not known here. Convert it with "openssl pkcs12 -legacy -in FILE -nodes", which writes PEM.`,
      );
    }
    return refuse('certificate-unreadable', `${path} is damaged: it cannot be read as PKCS#12.`);
  }
}

function parsed({ certificates, keys }: Pkcs12): Content {
  return {
    certificates: certificates.map((der) => new X509Certificate(der)),
    keys: keys.map((der) =>
      createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }),
    ),
  };
}

async function readNamed(path: string): Promise<Buffer> {
  try {
    return await readSmallFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return refuse('file-missing', `There is no file ${path}.`);
    return refuse('file-unreadable', `${path} cannot be read: ${words(error)}.`);
  }
}
