// SPDX-License-Identifier: MIT
//
// What a SASL mechanism (RFC 4422) is to the rest: a row in index.ts and an exchange for each sign-in.

import type { ClientIdentity, Derivation } from '../effects.js';
import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import type { Jid } from '../jid.js';
import type { Random, Tools } from '../tools.js';
import type { Gs2 } from './channel-binding.js';
import type { Offer } from './offer.js';

export type Method = 'external' | 'scram' | 'plain';

export interface Credentials {
  readonly jid: Jid;
  /** Empty for a mechanism of method `external`. */
  readonly password: string;
  readonly identity?: ClientIdentity;
}

/** What the client does next. */
export type Move =
  | { readonly type: 'send'; readonly data: Uint8Array }
  /** Derive this, as many bytes as the hash has, and call `derived`. */
  | { readonly type: 'derive'; readonly derivation: Derivation }
  /** Nothing more is sent. */
  | { readonly type: 'fault'; readonly fault: Fault };

export interface Exchange {
  /** As registered with IANA. */
  readonly name: string;
  /** The initial response; every mechanism of ours speaks first. */
  first(): Move;
  challenge(data: Uint8Array): Move;
  derived?(key: Uint8Array): Move;
  /**
   * The server says that we are signed in.
   * @param data its last word, empty if there is none
   * @returns why it is not to be believed
   */
  success(data: Uint8Array): Fault | undefined;
}

/** Where and why a mechanism is used: what it has to prove of the stream it runs on. */
export interface Setting {
  /** As it was read, for the server to say whether it is its own (XEP-0474). */
  readonly offer: Offer;
  readonly gs2: Gs2;
  /** Why the offer is not believed; it is if the server proves it before the password is used. */
  readonly doubt?: Fault;
}

/** A row of the table in index.ts. */
export interface Mechanism {
  readonly name: string;
  readonly method: Method;
  begin(credentials: Credentials, tools: Tools, random: Random, setting: Setting): Exchange;
}

/** For mechanisms that say all they have in the initial response. */
export const unexpectedChallenge = fault(
  'sasl',
  'unexpected-challenge',
  'The server asked for more than this way of signing in has. The connection was closed.',
);
