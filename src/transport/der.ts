// SPDX-License-Identifier: MIT
//
// Just enough of DER (X.690) to find the names in a certificate. Strict: whatever is not DER throws,
// so that no value can be read in two ways (the fault behind CVE-2021-44532 was such a second way).

export interface DerValue {
  /** Identifier octet: class, constructed bit and a tag number below 31. */
  readonly tag: number;
  readonly content: Uint8Array;
}

export const DER = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  ia5String: 0x16,
  sequence: 0x30,
  /** `[n]`, context-specific, constructed. */
  explicit: (n: number): number => 0xa0 + n,
  /** `[n]`, context-specific, primitive. */
  implicit: (n: number): number => 0x80 + n,
} as const;

/** Reads all values that stand one behind the other. */
export function derValues(bytes: Uint8Array): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const header = readHeader(bytes, at);
    values.push({ tag: header.tag, content: bytes.subarray(header.start, header.end) });
    at = header.end;
  }
  return values;
}

/** Reads exactly one value of the given kind. */
export function derValue(bytes: Uint8Array, tag: number): Uint8Array {
  const [value, ...more] = derValues(bytes);
  if (value === undefined || more.length > 0 || value.tag !== tag) throw new RangeError('not DER');
  return value.content;
}

interface Header {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, at: number): Header {
  const tag = octet(bytes, at);
  if ((tag & 0x1f) === 0x1f) throw new RangeError('multi-octet tag');
  const first = octet(bytes, at + 1);
  if (first < 0x80) return checked(bytes, tag, at + 2, first);
  const count = first & 0x7f;
  if (count === 0 || count > 3) throw new RangeError('length of indefinite or absurd form');
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + octet(bytes, at + 2 + i);
  // DER wants the shortest form (X.690 §10.1).
  if (length < 0x80 || length < 256 ** (count - 1)) throw new RangeError('padded length');
  return checked(bytes, tag, at + 2 + count, length);
}

function checked(bytes: Uint8Array, tag: number, start: number, length: number): Header {
  if (start + length > bytes.length) throw new RangeError('cut short');
  return { tag, start, end: start + length };
}

function octet(bytes: Uint8Array, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new RangeError('cut short');
  return value;
}
