// SPDX-License-Identifier: MIT
//
// SOCKS5 (RFC 1928) with a user name and password (RFC 1929). Names go to the proxy as they are, so that
// nothing is resolved here; Tor speaks the same.

import { isIPv4, isIPv6 } from 'node:net';
import type { Step, Talk } from './proxy.js';
import { more } from './proxy.js';
import { garbage, proxyAuth, proxyRefused } from './proxy-faults.js';
import type { LinkFault, Proxy, Target } from './types.js';

const VERSION = 5;
const NO_AUTH = 0x00;
const PASSWORD = 0x02;
const NONE_FITS = 0xff;

/** RFC 1928 §6; from 0xf0 on Tor's own, for onion services (its ExtendedErrors). */
const replies: ReadonlyMap<number, string> = new Map([
  [0x01, 'it failed without saying why'],
  [0x02, 'its rules do not allow it'],
  [0x03, 'it has no network path to there'],
  [0x04, 'the server cannot be reached, or its name is not known'],
  [0x05, 'the server refuses connections'],
  [0x06, 'it took too long'],
  [0x07, 'it does not do that'],
  [0x08, 'it does not know this kind of address'],
  [0xf0, 'the onion service was not found'],
  [0xf1, 'the onion service’s description is not valid'],
  [0xf2, 'the onion service could not be introduced to'],
  [0xf3, 'the onion service could not be met'],
  [0xf4, 'the onion service wants an authorization'],
  [0xf5, 'the onion service does not accept the authorization'],
  [0xf6, 'this is no valid onion address'],
  [0xf7, 'the onion service did not answer in time'],
]);

export class Socks5 implements Talk {
  #waitsFor: 'method' | 'auth' | 'reply' = 'method';

  constructor(
    private readonly proxy: Proxy,
    private readonly target: Target,
  ) {}

  begin(): Uint8Array {
    // Without a name to give it, a proxy that wants one can only refuse.
    return this.proxy.user === ''
      ? Uint8Array.of(VERSION, 1, NO_AUTH)
      : Uint8Array.of(VERSION, 2, NO_AUTH, PASSWORD);
  }

  take(bytes: Uint8Array): { step: Step; used: number } {
    if (this.#waitsFor === 'reply') return this.#reply(bytes);
    const [version, value] = bytes;
    if (version !== undefined && version !== (this.#waitsFor === 'auth' ? 1 : VERSION))
      return this.#failed(garbage(this.proxy));
    if (value === undefined) return more;
    return {
      step: this.#waitsFor === 'auth' ? this.#authAnswer(value) : this.#method(value),
      used: 2,
    };
  }

  #method(method: number): Step {
    if (method === NO_AUTH) return this.#request();
    if (method === PASSWORD && this.proxy.user !== '') {
      this.#waitsFor = 'auth';
      const { user, password } = this.proxy;
      // RFC 1929 §2
      return {
        type: 'send',
        bytes: Buffer.concat([Buffer.of(1), counted(user), counted(password)]),
      };
    }
    const fault = method === NONE_FITS ? proxyAuth(this.proxy) : garbage(this.proxy);
    return { type: 'failed', fault };
  }

  #authAnswer(status: number): Step {
    return status === 0 ? this.#request() : { type: 'failed', fault: proxyAuth(this.proxy) };
  }

  /** RFC 1928 §4 */
  #request(): Step {
    this.#waitsFor = 'reply';
    const { host, port } = this.target;
    const bytes = Buffer.concat([
      ...[Buffer.of(VERSION, 1, 0), addressOf(host)],
      Buffer.of(port >> 8, port & 0xff),
    ]);
    return { type: 'send', bytes };
  }

  /** RFC 1928 §6. Refusals need not bring an address: what they say is known without it. */
  #reply(bytes: Uint8Array): { step: Step; used: number } {
    const [version, reply, reserved, kind, first] = bytes;
    if ((version ?? VERSION) !== VERSION) return this.#failed(garbage(this.proxy));
    if (reply === undefined) return more;
    if (reply !== 0) {
      const reason = replies.get(reply) ?? `for a reason with the number ${String(reply)}`;
      return this.#failed(proxyRefused(this.proxy, this.target, reason));
    }
    if ((reserved ?? 0) !== 0) return this.#failed(garbage(this.proxy));
    if (kind === undefined || first === undefined) return more;
    const length = { 1: 4, 3: 1 + first, 4: 16 }[kind];
    if (length === undefined) return this.#failed(garbage(this.proxy));
    const whole = 4 + length + 2;
    return bytes.length < whole ? more : { step: { type: 'open' }, used: whole };
  }

  #failed(fault: LinkFault): { step: Step; used: number } {
    return { step: { type: 'failed', fault }, used: 0 };
  }
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** RFC 1928 §5 */
function addressOf(host: string): Buffer {
  if (isIPv4(host)) return Buffer.of(1, ...host.split('.').map(Number));
  if (isIPv6(host)) return Buffer.concat([Buffer.of(4), bytesOfIPv6(host)]);
  return Buffer.concat([Buffer.of(3), counted(host)]);
}

/** @param host a valid one (RFC 4291 §2.2) */
export function bytesOfIPv6(host: string): Buffer {
  // The URL parser writes it in full hexadecimal, with at most one "::".
  const [head = '', tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = Array<number>(8 - left.length - right.length).fill(0);
  const bytes = Buffer.alloc(16);
  [...left, ...zeros, ...right].forEach((group, at) => bytes.writeUInt16BE(group, at * 2));
  return bytes;
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
}
