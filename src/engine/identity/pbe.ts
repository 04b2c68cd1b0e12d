// SPDX-License-Identifier: MIT
//
// Encryption by passphrase as PKCS#12 files use it: PBES2 (RFC 8018 §6.2), and of the old schemes
// (RFC 7292 appendix C) those with Triple-DES and RC2.

import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { BerValue } from './ber.js';
import { BER, berValues, contentOf, numberOf, oidOf } from './ber.js';
import { checkRounds, deriveKey, purpose } from './pkcs12-key.js';
import { decryptRc2 } from './rc2.js';

const derive = promisify(pbkdf2);

/** One reading of what a person typed: old schemes and new ones see different octets. */
export interface Passphrase {
  readonly bmp: Uint8Array;
  readonly utf8: Uint8Array;
}

/** The file is locked in a way that is not known here. */
export class UnknownScheme extends Error {}

/** Object identifiers, as the hex of their octets. */
const PBES2 = '2a864886f70d01050d';
const PBKDF2 = '2a864886f70d01050c';

/** 1.2.840.113549.1.12.1.n; RC4 (1 and 2) is left out: nobody was seen to write it. */
const oldSchemes: ReadonlyMap<string, { cipher: 'des' | 'rc2'; bytes: number }> = new Map([
  ['2a864886f70d010c0103', { cipher: 'des', bytes: 24 }],
  ['2a864886f70d010c0104', { cipher: 'des', bytes: 16 }],
  ['2a864886f70d010c0105', { cipher: 'rc2', bytes: 16 }],
  ['2a864886f70d010c0106', { cipher: 'rc2', bytes: 5 }],
]);

const ciphers: ReadonlyMap<string, { name: string; bytes: number }> = new Map([
  ['608648016503040102', { name: 'aes-128-cbc', bytes: 16 }],
  ['608648016503040116', { name: 'aes-192-cbc', bytes: 24 }],
  ['60864801650304012a', { name: 'aes-256-cbc', bytes: 32 }],
  ['2a864886f70d0307', { name: 'des-ede3-cbc', bytes: 24 }],
]);

/** hmacWith…, 1.2.840.113549.2.n. */
const hmacs: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d0207', 'sha1'],
  ['2a864886f70d0208', 'sha224'],
  ['2a864886f70d0209', 'sha256'],
  ['2a864886f70d020a', 'sha384'],
  ['2a864886f70d020b', 'sha512'],
]);

/**
 * @param algorithm the content of an AlgorithmIdentifier
 * @throws UnknownScheme, or another error when the passphrase is wrong or the file damaged: which of
 *         the two cannot be told
 */
export async function decrypt(
  algorithm: Uint8Array,
  data: Uint8Array,
  passphrase: Passphrase,
): Promise<Uint8Array> {
  const [oid, parameters] = berValues(algorithm);
  const scheme = oidOf(oid);
  const fields = berValues(contentOf(parameters, BER.sequence));
  if (scheme === PBES2) return decryptPbes2(fields, data, passphrase.utf8);
  const old = oldSchemes.get(scheme);
  if (old === undefined) throw new UnknownScheme();
  const common = {
    ...{ hash: 'sha1', passphrase: passphrase.bmp },
    ...{ salt: contentOf(fields[0], BER.octetString), rounds: numberOf(fields[1]) },
  };
  const key = await deriveKey({ ...common, id: purpose.key, length: old.bytes });
  const iv = await deriveKey({ ...common, id: purpose.iv, length: 8 });
  if (old.cipher === 'rc2') return unpadded(decryptRc2(key, iv, data));
  // Two keys stand for three, the first also being the last.
  const three = old.bytes === 24 ? key : Buffer.concat([key, key.subarray(0, 8)]);
  return decipher('des-ede3-cbc', three, iv, data);
}

async function decryptPbes2(
  [derivation, encryption]: readonly BerValue[],
  data: Uint8Array,
  passphrase: Uint8Array,
): Promise<Uint8Array> {
  const [cipherOid, iv] = berValues(contentOf(encryption, BER.sequence));
  const cipher = ciphers.get(oidOf(cipherOid));
  if (cipher === undefined) throw new UnknownScheme();
  const key = await pbkdf2Key(contentOf(derivation, BER.sequence), passphrase, cipher.bytes);
  return decipher(cipher.name, key, contentOf(iv, BER.octetString), data);
}

/**
 * RFC 8018 appendix A.2, in Node's thread pool.
 * @param algorithm the content of an AlgorithmIdentifier of PBKDF2
 * @throws UnknownScheme, or RangeError when the file is damaged
 */
export async function pbkdf2Key(
  algorithm: Uint8Array,
  passphrase: Uint8Array,
  bytes: number,
): Promise<Uint8Array> {
  const [oid, parameters] = berValues(algorithm);
  if (oidOf(oid) !== PBKDF2) throw new UnknownScheme();
  const [salt, rounds, ...more] = berValues(contentOf(parameters, BER.sequence));
  const count = numberOf(rounds);
  checkRounds(count);
  const prf = more.find(({ tag }) => tag === BER.sequence);
  const hash = prf === undefined ? 'sha1' : hashOfHmac(prf);
  return derive(passphrase, contentOf(salt, BER.octetString), count, bytes, hash);
}

/** The hash of an HMAC, by the object identifier of an AlgorithmIdentifier. */
export function hashOfHmac(algorithm: BerValue | undefined): string {
  const hash = hmacs.get(oidOf(berValues(contentOf(algorithm, BER.sequence))[0]));
  if (hash === undefined) throw new UnknownScheme();
  return hash;
}

function decipher(name: string, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const opened = createDecipheriv(name, key, iv);
  return Buffer.concat([opened.update(data), opened.final()]);
}

/** RFC 8018 §6.1.1: as many octets of that number. */
function unpadded(text: Uint8Array): Uint8Array {
  const count = text.at(-1) ?? 0;
  const padding = text.subarray(text.length - count);
  if (count < 1 || count > 8 || padding.some((octet) => octet !== count)) {
    throw new RangeError('wrong padding');
  }
  return text.subarray(0, text.length - count);
}
