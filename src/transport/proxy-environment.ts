// SPDX-License-Identifier: MIT
//
// Proxies as the environment names them, by the custom that curl's manual describes.

import { notUsable } from './proxy-faults.js';
import type { LinkFault, Proxy } from './types.js';
import { readUrl } from './url.js';

/** What we carry is TLS, so the proxy for https fits best; libpurple reads the last one only. */
const names = ['https_proxy', 'all_proxy', 'http_proxy'] as const;
const kinds: ReadonlyMap<string, { readonly kind: Proxy['kind']; readonly port: number }> = new Map(
  [
    ['http:', { kind: 'http', port: 80 }],
    ['socks4:', { kind: 'socks4', port: 1080 }],
    ['socks4a:', { kind: 'socks4', port: 1080 }],
    ['socks:', { kind: 'socks5', port: 1080 }],
    ['socks5:', { kind: 'socks5', port: 1080 }],
    ['socks5h:', { kind: 'socks5', port: 1080 }],
  ],
);

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param host where to, for `no_proxy`
 * @returns nothing when it names none or excepts this host; a fault for what cannot be used, since to
 *          connect directly instead would show the address that was to be hidden
 */
export function environmentProxy(
  environment: Environment,
  host: string,
): Proxy | LinkFault | undefined {
  const read = (name: string): string => environment[name] ?? environment[name.toUpperCase()] ?? '';
  const name = names.find((one) => read(one) !== '');
  if (name === undefined || isExcepted(host, read('no_proxy'))) return undefined;
  const proxy = parseProxy(read(name));
  // The value may hold a password, so only its name is told.
  return (
    proxy ??
    notUsable(
      { kind: 'http' },
      `the environment’s ${name} is no http or socks URL with a host and port`,
    )
  );
}

/** What must be in no log: passwords, alone and with the user's name, as they are written and as they are sent. */
export function environmentSecrets(environment: Environment): string[] {
  const values = names.flatMap((name) => [environment[name], environment[name.toUpperCase()]]);
  return values.flatMap((value = '') => {
    const whole = value.replace(/^[^:/]*:\/\//, '');
    const [, written = '', password = ''] = /^([^:]*:(.*))@/.exec(whole) ?? [];
    const proxy = parseProxy(value);
    const known = proxy === undefined || proxy.password === '' ? undefined : proxy;
    return [
      ...(password === '' ? [] : [password, written]),
      ...(known === undefined ? [] : [known.password, `${known.user}:${known.password}`]),
    ];
  });
}

function parseProxy(text: string): Proxy | undefined {
  const url = readUrl(text.includes('://') ? text : `http://${text}`);
  const known = kinds.get(url?.protocol ?? '');
  if (url === undefined || known === undefined || url.hostname === '') return undefined;
  try {
    return {
      kind: known.kind,
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? known.port : Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  } catch {
    return undefined;
  }
}

/** `*`, or a list of hosts, each with all that is below it. */
function isExcepted(host: string, list: string): boolean {
  const name = host.toLowerCase();
  return list
    .split(/[\s,]+/)
    .map((item) => item.toLowerCase().replace(/^\*?\./, ''))
    .some((item) => item === '*' || (item !== '' && (name === item || name.endsWith(`.${item}`))));
}
