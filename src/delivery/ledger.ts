// SPDX-License-Identifier: MIT
//
// The state that the journal's records add up to. Built at the start by applying every record, and
// kept up to date by applying each new one as it is handed to the journal.

import type { SavedManagement } from '../core/stream-management.js';
import { distance } from '../core/serial.js';
import { InboxBook } from './inbox-book.js';
import { LaneBook, laneOf } from './lane-book.js';
import type { JournalRecord, OutboxState, Transaction } from './records.js';

export interface OutboxEntry {
  readonly handle: string;
  readonly to: string;
  readonly xml: string;
  readonly body: string;
  /** Accepted at, Unix ms. */
  readonly at: number;
  /** For all in the room that is `to`. */
  readonly room?: true;
  state: OutboxState;
  /** An earlier copy may have arrived. */
  twice: boolean;
}

/** Finished messages kept, so that a late error can quote the text and a late command finds its answer. */
const FINISHED_KEPT = 500;

const FINAL: ReadonlySet<OutboxState> = new Set(['at-server', 'delivered', 'failed']);

export function isFinal(state: OutboxState): boolean {
  return FINAL.has(state);
}

/** What is final is not taken back by an acknowledgement that comes later, nor sent again. */
function outranks(old: OutboxState, next: OutboxState): boolean {
  return isFinal(old) && next !== 'failed' && next !== 'delivered' && old !== next;
}

export class Ledger {
  resource = '';
  session: SavedManagement | undefined;
  /** In the order of acceptance. */
  readonly outbox = new Map<string, OutboxEntry>();
  readonly inbox = new InboxBook();
  readonly lanes = new LaneBook();
  private finished = 0;

  applyAll(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) {
      for (const record of transaction) {
        this.apply(record);
      }
    }
  }

  apply(record: JournalRecord): void {
    switch (record.type) {
      case 'resource':
        this.resource = record.resource;
        return;
      case 'session': {
        const { type: _type, ...enabled } = record;
        this.session = { ...enabled, sent: 0, acked: 0, handled: 0, tracked: [] };
        return;
      }
      case 'session-end':
        this.session = undefined;
        if (record.forgotten === true) {
          this.lanes.forgotten(record.lane);
        }
        return;
      case 'resumed':
        this.applyResumed(record.h);
        return;
      case 'sent':
      case 'acked':
      case 'handled':
        this.applyCounter(record);
        return;
      case 'accept': {
        const { type: _type, ...entry } = record;
        if (!this.outbox.has(entry.handle)) {
          this.outbox.set(entry.handle, { ...entry, state: 'queued', twice: false });
          this.lanes.count(laneOf(entry), 'queued', 1);
        }
        return;
      }
      case 'state':
        this.applyState(record.handle, record.state, record.twice);
        return;
      case 'inbox':
      case 'held':
      case 'release':
      case 'seen':
      case 'set-aside':
      case 'taken':
      case 'in-hand':
      case 'last-inbox':
      case 'cursor':
        this.inbox.apply(record);
    }
  }

  /** Forgets an entry whose acceptance never reached the disk. */
  drop(handle: string): void {
    const entry = this.outbox.get(handle);
    if (entry !== undefined) {
      this.lanes.count(laneOf(entry), entry.state, -1);
    }
    this.outbox.delete(handle);
  }

  /** Takes back the last number given: its record never reached the disk, its bytes never a link. */
  untrack(): void {
    const session = this.session;
    const last = session?.tracked.pop();
    if (session === undefined || last === undefined) {
      return;
    }
    session.sent = session.tracked.at(-1)?.number ?? session.acked;
    if (last.handle !== undefined) {
      this.applyState(last.handle, 'queued');
    }
  }

  /** The shortest records that add up to this state again. */
  snapshot(): Transaction[] {
    const records: JournalRecord[] = [];
    if (this.resource !== '') {
      records.push({ type: 'resource', resource: this.resource });
    }
    for (const { state, twice, ...entry } of this.outbox.values()) {
      records.push({ type: 'accept', ...entry });
      if (state !== 'queued' || twice) {
        records.push({ type: 'state', handle: entry.handle, state, twice });
      }
    }
    for (const lane of this.lanes.allForgetful()) {
      records.push({ type: 'session-end', forgotten: true, lane });
    }
    records.push(...this.sessionRecords());
    records.push(...this.inbox.snapshot());
    // One frame each: a frame has a greatest length, and the file is replaced as a whole anyway.
    return records.map((record) => [record]);
  }

  private sessionRecords(): JournalRecord[] {
    if (this.session === undefined) {
      return [];
    }
    const { sent: _sent, acked, handled, tracked, ...enabled } = this.session;
    return [
      { type: 'session', ...enabled },
      // `acked` first: it sets where the numbers of what is still unacked begin.
      { type: 'acked', h: acked },
      ...tracked.map((stanza) => ({ type: 'sent' as const, ...stanza })),
      { type: 'handled', h: handled },
    ];
  }

  private applyCounter(record: JournalRecord & { type: 'sent' | 'acked' | 'handled' }): void {
    const session = this.session;
    if (session === undefined) {
      return;
    }
    if (record.type === 'handled') {
      session.handled = record.h;
    } else if (record.type === 'sent') {
      const { type: _type, ...stanza } = record;
      session.tracked.push(stanza);
      session.sent = record.number;
      if (record.handle !== undefined) {
        this.applyState(record.handle, 'sent');
      }
    } else {
      this.applyAcked(session, record.h);
    }
  }

  private applyAcked(session: SavedManagement, h: number): void {
    const count = Math.min(distance(session.acked, h), session.tracked.length);
    for (const { handle } of session.tracked.splice(0, count)) {
      // Our own server has a room's line then, and not yet the room (XEP-0045 §7.4).
      if (handle !== undefined && this.outbox.get(handle)?.room !== true) {
        this.applyState(handle, 'at-server');
      }
    }
    session.acked = h;
    if (session.tracked.length === 0) {
      session.sent = h;
    }
  }

  private applyResumed(h: number): void {
    const session = this.session;
    if (session === undefined) {
      return;
    }
    this.applyAcked(session, h);
    for (const { handle } of session.tracked) {
      if (handle !== undefined) {
        this.applyState(handle, 'queued');
      }
    }
    session.tracked = [];
    session.sent = h;
    session.acked = h;
  }

  private applyState(handle: string, state: OutboxState, twice?: boolean): void {
    const entry = this.outbox.get(handle);
    if (entry === undefined || outranks(entry.state, state)) {
      return;
    }
    if (!isFinal(entry.state) && isFinal(state)) {
      this.finished++;
    }
    const lane = laneOf(entry);
    this.lanes.count(lane, state, 1);
    this.lanes.count(lane, entry.state, -1);
    entry.state = state;
    entry.twice = twice ?? entry.twice;
    if (this.finished > FINISHED_KEPT) {
      this.forgetFinished();
    }
  }

  private forgetFinished(): void {
    for (const entry of this.outbox.values()) {
      if (isFinal(entry.state)) {
        this.outbox.delete(entry.handle);
        this.finished--;
        return;
      }
    }
  }
}
