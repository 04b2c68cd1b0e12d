// SPDX-License-Identifier: MIT

import type { Steadfast } from './library.js';

const types = ['none', 'http', 'socks4', 'socks5', 'tor', 'environment'] as const;

/** As Proxy in engine.proto. */
export interface Proxy {
  type: (typeof types)[number];
  host?: string;
  port?: number;
  user?: string;
  password?: string;
}

/** @returns whether the options took it */
export function fillProxy(c: Steadfast, made: Buffer | null, proxy?: Proxy): boolean {
  return (
    c.stead_options_set_int(made, 40, types.indexOf(proxy?.type ?? 'none')) &&
    c.stead_options_set_string(made, 41, proxy?.host ?? '') &&
    c.stead_options_set_int(made, 42, proxy?.port ?? 0) &&
    c.stead_options_set_string(made, 43, proxy?.user ?? '') &&
    c.stead_options_set_string(made, 44, proxy?.password ?? '')
  );
}

/**
 * @returns whether it was taken
 * @throws RangeError for one that cannot be, so that nothing goes without a proxy instead
 */
export function setProxy(c: Steadfast, client: Buffer, account: number, proxy: Proxy): boolean {
  const made = c.stead_options_new();
  try {
    if (!fillProxy(c, made, proxy)) throw new RangeError('The proxy is out of range.');
    return c.stead_set_proxy(client, account, made);
  } finally {
    c.stead_options_free(made);
  }
}
