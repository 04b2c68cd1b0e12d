// SPDX-License-Identifier: MIT
//
// The way through a proxy: what is said to it before the connection behind it is ours. Sans-I/O: bytes
// in, bytes out, so that each answer can be tried cut at every byte.

import { HttpConnect } from './http-connect.js';
import { notUsable, tooMuch } from './proxy-faults.js';
import { Socks4 } from './socks4.js';
import { Socks5 } from './socks5.js';
import type { LinkFault, Proxy, Target } from './types.js';

/** What a talk wants next: more bytes, to send some, nothing as the way is open, or to give up. */
export type Step =
  | { readonly type: 'more' }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'open' }
  | { readonly type: 'failed'; readonly fault: LinkFault };

/** One kind of proxy's part of it. */
export interface Talk {
  /** What is sent first. */
  begin(): Uint8Array;
  /**
   * @param bytes all that has come and was not used up yet
   * @returns what follows, and how many of the bytes are used up by it
   */
  take(bytes: Uint8Array): { readonly step: Step; readonly used: number };
}

export const more = { step: { type: 'more' }, used: 0 } as const;

/** No answer of a proxy is longer; a page that explains an error need not be read to its end. */
const longest = 16 * 1024;

/** Joins what comes in pieces for a {@link Talk}. After `open` or `failed` it is over. */
export class Tunnel {
  readonly #talk: Talk;
  #held = Buffer.alloc(0);

  constructor(
    private readonly proxy: Proxy,
    target: Target,
  ) {
    this.#talk = talkWith(proxy, target);
  }

  begin(): Uint8Array {
    return this.#talk.begin();
  }

  take(bytes: Uint8Array): Step {
    this.#held = Buffer.concat([this.#held, bytes]);
    const { step, used } = this.#talk.take(this.#held);
    this.#held = this.#held.subarray(used);
    // Nobody behind the proxy speaks before we do: such bytes would be the proxy's own, inside our stream.
    if (step.type !== 'more' && step.type !== 'failed' && this.#held.length > 0)
      return this.#fail();
    return step.type === 'more' && this.#held.length > longest ? this.#fail() : step;
  }

  #fail(): Step {
    return { type: 'failed', fault: tooMuch(this.proxy) };
  }
}

function talkWith(proxy: Proxy, target: Target): Talk {
  switch (proxy.kind) {
    case 'http':
      return new HttpConnect(proxy, target);
    case 'socks4':
      return new Socks4(proxy, target);
    case 'socks5':
    case 'tor':
      return new Socks5(proxy, target);
  }
}

/** @returns why this target cannot be asked for from this proxy, before anything is sent */
export function unfit(proxy: Proxy, target: Target): LinkFault | undefined {
  const reason = unfitSettings(proxy) ?? unfitHost(proxy, target.host);
  return reason === undefined ? undefined : notUsable(proxy, reason);
}

function unfitSettings({ kind, host, port, user, password }: Proxy): string | undefined {
  if (host === '' || port < 1 || port > 65_535) return 'its host or port is not set';
  if (/[\p{C}\s]/u.test(host)) return 'its host is no name or address';
  if (kind === 'http') {
    // RFC 7617 §2: the first colon ends the name.
    if (user.includes(':')) return 'its user name has a colon in it';
    return /\p{Cc}/u.test(user + password)
      ? 'its user name or password has a control character'
      : undefined;
  }
  if (kind === 'socks4') return user.includes('\0') ? 'its user name has a NUL in it' : undefined;
  // RFC 1929 §2: one octet for each length.
  if (Buffer.byteLength(user) > 255 || Buffer.byteLength(password) > 255)
    return 'its user name or password is longer than SOCKS5 allows (255 bytes)';
  return undefined;
}

function unfitHost({ kind }: Proxy, host: string): string | undefined {
  if (Buffer.byteLength(host) > 255 || /[\p{C}\s]/u.test(host))
    return 'the server has no usable name';
  if (kind === 'socks4' && host.includes(':')) return 'SOCKS4 knows no IPv6 addresses';
  return undefined;
}
