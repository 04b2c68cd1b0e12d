// SPDX-License-Identifier: MIT
//
// The part of the ledger that is about what came in: what the host has not taken, what waits behind
// the archive, what was seen, and how far each archive was read.

import type { InboxRecord } from './records.js';
import { Seen } from './seen.js';
import type { Sighting } from './seen.js';

export interface InboxEntry {
  readonly number: number;
  /** base64 of the contract's event. */
  readonly event: string;
  /** When it was first seen, Unix ms; 0 where an older release compacted that away. */
  readonly at: number;
}

/** Our account's archive; that of a room has its bare JID. */
export const OWN_ARCHIVE = '';

/** Came live while an archive was being read: gets its number when it is released. */
export interface HeldEntry {
  readonly event: string;
  readonly at: number;
  /** It came no earlier than this, and no later than `at`. */
  readonly since: number;
  readonly sighting: Sighting | undefined;
}

/** The last of an archive's messages up to which all of them were read (XEP-0313 §4.2). */
export interface Cursor {
  /** The archive's own id; empty when nothing but a time is known. */
  readonly id: string;
  /** Unix ms: when the archive got that message. */
  readonly at: number;
  /** What follows has come in part, and nobody was told so far that the rest is missing. */
  readonly gap?: true;
}

const ASIDE_KEPT = 20;

export class InboxBook {
  /** Not taken by a host yet, in order. */
  readonly entries = new Map<number, InboxEntry>();
  readonly seen = new Seen();
  /** By the archive's JID. */
  readonly cursors = new Map<string, Cursor>();
  /** By the archive behind which it waits; none is empty. */
  readonly held = new Map<string, HeldEntry[]>();
  /** No host could be given these: the journal keeps the last of them, since a file may not be written. */
  aside: InboxEntry[] = [];
  /** The highest number ever given to an entry. */
  last = 0;
  /** The host has taken everything up to here. */
  taken = 0;
  /** What the host had in its hands when it died, and at how many deaths running. */
  private inHand = { number: 0, times: 0 };

  apply(record: InboxRecord): void {
    switch (record.type) {
      case 'inbox':
        this.enter(record.number, record);
        this.last = record.number;
        this.see(record);
        break;
      case 'held':
        this.hold(record);
        break;
      case 'release':
        this.release(record.archive ?? OWN_ARCHIVE, record.count);
        break;
      case 'seen':
        this.see(record);
        break;
      case 'taken':
        this.take(record.number);
        break;
      case 'set-aside': {
        const { type: _type, ...entry } = record;
        this.aside = [...this.aside, entry].slice(-ASIDE_KEPT);
        break;
      }
      case 'in-hand':
        this.inHand = { number: record.number, times: record.times };
        break;
      case 'last-inbox':
        this.last = record.number;
        break;
      case 'cursor':
        this.cursors.set(record.archive, {
          ...{ id: record.id, at: record.at },
          ...(record.gap === true ? { gap: true } : {}),
        });
    }
  }

  /** How many hosts running died with this entry in their hands. */
  deathsAt(number: number): number {
    return this.inHand.number === number ? this.inHand.times : 0;
  }

  /** The shortest records that add up to this state again. */
  snapshot(): InboxRecord[] {
    const records: InboxRecord[] = [];
    for (const { trace, at } of this.seen.traces()) {
      records.push({ type: 'seen', trace, at });
    }
    for (const entry of this.entries.values()) {
      records.push({ type: 'inbox', ...entry });
    }
    records.push({ type: 'last-inbox', number: this.last });
    records.push({ type: 'taken', number: this.taken });
    if (this.inHand.times > 0) {
      records.push({ type: 'in-hand', ...this.inHand });
    }
    records.push(...this.aside.map((entry) => ({ type: 'set-aside' as const, ...entry })));
    for (const [archive, held] of this.held) {
      const behind = archive === OWN_ARCHIVE ? {} : { archive };
      for (const { event, at, since, sighting } of held) {
        const bounds = since === at ? { at } : { at, since };
        records.push({
          type: 'held',
          event,
          ...bounds,
          ...(sighting && traceOf(sighting)),
          ...behind,
        });
      }
    }
    for (const [archive, cursor] of this.cursors) {
      records.push({ type: 'cursor', archive, ...cursor });
    }
    return records;
  }

  private see(record: InboxRecord & { type: 'inbox' | 'seen' }): void {
    if (record.trace === undefined) {
      return;
    }
    const sighting = this.seen.remember(record.trace, record.at);
    if (sighting.held && record.type === 'inbox') {
      // The archive brought it, in its place: the copy that waited behind the archive is not needed.
      sighting.held = false;
      const { archive = OWN_ARCHIVE } = sighting;
      const held = this.heldBehind(archive);
      this.wait(
        archive,
        held.filter((entry) => entry.sighting !== sighting),
      );
    }
  }

  private hold(record: InboxRecord & { type: 'held' }): void {
    const { event, at, since = at, trace, archive = OWN_ARCHIVE } = record;
    const sighting = trace === undefined ? undefined : this.seen.remember(trace, at);
    if (sighting !== undefined) {
      sighting.held = true;
    }
    const held = this.held.get(archive) ?? [];
    held.push({ event, at, since, sighting });
    this.held.set(archive, held);
  }

  /** What waits behind an archive, in the order it came. */
  heldBehind(archive: string): readonly HeldEntry[] {
    return this.held.get(archive) ?? [];
  }

  private wait(archive: string, held: HeldEntry[]): void {
    if (held.length === 0) {
      this.held.delete(archive);
    } else {
      this.held.set(archive, held);
    }
  }

  private release(archive: string, count = this.heldBehind(archive).length): void {
    const held = this.heldBehind(archive);
    this.wait(archive, held.slice(count));
    for (const { sighting, since: _, ...entry } of held.slice(0, count)) {
      if (sighting !== undefined) {
        sighting.held = false;
      }
      this.enter(this.last + 1, entry);
    }
  }

  private enter(number: number, { event, at }: Omit<InboxEntry, 'number'>): void {
    this.entries.set(number, { number, event, at });
    this.last = number;
  }

  private take(number: number): void {
    for (const known of this.entries.keys()) {
      if (known > number) {
        break;
      }
      this.entries.delete(known);
    }
    this.taken = Math.max(this.taken, number);
    if (this.inHand.number <= number) {
      this.inHand = { number: 0, times: 0 };
    }
    this.last = Math.max(this.last, number);
  }
}

/** By this, said behind the traces, a sighting is found again. */
function traceOf({ key, paths: [path = ''], archiveId, archive, at }: Sighting) {
  const named = {
    ...(archiveId === undefined ? {} : { archiveId }),
    ...(archive === undefined ? {} : { archive }),
  };
  return { trace: { key, path, ...named }, at };
}
