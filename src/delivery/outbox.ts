// SPDX-License-Identifier: MIT
//
// The way out of a message: which one goes next, and what its states turn into. Reads the ledger and
// returns the records that move it on; nothing here changes state by itself.

import type { Tracked } from '../core/stream-management.js';
import { isFinal } from './ledger.js';
import type { Ledger, OutboxEntry } from './ledger.js';
import type { JournalRecord, OutboxState } from './records.js';
import type { Verdict } from './replay.js';

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

  /** Something is on its way and not acknowledged. */
  get underWay(): boolean {
    return this.ledger.counts.sent > 0;
  }

  /** Something is to go before a message that is accepted now. */
  get waiting(): boolean {
    return this.ledger.counts.queued + this.ledger.counts['in-doubt'] > 0;
  }

  /** Waiting for a link, in the order of acceptance. */
  queued(): OutboxEntry[] {
    return this.ledger.counts.queued === 0
      ? []
      : [...this.ledger.outbox.values()].filter((entry) => entry.state === 'queued');
  }

  private firstQueued(): OutboxEntry | undefined {
    if (this.ledger.counts.queued === 0) {
      return undefined;
    }
    for (const entry of this.ledger.outbox.values()) {
      if (entry.state === 'queued') {
        return entry;
      }
    }
    return undefined;
  }

  /**
   * A session is gone and its stanzas with it.
   * @param certain the server said how far it had got, so these surely never arrived and are queued
   *   again; else they are in doubt
   */
  lost(rest: readonly Tracked[], certain: boolean): JournalRecord[] {
    const state = certain ? 'queued' : 'in-doubt';
    return rest
      .flatMap(({ handle }) => this.get(handle ?? '') ?? [])
      .filter((entry) => !isFinal(entry.state))
      .map(({ handle }) => ({ type: 'state', handle, state }));
  }

  /** The server may or may not have these, oldest first. */
  doubts(): OutboxEntry[] {
    return this.ledger.counts['in-doubt'] === 0
      ? []
      : [...this.ledger.outbox.values()].filter((entry) => entry.state === 'in-doubt');
  }

  /** What the server surely has, of those older than all in doubt; oldest first. */
  takenBefore(): string[] {
    const taken: string[] = [];
    for (const { handle, state, twice } of this.ledger.outbox.values()) {
      if (state === 'in-doubt') {
        break;
      }
      if ((state === 'at-server' || state === 'delivered') && !twice) {
        taken.push(handle);
      }
    }
    return taken;
  }

  /** What was found out about them, as records; what is not at the server is queued again. */
  judged({ taken, untaken, unknown }: Verdict): JournalRecord[] {
    const still = ({ state }: OutboxEntry) => state === 'in-doubt';
    const record =
      (state: OutboxState, twice?: boolean) =>
      ({ handle }: OutboxEntry): JournalRecord => ({
        type: 'state',
        handle,
        state,
        ...(twice === undefined ? {} : { twice }),
      });
    return [
      ...taken.filter(still).map(record('at-server')),
      ...untaken.filter(still).map(record('queued')),
      ...unknown.filter(still).map(record('queued', true)),
    ];
  }

  /** Queued for too long to be sent without asking. */
  expired(wall: number): OutboxEntry[] {
    const oldest = wall - this.queueHours * HOUR_MS;
    const first = this.firstQueued();
    return first === undefined || first.at >= oldest
      ? []
      : this.queued().filter((entry) => entry.at < oldest);
  }

  /** When the next one will expire, Unix ms. */
  nextExpiry(): number | undefined {
    const first = this.firstQueued();
    return first === undefined ? undefined : first.at + this.queueHours * HOUR_MS + 1;
  }
}
