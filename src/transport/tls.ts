// SPDX-License-Identifier: MIT

import { constants } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { channelBindings } from './channel-bindings.js';
import { certificateNames } from './names.js';
import type { ClientMaterial, TlsFacts } from './types.js';

export type TlsContext = tls.SecureContext;

/** XEP-0368 §4. */
export const alpnName = 'xmpp-client';

/** A chain longer than this is nobody's; the walk must end even where issuers form a ring. */
const longestChain = 10;

/**
 * Everything about TLS that does not change from link to link.
 * @param options.ca further trust anchors, PEM, beside those Node brings
 * @throws when the platform cannot use the certificate, the key or the trust anchors
 */
export function tlsContext(options: { client?: ClientMaterial; ca?: string }): TlsContext {
  return tls.createSecureContext({
    ...options.client,
    ...(options.ca === undefined ? {} : { ca: [...tls.rootCertificates, options.ca] }),
    // Below TLS 1.3 our certificate would go out, and in clear, before we can judge the server's.
    minVersion: options.client === undefined ? 'TLSv1.2' : 'TLSv1.3',
    // Level 2 refuses keys weaker than 112 bits (RSA below 2048) in every chain.
    ciphers: `${tls.DEFAULT_CIPHERS}:@SECLEVEL=2`,
    // A server judged once must not show another certificate later in the same channel.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  });
}

/** Starts TLS on an open TCP connection. Nobody is trusted here: the facts are judged by our own rules. */
export function openTls(
  raw: Socket,
  options: { context: TlsContext; domain: string; direct: boolean },
): tls.TLSSocket {
  return tls.connect({
    socket: raw,
    secureContext: options.context,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // RFC 6066 §3 allows no address here.
    ...(isIP(options.domain) === 0 ? { servername: options.domain } : {}),
    ...(options.direct ? { ALPNProtocols: [alpnName] } : {}),
  });
}

/** What the handshake showed; `undefined` when the server has no certificate. */
export function tlsFacts(socket: tls.TLSSocket): TlsFacts | undefined {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return undefined;
  return {
    protocol: socket.getProtocol() ?? '',
    names: certificateNames(leaf.raw),
    sha256: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    ...validity(leaf),
    chain: chainOf(leaf),
    bindings: channelBindings(socket, leaf.raw),
    ...(socket.authorized ? {} : { chainError: chainError(socket, leaf) }),
  };
}

/** OpenSSL's word, which Node gives as a string whatever its type declaration says. */
function chainError(socket: tls.TLSSocket, leaf: X509Certificate): string {
  const word = String(socket.authorizationError);
  // Node has no word of its own for a key that the security level refuses.
  return word === 'UNSPECIFIED' && isWeakKey(leaf.publicKey) ? 'EE_KEY_TOO_SMALL' : word;
}

/** Milliseconds since the Unix epoch; 0 where the platform cannot read a date, so that it counts as over. */
export function validity(certificate: X509Certificate): { notBefore: number; notAfter: number } {
  const read = (text: string): number => Date.parse(text) || 0;
  return { notBefore: read(certificate.validFrom), notAfter: read(certificate.validTo) };
}

function chainOf(leaf: X509Certificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next: X509Certificate | undefined = leaf;
  while (next !== undefined && chain.length < longestChain) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}

/** Below 112 bits of strength, which is what level 2 above asks of every key in a chain. */
export function isWeakKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const bits = asymmetricKeyDetails?.modulusLength;
  if (asymmetricKeyType === 'ec') return weakCurves.test(asymmetricKeyDetails?.namedCurve ?? '');
  return bits !== undefined && bits < 2048;
}

/** Curves over fields of less than 224 bits, by OpenSSL's names. */
const weakCurves =
  /^(prime192|prime239v|secp1[0-9]{2}|sect1[0-9]{2}|c2pnb1|c2tnb1|brainpoolP1[0-9]{2})/;
