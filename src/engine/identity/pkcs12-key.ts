// SPDX-License-Identifier: MIT
//
// Keys out of passphrases for PKCS#12 (RFC 7292 appendix B), which has its own way beside PBKDF2.

import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Appendix B.3: what the octets are for. */
export const purpose = { key: 1, iv: 2, mac: 3 } as const;

/** A file may ask for hundreds of thousands of rounds; other accounts get a turn between so many. */
const roundsATurn = 5000;
/** More is not caution but a file that wants to hold us up. */
const mostRounds = 10_000_000;

export interface Derived {
  readonly hash: string;
  /** As {@link bmpPassphrase} gives it. */
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly rounds: number;
  readonly id: (typeof purpose)[keyof typeof purpose];
  readonly length: number;
}

/** Appendix B.1: UTF-16 with a zero character behind; for the kind of empty that has not even that, see there. */
export function bmpPassphrase(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, 'utf16le').swap16();
}

/** @throws RangeError when the file asks for an absurd number of rounds */
export function checkRounds(rounds: number): void {
  if (rounds < 1 || rounds > mostRounds) throw new RangeError('an absurd number of rounds');
}

/** Appendix B.2. @throws RangeError as {@link checkRounds} */
export async function deriveKey(of: Derived): Promise<Uint8Array> {
  checkRounds(of.rounds);
  const block = of.hash === 'sha384' || of.hash === 'sha512' ? 128 : 64;
  const input = Buffer.concat([filled(of.salt, block), filled(of.passphrase, block)]);
  const diversifier = Buffer.alloc(block, of.id);
  const parts: Buffer[] = [];
  for (let have = 0; have < of.length;) {
    const part = await hashed(of.hash, Buffer.concat([diversifier, input]), of.rounds);
    parts.push(part);
    have += part.length;
    const add = filled(part, block).subarray(0, block);
    for (let at = 0; at < input.length; at += block) addOne(input.subarray(at, at + block), add);
  }
  return Buffer.concat(parts).subarray(0, of.length);
}

async function hashed(hash: string, first: Buffer, rounds: number): Promise<Buffer> {
  let value = first;
  for (let round = 1; round <= rounds; round++) {
    value = createHash(hash).update(value).digest();
    if (round % roundsATurn === 0) await nextTurn();
  }
  return value;
}

/** Again and again until whole blocks are full; nothing stays nothing. */
function filled(bytes: Uint8Array, block: number): Buffer {
  const length = Math.ceil(bytes.length / block) * block;
  return Buffer.from(Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length] ?? 0));
}

/** Step 6.C: (block + add + 1) mod 2^(8 · length), in place. */
function addOne(block: Buffer, add: Buffer): void {
  let carry = 1;
  for (let i = block.length - 1; i >= 0; i--) {
    carry += (block[i] ?? 0) + (add[i] ?? 0);
    block[i] = carry & 0xff;
    carry >>= 8;
  }
}
