// SPDX-License-Identifier: MIT
//
// Reading an archive from where it was read last, until nothing is left (XEP-0313 §4.2). Only what
// the archive itself gave moves that point, so an interruption anywhere leaves no gap behind.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import type { Cursor } from '../delivery/inbox-book.js';
import type { ArchiveQueries, Page, PageWanted } from './archive-query.js';
import type { ArchiveSource } from './archive-source.js';
import type { FeatureHost } from './feature.js';

/** Live texts do not wait longer for an archive from which nothing comes. */
const PATIENCE_MS = 10_000;
/** A timer this much late is a sign of sleep. */
const ASLEEP_MS = 3_000;
/** Where the archive no longer knows the message we had read up to, time must do: clocks differ. */
const SLACK_MS = 60_000;
/** A question that was not answered is asked again after this long. */
const AGAIN_MS = 30_000;
/** Pages that are asked for while earlier ones are not on disk yet: a disk that fails must not let them pile up. */
const AHEAD = 4;
/** Pages in a row without a message, each of which says that there is more: one that leads on so never ends. */
const EMPTY_AT_MOST = 20;

const EMPTY = fault(
  'stanza',
  'policy-violation',
  'The archive says that there is more, and gives nothing. It is not read further in this session.',
  { retry: 'never' },
);

export class CatchUp {
  private running = false;
  private asking = false;
  /** Counts sessions, or stays in a room: what was asked in an earlier one is answered too late. */
  private session = 0;
  /** Its last page was the archive's last. */
  private complete = false;
  /** Where the pages of this reading began: one that leads back there leads round in a circle. */
  private readonly begun = new Set<string>();
  /** Pages in a row that had no message. */
  private empty = 0;
  /** Pages that are not on disk yet. */
  private unkept = 0;
  /** It ended before the archive did: to be gone on with at the next occasion. */
  private unfinished = false;
  /** Its last page may have been asked for before what there is now. */
  private again = false;
  private progressAt = 0;
  private watching = false;
  /** There is no archive in this session, or none that answers. */
  private refusedHere = false;
  /** Wait for the end of the reading. */
  private waiting: (() => void)[] = [];
  /** Wait for what comes live not to wait any more. */
  private released: (() => void)[] = [];

  constructor(
    private readonly host: FeatureHost,
    private readonly queries: ArchiveQueries,
    private readonly source: ArchiveSource,
  ) {}

  get behind(): boolean {
    return this.unfinished && !this.running;
  }

  get possible(): boolean {
    return !this.refusedHere;
  }

  /** @returns false if nothing is being read, else `over` is called when that is over */
  whenOver(over: () => void): boolean {
    if (this.running) {
      this.waiting.push(over);
    }
    return this.running;
  }

  /** Calls `run` once what comes live need not wait for the archive: at once, or later. */
  whenReleased(run: () => void): void {
    if (this.source.desk.holding) this.released.push(run);
    else run();
  }

  private release(): void {
    this.source.desk.release();
    for (const run of this.released.splice(0)) run();
  }

  /** @param hold what comes live waits until it has ended, or does not go on */
  start(hold: boolean): void {
    if (hold) {
      this.hold();
    }
    this.unfinished = true;
    this.again = this.running;
    if (!this.running) {
      this.running = true;
      this.complete = false;
      this.begun.clear();
      this.empty = 0;
      this.next(false);
    }
  }

  /** What comes live waits from now on, while the archive is read or is about to be. */
  hold(): void {
    this.source.desk.hold();
    this.watch();
  }

  /** The session is gone, with what was asked in it. */
  ended(): void {
    this.session++;
    this.asking = false;
    this.again = false;
    this.refusedHere = false;
    this.released = [];
    this.over();
  }

  private over(): void {
    this.running = false;
    for (const over of this.waiting.splice(0)) {
      over();
    }
  }

  /** What waited when an earlier process ended waits for the archive, too, but not for ever. */
  watch(): void {
    this.progressAt = this.host.clock().now;
    this.wake();
  }

  private wake(): void {
    if (this.watching || !this.source.desk.holding) {
      return;
    }
    this.watching = true;
    const left = this.progressAt + PATIENCE_MS - this.host.clock().now;
    this.host.later(Math.max(left, 1), () => {
      this.watching = false;
      const overdue = this.host.clock().now - (this.progressAt + PATIENCE_MS);
      if (overdue >= 0 && overdue < ASLEEP_MS) {
        this.release();
      } else {
        // A machine that slept has not listened: what came meanwhile is read first.
        this.progressAt = overdue < 0 ? this.progressAt : this.host.clock().now;
        this.wake();
      }
    });
  }

  private progress(): void {
    this.progressAt = this.host.clock().now;
  }

  /** @param lost the archive does not know our last message any more */
  private next(lost: boolean): void {
    const known = this.source.desk.cursor(this.source.name);
    const begin = this.source.beginning(known);
    const cursor: Cursor = known ?? { id: '', at: begin.at };
    let wanted: PageWanted = cursor.id === '' ? begin.wanted : { after: cursor.id };
    wanted = lost ? { start: cursor.at - SLACK_MS } : wanted;
    this.asking = true;
    const { session } = this;
    this.queries.ask(
      this.source.of,
      wanted,
      () => {
        this.progress();
      },
      (page) => {
        if (session !== this.session) return;
        this.asking = false;
        if ('condition' in page) {
          this.refused(page, lost);
        } else {
          this.take(page, cursor, 'before' in wanted);
        }
      },
    );
  }

  private refused(cause: Fault, lost: boolean): void {
    if (cause.condition === 'item-not-found' && !lost) {
      this.next(true);
      return;
    }
    this.over();
    // For good it is refused only by words that say so.
    this.refusedHere = cause.kind === 'stanza' && cause.retry === 'never';
    // Another session, or the same on another link, or a little later, goes on with it.
    this.unfinished = !this.refusedHere;
    if (this.refusedHere) {
      this.source.refused?.(cause);
    }
    this.host.log('info', `The archive was not read to its end: ${cause.text}`);
    if (cause.kind === 'stanza') {
      this.release();
    }
    if (this.unfinished && this.source.open) {
      this.tryAgain();
    }
  }

  /** A server that was too busy to answer may be less so later, in the same session. */
  private tryAgain(): void {
    this.host.later(AGAIN_MS, () => {
      if (this.behind && this.source.open) {
        this.start(false);
      }
    });
  }

  /** @param newest it was the end of the archive that was asked for, and what lies before it is not wanted */
  private take(page: Page, before: Cursor, newest: boolean): void {
    this.progress();
    const texts = page.messages.flatMap((archived) => this.source.text(archived) ?? []);
    const youngest = page.messages.at(-1);
    const id = page.last ?? youngest?.id ?? before.id;
    // Of an archive that is empty all is news, by whatever clock.
    const empty = newest && page.complete && id === '';
    const cursor = { id, at: empty ? 0 : (youngest?.when.stamp ?? before.at) };
    // A page that leads nowhere would be asked for without end.
    this.begun.add(before.id);
    this.complete = newest || page.complete || this.begun.has(id);
    this.empty = page.messages.length > 0 ? 0 : this.empty + 1;
    if (!this.complete && this.empty >= EMPTY_AT_MOST) {
      this.refused(EMPTY, true);
      return;
    }
    this.unkept++;
    this.source.desk.keep(texts, this.source.name, cursor, () => {
      this.unkept--;
      this.goOn();
    });
    this.goOn();
  }

  /** The next page comes while the last one goes to the disk, which keeps their order. */
  private goOn(): void {
    if (!this.running || this.asking || this.unkept >= AHEAD) {
      return;
    }
    if (!this.complete || this.again) {
      this.again &&= !this.complete;
      this.next(false);
    } else if (this.unkept === 0) {
      this.unfinished = false;
      this.source.whole?.();
      this.release();
      this.over();
    }
  }
}
