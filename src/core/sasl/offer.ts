// SPDX-License-Identifier: MIT
//
// What a server offers to sign in by, whichever profile of SASL carries the list.

import { NS } from '../namespaces.js';
import type { HashName, Tools } from '../tools.js';
import { attribute, child, children } from '../xml.js';
import type { Element } from '../xml.js';

export interface Offer {
  /** Names of mechanisms, as they were announced. */
  readonly mechanisms: readonly string[];
  /** Types of channel binding (XEP-0440); undefined when the server lists none. */
  readonly bindings?: readonly string[];
}

/** Joins the mechanisms of one profile with the binding types beside them (XEP-0440 §2). */
export function readOffer(features: Element, mechanisms: readonly string[]): Offer {
  const list = child(features, 'sasl-channel-binding', NS.saslChannelBinding);
  if (list === undefined) return { mechanisms };
  const bindings = children(list, 'channel-binding', NS.saslChannelBinding)
    .map((el) => attribute(el, 'type') ?? '')
    .filter((type) => type !== '');
  // A list must hold one at least: without any it says as much as none.
  return bindings.length === 0 ? { mechanisms } : { mechanisms, bindings };
}

/** The server has a mechanism that can be bound to the channel. */
export function offersBinding({ mechanisms }: Offer): boolean {
  return mechanisms.some((name) => /^SCRAM-.+-PLUS$/.test(name));
}

const itemEnd = '\x1e';
const listEnd = '\x1f';

/** XEP-0474 §5.1: the text that stands for an offer. Names are of ASCII, so this order is that of octets. */
export function offerText({ mechanisms, bindings }: Offer): string {
  const joined = (names: readonly string[]): string => [...names].sort().join(itemEnd);
  return joined(mechanisms) + (bindings === undefined ? '' : listEnd + joined(bindings));
}

/** XEP-0474 §5.1: the value of `h` for an offer that nobody has changed. */
export function offerHash(offer: Offer, hash: HashName, tools: Tools): string {
  return tools.base64(tools.hash(hash, tools.utf8(offerText(offer))));
}
