// SPDX-License-Identifier: MIT
//
// What crosses the border of the sans-I/O rooms: everything they learn of the outside and everything
// they want done there. Nothing in core, delivery or features reads a clock or touches a socket.

import type { Fault } from './errors.js';
import type { HashName } from './tools.js';

/** The time of one input. Durations are measured with `now`; what people and peers see uses `wall`. */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  readonly now: number;
  /** Milliseconds since the Unix epoch. May jump. */
  readonly wall: number;
}

/** The names in a certificate that RFC 6120 §13.7.1.2 and RFC 6125 let us compare. */
export interface CertificateNames {
  /** DNS-IDs as written, A-labels, possibly with a wildcard. */
  readonly dns: readonly string[];
  /** SRV-IDs (RFC 4985): `_xmpp-client.example.org`. */
  readonly srv: readonly string[];
  /** id-on-xmppAddr (RFC 6120 §13.7.1.4). */
  readonly xmppAddr: readonly string[];
}

/**
 * Channel binding data (RFC 5056), by the names of RFC 5929 and RFC 9266. A type is absent where it is
 * not defined for the channel or not safe on it.
 */
export interface ChannelBindings {
  readonly 'tls-exporter'?: Uint8Array;
  readonly 'tls-unique'?: Uint8Array;
  readonly 'tls-server-end-point'?: Uint8Array;
}

/** What the platform found out about the server's certificate and the channel. */
export interface TlsFacts {
  /** As Node names it: `TLSv1.3`. */
  readonly protocol: string;
  readonly names: CertificateNames;
  /** SHA-256 of the leaf's DER form, lower-case hex. */
  readonly sha256: string;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /**
   * The platform's verdict on the chain (trust anchor, signatures, dates, purpose), as OpenSSL's word
   * (`SELF_SIGNED_CERT_IN_CHAIN`); absent when it found no fault. Names are not part of it.
   */
  readonly chainError?: string;
  /** What a sign-in can be bound to; absent when there is nothing. */
  readonly bindings?: ChannelBindings;
}

/** What we know of our own client certificate, read by the driver. */
export interface ClientIdentity {
  readonly xmppAddr: readonly string[];
  /** SHA-256 of its DER form, lower-case hex. */
  readonly sha256?: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** How to reach the server. The certificate is always checked for the account's domain, not for `host`. */
export interface Dial {
  /** A-labels. SRV is looked up below it unless `host` is given (RFC 6120 §3.2, XEP-0368). */
  readonly domain: string;
  readonly host?: string;
  readonly port?: number;
  /** With `host`: a WebSocket is asked for there, at this path (RFC 7395). */
  readonly webSocket?: string;
  /** `either` tries direct TLS records beside STARTTLS ones. */
  readonly tls: 'either' | 'direct' | 'starttls';
  /** Our certificate may be shown, so TLS 1.3 is the least (below it the certificate goes out in clear). */
  readonly certificate: boolean;
  /**
   * SHA-256 (lower-case hex) of the server's certificate, as a link without ours has verified it: then
   * TLS 1.2 does as well, and whoever shows another one is shown nothing.
   */
  readonly leaf?: string;
  /** SHA-256 (lower-case hex) of the one certificate that is trusted, whatever is wrong with it. */
  readonly pin?: string;
  /** The way through a proxy; `environment`: as the process's environment says. */
  readonly proxy?: Proxy | 'environment';
  /** Go on with what the last dial did not come to: see `more` of `link-open`. */
  readonly rest?: boolean;
  /** Go to the very place that the last dial reached, and nowhere else; its rest stays for a later one. */
  readonly again?: boolean;
}

/** A proxy (SOCKS4 is 4A, Tor's is SOCKS5). Nothing is resolved here beside it but its own name. */
export interface Proxy {
  readonly kind: 'http' | 'socks4' | 'socks5' | 'tor';
  readonly host: string;
  readonly port: number;
  /** Empty for none. */
  readonly user: string;
  /** Secret. */
  readonly password: string;
}

/** A key to derive off the main loop: PBKDF2 with HMAC (RFC 5802 Hi()). */
export interface Derivation {
  readonly hash: HashName;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** How a link is let go: `end` flushes and closes, `reset` throws away what is not sent yet. */
export type CloseHow = 'end' | 'reset';

/** News of the one link at a time. */
export type LinkInput =
  /**
   * TCP is open; `direct` says that TLS comes first and `tls-ready` will follow, `more` that the same
   * dial knows of other places to try. `webSocket` is the address of the WebSocket that it is (RFC 7395).
   */
  | {
      readonly type: 'link-open';
      readonly direct: boolean;
      readonly more?: boolean;
      readonly webSocket?: string;
    }
  /**
   * Before `link-open`: a place with direct TLS (`where`: host and port) is passed by for another one of the same
   * dial, as its certificate is not trusted. Nothing was sent there.
   */
  | { readonly type: 'link-distrusted'; readonly where: string; readonly sha256: string }
  /** A TLS handshake is complete and nothing of ours was sent in it yet but what TLS itself needs. */
  | { readonly type: 'tls-ready'; readonly facts: TlsFacts }
  /** As they come; over WebSocket one whole message. */
  | { readonly type: 'link-bytes'; readonly bytes: Uint8Array }
  /**
   * The link is gone, or could not be had. No fault means the peer ended it in order. `aside`: what else
   * was tried and why it did not help, for the log.
   */
  | { readonly type: 'link-closed'; readonly fault?: Fault; readonly aside?: string };
