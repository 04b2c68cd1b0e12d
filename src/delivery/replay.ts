// SPDX-License-Identifier: MIT
//
// Verified replay: which of the messages in doubt did the server take? Its archive is read backwards
// from the newest until a control is met, a message of ours that it took before all of these. What is
// found above it is there; what is not was never taken, provided that the archive keeps all. A server
// that died may have lost the end of it: so the last one that it acknowledged must be there, too.
// The old session must be dead before the first page is asked for, or it may still add to them.

import type { OutboxEntry } from './ledger.js';

/** One message of our own account in the archive. */
export interface OwnMessage {
  /** Its ids: stanza id and origin-id (XEP-0359), as far as it has them. */
  readonly ids: readonly string[];
  /** Bare. */
  readonly to: string;
}

/** What is to become of the messages in doubt. */
export interface Verdict {
  /** The server has these. */
  readonly taken: readonly OutboxEntry[];
  /** The server surely has none of these. */
  readonly untaken: readonly OutboxEntry[];
  /** Nobody can tell. */
  readonly unknown: readonly OutboxEntry[];
}

/** An archive that does not show the control in so many pages is not asked further. */
const PAGES = 5;

export class Replay {
  private readonly found = new Set<string>();
  /** Some message that the server is known to have: the archive keeps such messages. */
  private keeps = false;
  /** One that is older than all in doubt: none of them is on a page before this one. */
  private reached = false;
  private pages = 0;
  private asked = 1;

  /**
   * @param doubts oldest first
   * @param known finds a message of ours by its handle, in doubt or not
   * @param before the handles of what the server is known to have from before these, oldest first
   * @param forgetful the server died: what it handed on last may be missing in its archive
   * @param singly it is a room's archive: a room may turn down one and take the next, so that only what is
   *   found was taken
   */
  constructor(
    private readonly doubts: readonly OutboxEntry[],
    private readonly known: (handle: string) => OutboxEntry | undefined,
    private readonly bare: (jid: string) => string,
    private readonly before: readonly string[],
    private readonly forgetful = false,
    private readonly singly = false,
  ) {}

  /**
   * The next page, the newest first.
   * @param own the messages of our own account in it
   * @param complete nothing is older than this page
   * @returns `older`: ask for the page before; `again`: begin anew at the newest, a little later, since
   *          archives lag; else the verdict
   */
  page(own: readonly OwnMessage[], complete: boolean): 'older' | 'again' | Verdict {
    this.pages++;
    this.look(own);
    const whole = this.reached || complete;
    if (!whole && this.pages < PAGES) {
      return 'older';
    }
    const controlled = whole && this.keeps;
    const newest = this.doubts.findLastIndex(({ handle }) => this.found.has(handle));
    const taken = this.doubts.slice(0, newest + 1);
    const rest = this.doubts.slice(newest + 1);
    if (controlled && rest.length > 0 && this.asked === 1) {
      this.asked++;
      this.pages = 0;
      this.reached = false;
      return 'again';
    }
    // The server takes them in order, so it has those before a found one, too. But an archive that
    // does not show them is no witness for the rest.
    const last = this.before.at(-1);
    const torn = last !== undefined && !this.found.has(last);
    const hole = torn || taken.some(({ handle }) => !this.found.has(handle));
    const surely = controlled && !hole && !this.forgetful;
    const verdict = surely
      ? { taken, untaken: rest, unknown: [] }
      : { taken, untaken: [], unknown: rest };
    return this.singly ? this.onlyFound(verdict) : verdict;
  }

  private onlyFound({ taken, untaken, unknown }: Verdict): Verdict {
    const found = ({ handle }: OutboxEntry) => this.found.has(handle);
    const missed = taken.filter((entry) => !found(entry));
    return { taken: taken.filter(found), untaken, unknown: [...missed, ...unknown] };
  }

  private look(own: readonly OwnMessage[]): void {
    for (const { ids, to } of own) {
      const entry = ids.map(this.known).find((known) => known !== undefined);
      if (entry === undefined || this.bare(entry.to) !== to) {
        continue;
      }
      this.found.add(entry.handle);
      const settled = entry.state === 'at-server' || entry.state === 'delivered';
      this.keeps ||= settled && !entry.twice && !this.doubts.includes(entry);
      this.reached ||= this.before.includes(entry.handle);
    }
  }
}
