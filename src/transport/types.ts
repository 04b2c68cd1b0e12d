// SPDX-License-Identifier: MIT
//
// This room imports nothing of ours, so the shapes it speaks in are written here again; the compiler
// holds them to core's where the driver joins the two.

/** Why a link could not be had, or was lost. */
export interface LinkFault {
  readonly kind: 'link' | 'tls' | 'timeout' | 'usage';
  readonly condition: string;
  readonly text: string;
  readonly by: 'us' | 'peer';
  readonly retry: 'never' | 'later';
}

/** The names in a certificate that RFC 6120 §13.7.1.2 and RFC 6125 let us compare. */
export interface CertificateNames {
  readonly dns: readonly string[];
  readonly srv: readonly string[];
  readonly xmppAddr: readonly string[];
}

/** Channel binding data (RFC 5056), by the names of RFC 5929 and RFC 9266. */
export interface ChannelBindings {
  readonly 'tls-exporter'?: Uint8Array;
  readonly 'tls-unique'?: Uint8Array;
  readonly 'tls-server-end-point'?: Uint8Array;
}

/** What was found out about the server's certificate and the channel. */
export interface TlsFacts {
  readonly protocol: string;
  readonly names: CertificateNames;
  readonly sha256: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly chain: readonly Uint8Array[];
  readonly chainError?: string;
  readonly bindings?: ChannelBindings;
}

/** A way through another host. SOCKS4 is 4A; Tor's is SOCKS5. Without `user` none is told. */
export interface Proxy {
  readonly kind: 'http' | 'socks4' | 'socks5' | 'tor';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Secret. */
  readonly password: string;
}

/**
 * Whom to reach. `host` skips SRV, and with `webSocket` is where a WebSocket is asked for at that path;
 * `hostMeta` asks the domain's web server for WebSockets, and SRV for nothing; `certificate` says that ours may be shown; with `proxy` nothing is
 * resolved here but the proxy's own name, and SRV is not asked.
 */
export interface DialRequest {
  readonly domain: string;
  readonly host?: string;
  readonly port?: number;
  readonly webSocket?: string;
  readonly hostMeta?: boolean;
  readonly tls: 'either' | 'direct' | 'starttls';
  readonly certificate: boolean;
  /** SHA-256 of the one certificate to which ours may be shown, on TLS 1.2 as well. */
  readonly leaf?: string;
  /** `environment`: as the process's environment says, which may be none. */
  readonly proxy?: Proxy | 'environment';
  /** Only these are tried: what another dial to the same domain reached, or did not come to. */
  readonly targets?: readonly Target[];
}

/** One place to try. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** TLS comes first (XEP-0368). */
  readonly direct: boolean;
  /** HTTP is spoken there, inside TLS, which comes first: the path and query to ask for. */
  readonly http?: string;
}

/** A client certificate with its key, as `tls.createSecureContext` takes them. */
export interface ClientMaterial {
  /** PEM: our certificate, and behind it the intermediates on the way to its authority. */
  readonly cert: Buffer;
  /** PEM, not encrypted: kept in memory only. */
  readonly key: Buffer;
}

export function linkFault(
  kind: LinkFault['kind'],
  condition: string,
  text: string,
  more: Partial<Pick<LinkFault, 'by' | 'retry'>> = {},
): LinkFault {
  return { kind, condition, text, by: more.by ?? 'peer', retry: more.retry ?? 'later' };
}
