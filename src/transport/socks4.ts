// SPDX-License-Identifier: MIT
//
// SOCKS4 as NEC's memo has it, and its extension 4A, by which the proxy resolves the name.

import { isIPv4 } from 'node:net';
import type { Step, Talk } from './proxy.js';
import { more } from './proxy.js';
import { garbage, proxyAuth, proxyRefused } from './proxy-faults.js';
import type { LinkFault, Proxy, Target } from './types.js';

const GRANTED = 90;
const REJECTED = 91;
/** It could not ask, or did not like, who we are (RFC 1413). */
const identd: ReadonlySet<number> = new Set([92, 93]);
const REPLY_LENGTH = 8;

export class Socks4 implements Talk {
  constructor(
    private readonly proxy: Proxy,
    private readonly target: Target,
  ) {}

  begin(): Uint8Array {
    const { host, port } = this.target;
    const literal = isIPv4(host);
    // 0.0.0.1 stands for "the name follows".
    const address = literal ? host.split('.').map(Number) : [0, 0, 0, 1];
    return Buffer.concat([
      Buffer.of(4, 1, port >> 8, port & 0xff, ...address),
      Buffer.from(`${this.proxy.user}\0`),
      Buffer.from(literal ? '' : `${host}\0`),
    ]);
  }

  take(bytes: Uint8Array): { step: Step; used: number } {
    const [version, reply] = bytes;
    if ((version ?? 0) !== 0) return failed(garbage(this.proxy));
    if (reply === undefined) return more;
    if (identd.has(reply)) return failed(proxyAuth(this.proxy));
    if (reply === REJECTED)
      return failed(proxyRefused(this.proxy, this.target, 'it rejected that, or failed'));
    if (reply !== GRANTED) return failed(garbage(this.proxy));
    return bytes.length < REPLY_LENGTH ? more : { step: { type: 'open' }, used: REPLY_LENGTH };
  }
}

function failed(fault: LinkFault): { step: Step; used: number } {
  return { step: { type: 'failed', fault }, used: 0 };
}
