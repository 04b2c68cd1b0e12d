// SPDX-License-Identifier: MIT

import { constants } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { channelBindings } from './channel-bindings.js';
import { certificateNames } from './names.js';
import type { ClientMaterial, TlsFacts } from './types.js';

export interface TlsContext {
  readonly platform: tls.SecureContext;
  /** The same without our certificate: for servers that it is not meant for. */
  readonly anonymous: TlsContext;
}

/** The protocol to be spoken inside (RFC 7301): XEP-0368 §4, or for WebSockets and host-meta. */
export type Alpn = 'xmpp-client' | 'http/1.1';

/** A chain longer than this is nobody's; the walk must end even where issuers form a ring. */
const longestChain = 10;

/**
 * Everything about TLS that does not change from link to link.
 * @param options.ca further trust anchors, PEM, beside those Node brings
 * @param options.tls12 our certificate may be shown on TLS 1.2: who it is shown to is compared by `leaf`
 * @throws when the platform cannot use the certificate, the key or the trust anchors
 */
export function tlsContext(options: TlsOptions): TlsContext {
  const platform = platformContext(options);
  return {
    platform,
    get anonymous() {
      const { client: _, ...rest } = options;
      return tlsContext(rest);
    },
  };
}

interface TlsOptions {
  client?: ClientMaterial;
  ca?: string;
  tls12?: boolean;
}

function platformContext(options: TlsOptions): tls.SecureContext {
  const compared = options.client !== undefined && options.tls12 === true;
  return tls.createSecureContext({
    ...options.client,
    ...(options.ca === undefined ? {} : { ca: [...tls.rootCertificates, options.ca] }),
    // Below TLS 1.3 our certificate would go out, and in clear, before we can judge the server's.
    minVersion: options.client === undefined || compared ? 'TLSv1.2' : 'TLSv1.3',
    // Level 2 refuses keys weaker than 112 bits (RSA below 2048) in every chain.
    ciphers: `${compared ? signedCiphers : tls.DEFAULT_CIPHERS}:@SECLEVEL=2`,
    // A server judged once must not show another certificate later in the same channel.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  });
}

/**
 * With ECDHE the server has signed its key exchange, and so proved its certificate its own, before our
 * certificate is due (RFC 8422 §5.4). With a key exchange by RSA anybody could have shown it up to there.
 */
const signedCiphers =
  'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES';

/** The one certificate to which ours may be shown, and what is done in place of showing it to another. */
export interface OnlyTo {
  readonly leaf: string;
  /** Called before anything but the ClientHello has left. The raw socket must be closed in it. */
  readonly other: () => void;
}

export function onlyTo(leaf: string | undefined, other: () => void): OnlyTo | undefined {
  return leaf === undefined ? undefined : { leaf, other };
}

/** Starts TLS on an open TCP connection. Nobody is trusted here: the facts are judged by our own rules. */
export function openTls(
  raw: Socket,
  options: { context: TlsContext; domain: string; alpn?: Alpn; only?: OnlyTo | undefined },
): tls.TLSSocket {
  const { only, alpn } = options;
  // A known option that the types know of sockets only.
  const settings: tls.ConnectionOptions & Pick<tls.TLSSocketOptions, 'requestOCSP'> = {
    // Asked for because of when it is answered, by silence too: behind the server's flight and its
    // signatures, before ours. Node has no other event there.
    requestOCSP: only !== undefined,
    socket: raw,
    secureContext: options.context.platform,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // RFC 6066 §3 allows no address here.
    ...(isIP(options.domain) === 0 ? { servername: options.domain } : {}),
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
  };
  const socket = tls.connect(settings);
  if (only !== undefined) {
    socket.once('OCSPResponse', () => {
      // `getPeerX509Certificate` gives the certificate once only: it is wanted when TLS is complete.
      if (sha256(socket.getPeerCertificate()) !== only.leaf) only.other();
    });
  }
  return socket;
}

/** What the handshake showed; `undefined` when the server has no certificate. */
export function tlsFacts(socket: tls.TLSSocket): TlsFacts | undefined {
  const leaf = socket.getPeerX509Certificate();
  if (leaf === undefined) return undefined;
  return {
    protocol: socket.getProtocol() ?? '',
    names: certificateNames(leaf.raw),
    sha256: sha256(leaf),
    ...validity(leaf),
    chain: chainOf(leaf),
    bindings: channelBindings(socket, leaf.raw),
    ...(socket.authorized ? {} : { chainError: chainError(socket, leaf) }),
  };
}

/** Lower-case hex; of an empty object, which Node gives for no certificate, nothing. */
function sha256({ fingerprint256 = '' }: { fingerprint256?: string }): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
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
