// SPDX-License-Identifier: MIT
//
// Joins what is read from an archive to the inbox, the outbox and the journal.

import { Jid } from '../core/jid.js';
import type { Cursor } from '../delivery/inbox-book.js';
import type { Outbox } from '../delivery/outbox.js';
import { Replay } from '../delivery/replay.js';
import type { Verdict } from '../delivery/replay.js';
import type { Store } from '../delivery/store.js';
import type { ArchivedText, ArchiveDesk } from '../features/feature.js';
import type { Context } from './context.js';
import type { Mailroom } from './mailroom.js';
import type { Sender } from './sender.js';

export class AccountArchive implements ArchiveDesk {
  constructor(
    private readonly context: Context,
    private readonly store: Store,
    private readonly outbox: Outbox,
    private readonly mailroom: Mailroom,
    private readonly sender: Sender,
    private readonly progressed: () => void,
  ) {}

  get holding(): boolean {
    return this.mailroom.holding;
  }

  hold(): void {
    this.mailroom.hold();
  }

  release(): void {
    this.mailroom.release();
  }

  cursor(archive: string): Cursor | undefined {
    return this.store.ledger.inbox.cursors.get(archive);
  }

  keep(texts: readonly ArchivedText[], archive: string, cursor: Cursor, kept: () => void): void {
    const placed = texts.findLastIndex(({ copy }) => this.mailroom.hasPlace(copy));
    for (const [i, { body, copy }] of texts.entries()) {
      this.mailroom.keep(body, { ...copy, behind: i < placed }, undefined);
    }
    const moved = cursor.id !== (this.cursor(archive)?.id ?? '');
    // Behind the texts: the disk keeps the order, so the cursor is never ahead of them.
    this.store.commit([{ type: 'cursor', archive, ...cursor }], () => {
      if (moved) this.progressed();
      kept();
    });
  }

  knows(id: string): boolean {
    return this.outbox.get(id) !== undefined;
  }

  replay(): Replay | undefined {
    const doubts = this.outbox.doubts();
    const { tools } = this.context;
    const known = (handle: string) => this.outbox.get(handle);
    const bare = (jid: string) => Jid.parse(jid, tools)?.bare().toString() ?? jid;
    return doubts.length === 0
      ? undefined
      : new Replay(
          ...([doubts, known, bare, this.outbox.takenBefore()] as const),
          this.store.ledger.forgetful,
        );
  }

  judged(verdict: Verdict): void {
    this.sender.judged(verdict);
  }

  unjudged(): void {
    this.sender.judged({ taken: [], untaken: [], unknown: this.outbox.doubts() });
  }
}
