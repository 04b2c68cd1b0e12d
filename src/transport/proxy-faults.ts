// SPDX-License-Identifier: MIT
//
// What can go wrong between us and a proxy, in words. None of them holds the user name or password.

import type { LinkFault, Proxy, Target } from './types.js';
import { linkFault } from './types.js';

const kinds = { http: 'HTTP', socks4: 'SOCKS4', socks5: 'SOCKS5', tor: 'Tor' } as const;

/** `the SOCKS5 proxy 127.0.0.1:1080` */
function name({ kind, host, port }: Proxy): string {
  return `the ${kinds[kind]} proxy ${host}:${String(port)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The proxy itself cannot be reached. @param code Node's word */
export function proxyUnreachable(proxy: Proxy, code: string): LinkFault {
  const what = code === 'ECONNREFUSED' ? 'refuses connections' : `cannot be reached (${code})`;
  return linkFault(
    'link',
    'proxy-unreachable',
    `${sentence(name(proxy))} ${what}. Nothing was sent past it. Trying again.`,
  );
}

export function unknownProxy(proxy: Proxy): LinkFault {
  return linkFault(
    'link',
    'proxy-unreachable',
    `No address is known for ${name(proxy)}. Nothing was sent past it. Trying again.`,
  );
}

/** Its answer did not come. */
export function proxyLate(proxy: Proxy): LinkFault {
  return linkFault(
    'timeout',
    'proxy-timeout',
    `${sentence(name(proxy))} did not answer in time. Trying again.`,
  );
}

/** It ended the connection instead of answering. */
export function proxyHungUp(proxy: Proxy): LinkFault {
  return linkFault(
    'link',
    'proxy-closed',
    `${sentence(name(proxy))} ended the connection without an answer. Trying again.`,
  );
}

/** It is no proxy of this kind, or a broken one. */
export function garbage(proxy: Proxy): LinkFault {
  return linkFault(
    'link',
    'proxy-not-understood',
    `What ${name(proxy)} answers is not ${kinds[proxy.kind === 'tor' ? 'socks5' : proxy.kind]}. Check the account’s proxy settings. Trying again.`,
  );
}

export function tooMuch(proxy: Proxy): LinkFault {
  return linkFault(
    'link',
    'proxy-not-understood',
    `${sentence(name(proxy))} answers more than it may. Nothing was sent past it. Trying again.`,
  );
}

/** Name and password: asked for without any being set, or refused. */
export function proxyAuth(proxy: Proxy): LinkFault {
  const why =
    proxy.user === ''
      ? 'wants a user name and password, and none are set'
      : 'refused the user name or password';
  return linkFault(
    'link',
    'proxy-auth',
    `${sentence(name(proxy))} ${why}. Nothing is tried until the proxy settings change.`,
    { retry: 'never' },
  );
}

/** It would not, or could not, connect to the server. @param reason begins a sentence's second half */
export function proxyRefused(proxy: Proxy, { host, port }: Target, reason: string): LinkFault {
  return linkFault(
    'link',
    'proxy-refused',
    `${sentence(name(proxy))} did not connect to ${host}:${String(port)}: ${reason}. Trying again.`,
  );
}

/** The settings themselves cannot work. */
export function notUsable(proxy: Pick<Proxy, 'kind'>, reason: string): LinkFault {
  return linkFault(
    'usage',
    'bad-proxy',
    `The ${kinds[proxy.kind]} proxy of the settings cannot be used: ${reason}. Nothing was sent.`,
    { by: 'us', retry: 'never' },
  );
}
