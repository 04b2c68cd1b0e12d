// SPDX-License-Identifier: MIT

// The D-Bus wire format, as far as libpurple's interface needs it: int32, uint32, int64, string,
// object path, double and arrays of those (D-Bus Specification, "Marshaling").

export type Value = number | string | Value[];

/** Writes values one after the other, little-endian, each aligned from the start. */
export class Writer {
  #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  align(to: number): void {
    while (this.#bytes.length % to !== 0) this.#bytes.push(0);
  }

  byte(value: number): void {
    this.#bytes.push(value);
  }

  uint32(value: number): void {
    this.align(4);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0);
    this.#bytes.push(...bytes);
  }

  /** Also an object path, which is marshalled the same. */
  string(value: string): void {
    const bytes = Buffer.from(value);
    this.uint32(bytes.length);
    this.#bytes.push(...bytes, 0);
  }

  signature(value: string): void {
    this.#bytes.push(value.length, ...Buffer.from(value), 0);
  }

  bytes(): Buffer {
    return Buffer.from(this.#bytes);
  }
}

export class Reader {
  at = 0;
  constructor(readonly bytes: Buffer) {}

  align(to: number): void {
    this.at = Math.ceil(this.at / to) * to;
  }

  uint32(): number {
    this.align(4);
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  string(): string {
    const length = this.uint32();
    this.at += length + 1;
    return this.bytes.toString('utf8', this.at - length - 1, this.at - 1);
  }

  signature(): string {
    const length = this.bytes.readUInt8(this.at);
    this.at += length + 2;
    return this.bytes.toString('utf8', this.at - length - 1, this.at - 1);
  }

  /** The value of a single complete type. */
  value(type: string): Value {
    switch (type[0]) {
      case 'i':
        return this.uint32() | 0;
      case 'u':
      case 'b':
        return this.uint32();
      case 's':
      case 'o':
        return this.string();
      case 'g':
        return this.signature();
      case 'x':
        this.align(8);
        this.at += 8;
        return Number(this.bytes.readBigInt64LE(this.at - 8));
      case 'd':
        this.align(8);
        this.at += 8;
        return this.bytes.readDoubleLE(this.at - 8);
      case 'a':
        return this.#array(type.slice(1));
      default:
        throw new Error(`no reader for the D-Bus type ${type}`);
    }
  }

  #array(of: string): Value[] {
    const length = this.uint32();
    if (of === 'd' || of === 'x') this.align(8);
    const end = this.at + length;
    const values: Value[] = [];
    while (this.at < end) values.push(this.value(of));
    return values;
  }
}

/** Splits a signature without structs into its single complete types. */
export function types(signature: string): string[] {
  return signature.match(/a*[^a]/g) ?? [];
}

export interface Header {
  type: number;
  serial: number;
  fields: Map<number, Value>;
  body: Reader;
}

// Codes of the header fields.
export const FIELD = {
  path: 1,
  interface: 2,
  member: 3,
  error: 4,
  reply: 5,
  to: 6,
  body: 8,
} as const;

export const CALL = 1;
export const RETURN = 2;
export const ERROR = 3;
export const SIGNAL = 4;

/** A method call: numbers go as int32, the only integer libpurple takes. */
export function methodCall(
  serial: number,
  names: { to: string; path: string; interface: string; member: string },
  args: readonly (number | string)[],
): Buffer {
  const body = new Writer();
  for (const arg of args) {
    if (typeof arg === 'string') body.string(arg);
    else body.uint32(arg);
  }
  const header = new Writer();
  for (const byte of [0x6c, CALL, 0, 1]) header.byte(byte); // 'l' little-endian, protocol 1
  header.uint32(body.length);
  header.uint32(serial);
  const signature = args.map((arg) => (typeof arg === 'string' ? 's' : 'i')).join('');
  const fields: [number, string, string][] = [
    [FIELD.path, 'o', names.path],
    [FIELD.interface, 's', names.interface],
    [FIELD.member, 's', names.member],
    [FIELD.to, 's', names.to],
    [FIELD.body, 'g', signature],
  ];
  const array = new Writer();
  for (const [code, type, value] of fields) {
    array.align(8);
    array.byte(code);
    array.signature(type);
    if (type === 'g') array.signature(value);
    else array.string(value);
  }
  // The array of structs starts at byte 16, which is aligned to 8 like its own first byte.
  header.uint32(array.length);
  const head = new Writer();
  for (const byte of [...header.bytes(), ...array.bytes()]) head.byte(byte);
  head.align(8);
  return Buffer.concat([head.bytes(), body.bytes()]);
}

/** Takes the first whole message off `bytes`; undefined while it is not there yet. */
export function takeMessage(bytes: Buffer): { message: Header; size: number } | undefined {
  if (bytes.length < 16) return undefined;
  const bodyLength = bytes.readUInt32LE(4);
  const fieldsEnd = 16 + bytes.readUInt32LE(12);
  const start = Math.ceil(fieldsEnd / 8) * 8;
  const size = start + bodyLength;
  if (bytes.length < size) return undefined;
  const reader = new Reader(bytes.subarray(0, size));
  const fields = new Map<number, Value>();
  for (reader.at = 16; reader.at < fieldsEnd;) {
    reader.align(8);
    const code = bytes.readUInt8(reader.at++);
    fields.set(code, reader.value(reader.signature()));
  }
  const body = new Reader(bytes.subarray(start, size));
  return {
    message: { type: bytes.readUInt8(1), serial: bytes.readUInt32LE(8), fields, body },
    size,
  };
}
