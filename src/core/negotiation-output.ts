// SPDX-License-Identifier: MIT
//
// What a negotiation says, up to the session that it leads to.

import type { Derivation, TlsFacts } from './effects.js';
import type { Fault } from './errors.js';
import type { Jid } from './jid.js';
import type { Stage } from './remembered.js';
import type { Token } from './sasl/fast.js';
import type { SignInNews } from './sasl/memory.js';
import type { StreamLimits } from './stream-limits.js';
import type { Element } from './xml.js';

/** XEP-0198 §3, what `<enabled/>` said. */
export interface Management {
  /** Absent when the session cannot be resumed. */
  readonly id?: string;
  /** Seconds the server keeps a session without a link. */
  readonly max?: number;
  /** Where to reconnect first, `host:port`; the certificate is checked for our domain all the same. */
  readonly location?: string;
}

export type NegotiationOutput =
  | { readonly type: 'write'; readonly text: string }
  /** Call `stream.start(from)`. */
  | { readonly type: 'restart'; readonly from?: string }
  /** Upgrade the link, then call `Negotiation.tlsReady`. */
  | { readonly type: 'start-tls' }
  | { readonly type: 'derive'; readonly ticket: number; readonly derivation: Derivation }
  | { readonly type: 'need-password' }
  | { readonly type: 'sign-in'; readonly news: SignInNews }
  | { readonly type: 'step'; readonly step: number; readonly steps: number; readonly text: string }
  /** The last output: nothing was sent over this TLS channel; let the link go and ask. */
  | {
      readonly type: 'untrusted';
      readonly facts: TlsFacts;
      readonly reasons: readonly string[];
      readonly text: string;
    }
  /** The last output with `verifyOnly`: the server is trusted, and nothing was sent to it. */
  | { readonly type: 'verified'; readonly facts: TlsFacts }
  /** What the server really offers at this stage; inside TLS with the certificate of this SHA-256, else empty. */
  | {
      readonly type: 'offered';
      readonly stage: Stage;
      readonly features: Element;
      readonly sha256: string;
    }
  /** The server gave a token for the next sign-in, or refused the one that it was shown (XEP-0484). */
  | { readonly type: 'token'; readonly token?: Token }
  /** `<enable/>` is written: stanzas written from now on count, and belong to the session that follows. */
  | { readonly type: 'opening' }
  /** The old session is lost. The negotiation itself goes on to a fresh one. */
  | { readonly type: 'resume-failed'; readonly h?: number; readonly condition: string }
  | Established
  /** The last output: close the stream and the link. */
  | { readonly type: 'failed'; readonly fault: Fault };

/** The last output: from here on the stream's elements belong to the session. */
export interface Established {
  readonly type: 'established';
  /** Our full JID. */
  readonly jid: Jid;
  /** `h` as the server gave it: handle it as an ack, then re-send the rest (XEP-0198 §5). */
  readonly resumed?: { readonly h: number };
  /** Absent without stream management. */
  readonly management?: Management;
  /** As `offered`. */
  readonly limits?: StreamLimits;
  readonly mechanism: string;
  /** The type of channel binding, empty without one. */
  readonly binding: string;
  /** `TLSv1.3`; empty in clear. */
  readonly tlsVersion: string;
  /**
   * Namespaces of what the last `<stream:features/>` offered. Absent where a session went on and nothing was
   * said of it: what was known holds.
   */
  readonly offered?: readonly string[];
  /** The server has dropped what it had stored: the archive has it (XEP-0386 §3.2). */
  readonly archiveFirst: boolean;
  /** Copies for this device were switched on with the session (XEP-0280). */
  readonly carbons: boolean;
  /** Stanzas that came between bind and the end of the negotiation; `h` does not count them. */
  readonly early: readonly Element[];
  /** What came behind that, as if in the session. */
  readonly counted: readonly Element[];
}
