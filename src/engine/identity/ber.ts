// SPDX-License-Identifier: MIT
//
// As much of BER (X.690 §8) as PKCS#12 files are written in: DER, and what browsers and keychains make,
// where a length may be left open and a string cut into parts.

export interface BerValue {
  /** Identifier octet without the constructed bit of strings that were cut into parts. */
  readonly tag: number;
  /** Without the header; of a string the whole of it. */
  readonly content: Uint8Array;
  /** With the header, as it stands. */
  readonly raw: Uint8Array;
}

export const BER = {
  integer: 0x02,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  /** `[0]`, context-specific: constructed, or a string of its own. */
  explicit: 0xa0,
  implicit: 0x80,
} as const;

/** Nothing in these files is nested deeper; each level of open lengths is read once more. */
const deepest = 24;

/** @throws RangeError for what is not BER */
export function berValues(bytes: Uint8Array, depth = 0): BerValue[] {
  const values: BerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readValue(bytes, at, depth);
    values.push(value);
    at = end;
  }
  return values;
}

/** The one value of that kind that stands there. @throws RangeError when it is another */
export function berValue(bytes: Uint8Array, tag: number): Uint8Array {
  const [value, ...more] = berValues(bytes);
  if (value?.tag !== tag || more.length > 0) throw new RangeError('not the value that is due');
  return value.content;
}

/** The content of a value that must be there. @throws RangeError when it is missing or another */
export function contentOf(value: BerValue | undefined, tag: number): Uint8Array {
  if (value?.tag !== tag) throw new RangeError('not the value that is due');
  return value.content;
}

/** Lower-case hex of an object identifier's octets. @throws RangeError when it is none */
export function oidOf(value: BerValue | undefined): string {
  return Buffer.from(contentOf(value, BER.oid)).toString('hex');
}

/** @throws RangeError for what is no number, or beyond 2^32 */
export function numberOf(value: BerValue | undefined): number {
  const content = contentOf(value, BER.integer);
  if (content.length === 0 || content.length > 5) throw new RangeError('a number out of range');
  return content.reduce((sum, octet) => sum * 256 + octet, 0);
}

interface Read {
  readonly value: BerValue;
  readonly end: number;
}

function readValue(bytes: Uint8Array, at: number, depth: number): Read {
  if (depth > deepest) throw new RangeError('nested too deep');
  const tag = octet(bytes, at);
  if ((tag & 0x1f) === 0x1f) throw new RangeError('multi-octet tag');
  const { start, length } = readLength(bytes, at + 1);
  const stop = length ?? endOfContents(bytes, start, depth);
  const content = bytes.subarray(start, length === undefined ? stop : start + length);
  if (length !== undefined && start + length > bytes.length) throw new RangeError('cut short');
  const end = length === undefined ? stop + 2 : start + length;
  return { value: joined(tag, content, bytes.subarray(at, end), depth), end };
}

/** X.690 §8.7.3: an OCTET STRING in parts, or one that `[0] IMPLICIT` stands for. */
function joined(tag: number, content: Uint8Array, raw: Uint8Array, depth: number): BerValue {
  if (tag !== (BER.octetString | 0x20)) return { tag, content, raw };
  const parts = berValues(content, depth + 1).map((part) => contentOf(part, BER.octetString));
  return { tag: BER.octetString, content: Buffer.concat(parts), raw };
}

/** No length at all for the open form. */
function readLength(bytes: Uint8Array, at: number): { start: number; length?: number } {
  const first = octet(bytes, at);
  if (first === 0x80) return { start: at + 1 };
  if (first < 0x80) return { start: at + 1, length: first };
  const count = first & 0x7f;
  if (count > 4) throw new RangeError('length of an absurd form');
  let length = 0;
  for (let i = 1; i <= count; i++) length = length * 256 + octet(bytes, at + i);
  return { start: at + 1 + count, length };
}

/** Where the two zero octets stand that close an open length (X.690 §8.1.5). */
function endOfContents(bytes: Uint8Array, from: number, depth: number): number {
  let at = from;
  while (octet(bytes, at) !== 0 || octet(bytes, at + 1) !== 0) {
    at = readValue(bytes, at, depth + 1).end;
  }
  return at;
}

function octet(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new RangeError('cut short');
  return value;
}
