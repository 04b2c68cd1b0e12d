// SPDX-License-Identifier: MIT
//
// The way out of a message: which one goes next, and what its states turn into. Reads the ledger and
// returns the records that move it on; nothing here changes state by itself.

import type { Tracked } from '../core/stream-management.js';
import { laneOf, PERSONS } from './lane-book.js';
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

  /** Something to a person is on its way and not acknowledged. */
  get underWay(): boolean {
    return this.ledger.lanes.of(PERSONS).sent > 0;
  }

  /** Something is to go yet, in any lane. */
  get waits(): boolean {
    return this.ledger.lanes.any('queued') || this.ledger.lanes.any('in-doubt');
  }

  /** Something is to go before a message that is accepted for this lane now. */
  waiting(lane: string): boolean {
    const { queued, 'in-doubt': doubts } = this.ledger.lanes.of(lane);
    return queued + doubts > 0;
  }

  /** Something of this lane is in doubt: nothing of it goes before that is known. */
  doubtful(lane: string): boolean {
    return this.ledger.lanes.of(lane)['in-doubt'] > 0;
  }

  /** Waiting for a link or its room, in the order of acceptance. */
  queued(): OutboxEntry[] {
    return this.ledger.lanes.any('queued') ? this.inState('queued') : [];
  }

  /** Sent to a room that has not reflected them, oldest first. */
  unreflected(room: string): OutboxEntry[] {
    return this.ledger.lanes.of(room).sent === 0 ? [] : this.inState('sent', room);
  }

  /** Of a lane, marked as perhaps there twice, finished or not; oldest first. */
  repeated(lane: string): OutboxEntry[] {
    return [...this.ledger.outbox.values()].filter(
      (entry) => entry.twice && laneOf(entry) === lane,
    );
  }

  private inState(state: OutboxState, lane?: string): OutboxEntry[] {
    return [...this.ledger.outbox.values()].filter(
      (entry) => entry.state === state && (lane === undefined || laneOf(entry) === lane),
    );
  }

  /**
   * A session is gone and its stanzas with it. What its room has not reflected is in doubt, acknowledged
   * or not: nobody will say so any more in this session.
   * @param certain the server said how far it had got, so these surely never arrived and are queued
   *   again; else they are in doubt
   */
  lost(rest: readonly Tracked[], certain: boolean): JournalRecord[] {
    const unacked = new Set(rest.flatMap(({ handle }) => this.get(handle ?? '') ?? []));
    const acked = this.ledger.lanes.any('sent')
      ? this.inState('sent').filter((entry) => entry.room === true && !unacked.has(entry))
      : [];
    const record = (entry: OutboxEntry, state: OutboxState): JournalRecord => ({
      type: 'state',
      handle: entry.handle,
      state,
    });
    return [
      ...[...unacked]
        .filter((entry) => !isFinal(entry.state))
        .map((entry) => record(entry, certain ? 'queued' : 'in-doubt')),
      ...acked.map((entry) => record(entry, 'in-doubt')),
    ];
  }

  /** Those who took them may or may not have these, oldest first. @param lane absent for all lanes */
  doubts(lane?: string): OutboxEntry[] {
    const some = lane === undefined ? this.ledger.lanes.any('in-doubt') : this.doubtful(lane);
    return some ? this.inState('in-doubt', lane) : [];
  }

  /** What the server, or the room, surely has, of those of a lane older than all in doubt there; oldest first. */
  takenBefore(lane: string): string[] {
    const taken: string[] = [];
    for (const entry of this.ledger.outbox.values()) {
      const { handle, state, twice } = entry;
      if (laneOf(entry) !== lane) {
        continue;
      }
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

  /**
   * Too old to be sent without asking. Of a room's lines also those that it may have, as long as nobody is
   * about to find out.
   * @param asking whether somebody is, in this lane
   */
  expired(wall: number, asking: (lane: string) => boolean): OutboxEntry[] {
    const oldest = wall - this.queueHours * HOUR_MS;
    const first = this.firstMortal(asking);
    return first === undefined || first.at >= oldest
      ? []
      : [...this.ledger.outbox.values()].filter(
          (entry) => entry.at < oldest && this.isMortal(entry, asking),
        );
  }

  /** When the next one will expire, Unix ms. */
  nextExpiry(asking: (lane: string) => boolean): number | undefined {
    const first = this.firstMortal(asking);
    return first === undefined ? undefined : first.at + this.queueHours * HOUR_MS + 1;
  }

  private firstMortal(asking: (lane: string) => boolean): OutboxEntry | undefined {
    const { lanes } = this.ledger;
    const some = [...lanes.names()].some(
      (lane) => lanes.of(lane).queued > 0 || (lane !== PERSONS && !asking(lane)),
    );
    if (some) {
      for (const entry of this.ledger.outbox.values()) {
        if (this.isMortal(entry, asking)) {
          return entry;
        }
      }
    }
    return undefined;
  }

  private isMortal(entry: OutboxEntry, asking: (lane: string) => boolean): boolean {
    const { state, room } = entry;
    const doubted = room === true && (state === 'sent' || state === 'in-doubt');
    return state === 'queued' || (doubted && !asking(laneOf(entry)));
  }
}
