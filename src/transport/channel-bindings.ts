// SPDX-License-Identifier: MIT
//
// What ties a sign-in to this very TLS channel (RFC 5056), for each type that is sound on it.

import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { DER, derValue, derValues } from './der.js';
import type { ChannelBindings } from './types.js';

/** RFC 9266 §2. */
const exporterLabel = 'EXPORTER-Channel-Binding';
const exporterBytes = 32;

/** Signature algorithms, as hexadecimal OIDs, with the one hash that each is made with. */
const signatureHashes: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010104', 'md5'],
  ['2a864886f70d010105', 'sha1'],
  ['2a864886f70d01010e', 'sha224'],
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a8648ce3d0401', 'sha1'],
  ['2a8648ce3d040301', 'sha224'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
]);
const rsaPss = '2a864886f70d01010a';
const hashes: ReadonlyMap<string, string> = new Map([
  ['2b0e03021a', 'sha1'],
  ['608648016503040204', 'sha224'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
]);

/**
 * The bindings of a channel whose handshake is complete. A type that is not defined for it, or not
 * safe on it, is absent.
 * @param leaf the server's certificate, DER
 */
export function channelBindings(socket: TLSSocket, leaf: Uint8Array): ChannelBindings {
  const exporter = exported(socket);
  const unique = finished(socket);
  const endPoint = serverEndPoint(leaf);
  return {
    ...(exporter === undefined ? {} : { 'tls-exporter': exporter }),
    ...(unique === undefined ? {} : { 'tls-unique': unique }),
    ...(endPoint === undefined ? {} : { 'tls-server-end-point': endPoint }),
  };
}

/**
 * RFC 9266 §4.2: below TLS 1.3 only with an extended master secret and without renegotiation, which
 * our contexts never allow. Without the former two channels can be made to share their secret.
 */
function exported(socket: TLSSocket): Uint8Array | undefined {
  if (socket.getProtocol() !== 'TLSv1.3' && !hasExtendedMasterSecret(socket.getSession())) {
    return undefined;
  }
  // An empty context and none give the same in TLS 1.3 only (RFC 5705 §4, RFC 8446 §7.5).
  return socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.alloc(0));
}

/**
 * RFC 5929 §3: the first Finished of the handshake, which in a full one is ours. Not defined for TLS 1.3
 * (RFC 8446 appendix C.5), and in a resumed session it is the server's and worth less (RFC 7627 §1).
 */
function finished(socket: TLSSocket): Uint8Array | undefined {
  if (socket.getProtocol() !== 'TLSv1.2' || socket.isSessionReused()) return undefined;
  return socket.getFinished();
}

/**
 * Reads OpenSSL's form of a session, where alone Node shows this: `[13] flags INTEGER`, whose lowest
 * bit says that the handshake had RFC 7627's extension. What cannot be read has none.
 */
export function hasExtendedMasterSecret(session: Uint8Array | undefined): boolean {
  if (session === undefined) return false;
  try {
    const fields = derValues(derValue(session, DER.sequence));
    const flags = fields.find(({ tag }) => tag === DER.explicit(13));
    if (flags === undefined) return false;
    return ((derValue(flags.content, DER.integer).at(-1) ?? 0) & 1) === 1;
  } catch {
    return false;
  }
}

/**
 * RFC 5929 §4.1: the certificate's hash by the hash of its own signature, SHA-256 in place of MD5 and
 * SHA-1. A signature made with several hashes or none of its own (Ed25519) has no such binding.
 */
export function serverEndPoint(leaf: Uint8Array): Uint8Array | undefined {
  const hash = signatureHash(leaf);
  if (hash === undefined) return undefined;
  const named = hash === 'md5' || hash === 'sha1' ? 'sha256' : hash;
  return createHash(named).update(leaf).digest();
}

/** RFC 5280 §4.1: Certificate > signatureAlgorithm, behind what is signed. */
function signatureHash(leaf: Uint8Array): string | undefined {
  try {
    const algorithm = derValues(derValue(leaf, DER.sequence))[1];
    if (algorithm?.tag !== DER.sequence) return undefined;
    const [oid, parameters] = derValues(algorithm.content);
    if (oid?.tag !== DER.oid) return undefined;
    const name = hex(oid.content);
    return name === rsaPss ? pssHash(parameters?.content) : signatureHashes.get(name);
  } catch {
    return undefined;
  }
}

/** RFC 4055 §3.1: the hash of the message and that of the mask must be the same one; SHA-1 if unsaid. */
function pssHash(parameters: Uint8Array | undefined): string | undefined {
  const fields = derValues(parameters ?? new Uint8Array());
  const hashOf = (n: number, read: (algorithm: Uint8Array) => string | undefined) => {
    const field = fields.find(({ tag }) => tag === DER.explicit(n));
    return field === undefined ? 'sha1' : read(derValue(field.content, DER.sequence));
  };
  const message = hashOf(0, algorithmHash);
  const mask = hashOf(1, (algorithm) => {
    const inner = derValues(algorithm)[1];
    return inner?.tag === DER.sequence ? algorithmHash(inner.content) : undefined;
  });
  return message === mask ? message : undefined;
}

function algorithmHash(algorithm: Uint8Array): string | undefined {
  const [oid] = derValues(algorithm);
  return oid?.tag === DER.oid ? hashes.get(hex(oid.content)) : undefined;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
