// SPDX-License-Identifier: MIT
//
// Addresses of WebSockets, as host-meta (XEP-0156) and `see-other-uri` (RFC 7395 §3.6.1) give them.

import type { Target } from './types.js';
import { readUrl } from './url.js';

/** Longer ones are nobody's. */
const longest = 1024;

/** @returns nothing for what is no `wss:` address, or has a name and password in it */
export function webSocketTarget(uri: string): (Target & { readonly http: string }) | undefined {
  const url = uri.length > longest ? undefined : readUrl(uri);
  if (url === undefined) return undefined;
  if (url.protocol !== 'wss:' || url.hostname === '') return undefined;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? 443 : Number(url.port);
  if (port === 0) return undefined;
  return { host, port, direct: true, http: url.pathname + url.search };
}

/** `wss://home.example/ws`; nothing for a target that is no WebSocket */
export function webSocketUri({ host, port, http }: Target): string | undefined {
  if (http === undefined) return undefined;
  return `wss://${authority(host, port)}${http}`;
}

/** The host and port of an address, without the port that is meant anyway. */
function authority(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === 443 ? name : `${name}:${String(port)}`;
}
