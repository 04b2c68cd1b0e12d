// SPDX-License-Identifier: MIT
//
// The way in: durable, numbered events for the host, each given until the host has taken it.

import type { Tools } from '../core/tools.js';
import type { Copy } from './copy.js';
import type { InboxEntry, Ledger } from './ledger.js';
import type { JournalRecord } from './records.js';

/** A replayed copy may be stamped this much later than our first one: clocks differ. */
const STAMP_SLACK_MS = 60_000;

export class Inbox {
  /** The highest number given to the host that is attached now. */
  private given = 0;
  /** Entries safe on disk; younger ones wait. */
  private safe: number;

  constructor(
    private readonly ledger: Ledger,
    private readonly tools: Pick<Tools, 'hash' | 'utf8' | 'base64'>,
  ) {
    this.safe = ledger.lastInbox;
  }

  /** The number of the next entry. */
  nextNumber(): number {
    return this.ledger.lastInbox + 1;
  }

  /**
   * The records that keep one event, or `undefined` when it is a second copy of what we had. A live
   * copy is never taken for one: two equal messages can both be meant.
   */
  keep(event: Uint8Array, wall: number, copy?: Copy): JournalRecord | undefined {
    const key = copy === undefined ? undefined : this.keyOf(copy);
    if (key !== undefined && copy?.stamp !== undefined) {
      const first = this.ledger.seen.get(key);
      if (first !== undefined && copy.stamp <= first + STAMP_SLACK_MS) {
        return undefined;
      }
    }
    return {
      type: 'inbox',
      number: this.nextNumber(),
      event: this.tools.base64(event),
      ...(key === undefined ? {} : { key }),
      at: wall,
    };
  }

  /** The entry is on disk, so it may be shown. */
  flushed(number: number): void {
    this.safe = Math.max(this.safe, number);
  }

  /**
   * A host joined that has taken everything up to `taken` in its own life.
   * @returns the record that says so, if it is news
   */
  attach(taken: number): JournalRecord | undefined {
    const upTo = Math.max(taken, this.ledger.taken);
    this.given = upTo;
    return upTo > this.ledger.taken ? { type: 'taken', number: upTo } : undefined;
  }

  /** What the attached host can be given now and was not yet; given by this call. */
  give(): InboxEntry[] {
    const entries: InboxEntry[] = [];
    for (let number = this.given + 1; number <= this.safe; number++) {
      const entry = this.ledger.inbox.get(number);
      if (entry !== undefined) {
        entries.push(entry);
      }
    }
    this.given = Math.max(this.given, this.safe);
    return entries;
  }

  /** The host has dealt with everything up to `number`. */
  taken(number: number): JournalRecord | undefined {
    const upTo = Math.min(number, this.given);
    return upTo > this.ledger.taken ? { type: 'taken', number: upTo } : undefined;
  }

  private keyOf(copy: Copy): string {
    const text = [copy.from, copy.type, copy.id, copy.body].join('\u0000');
    return this.tools.base64(this.tools.hash('sha256', this.tools.utf8(text)).subarray(0, 15));
  }
}
