// SPDX-License-Identifier: MIT
//
// What the journal can say. A record states a fact that has happened; the ledger is what follows
// from all of them in order. Records are only ever added: a reader skips the types it does not know.

import type { SavedManagement, StanzaKind } from '../core/stream-management.js';
import type { Trace } from './seen.js';

/** Where an outgoing message stands; final are `at-server`, `delivered` and `failed`. */
export type OutboxState = 'queued' | 'sent' | 'in-doubt' | 'at-server' | 'delivered' | 'failed';

export type JournalRecord =
  /** The resource we ask the server for, chosen once so that a new session replaces the old one. */
  | { readonly type: 'resource'; readonly resource: string }
  /** XEP-0198 was enabled: counters start at 0 here. `messages`: on a link of messages (RFC 7395). */
  | {
      readonly type: 'session';
      readonly id: string;
      readonly max?: number;
      readonly location?: string;
      readonly jid: string;
      readonly messages?: true;
    }
  /**
   * A process that did not start the session resumed it with the server at `h`: what was unacked is
   * certainly not there, and is queued again under new numbers.
   */
  | { readonly type: 'resumed'; readonly h: number }
  /**
   * The session is over: nothing can be resumed or acknowledged in it any more. `forgotten`: the server knew
   * nothing of it any more, not even how far it had got, so it died and may have forgotten more. `lane`: this
   * is said of one lane only; in a compacted journal.
   */
  | { readonly type: 'session-end'; readonly forgotten?: boolean; readonly lane?: string }
  /** Stanza `number` is about to be written; `handle` names the outbox entry if it is one. */
  | {
      readonly type: 'sent';
      readonly number: number;
      readonly kind: StanzaKind;
      readonly handle?: string;
    }
  /** The server has handled everything up to `h`. A room's line is not settled by that: only by the room. */
  | { readonly type: 'acked'; readonly h: number }
  /** We have handled everything up to `h`. */
  | { readonly type: 'handled'; readonly h: number }
  /**
   * A message is ours to deliver. `at` is Unix ms; `xml` the stanza without delay. `room`: it is for all in
   * a room, whose bare JID is `to`.
   */
  | {
      readonly type: 'accept';
      readonly handle: string;
      readonly to: string;
      readonly xml: string;
      readonly body: string;
      readonly at: number;
      readonly room?: true;
    }
  /** An outbox entry changed its state; `twice`: another copy may have arrived. */
  | {
      readonly type: 'state';
      readonly handle: string;
      readonly state: OutboxState;
      readonly twice?: boolean;
    }
  | InboxRecord;

/** What came in. */
export type InboxRecord =
  /**
   * An event for the host, as base64 of the contract's bytes, first seen at `at`. A copy of it that
   * waits behind an archive is dropped.
   */
  | {
      readonly type: 'inbox';
      readonly number: number;
      readonly event: string;
      readonly trace?: Trace;
      readonly at: number;
    }
  /** One that waits behind an archive, that of a room or our account's, and has no number yet. */
  | {
      readonly type: 'held';
      readonly event: string;
      readonly trace?: Trace;
      readonly at: number;
      /** It came no earlier than this, where `at` is the latest that this can have been. */
      readonly since?: number;
      readonly archive?: string;
    }
  /** What waited behind an archive gets the next numbers, in the order it came; the first `count` of it, or all. */
  | { readonly type: 'release'; readonly count?: number; readonly archive?: string }
  /**
   * Everything in this archive up to the message of this id was read; `at` is when it got that. `gap`: what
   * follows it has come in part, and nobody was told so far that the rest is missing.
   */
  | {
      readonly type: 'cursor';
      readonly archive: string;
      readonly id: string;
      readonly at: number;
      readonly gap?: true;
    }
  /** An entry that no host can be given, and that is to be in a file; said before it is taken. */
  | {
      readonly type: 'set-aside';
      readonly number: number;
      readonly event: string;
      readonly at: number;
    }
  /** The host has dealt with every inbox entry up to `number`. */
  | { readonly type: 'taken'; readonly number: number }
  /**
   * The host died with entry `number` in its hands, at this death and at those before it running:
   * `times` in all.
   */
  | { readonly type: 'in-hand'; readonly number: number; readonly times: number }
  /** Only in a compacted journal: the last inbox number given away. */
  | { readonly type: 'last-inbox'; readonly number: number }
  /** Another copy of the message first seen at `at`. */
  | { readonly type: 'seen'; readonly trace: Trace; readonly at: number };

/** Records that are on disk together or not at all. */
export type Transaction = readonly JournalRecord[];

/** The records of a session that was just enabled, and of what was written in it ahead of that. */
export function sessionRecords(saved: SavedManagement): JournalRecord[] {
  const { id, jid, max, location, messages, tracked } = saved;
  return [
    {
      type: 'session',
      id,
      jid,
      ...(max === undefined ? {} : { max }),
      ...(location === undefined ? {} : { location }),
      ...(messages === undefined ? {} : { messages }),
    },
    ...tracked.map((stanza): JournalRecord => ({ type: 'sent', ...stanza })),
  ];
}
