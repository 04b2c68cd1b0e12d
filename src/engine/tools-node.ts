// SPDX-License-Identifier: MIT
//
// The platform's pure functions, given to the rooms that must not know Node.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { saslprep } from '@mongodb-js/saslprep';
import type { Random, Tools, Utf8Decoder } from '../core/tools.js';

/** Characters that Node's URL host parser decodes or cuts at instead of refusing (WHATWG URL §3.5). */
const notInAName = /[\p{Cc} %/\\?#@:<>^|[\]]/u;

const encoder = new TextEncoder();

function newUtf8Decoder(): Utf8Decoder {
  // A byte order mark is not ours to swallow: RFC 6120 §11.6 knows none, so the reader must see it.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return { decode: (bytes, last = false) => decoder.decode(bytes, { stream: !last }) };
}

function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Node skips what it does not know; only a text that comes out the same again was base64.
  return bytes.toString('base64') === text ? bytes : undefined;
}

export const tools: Tools = {
  newUtf8Decoder,
  utf8: (text) => encoder.encode(text),
  hash: (name, bytes) => createHash(name).update(bytes).digest(),
  hmac: (name, key, bytes) => createHmac(name, key).update(bytes).digest(),
  base64: (bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  fromBase64,
  domainToAscii: (domain) => (notInAName.test(domain) ? '' : domainToASCII(domain)),
  // RFC 4013 §2.5: as a query, which may have characters that Unicode 3.2 did not know. Servers take
  // such passwords, and a server that does not will say so.
  saslprep: (text) => saslprep(text, { allowUnassigned: true }),
};

export const random: Random = (n) => randomBytes(n);
