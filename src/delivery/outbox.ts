// SPDX-License-Identifier: MIT
//
// The way out of a message: which one goes next, and what its states turn into. Reads the ledger and
// returns the records that move it on; nothing here changes state by itself.

import type { Tracked } from '../core/stream-management.js';
import { isFinal } from './ledger.js';
import type { Ledger, OutboxEntry } from './ledger.js';
import type { JournalRecord } from './records.js';

const HOUR_MS = 3_600_000;

export class Outbox {
  constructor(
    private readonly ledger: Ledger,
    /** A text queued longer is told as failed, never sent by itself. */
    private queueHours: number,
  ) {}

  setQueueHours(hours: number): void {
    this.queueHours = hours;
  }

  get(handle: string): OutboxEntry | undefined {
    return this.ledger.outbox.get(handle);
  }

  /** Waiting for a link, in the order of acceptance. */
  queued(): OutboxEntry[] {
    return this.ledger.queuedCount === 0
      ? []
      : [...this.ledger.outbox.values()].filter((entry) => entry.state === 'queued');
  }

  /**
   * A session is gone and its stanzas with it: messages are queued again.
   * @param certain the server said how far it had got, so these surely never arrived
   */
  requeue(rest: readonly Tracked[], certain: boolean): JournalRecord[] {
    const records: JournalRecord[] = [];
    for (const { handle } of rest) {
      const entry = handle === undefined ? undefined : this.get(handle);
      if (entry !== undefined && !isFinal(entry.state)) {
        const twice = entry.twice || !certain;
        records.push({ type: 'state', handle: entry.handle, state: 'queued', twice });
      }
    }
    return records;
  }

  /** Queued for too long to be sent without asking. */
  expired(wall: number): OutboxEntry[] {
    const oldest = wall - this.queueHours * HOUR_MS;
    return this.queued().filter((entry) => entry.at < oldest);
  }

  /** When the next one will expire, Unix ms. */
  nextExpiry(): number | undefined {
    const first = this.queued()[0];
    return first === undefined ? undefined : first.at + this.queueHours * HOUR_MS + 1;
  }
}
