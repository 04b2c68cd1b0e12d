// SPDX-License-Identifier: MIT
//
// Everything countable that leaves goes through here, in one order: tracked, journaled, flushed, and
// only then written. So no number the server can name is unknown to the journal.

import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import type { Session } from '../core/session.js';
import type { Outgoing, Tracked } from '../core/stream-management.js';
import type { JournalRecord } from '../delivery/records.js';
import type { Store } from '../delivery/store.js';
import type { Writer, Writing } from './writer.js';

export class Submitter {
  /** Counts links: bytes meant for an earlier one are not written to a later one. */
  private epoch = 0;

  constructor(
    private readonly session: Session,
    private readonly store: Store,
    private readonly writer: Writer,
  ) {}

  /** The link is gone. */
  closed(): void {
    this.epoch++;
  }

  /**
   * @param before records that are to be there before it
   * @param dropped the disk lost it: it was not written and never will be
   * @param flushed it is on disk, and about to be written
   */
  submit(
    outgoing: Outgoing,
    before: readonly JournalRecord[],
    dropped: (cause: Fault) => void,
    flushed?: () => void,
  ): void {
    const tracked = this.session.track(outgoing);
    if (tracked === undefined) {
      return;
    }
    const epoch = this.epoch;
    this.store.commit(
      [...before, ...this.sentRecords(tracked)],
      () => {
        flushed?.();
        if (epoch === this.epoch) {
          this.writer.push(outgoing);
        }
      },
      (cause) => {
        this.session.untrack();
        this.untrackRecord(outgoing);
        dropped(cause);
      },
    );
  }

  /** Without a resumable session there are no numbers to keep, only the message's own state. */
  private sentRecords(tracked: Tracked): JournalRecord[] {
    const { number, kind, handle } = tracked;
    if (this.store.ledger.session !== undefined) {
      return [{ type: 'sent', number, kind, ...(handle === undefined ? {} : { handle }) }];
    }
    return handle === undefined ? [] : [{ type: 'state', handle, state: 'sent' }];
  }

  private untrackRecord({ handle }: Outgoing): void {
    if (this.store.ledger.session !== undefined) {
      this.store.ledger.untrack();
    } else if (handle !== undefined) {
      this.store.ledger.apply({ type: 'state', handle, state: 'queued' });
    }
  }

  /** The same bytes again, behind everything the disk still has to flush for them. */
  rewrite(resend: readonly Tracked[], as: (stanza: Tracked) => Writing): void {
    if (resend.length === 0) {
      return;
    }
    const epoch = this.epoch;
    this.store.commit([], () => {
      if (epoch !== this.epoch) {
        return;
      }
      const unacked = new Set(this.session.management?.unacked);
      this.writer.push(...resend.filter((s) => unacked.has(s)).map(as));
    });
  }
}

/** Answered by the server to nobody's interest; it only has to count (XEP-0198 §4). */
export const PLACE_HOLDER = `<iq type='get' id='place-holder'><ping xmlns='${NS.ping}'/></iq>`;
