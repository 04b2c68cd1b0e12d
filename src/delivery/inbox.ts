// SPDX-License-Identifier: MIT
//
// The way in: durable, numbered events for the host, each given until the host has taken it. While an
// archive is being read, what comes live waits behind it.

import type { Tools } from '../core/tools.js';
import type { Copy } from './copy.js';
import type { InboxEntry } from './inbox-book.js';
import type { Ledger } from './ledger.js';
import type { JournalRecord } from './records.js';
import type { Sighting, Trace } from './seen.js';

export class Inbox {
  /** Names the instance of a way in, so that two messages of one session are told apart from copies. */
  session = '';
  /** What comes live waits. */
  holding: boolean;
  /** The highest number given to the host that is attached now. */
  private given = 0;
  /** Entries safe on disk; younger ones wait. */
  private safe: number;
  /** When the youngest message was sent that may be shown already, Unix ms. */
  private youngest: number;

  constructor(
    private readonly ledger: Ledger,
    private readonly tools: Pick<Tools, 'hash' | 'utf8' | 'base64'>,
  ) {
    this.safe = this.book.last;
    this.holding = this.book.held.length > 0;
    this.youngest = this.book.seen.youngest;
  }

  /** The number of the next entry. */
  nextNumber(): number {
    return this.book.last + 1;
  }

  /**
   * The record that keeps one event. Of the second copy of a message nothing is kept but that it came.
   * @param event its bytes, asked for only if they are kept
   * @param copy absent for news that come once
   */
  keep(event: () => Uint8Array, wall: number, copy?: Copy): JournalRecord {
    const first = copy === undefined ? undefined : this.firstOf(copy);
    const own = copy === undefined ? undefined : this.traceOf(copy);
    const trace = own === undefined ? undefined : joined(own, first);
    const archived = copy?.path === 'archive';
    if (first !== undefined && trace !== undefined && !(first.held && archived)) {
      return { type: 'seen', trace, at: first.at };
    }
    const came = copy?.stamp ?? wall;
    const kept = {
      event: this.tools.base64(event()),
      ...(trace === undefined ? {} : { trace }),
      at: first?.at ?? (trace === undefined ? came : this.book.seen.timeFor(trace, came)),
    };
    if (this.holding && copy !== undefined && !archived) {
      return { type: 'held', ...kept };
    }
    if (copy !== undefined) {
      this.youngest = Math.max(this.youngest, copy.stamp ?? wall);
    }
    return { type: 'inbox', number: this.nextNumber(), ...kept };
  }

  /** Younger ones were shown before this copy came: by the archive's order, or else by the clocks. */
  isLate({ path, stamp, behind }: Copy): boolean {
    const older = stamp !== undefined && stamp < this.youngest;
    return path === 'archive' && (behind === true || older);
  }

  /** Whether a copy of this message has its place among those for the host. */
  hasPlace(copy: Copy): boolean {
    return this.firstOf(copy)?.held === false;
  }

  /** What waited behind the archive waits no longer. @returns how many are to get their place now */
  release(): number {
    this.holding = false;
    return this.free(this.book.held.length);
  }

  /**
   * The archive brings a message: it has gone past those that wait and came earlier, without them. A server
   * that died may have forgotten what it had handed on.
   * @returns how many are to get their place before it
   */
  releaseBefore(copy: Copy): number {
    const { held } = this.book;
    const { stamp } = copy;
    if (held.length === 0 || stamp === undefined) {
      return 0;
    }
    const first = this.firstOf(copy);
    // One that its sender sent again waits at the place of its second copy, not of this one.
    const itself = first?.archiveId === undefined || first.archiveId === copy.archiveId;
    if (first !== undefined && !itself) {
      return 0;
    }
    const after = held.findIndex(({ sighting, at }) => sighting === first || at >= stamp);
    return this.free(after < 0 ? held.length : after);
  }

  private free(count: number): number {
    const freed = this.book.held.slice(0, count);
    this.youngest = Math.max(this.youngest, ...freed.map(({ at }) => at));
    return count;
  }

  /** Everything up to this number is on disk, so it may be shown. */
  flushed(number: number): void {
    this.safe = Math.max(this.safe, number);
  }

  /**
   * A host joined that has taken everything up to `taken` in its own life.
   * @returns the record that says so, if it is news
   */
  attach(taken: number): JournalRecord | undefined {
    const upTo = Math.max(taken, this.book.taken);
    this.given = upTo;
    return upTo > this.book.taken ? { type: 'taken', number: upTo } : undefined;
  }

  /** What the attached host can be given now and was not yet; given by this call. */
  give(): InboxEntry[] {
    const entries: InboxEntry[] = [];
    for (let number = this.given + 1; number <= this.safe; number++) {
      const entry = this.book.entries.get(number);
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
    return upTo > this.book.taken ? { type: 'taken', number: upTo } : undefined;
  }

  /** What the attached host is at: the first entry that it was given and has not taken. */
  inHand(): number | undefined {
    const [first] = this.book.entries.keys();
    return first !== undefined && first <= this.given ? first : undefined;
  }

  private get book() {
    return this.ledger.inbox;
  }

  /** The sighting that this is another copy of. */
  private firstOf(copy: Copy): Sighting | undefined {
    const hashed = () => this.keyOf(copy);
    const first = this.book.seen.match(
      {
        ...this.wayOf(copy),
        get key() {
          return hashed();
        },
      },
      copy,
    );
    // Where the archive's own id said it, no hash was needed, and none is.
    if (first !== undefined) {
      copy.key ??= first.key;
    }
    return first;
  }

  private traceOf(copy: Copy): Trace {
    return { key: this.keyOf(copy), ...this.wayOf(copy) };
  }

  private wayOf({ path, archiveId, resent }: Copy): Omit<Trace, 'key'> {
    return {
      path: path === 'archive' ? path : `${path}:${this.session}`,
      ...(archiveId === undefined ? {} : { archiveId }),
      ...(resent === undefined ? {} : { resent }),
    };
  }

  private keyOf(copy: Copy): string {
    const { from, type, id, body } = copy;
    copy.key ??= this.tools.base64(
      this.tools
        .hash('sha256', this.tools.utf8(`${from}\0${type}\0${id}\0${body}`))
        .subarray(0, 15),
    );
    return copy.key;
  }
}

/** Where its sender sent it again, the archive has it under two ids. */
function joined(trace: Trace, first: Sighting | undefined): Trace {
  const of = first?.archiveId;
  return of === undefined || trace.archiveId === undefined || trace.archiveId === of
    ? trace
    : { ...trace, of };
}
