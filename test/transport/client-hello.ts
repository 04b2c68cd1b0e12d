// SPDX-License-Identifier: MIT

/** A ClientHello as it stands on the wire (RFC 8446 §4.1.2). */
export interface ClientHello {
  /** Types of its extensions, in order. */
  readonly extensions: number[];
  /** RFC 6066 §3; empty for none. */
  readonly serverName: string;
  /** RFC 7301 §3.1. */
  readonly alpn: string[];
  /** RFC 5077 §3.2. */
  readonly sessionTicket: Buffer;
  /** RFC 8446 §4.2.1. */
  readonly versions: number[];
}

/** Reads behind one another what is there, each with its length before it. */
class Reader {
  #at = 0;
  constructor(private readonly bytes: Buffer) {}

  get done(): boolean {
    return this.#at >= this.bytes.length;
  }

  number(octets: number): number {
    this.#at += octets;
    return this.bytes.readUIntBE(this.#at - octets, octets);
  }

  /** @param octets of the length in front; without it `count` bytes */
  take(octets: number, count = octets === 0 ? 0 : this.number(octets)): Buffer {
    this.#at += count;
    return this.bytes.subarray(this.#at - count, this.#at);
  }
}

/** @param sent what a client sent first: a record of type handshake with a whole ClientHello in it */
export function clientHello(sent: Buffer): ClientHello {
  const record = new Reader(sent);
  if (record.number(1) !== 22) throw new Error('no handshake record');
  record.number(2);
  const message = new Reader(record.take(2));
  if (message.number(1) !== 1) throw new Error('no ClientHello');
  const hello = new Reader(message.take(3));
  hello.take(0, 2 + 32); // version, random
  hello.take(1); // session id
  hello.take(2); // cipher suites
  hello.take(1); // compression
  const found = new Map<number, Buffer>();
  for (const list = new Reader(hello.take(2)); !list.done;) found.set(list.number(2), list.take(2));
  const extension = (type: number): Buffer => found.get(type) ?? Buffer.alloc(0);
  return {
    extensions: [...found.keys()],
    serverName: extension(0).subarray(5).toString(),
    alpn: names(extension(16)),
    sessionTicket: extension(35),
    versions: versions(extension(43)),
  };
}

function names(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  const list = new Reader(new Reader(bytes).take(2));
  const found: string[] = [];
  while (!list.done) found.push(list.take(1).toString());
  return found;
}

function versions(bytes: Buffer): number[] {
  if (bytes.length === 0) return [];
  const list = new Reader(new Reader(bytes).take(1));
  const found: number[] = [];
  while (!list.done) found.push(list.number(2));
  return found;
}
