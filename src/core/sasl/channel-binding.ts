// SPDX-License-Identifier: MIT
//
// Which channel binding a sign-in uses, and what the server is told of it where there is none.

import type { ChannelBindings } from '../effects.js';
import { offersBinding } from './offer.js';
import type { Offer } from './offer.js';

export type BindingType = keyof ChannelBindings;

export interface Binding {
  readonly type: BindingType;
  readonly data: Uint8Array;
}

/** The channel under a sign-in. */
export interface Channel {
  /** As Node names it; undefined in clear. */
  readonly tlsVersion: string | undefined;
  readonly bindings?: ChannelBindings;
}

/** RFC 5802 §6: bound; not bound, though we could; not bound. */
export type Gs2 = 'y' | 'n' | Binding;

/** The strongest first (XEP-0440 §3, rule 7): the certificate's hash does not show a stolen key. */
export const bindingTypes: readonly BindingType[] = [
  'tls-exporter',
  'tls-unique',
  'tls-server-end-point',
];

/**
 * The strongest binding that both sides have. A server that lists none (XEP-0440) is tried with
 * what is usual for its TLS: tls-exporter in 1.3 (RFC 9266 §3), tls-unique below (RFC 5802 §6.1).
 */
export function chooseBinding(offer: Offer, channel: Channel): Binding | undefined {
  const usual = channel.tlsVersion === 'TLSv1.3' ? 'tls-exporter' : 'tls-unique';
  const listed = offer.bindings ?? [usual];
  for (const type of bindingTypes) {
    const data = channel.bindings?.[type];
    if (data !== undefined && listed.includes(type)) return { type, data };
  }
  return undefined;
}

/**
 * For a mechanism without binding. `y` makes a server refuse from whose offer a stranger took the
 * mechanisms that bind (RFC 5802 §6); where such a one is seen, or a list of types, it would be a lie.
 */
export function unboundFlag(offer: Offer, channel: Channel): 'y' | 'n' {
  const able = Object.values(channel.bindings ?? {}).some((data) => data !== undefined);
  return able && !offersBinding(offer) && offer.bindings === undefined ? 'y' : 'n';
}
