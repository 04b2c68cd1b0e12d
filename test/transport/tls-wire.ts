// SPDX-License-Identifier: MIT
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Certificate } from '../support/certificates.js';

const types = new Map([
  [20, 'change cipher'],
  [21, 'alert'],
  [23, 'encrypted'],
]);

/** The types of the records in a client's bytes; handshake messages with theirs (RFC 8446 §4, §5.1). */
export function tlsRecords(bytes: Buffer): string[] {
  const records: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    const type = bytes.readUInt8(at);
    records.push(types.get(type) ?? `handshake ${String(bytes.readUInt8(at + 5))}`);
  }
  return records;
}

/** The same without alerts, which say nothing of us. */
export function handshakes(bytes: Buffer): string[] {
  return tlsRecords(bytes).filter((record) => record !== 'alert');
}

/** Is this certificate on the wire, as TLS up to 1.2 sends it? */
export function namesCertificate(bytes: Buffer, { certFile }: Certificate): boolean {
  return bytes.includes(new X509Certificate(readFileSync(certFile)).raw);
}
