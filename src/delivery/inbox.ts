// SPDX-License-Identifier: MIT
//
// The way in: durable, numbered events for the host, each given until the host has taken it. While an
// archive is being read, what comes live of that archive waits behind it.

import type { Tools } from '../core/tools.js';
import type { Copy } from './copy.js';
import { OWN_ARCHIVE } from './inbox-book.js';
import type { InboxEntry } from './inbox-book.js';
import type { Ledger } from './ledger.js';
import type { JournalRecord } from './records.js';
import type { Sighting, Trace } from './seen.js';

type Release = JournalRecord & { readonly type: 'release'; readonly count: number };

/**
 * So many are under way to the host at a time. One that joins anew is given them once more, and knows again
 * as many as that (`STEAD_SHOWN_CAP`).
 */
const UNDER_WAY = 200;

export class Inbox {
  /** Names the instance of a way in, so that two messages of one session are told apart from copies. */
  session = '';
  /** Archives behind which what comes live waits. */
  private readonly holding: Set<string>;
  /** Of what the page has that is being kept. */
  private coming: ReadonlySet<Sighting> = new Set();
  /** The highest number given to the host that is attached now. */
  private given = 0;
  /** Entries safe on disk; younger ones wait. */
  private safe: number;
  /** When the youngest message of an archive was sent that may be shown already, Unix ms. */
  private readonly youngest: Map<string, number>;

  constructor(
    private readonly ledger: Ledger,
    private readonly tools: Pick<Tools, 'hash' | 'utf8' | 'base64'>,
  ) {
    this.safe = this.book.last;
    this.holding = new Set(this.book.held.keys());
    this.youngest = this.book.seen.youngest();
  }

  /** Archives behind which what comes live waits. */
  get holds(): ReadonlySet<string> {
    return this.holding;
  }

  /** A page of an archive brings these: what of them waits is given its place by that, and not before. */
  expect(archive: string, copies: readonly Copy[]): void {
    const waits = this.book.heldBehind(archive).length > 0;
    this.coming = new Set(waits ? copies.flatMap((copy) => this.firstOf(copy) ?? []) : []);
  }

  /** From now on what comes live waits behind this archive. */
  hold(archive: string): void {
    this.holding.add(archive);
  }

  /** The number of the next entry. */
  nextNumber(): number {
    return this.book.last + 1;
  }

  /**
   * The record that keeps one event. Of the second copy of a message nothing is kept but that it came.
   * @param event its bytes, asked for only if they are kept
   * @param since when it came, Unix ms, or the earliest that this can have been
   * @param copy absent for news that come once
   * @param now the latest
   */
  keep(event: () => Uint8Array, since: number, copy?: Copy, now = since): JournalRecord {
    const first = copy === undefined ? undefined : this.firstOf(copy);
    const own = copy === undefined ? undefined : this.traceOf(copy);
    const trace = own === undefined ? undefined : joined(own, first);
    const archived = copy?.path === 'archive';
    const archive = copy?.archive ?? OWN_ARCHIVE;
    if (first !== undefined && trace !== undefined && !(first.held && archived)) {
      return { type: 'seen', trace, at: first.at };
    }
    const came = copy?.stamp ?? now;
    const kept = {
      event: this.tools.base64(event()),
      ...(trace === undefined ? {} : { trace }),
      at: first?.at ?? (trace === undefined ? came : this.book.seen.timeFor(trace, came)),
    };
    if (this.holding.has(archive) && copy !== undefined && !archived) {
      const behind = archive === OWN_ARCHIVE ? {} : { archive };
      const earliest = copy.stamp ?? since;
      return {
        type: 'held',
        ...kept,
        ...(earliest < kept.at ? { since: earliest } : {}),
        ...behind,
      };
    }
    if (copy !== undefined) {
      this.shown(archive, came);
    }
    return { type: 'inbox', number: this.nextNumber(), ...kept };
  }

  /**
   * Younger ones were shown before this copy came, by the archive's order, or else by the clocks. What a history
   * brings waits behind those that wait already.
   */
  isLate({ path, stamp, behind, archive = OWN_ARCHIVE }: Copy): boolean {
    const waiting = path === 'history' ? this.book.heldBehind(archive) : [];
    const younger = (at: number) => stamp !== undefined && stamp < at;
    const older = younger(this.youngest.get(archive) ?? 0) || waiting.some(({ at }) => younger(at));
    return (path === 'archive' || path === 'history') && (behind === true || older);
  }

  /** Whether a copy of this message has its place among those for the host. */
  hasPlace(copy: Copy): boolean {
    return this.firstOf(copy)?.held === false;
  }

  /** When the first copy of this message came, Unix ms; nothing if none did. */
  seenAt(copy: Copy): number | undefined {
    return this.firstOf(copy)?.at;
  }

  /** What waited behind this archive waits no longer. @returns the record that gives it its places */
  release(archive: string): Release | undefined {
    this.holding.delete(archive);
    return this.free(archive, this.book.heldBehind(archive).length);
  }

  /**
   * The archive brings a message: it has gone past those that wait and came earlier, without them. A server
   * that died may have forgotten what it had handed on.
   * @returns the record that gives those their places before it
   */
  releaseBefore(copy: Copy): Release | undefined {
    const { stamp, archive = OWN_ARCHIVE } = copy;
    const held = this.book.heldBehind(archive);
    if (held.length === 0 || stamp === undefined) {
      return undefined;
    }
    const first = this.firstOf(copy);
    // One that its sender sent again waits at the place of its second copy, not of this one.
    const itself = first?.archiveId === undefined || first.archiveId === copy.archiveId;
    if (first !== undefined && !itself) {
      return undefined;
    }
    const own = held.findIndex(({ sighting }) => sighting !== undefined && sighting === first);
    const after = held.findIndex(
      ({ sighting, since }, i) =>
        i === own ||
        (sighting !== undefined && this.coming.has(sighting)) ||
        // Of one moment are those earlier that came before it.
        (i < own ? since > stamp : since >= stamp),
    );
    return this.free(archive, after < 0 ? held.length : after);
  }

  private free(archive: string, count: number): Release | undefined {
    const freed = this.book.heldBehind(archive).slice(0, count);
    for (const { at } of freed) {
      this.shown(archive, at);
    }
    const behind = archive === OWN_ARCHIVE ? {} : { archive };
    return freed.length === 0 ? undefined : { type: 'release', count, ...behind };
  }

  private shown(archive: string, at: number): void {
    this.youngest.set(archive, Math.max(this.youngest.get(archive) ?? 0, at));
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
    const upTo = Math.min(this.safe, this.book.taken + UNDER_WAY);
    for (let number = this.given + 1; number <= upTo; number++) {
      const entry = this.book.entries.get(number);
      if (entry !== undefined) {
        entries.push(entry);
      }
    }
    this.given = Math.max(this.given, upTo);
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

  private wayOf({ path, archiveId, resent, archive, join }: Copy): Omit<Trace, 'key'> {
    const instance = join === undefined ? this.session : `${this.session}:${String(join)}`;
    return {
      path: path === 'archive' ? path : `${path}:${instance}`,
      ...(archive === undefined ? {} : { archive }),
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
