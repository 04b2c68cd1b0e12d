// SPDX-License-Identifier: MIT
//
// Reads PKCS#12 files (RFC 7292), those of today and those that Windows and older browsers write.
// Node's OpenSSL opens the first kind only; docs/design/0011-certificate-files.md says why we read both.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { BerValue } from './ber.js';
import { BER, berValue, berValues, contentOf, numberOf, oidOf } from './ber.js';
import type { Passphrase } from './pbe.js';
import { decrypt, hashOfHmac, pbkdf2Key, UnknownScheme } from './pbe.js';
import { bmpPassphrase, deriveKey, purpose } from './pkcs12-key.js';

/** What is in such a file. Which certificate belongs to which key is left to the caller. */
export interface Pkcs12 {
  /** DER, in the file's order. */
  readonly certificates: readonly Uint8Array[];
  /** PKCS#8, DER, not encrypted. */
  readonly keys: readonly Uint8Array[];
}

/** No reading of the passphrase opens the file. */
export class WrongPassphrase extends Error {}

/** Object identifiers, as the hex of their octets. */
const OID = {
  data: '2a864886f70d010701',
  encryptedData: '2a864886f70d010706',
  keyBag: '2a864886f70d010c0a0101',
  lockedKeyBag: '2a864886f70d010c0a0102',
  certificateBag: '2a864886f70d010c0a0103',
  bagOfBags: '2a864886f70d010c0a0106',
  x509Certificate: '2a864886f70d01091601',
  pbmac1: '2a864886f70d01050e',
} as const;

const digests: ReadonlyMap<string, { hash: string; bytes: number }> = new Map([
  ['2a864886f70d0205', { hash: 'md5', bytes: 16 }],
  ['2b0e03021a', { hash: 'sha1', bytes: 20 }],
  ['608648016503040204', { hash: 'sha224', bytes: 28 }],
  ['608648016503040201', { hash: 'sha256', bytes: 32 }],
  ['608648016503040202', { hash: 'sha384', bytes: 48 }],
  ['608648016503040203', { hash: 'sha512', bytes: 64 }],
]);

/** RFC 7292 §4. Keys in DER form begin with a version as well, which is 0 or 1. */
const VERSION = 3;

/** Does it begin as such a file does: a sequence that begins with that version? */
export function isPkcs12(bytes: Uint8Array): boolean {
  try {
    return numberOf(berValues(berValue(bytes, BER.sequence))[0]) === VERSION;
  } catch {
    return false;
  }
}

/**
 * @param passphrase empty for none
 * @throws WrongPassphrase, UnknownScheme, or RangeError when the file is damaged
 */
export async function readPkcs12(file: Uint8Array, passphrase: string): Promise<Pkcs12> {
  const [, content, mac] = berValues(berValue(file, BER.sequence));
  const safe = dataOf(contentOf(content, BER.sequence));
  if (mac !== undefined) {
    const right = await whichPassphrase(berValues(contentOf(mac, BER.sequence)), safe, passphrase);
    return readSafe(safe, right);
  }
  // Nothing says beforehand which reading is right; a wrong one leaves bytes that mean nothing.
  for (const reading of readings(passphrase)) {
    try {
      return await readSafe(safe, reading);
    } catch (error) {
      if (error instanceof UnknownScheme) throw error;
    }
  }
  throw new WrongPassphrase();
}

/**
 * What was typed; and where nothing was, or it was not needed, the two kinds of nothing: a text without
 * characters, which still has its end, and no text at all. Programs do not agree about them.
 */
function readings(passphrase: string): Passphrase[] {
  const empty = new Uint8Array();
  const none = [
    { bmp: bmpPassphrase(''), utf8: empty },
    { bmp: empty, utf8: empty },
  ];
  if (passphrase === '') return none;
  return [{ bmp: bmpPassphrase(passphrase), utf8: Buffer.from(passphrase, 'utf8') }, ...none];
}

/** RFC 7292 §5.1, and RFC 9579 for PBMAC1. @throws WrongPassphrase */
async function whichPassphrase(
  [digest, salt, rounds]: readonly BerValue[],
  safe: Uint8Array,
  passphrase: string,
): Promise<Passphrase> {
  const [algorithm, expected] = berValues(contentOf(digest, BER.sequence));
  const [oid, parameters] = berValues(contentOf(algorithm, BER.sequence));
  const name = oidOf(oid);
  const expectedMac = contentOf(expected, BER.octetString);
  const macOf = async (reading: Passphrase): Promise<Uint8Array> => {
    if (name === OID.pbmac1) {
      return pbmac1(contentOf(parameters, BER.sequence), reading.utf8, safe);
    }
    const kind = digests.get(name);
    if (kind === undefined) throw new UnknownScheme();
    const key = await deriveKey({
      ...{ hash: kind.hash, passphrase: reading.bmp, id: purpose.mac, length: kind.bytes },
      salt: contentOf(salt, BER.octetString),
      rounds: rounds === undefined ? 1 : numberOf(rounds),
    });
    return createHmac(kind.hash, key).update(safe).digest();
  };
  for (const reading of readings(passphrase)) {
    const mac = await macOf(reading);
    if (mac.length === expectedMac.length && timingSafeEqual(mac, expectedMac)) return reading;
  }
  throw new WrongPassphrase();
}

async function pbmac1(
  parameters: Uint8Array,
  passphrase: Uint8Array,
  safe: Uint8Array,
): Promise<Uint8Array> {
  const [derivation, hmac] = berValues(parameters);
  const hash = hashOfHmac(hmac);
  const bytes = [...digests.values()].find((digest) => digest.hash === hash)?.bytes ?? 0;
  const key = await pbkdf2Key(contentOf(derivation, BER.sequence), passphrase, bytes);
  return createHmac(hash, key).update(safe).digest();
}

/** RFC 7292 §4: a sequence of parts, each of them in clear or locked. */
async function readSafe(safe: Uint8Array, passphrase: Passphrase): Promise<Pkcs12> {
  const certificates: Uint8Array[] = [];
  const keys: Uint8Array[] = [];
  for (const part of berValues(berValue(safe, BER.sequence))) {
    const bags = await bagsOf(contentOf(part, BER.sequence), passphrase);
    await readBags(bags, passphrase, { certificates, keys });
  }
  return { certificates, keys };
}

async function bagsOf(part: Uint8Array, passphrase: Passphrase): Promise<Uint8Array> {
  const [type, wrapped] = berValues(part);
  if (oidOf(type) !== OID.encryptedData) return dataOf(part);
  const locked = berValue(contentOf(wrapped, BER.explicit), BER.sequence);
  const [, algorithm, content] = berValues(contentOf(berValues(locked)[1], BER.sequence));
  return decrypt(contentOf(algorithm, BER.sequence), lockedBytes(content), passphrase);
}

/** `[0] IMPLICIT OCTET STRING`: whole, or in parts. */
function lockedBytes(content: BerValue | undefined): Uint8Array {
  if (content?.tag !== BER.explicit) return contentOf(content, BER.implicit);
  return Buffer.concat(
    berValues(content.content).map((value) => contentOf(value, BER.octetString)),
  );
}

async function readBags(
  bags: Uint8Array,
  passphrase: Passphrase,
  found: { certificates: Uint8Array[]; keys: Uint8Array[] },
): Promise<void> {
  for (const bag of berValues(berValue(bags, BER.sequence))) {
    const [type, wrapped] = berValues(contentOf(bag, BER.sequence));
    const content = contentOf(wrapped, BER.explicit);
    switch (oidOf(type)) {
      case OID.keyBag:
        found.keys.push(content);
        break;
      case OID.lockedKeyBag:
        found.keys.push(await unlockedKey(content, passphrase));
        break;
      case OID.certificateBag:
        found.certificates.push(...certificateOf(content));
        break;
      case OID.bagOfBags:
        await readBags(content, passphrase, found);
        break;
      // Revocation lists and secrets of other kinds: nothing to sign in with.
    }
  }
}

async function unlockedKey(content: Uint8Array, passphrase: Passphrase): Promise<Uint8Array> {
  const [algorithm, data] = berValues(berValue(content, BER.sequence));
  const key = await decrypt(
    contentOf(algorithm, BER.sequence),
    contentOf(data, BER.octetString),
    passphrase,
  );
  // What a wrong passphrase leaves with a right padding, once in some hundred times, is no sequence.
  berValue(key, BER.sequence);
  return key;
}

function certificateOf(content: Uint8Array): Uint8Array[] {
  const [type, wrapped] = berValues(berValue(content, BER.sequence));
  if (oidOf(type) !== OID.x509Certificate) return [];
  return [berValue(contentOf(wrapped, BER.explicit), BER.octetString)];
}

/** @param content of a ContentInfo. @throws UnknownScheme for one that is signed, or locked by a key */
function dataOf(content: Uint8Array): Uint8Array {
  const [type, wrapped] = berValues(content);
  if (oidOf(type) !== OID.data) throw new UnknownScheme();
  return berValue(contentOf(wrapped, BER.explicit), BER.octetString);
}
