// SPDX-License-Identifier: MIT
//
// What one sign-in teaches for the next; docs/design/0010-sign-in.md says what follows from it.

import { chooseBinding } from './channel-binding.js';
import type { Channel } from './channel-binding.js';
import type { Method } from './mechanism.js';
import { offerText } from './offer.js';
import type { Offer } from './offer.js';
import type { Tools } from '../tools.js';
import type { Pin } from './strength.js';

export interface SignInMemory {
  readonly pin?: Pin;
  /** Where binding is refused and a sign-in without it is not: a {@link bindingCase}. */
  readonly unbound?: string;
}

export type SignInNews =
  /** A bound sign-in was refused, and one without binding follows. */
  | { readonly what: 'unbound'; readonly at: string; readonly text: string }
  /** The server let us in, and has proved itself where the mechanism makes it. `after` is to be kept. */
  | { readonly what: 'signed-in'; readonly method: Method; readonly after: SignInMemory };

/**
 * Names a binding under an offer: a server that offers anything else, or is reached by another TLS,
 * may have learned better. Undefined where nothing would be bound.
 */
export function bindingCase(
  offer: Offer,
  channel: Channel,
  tools: Pick<Tools, 'base64' | 'hash' | 'utf8'>,
): string | undefined {
  const binding = chooseBinding(offer, channel);
  if (binding === undefined) return undefined;
  const text = `${binding.type} ${offerText(offer)}`;
  return tools.base64(tools.hash('sha256', tools.utf8(text)));
}
