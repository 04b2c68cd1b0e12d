// SPDX-License-Identifier: MIT
//
// Joins what is read from an archive to the inbox, the outbox and the journal: our account's, or a room's.

import { Jid } from '../core/jid.js';
import { OWN_ARCHIVE } from '../delivery/inbox-book.js';
import type { Cursor } from '../delivery/inbox-book.js';
import { laneOf } from '../delivery/lane-book.js';
import type { OutboxEntry } from '../delivery/ledger.js';
import type { Outbox } from '../delivery/outbox.js';
import { Replay } from '../delivery/replay.js';
import type { Verdict } from '../delivery/replay.js';
import type { Store } from '../delivery/store.js';
import type { ArchivedText, ArchiveDesk } from '../features/feature.js';
import type { Context } from './context.js';
import type { Mailroom } from './mailroom.js';
import type { MessageStates } from './message-states.js';
import type { Sender } from './sender.js';

/** What the desks of all archives share. */
export interface DeskParts {
  readonly context: Context;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly mailroom: Mailroom;
  readonly states: MessageStates;
  readonly sender: Sender;
  progressed(): void;
  /** Whether our account's archive can be read. */
  readable(readable: boolean): void;
}

export class AccountArchive implements ArchiveDesk {
  /** @param archive names what waits behind it, and the lane of the outbox whose texts it has */
  constructor(
    protected readonly parts: DeskParts,
    protected readonly archive: string = OWN_ARCHIVE,
  ) {}

  get holding(): boolean {
    return this.parts.mailroom.holds.has(this.archive);
  }

  hold(): void {
    this.parts.mailroom.hold(this.archive);
  }

  release(): void {
    this.parts.mailroom.release(this.archive);
  }

  readable(readable: boolean): void {
    this.parts.readable(readable);
  }

  cursor(archive: string): Cursor | undefined {
    return this.parts.store.ledger.inbox.cursors.get(archive);
  }

  keep(texts: readonly ArchivedText[], archive: string, cursor: Cursor, kept: () => void): void {
    const { mailroom, store } = this.parts;
    const placed = texts.findLastIndex(({ copy }) => mailroom.hasPlace(copy));
    mailroom.expect(
      this.archive,
      texts.map(({ copy }) => copy),
    );
    for (const [i, { body, copy, settles }] of texts.entries()) {
      const settled = settles === undefined ? undefined : this.parts.states.settling(settles);
      const records = settled?.records ?? [];
      mailroom.keep(body, { ...copy, behind: i < placed }, undefined, records, settled?.kept);
    }
    const moved = cursor.id !== (this.cursor(archive)?.id ?? '');
    // Behind the texts: the disk keeps the order, so the cursor is never ahead of them.
    store.commit([{ type: 'cursor', archive, ...cursor }], () => {
      if (moved) this.parts.progressed();
      kept();
    });
  }

  knows(id: string): boolean {
    return this.parts.outbox.get(id) !== undefined;
  }

  replay(): Replay | undefined {
    const { outbox, store } = this.parts;
    const doubts = outbox.doubts(this.archive);
    const { tools } = this.parts.context;
    const known = (handle: string) => this.entry(handle);
    const bare = (jid: string) => Jid.parse(jid, tools)?.bare().toString() ?? jid;
    return doubts.length === 0
      ? undefined
      : new Replay(
          ...([doubts, known, bare, outbox.takenBefore(this.archive)] as const),
          store.ledger.lanes.isForgetful(this.archive),
          this.archive !== OWN_ARCHIVE,
        );
  }

  judged(verdict: Verdict): void {
    this.parts.sender.judged(verdict);
  }

  unjudged(): void {
    const unknown = this.parts.outbox.doubts(this.archive);
    this.judged({ taken: [], untaken: [], unknown });
  }

  /** A text of this archive's lane. */
  protected entry(handle: string): OutboxEntry | undefined {
    const entry = this.parts.outbox.get(handle);
    return entry !== undefined && laneOf(entry) === this.archive ? entry : undefined;
  }
}
