// SPDX-License-Identifier: MIT
//
// Where a text of ours stands, and what the host is told of it.

import type { Fault } from '../core/errors.js';
import type { Jid } from '../core/jid.js';
import { NS } from '../core/namespaces.js';
import { serialise, xml } from '../core/xml.js';
import { isFinal } from '../delivery/ledger.js';
import type { OutboxEntry } from '../delivery/ledger.js';
import type { Outbox } from '../delivery/outbox.js';
import type { JournalRecord, OutboxState } from '../delivery/records.js';
import type { Store } from '../delivery/store.js';
import { MessageState_State as State } from '../contract/engine_pb.js';
import { errorMessage } from '../features/error.js';
import { messageState } from './bodies.js';
import type { Context } from './context.js';
import type { Mailroom } from './mailroom.js';

export class MessageStates {
  constructor(
    private readonly context: Context,
    private readonly store: Store,
    private readonly outbox: Outbox,
    private readonly mailroom: Mailroom,
  ) {}

  /** Says where a message stands, as the journal has it. */
  answer(id: string): void {
    const entry = this.outbox.get(id);
    this.context.tell(
      entry === undefined
        ? messageState({ id, state: State.UNKNOWN })
        : messageState({ id, ...standing(entry) }),
    );
  }

  /** To whom a message went; empty for one that is not known. */
  recipient(handle: string): string {
    return this.outbox.get(handle)?.to ?? '';
  }

  /**
   * Who may speak for its recipient: a person's other clients may, but everybody in a room writes from the
   * room's bare JID, with a nick behind it.
   * @param error an error may come from the room itself, too
   */
  speaksFor(handle: string, to: Jid, from: Jid, error: boolean): boolean {
    const entry = this.outbox.get(handle);
    const inRoom = entry?.room === true || entry?.xml.includes(PRIVATE) === true;
    return inRoom ? from.equals(to) || (error && from.equals(to.bare())) : from.sameBare(to);
  }

  /**
   * The room has a line of ours, as what it reflected or its archive shows.
   * @returns the records that say so, to be kept with what showed it, and what to call once they are on disk
   */
  settling(handle: string): {
    readonly records: readonly JournalRecord[];
    readonly kept: () => void;
  } {
    const entry = this.outbox.get(handle);
    if (entry === undefined || isFinal(entry.state)) {
      return { records: [], kept: () => undefined };
    }
    return {
      records: [{ type: 'state', handle, state: 'at-server' }],
      kept: () => {
        this.tell(entry, State.AT_SERVER);
      },
    };
  }

  /** A message will not be delivered: told durably, with its text. */
  fail(handle: string, cause: Fault): void {
    const entry = this.outbox.get(handle);
    if (entry === undefined || entry.state === 'failed' || entry.state === 'delivered') {
      return;
    }
    const notice = messageState({
      id: handle,
      state: State.FAILED,
      ...whither(entry),
      body: entry.body,
      error: errorMessage(cause),
    });
    this.mailroom.keep(notice, undefined, undefined, [{ type: 'state', handle, state: 'failed' }]);
  }

  /** The recipient has it, whatever else is known of it. */
  delivered(handle: string, displayed: boolean): void {
    const entry = this.outbox.get(handle);
    if (entry === undefined || entry.state === 'failed') {
      return;
    }
    const tell = () => {
      const state = { id: handle, state: State.DELIVERED, displayed };
      this.context.tell(messageState({ ...state, ...whither(entry) }));
    };
    if (entry.state === 'delivered') {
      tell();
    } else {
      this.store.commit([{ type: 'state', handle, state: 'delivered' }], tell);
    }
  }

  /** Tells a state, unless the message has left it meanwhile. */
  tell(entry: OutboxEntry | undefined, state: State): void {
    if (entry !== undefined && STATES[entry.state] === state) {
      const { handle: id, twice: maybeTwice } = entry;
      this.context.tell(messageState({ id, state, ...whither(entry), maybeTwice }));
    }
  }
}

/** What tells a private message of a room from others (XEP-0045 §7.5). */
const PRIVATE = serialise(xml('x', { xmlns: NS.mucUser }));

const STATES: Readonly<Record<OutboxState, State>> = {
  queued: State.QUEUED,
  sent: State.SENT,
  'in-doubt': State.IN_DOUBT,
  'at-server': State.AT_SERVER,
  delivered: State.DELIVERED,
  failed: State.FAILED,
};

function standing(entry: OutboxEntry) {
  const { state, twice: maybeTwice, body } = entry;
  const failed = state === 'failed' ? { body } : {};
  return { state: STATES[state], ...whither(entry), maybeTwice, ...failed };
}

function whither({ to, room }: OutboxEntry) {
  return { to, groupchat: room === true };
}
