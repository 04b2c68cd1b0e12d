// SPDX-License-Identifier: MIT
//
// What a session tells its owner, and the faults that are its own.

import type { CloseHow } from './effects.js';
import type { Fault } from './errors.js';
import { fault } from './errors.js';
import type { Jid } from './jid.js';
import type { Established, NegotiationOutput } from './negotiation-output.js';
import type { Tracked } from './stream-management.js';
import type { Element } from './xml.js';

/** What a negotiation says and a session passes on as it is. */
type Passed = 'write' | 'start-tls' | 'derive' | 'need-password' | 'sign-in' | 'step';

export type SessionOutput =
  /** Of the negotiation, as it says it; behind the last two the link is gone. */
  | Extract<NegotiationOutput, { type: Passed | 'untrusted' | 'verified' }>
  | { readonly type: 'close'; readonly how: CloseHow }
  /**
   * The session we kept is gone. `certain`: the server said how far it had got. `forgotten`: it knew
   * nothing of the session any more.
   */
  | {
      readonly type: 'lost';
      readonly rest: readonly Tracked[];
      readonly certain: boolean;
      readonly forgotten: boolean;
      /** The server knows that it is; else it may still take what comes for us. */
      readonly over: boolean;
    }
  | { readonly type: 'settled'; readonly h: number; readonly stanzas: readonly Tracked[] }
  | Online
  /** An inbound stanza; it counts from now on and is `handled` once its effects are on disk. */
  | { readonly type: 'stanza'; readonly stanza: Element }
  /** What the server really offers, as the negotiation has it. */
  | Extract<NegotiationOutput, { type: 'offered' | 'token' }>
  /** A fresh session was asked for, and its first stanzas may be written: see `Session.writeAhead`. */
  | { readonly type: 'opening' }
  /**
   * The link is gone. `ended`: in order, after our closing tag. `guessed`: while signing in, and something
   * had been written on it before the server had offered that. `heard`: the server had said something on it.
   */
  | {
      readonly type: 'down';
      readonly fault: Fault | undefined;
      readonly ended: boolean;
      readonly guessed: boolean;
      readonly heard: boolean;
    };

export interface Online {
  readonly type: 'online';
  /**
   * `fresh`: a new session; `resumed`: this process's session on a new link; `restored`: a session
   * that an earlier process started, good only for settling it.
   */
  readonly how: 'fresh' | 'resumed' | 'restored';
  readonly jid: Jid;
  readonly mechanism: string;
  /** The type of channel binding, empty without one. */
  readonly binding: string;
  readonly tlsVersion: string;
  /** Namespaces of the features of this stream (RFC 6120 §4.3.2); absent where they are as before. */
  readonly offered?: readonly string[];
  /** The server has dropped what it had stored: the archive has it. */
  readonly archiveFirst: boolean;
  /** Copies for this device were switched on with the session. */
  readonly carbons: boolean;
  /** To be written again, oldest first: already counted when `resumed`, to be tracked anew when `restored`. */
  readonly resend: readonly Tracked[];
}

/** What a negotiation has led to, as far as it is the same for a session that goes on and a fresh one. */
export function onlineOf(established: Established): Omit<Online, 'how' | 'resend'> {
  const { jid, mechanism, binding, tlsVersion, offered, archiveFirst, carbons } = established;
  return {
    ...{ type: 'online', jid, mechanism, binding, tlsVersion, archiveFirst, carbons },
    ...(offered === undefined ? {} : { offered }),
  };
}

export const SILENT_SERVER = fault(
  'timeout',
  'no-answer',
  'The server stopped answering during sign-in. Nothing is lost; it is tried again.',
);
export const DEAD_LINK = fault(
  'link',
  'no-acknowledgement',
  'The connection went silent and was given up. What was sent is kept until the server confirms it.',
);
export const SERVER_ENDED = fault('stream', 'closed', 'The server ended the connection.');
