// SPDX-License-Identifier: MIT
//
// Certificates and keys in PEM files (RFC 7468), and in the older form that encrypts a key by headers.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BER, berValue, berValues, contentOf, oidOf } from './ber.js';
import { refuse, refusePassphrase, words } from './refusals.js';

/** Of PKCS#8 (RFC 8018 appendix A.3, RFC 7292 appendix C): with RC2, RC4 or single DES. */
const outdatedSchemes = [
  ...[1, 3, 4, 6, 0x0a, 0x0b].map((n) => `2a864886f70d0105${hex(n)}`),
  ...[1, 2, 5, 6].map((n) => `2a864886f70d010c01${hex(n)}`),
];
/** Of the older form, by their names: what OpenSSL 3 still opens. */
const currentCiphers = /DEK-Info: (AES-(128|192|256)-CBC|DES-EDE3-CBC|CAMELLIA-\d+-CBC),/;

export function isPem(bytes: Buffer): boolean {
  return bytes.includes('-----BEGIN ');
}

/** @throws IdentityError when there is none, or one that cannot be read */
export function certificatesOf(path: string, pem: Buffer): X509Certificate[] {
  const found = blocks(pem, /(X509 |TRUSTED )?CERTIFICATE/);
  if (found.length === 0) unreadable(path);
  return found.map((block) => {
    try {
      return new X509Certificate(block);
    } catch {
      return unreadable(path);
    }
  });
}

function unreadable(path: string): never {
  return refuse('certificate-unreadable', `${path} holds no certificate that can be read.`);
}

/**
 * @param passphrase for those that are encrypted
 * @returns at least one
 * @throws IdentityError
 */
export function keysOf(path: string, pem: Buffer, passphrase: string): KeyObject[] {
  const found = blocks(pem, /([A-Z]+ )?PRIVATE KEY/);
  if (found.length === 0) {
    refuse('no-key', `${path} holds no private key. Name the file that does.`);
  }
  return found.map((block) => openKey(path, block, passphrase));
}

function openKey(path: string, block: string, passphrase: string): KeyObject {
  if (block.includes('BEGIN OPENSSH ')) {
    const how = 'ssh-keygen -p -m PKCS8 -f FILE';
    refuse('key-unreadable', `${path} holds a key of OpenSSH. Convert it with "${how}".`);
  }
  const encrypted = /BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED/.test(block);
  if (encrypted && isOutdated(block)) {
    const how = 'openssl pkcs8 -provider legacy -provider default -topk8 -in FILE -out NEW';
    refuse(
      'key-outdated',
      `The key in ${path} is encrypted in an outdated way (RC2, RC4 or DES). Convert it with "${how}".`,
    );
  }
  if (encrypted && passphrase === '') refusePassphrase(path, passphrase);
  try {
    return createPrivateKey({ key: block, ...(encrypted ? { passphrase } : {}) });
  } catch (error) {
    // A wrong passphrase leaves bytes that may be refused for any reason.
    if (encrypted) refusePassphrase(path, passphrase);
    const text = `The private key in ${path} cannot be read: ${words(error)}.`;
    return refuse('key-unreadable', text);
  }
}

/** OpenSSL would call it "unsupported", which it says of a wrong passphrase as well. */
function isOutdated(block: string): boolean {
  if (block.includes('DEK-Info:')) return !currentCiphers.test(block);
  const base64 = block.split('\n').filter((line) => !line.includes('-----'));
  try {
    const [algorithm] = berValues(berValue(Buffer.from(base64.join(''), 'base64'), BER.sequence));
    const [oid] = berValues(contentOf(algorithm, BER.sequence));
    return outdatedSchemes.includes(oidOf(oid));
  } catch {
    return false;
  }
}

function blocks(pem: Buffer, label: RegExp): string[] {
  const { source } = label;
  const block = new RegExp(`-----BEGIN (${source})-----[^-]+(-[^-]+)*-----END \\1-----`, 'g');
  return [...pem.toString('latin1').replaceAll('\r', '').matchAll(block)].map(([text]) => text);
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}
