// SPDX-License-Identifier: MIT

import * as dns from 'node:dns/promises';
import { isIP } from 'node:net';

/** Finds the addresses of a host: one to `most`, families in turn. Rejects with Node's error. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Of a host with more of them the first ones do; each costs a quarter of a second. */
const most = 4;
/** The platform's look-ups cannot be taken back, and each holds one of Node's four threads. */
const mostUnderWay = 3;

const underWay = new Map<string, Promise<readonly string[]>>();

/** Asks the platform, as every program on it does: hosts file, mDNS and DNS. */
export const lookup: Lookup = (host) => {
  if (isIP(host) !== 0) return Promise.resolve([host]);
  const same = underWay.get(host);
  if (same !== undefined) return same;
  // Those of an earlier dial that nobody answers must not take the disk's threads as well.
  if (underWay.size >= mostUnderWay) return Promise.reject(busy());
  const asked = dns
    .lookup(host, { all: true, order: 'verbatim' })
    .then((found) => inTurn(found.map(({ address }) => address)))
    .finally(() => underWay.delete(host));
  underWay.set(host, asked);
  return asked;
};

/** RFC 8305 §4: the family that the platform puts first, then one of the other, and so on. */
export function inTurn(addresses: readonly string[]): string[] {
  const family = isIP(addresses[0] ?? '');
  const first = addresses.filter((address) => isIP(address) === family);
  const other = addresses.filter((address) => isIP(address) !== family);
  const count = Math.max(first.length, other.length);
  const pairs = Array.from({ length: count }, (_, n) => [first[n], other[n]]).flat();
  return pairs.filter((address) => address !== undefined).slice(0, most);
}

function busy(): Error {
  return Object.assign(new Error('too many look-ups are under way'), { code: 'EAI_AGAIN' });
}
