// SPDX-License-Identifier: MIT
//
// The other way round: DER (X.690) for the one certificate that is made here. Lengths are of the
// shortest form, so what comes out is read back by der.ts.

import { DER } from './der.js';

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** One value of the given tag around parts that stand one behind the other. */
export function wrap(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, ...lengthOf(content.length)), content]);
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return wrap(DER.sequence, ...parts);
}

export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return wrap(TAG.set, ...parts);
}

/** @param dotted `1.3.6.1.5.5.7.8.5` */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return wrap(DER.oid, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** @param bytes a number that is not negative, most significant first */
export function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.of(0) : bytes.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return wrap(TAG.integer, Buffer.from(sign), digits);
}

export function isTrue(): Uint8Array {
  return wrap(TAG.boolean, Buffer.of(0xff));
}

/** @param unused how many bits at the end do not count */
export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return wrap(TAG.bitString, Buffer.of(unused), bytes);
}

export function utf8String(text: string): Uint8Array {
  return wrap(DER.utf8String, Buffer.from(text));
}

export function octetString(bytes: Uint8Array): Uint8Array {
  return wrap(DER.octetString, bytes);
}

/** RFC 5280 §4.1.2.5: with two digits of the year before 2050, with four from then on. */
export function time(unixMs: number): Uint8Array {
  const digits = new Date(unixMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  return new Date(unixMs).getUTCFullYear() < 2050
    ? wrap(TAG.utcTime, Buffer.from(digits.slice(2)))
    : wrap(TAG.generalizedTime, Buffer.from(digits));
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift(128 + (rest % 128));
  }
  return octets;
}
