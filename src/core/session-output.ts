// SPDX-License-Identifier: MIT
//
// What a session tells its owner, and the faults that are its own.

import type { CloseHow, Derivation, TlsFacts } from './effects.js';
import type { Fault } from './errors.js';
import { fault } from './errors.js';
import type { Jid } from './jid.js';
import type { SignInNews } from './sasl/memory.js';
import type { Tracked } from './stream-management.js';
import type { Element } from './xml.js';

export type SessionOutput =
  | { readonly type: 'write'; readonly text: string }
  | { readonly type: 'start-tls' }
  | { readonly type: 'close'; readonly how: CloseHow }
  | { readonly type: 'derive'; readonly ticket: number; readonly derivation: Derivation }
  | { readonly type: 'need-password' }
  | { readonly type: 'sign-in'; readonly news: SignInNews }
  | { readonly type: 'step'; readonly step: number; readonly steps: number; readonly text: string }
  | {
      readonly type: 'untrusted';
      readonly facts: TlsFacts;
      readonly reasons: readonly string[];
      readonly text: string;
    }
  /** Of a link that was to go no further: the server is trusted. The link is gone. */
  | { readonly type: 'verified'; readonly facts: TlsFacts }
  /**
   * The session we kept is gone. `certain`: the server said how far it had got. `forgotten`: it knew
   * nothing of the session any more.
   */
  | {
      readonly type: 'lost';
      readonly rest: readonly Tracked[];
      readonly certain: boolean;
      readonly forgotten: boolean;
    }
  | { readonly type: 'settled'; readonly h: number; readonly stanzas: readonly Tracked[] }
  | Online
  /** An inbound stanza; it counts from now on and is `handled` once its effects are on disk. */
  | { readonly type: 'stanza'; readonly stanza: Element }
  /** The link is gone. `ended`: in order, after our closing tag. `heard`: the server had said something on it. */
  | {
      readonly type: 'down';
      readonly fault: Fault | undefined;
      readonly ended: boolean;
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
  /** Namespaces of the features of this stream (RFC 6120 §4.3.2). */
  readonly offered: readonly string[];
  /** To be written again, oldest first: already counted when `resumed`, to be tracked anew when `restored`. */
  readonly resend: readonly Tracked[];
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
