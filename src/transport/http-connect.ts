// SPDX-License-Identifier: MIT
//
// HTTP CONNECT (RFC 9110 §9.3.6), with the Basic scheme of RFC 7617.

import { STATUS_CODES } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Step, Talk } from './proxy.js';
import { more } from './proxy.js';
import { garbage, proxyAuth, proxyRefused } from './proxy-faults.js';
import type { LinkFault, Proxy, Target } from './types.js';

/** Longest piece of the proxy's own words that is shown. */
const mostWords = 100;
const protocol = 'HTTP/1.';

export class HttpConnect implements Talk {
  constructor(
    private readonly proxy: Proxy,
    private readonly target: Target,
  ) {}

  begin(): Uint8Array {
    const { user, password } = this.proxy;
    const host = isIPv6(this.target.host) ? `[${this.target.host}]` : this.target.host;
    const authority = `${host}:${String(this.target.port)}`;
    // Sent unasked: a second round trip for a challenge that knows no better answer helps nobody.
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    const lines = [
      `CONNECT ${authority} HTTP/1.1`,
      `Host: ${authority}`,
      ...(user === '' ? [] : [`Proxy-Authorization: Basic ${basic}`]),
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  }

  take(bytes: Uint8Array): { step: Step; used: number } {
    const text = Buffer.from(bytes).toString('latin1');
    const known = text.slice(0, protocol.length);
    if (known !== protocol.slice(0, text.length)) return failed(garbage(this.proxy));
    const status = /^([^\r\n]*)\r?\n/.exec(text);
    if (status === null) return more;
    const [, code, words = ''] = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(status[1] ?? '') ?? [];
    if (code === undefined) return failed(garbage(this.proxy));
    if (code === '407') return failed(proxyAuth(this.proxy));
    if (!code.startsWith('2') && !code.startsWith('1')) return failed(this.#refused(code, words));
    const end = /\r?\n\r?\n/.exec(text);
    if (end === null) return more;
    const used = end.index + end[0].length;
    if (code.startsWith('2')) return { step: { type: 'open' }, used };
    // RFC 9110 §15.2: what is only on the way to an answer.
    const rest = this.take(bytes.subarray(used));
    return { step: rest.step, used: used + rest.used };
  }

  #refused(code: string, words: string): LinkFault {
    // A proxy that was given a password may say it back, whole, cut or in another form: then its words
    // are not shown, but what the code means.
    const own = this.proxy.user === '' ? words : (STATUS_CODES[code] ?? '');
    const said = own.replace(/[^\x20-\x7e]+/g, ' ').trim();
    const reason = `it answers ${code}${said === '' ? '' : ` (“${said.slice(0, mostWords)}”)`}`;
    return proxyRefused(this.proxy, this.target, reason);
  }
}

function failed(fault: LinkFault): { step: Step; used: number } {
  return { step: { type: 'failed', fault }, used: 0 };
}
