// SPDX-License-Identifier: MIT

import type { Proxy } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { Proxy_Type } from '../contract/engine_pb.js';
import type { Proxy as ProxyMessage } from '../contract/engine_pb.js';

const KINDS = {
  [Proxy_Type.HTTP]: 'http',
  [Proxy_Type.SOCKS4]: 'socks4',
  [Proxy_Type.SOCKS5]: 'socks5',
  [Proxy_Type.TOR]: 'tor',
} as const;

/** The way to the server that the host asks for; nothing for the straight one. */
export type ProxyChoice = Proxy | 'environment' | undefined;

/**
 * Reads the proxy of an account's settings. What only this kind of proxy cannot do is found out where it
 * is used.
 */
export function readProxy(proxy: ProxyMessage | undefined): ProxyChoice | Fault {
  if (proxy === undefined || proxy.type === Proxy_Type.NONE) {
    return undefined;
  }
  if (proxy.type === Proxy_Type.ENVIRONMENT) {
    return 'environment';
  }
  // To connect without a proxy instead would show what it is there to hide.
  const kind = (KINDS as Partial<Record<Proxy_Type, Proxy['kind']>>)[proxy.type];
  if (kind === undefined) {
    return bad('is of a kind that is not known here');
  }
  const { host, port, user, password } = proxy;
  if (host === '' || port === 0 || port > 65_535) {
    return bad('has no host, or no port from 1 to 65535');
  }
  return { kind, host, port, user, password };
}

export function isFault(read: ProxyChoice | Fault): read is Fault {
  return typeof read === 'object' && 'condition' in read;
}

function bad(what: string): Fault {
  const text = `The proxy of the account’s settings ${what}. Nothing was sent; choose another or none.`;
  return fault('usage', 'bad-proxy', text, { by: 'us', retry: 'never' });
}
