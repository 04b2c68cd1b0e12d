// SPDX-License-Identifier: MIT
//
// The state that the journal's records add up to. Built at the start by applying every record, and
// kept up to date by applying each new one as it is handed to the journal.

import type { SavedManagement } from '../core/stream-management.js';
import { distance } from '../core/serial.js';
import type { JournalRecord, OutboxState, Transaction } from './records.js';

export interface OutboxEntry {
  readonly handle: string;
  readonly to: string;
  readonly xml: string;
  readonly body: string;
  /** Accepted at, Unix ms. */
  readonly at: number;
  state: OutboxState;
  /** An earlier copy may have arrived. */
  twice: boolean;
}

export interface InboxEntry {
  readonly number: number;
  /** base64 of the contract's event. */
  readonly event: string;
}

/** Finished messages kept, so that a late error can quote the text and a late command finds its answer. */
const FINISHED_KEPT = 500;
/** Messages remembered to know their second copies. */
const SEEN_KEPT = 2_000;

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
  /** Not taken by a host yet, in order. */
  readonly inbox = new Map<number, InboxEntry>();
  /** Key of a message we had, to the Unix ms of our first copy. */
  readonly seen = new Map<string, number>();
  lastInbox = 0;
  taken = 0;
  /** How many outbox entries wait for a link; saves the search when none does. */
  queuedCount = 0;
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
          this.queuedCount++;
        }
        return;
      }
      case 'state':
        this.applyState(record.handle, record.state, record.twice);
        return;
      case 'inbox':
        this.inbox.set(record.number, { number: record.number, event: record.event });
        this.lastInbox = record.number;
        if (record.key !== undefined) {
          this.remember(record.key, record.at);
        }
        return;
      case 'taken':
        this.applyTaken(record.number);
        return;
      case 'last-inbox':
        this.lastInbox = record.number;
        return;
      case 'seen':
        this.remember(record.key, record.at);
    }
  }

  /** Forgets an entry whose acceptance never reached the disk. */
  drop(handle: string): void {
    if (this.outbox.get(handle)?.state === 'queued') {
      this.queuedCount--;
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
    records.push(...this.sessionRecords());
    for (const [key, at] of this.seen) {
      records.push({ type: 'seen', key, at });
    }
    for (const entry of this.inbox.values()) {
      records.push({ type: 'inbox', ...entry, at: 0 });
    }
    records.push({ type: 'last-inbox', number: this.lastInbox });
    records.push({ type: 'taken', number: this.taken });
    return [records];
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
    for (const stanza of session.tracked.splice(0, count)) {
      if (stanza.handle !== undefined) {
        this.applyState(stanza.handle, 'at-server');
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
    this.queuedCount += Number(state === 'queued') - Number(entry.state === 'queued');
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

  private applyTaken(number: number): void {
    for (const known of this.inbox.keys()) {
      if (known > number) {
        break;
      }
      this.inbox.delete(known);
    }
    this.taken = Math.max(this.taken, number);
    this.lastInbox = Math.max(this.lastInbox, number);
  }

  private remember(key: string, at: number): void {
    if (this.seen.has(key)) {
      return;
    }
    this.seen.set(key, at);
    if (this.seen.size > SEEN_KEPT) {
      const oldest = this.seen.keys().next();
      if (oldest.done !== true) {
        this.seen.delete(oldest.value);
      }
    }
  }
}
