// SPDX-License-Identifier: MIT
//
// What a negotiation is to reach, and what it may use for that.

import type { ClientIdentity } from './effects.js';
import type { Jid } from './jid.js';
import type { Remembered } from './remembered.js';
import type { SignInMemory } from './sasl/memory.js';
import type { AuthMethod } from './sasl/strength.js';
import type { Sasl2Options } from './steps/sasl2-request.js';

export interface NegotiationOptions {
  readonly jid: Jid;
  /** The resource to ask for. */
  readonly resource: string;
  readonly security: 'require_tls' | 'old_ssl' | 'opportunistic_tls';
  readonly authMethod: AuthMethod;
  readonly plainInClear: boolean;
  /** How the account signed in before, and what was learned then of channel binding at its server. */
  readonly before?: SignInMemory;
  readonly password?: string;
  readonly identity?: ClientIdentity;
  /** SHA-256 of the one server certificate to accept, lower-case hex. */
  readonly pin?: string;
  /** Go no further than to see whether the server is to be trusted. */
  readonly verifyOnly?: boolean;
  /** The link showed our certificate on TLS 1.2 to a server that was verified before. */
  readonly verifiedBefore?: boolean;
  /** There is a proxy in between: the server’s first word may take longer. */
  readonly far?: boolean;
  /** There are other places to try: a server that says nothing is left sooner. */
  readonly hurried?: boolean;
  /**
   * The session to go on with, and the resource bound in it. `h` is read at the moment `<resume/>` is
   * written.
   */
  readonly resume?: { readonly previd: string; readonly h: number; readonly resource: string };
  /** What the same server offered the last time. */
  readonly remembered?: Remembered;
  readonly sasl2?: Sasl2Options;
}
