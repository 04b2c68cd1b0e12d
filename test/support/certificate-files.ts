// SPDX-License-Identifier: MIT
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { derValues } from '../../src/transport/der.js';
import type { Certificate } from './certificates.js';
import { run } from './processes.js';

/** How the ways to write a file of one's certificate are called for with the openssl program. */
export const PKCS12 = {
  'of today (AES, SHA-256)': [],
  'of Windows 7 to 10 and old browsers (RC2-40, 3DES, SHA-1)': ['-legacy'],
  'with 3DES all through': ['-legacy', '-descert'],
  'with RC2-128': ['-legacy', '-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-RC2-128'],
  'with 3DES of two keys': ['-legacy', '-certpbe', 'PBE-SHA1-2DES', '-keypbe', 'PBE-SHA1-2DES'],
  'with AES-128 and a MAC of SHA-1': [
    ...['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC', '-macalg', 'SHA1'],
  ],
  'with AES-192 and a MAC of SHA-512': [
    ...['-certpbe', 'AES-192-CBC', '-keypbe', 'AES-192-CBC', '-macalg', 'SHA512'],
  ],
  'with 3DES of PBES2': ['-certpbe', 'des-ede3-cbc', '-keypbe', 'des-ede3-cbc'],
  'with many rounds': ['-iter', '20000'],
  'with the certificate in clear': ['-certpbe', 'NONE'],
  'without a MAC': ['-nomac'],
  'of old kind without a MAC': ['-legacy', '-nomac'],
} as const satisfies Record<string, readonly string[]>;

/** Writes files into a folder. */
export class CertificateFiles {
  #count = 0;

  constructor(readonly folder: string) {}

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  async pkcs12(
    { certFile, keyFile }: Certificate,
    passphrase: string,
    more: readonly string[],
  ): Promise<string> {
    const path = join(this.folder, `made-${++this.#count}.p12`);
    const secret = this.write('secret', `${passphrase}\n`);
    await run('openssl', [
      ...['pkcs12', '-export', '-in', certFile, '-inkey', keyFile, '-out', path],
      ...['-passout', `file:${secret}`, ...more],
    ]);
    return path;
  }

  /** Encrypted as OpenSSL did before PKCS#8: the algorithm in headers. */
  async traditionalKey(
    { keyFile }: Certificate,
    passphrase: string,
    cipher = '-aes256',
  ): Promise<string> {
    const path = join(this.folder, `made-${++this.#count}.key`);
    const secret = this.write('secret', `${passphrase}\n`);
    const traditional = [
      'pkey',
      '-provider',
      'legacy',
      '-provider',
      'default',
      '-traditional',
      cipher,
      '-in',
      keyFile,
      '-out',
      path,
    ];
    await run('openssl', [...traditional, '-passout', `file:${secret}`]);
    return path;
  }

  async pkcs8Key({ keyFile }: Certificate, passphrase: string, more: string[]): Promise<string> {
    const path = join(this.folder, `made-${++this.#count}.key`);
    const secret = this.write('secret', `${passphrase}\n`);
    const locked = [
      'pkcs8',
      '-provider',
      'legacy',
      '-provider',
      'default',
      '-topk8',
      '-in',
      keyFile,
      '-out',
      path,
      ...more,
    ];
    await run('openssl', [...locked, '-passout', `file:${secret}`]);
    return path;
  }
}

/** The same values with lengths left open and strings in parts (X.690 §8), as browsers wrote them. */
export function loosened(der: Uint8Array): Buffer {
  return Buffer.concat(
    derValues(der).map(({ tag, content }) => {
      if ((tag & 0x20) !== 0) return open(tag, loosened(content));
      if (tag === 0x04) return open(0x24, inParts(content));
      if (tag === 0x80) return open(0xa0, inParts(content));
      return header(tag, content);
    }),
  );
}

export function loosenedFile(path: string, to: string): string {
  writeFileSync(to, loosened(readFileSync(path)));
  return to;
}

/** The same file with a MAC (SHA-1) whose key is made from no passphrase, not even its closing zero. */
export async function withMacOfNothing(path: string, to: string): Promise<string> {
  const file = readFileSync(path);
  const [pfx] = derValues(file);
  const [, content, mac] = derValues(pfx?.content ?? file);
  const [, wrapped] = derValues(content?.content ?? file);
  const [safe] = derValues(wrapped?.content ?? file);
  const [digestInfo, salt, rounds] = derValues(mac?.content ?? file);
  const digest = derValues(digestInfo?.content ?? file)[1]?.content ?? file;
  const hex = (bytes: Uint8Array = file): string => Buffer.from(bytes).toString('hex');
  const key = await run('openssl', [
    ...['kdf', '-keylen', '20', '-kdfopt', 'digest:SHA1', '-kdfopt', 'hexpass:'],
    ...['-kdfopt', `hexsalt:${hex(salt?.content)}`, '-kdfopt', 'id:3'],
    ...['-kdfopt', `iter:${parseInt(hex(rounds?.content), 16)}`, 'PKCS12KDF'],
  ]);
  const hmac = createHmac('sha1', Buffer.from(key.trim().replaceAll(':', ''), 'hex'));
  hmac
    .update(safe?.content ?? file)
    .digest()
    .copy(file, file.indexOf(digest));
  writeFileSync(to, file);
  return to;
}

function open(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag, 0x80]), content, Buffer.from([0, 0])]);
}

function inParts(content: Uint8Array): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length; at += 100) {
    parts.push(header(0x04, content.subarray(at, at + 100)));
  }
  return Buffer.concat(parts);
}

function header(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const octets = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...octets]), content]);
}
