// SPDX-License-Identifier: MIT
//
// Where a server keeps bookmarks, as the book of them sees it: there are three such places, and one is
// used in a session.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import type { Element } from '../core/xml.js';
import type { Bookmark } from './bookmark.js';
import type { Answer, FeatureHost } from './feature.js';

/** What another device did. */
export type BookmarkNews =
  | { readonly set: readonly Bookmark[]; readonly removed: readonly string[] }
  | { readonly all: readonly Bookmark[] }
  /** Something that was not said: it is to be read. */
  | 'unread';

export interface BookmarkStore {
  /** In the log. */
  readonly name: string;
  /** Nobody tells of changes there. */
  readonly silent: boolean;
  /** Reads all of them; each room comes once. */
  read(done: (found: readonly Bookmark[] | Fault) => void): void;
  /** Makes or replaces one, and keeps what others have put beside it. */
  set(bookmark: Bookmark, done: (answer: Answer) => void): void;
  /** One that is not there is removed, too. */
  remove(room: string, done: (answer: Answer) => void): void;
  /**
   * @param event of our own account (XEP-0060 §7.1.2.1)
   * @returns nothing for one of something else
   */
  event(event: Element): BookmarkNews | undefined;
}

/** Nobody is in more rooms. What is beyond is left alone on the server. */
const BOOKMARKS = 1_000;

export const UNREADABLE = fault('stanza', 'undefined-condition', 'The answer was no list.', {
  retry: 'never',
});

/** Bookmarks in their order, the first of each room only; what is none is counted in the log. */
export class Collected {
  readonly #byRoom = new Map<string, Bookmark>();
  #left = 0;

  /** @param bookmark nothing for what is none */
  add(bookmark: Bookmark | undefined): void {
    const known = bookmark !== undefined && this.#byRoom.has(bookmark.room);
    if (bookmark === undefined || known || this.#byRoom.size >= BOOKMARKS) this.#left += 1;
    else this.#byRoom.set(bookmark.room, bookmark);
  }

  all(host: FeatureHost): Bookmark[] {
    const left = String(this.#left);
    if (this.#left > 0) host.log('info', `Bookmarks that were not read: ${left}.`);
    return [...this.#byRoom.values()];
  }
}

/** One thing after the other: what is written builds on what was read just before. */
export class Turns {
  readonly #waiting: ((over: () => void) => void)[] = [];
  #busy = false;
  #going = false;

  /** @param run calls `over` once when it is done, from within perhaps */
  take(run: (over: () => void) => void): void {
    this.#waiting.push(run);
    this.#go();
  }

  #go(): void {
    if (this.#going) return;
    this.#going = true;
    for (let run = this.#next(); run !== undefined; run = this.#next()) {
      this.#busy = true;
      run(() => {
        this.#busy = false;
        this.#go();
      });
    }
    this.#going = false;
  }

  #next(): ((over: () => void) => void) | undefined {
    return this.#busy ? undefined : this.#waiting.shift();
  }
}
