// SPDX-License-Identifier: MIT
//
// What one feature lets another ask: each account has one host, given to all features of the list, and
// what a feature knows of an account hangs on that host.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { Jid } from '../core/jid.js';
import type { FeatureHost } from './feature.js';

/**
 * @param make called at most once for each host
 * @returns the door through which features reach the one thing made for their host
 */
export function perHost<T>(make: (host: FeatureHost) => T): (host: FeatureHost) => T {
  const made = new WeakMap<FeatureHost, { readonly value: T }>();
  return (host) => {
    let found = made.get(host);
    if (found === undefined) {
      found = { value: make(host) };
      made.set(host, found);
    }
    return found.value;
  };
}

/** A JID as written by the host program or inside a stanza; prepared (RFC 7622). */
export function parseJid(host: FeatureHost, text: string | undefined): Jid | undefined {
  return text === undefined ? undefined : Jid.parse(text, host.tools);
}

/** Does `jid` stand for our own account as such, and not for one of its resources? */
export function isOwnAccount(host: FeatureHost, jid: Jid | undefined): boolean {
  return jid === undefined || jid.equals(host.jid.bare());
}

export function malformedJid(text: string): Fault {
  return fault('usage', 'jid-malformed', `Not done: “${text}” is not an XMPP address.`, {
    by: 'us',
    retry: 'never',
  });
}
