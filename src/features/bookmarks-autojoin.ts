// SPDX-License-Identifier: MIT
//
// What bookmarks mean for being in rooms (XEP-0402 §3.2, §4): entered at the sign-in, and when another
// device says so; left when it takes that back. What our own host changes moves nobody.

import { isSameBookmark } from './bookmark.js';
import type { Bookmark } from './bookmark.js';
import type { Book } from './bookmarks-teller.js';
import type { FeatureHost } from './feature.js';
import { membershipOf } from './muc.js';
import { parseJid } from './per-host.js';

/** Nobody talks in more rooms; a list that wants it is a mistake, or worse. */
const ROOMS = 200;

const TAKEN_AWAY = 'Another device of yours left this room: its bookmark was changed or removed.';

interface Expected {
  readonly room: string;
  /** Nothing for a bookmark that is taken away. */
  readonly wanted: Bookmark | undefined;
}

export class Autojoin {
  readonly #host: FeatureHost;
  /** The user signs in: what the first list says is done. Outages and fresh sessions change nothing. */
  #due = true;
  /** The user has signed off, and the session is about to end. */
  #away = false;
  /** Changes of our own that the server has not answered. */
  readonly #own = new Set<Expected>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  signedOff(): void {
    this.#due = true;
    this.#away = true;
  }

  /** @param again the host is in the rooms that it names, and left the others perhaps */
  signedIn(again: boolean): void {
    this.#away = false;
    if (again) this.#due = false;
  }

  /** A change of our own is under way. @returns to be called when it is over */
  expect(room: string, wanted: Bookmark | undefined): () => void {
    const expected = { room, wanted };
    this.#own.add(expected);
    return () => {
      this.#own.delete(expected);
    };
  }

  /** @param before nothing when this is the first list since the sign-in, or of this process */
  changed(before: Book | undefined, next: Book): void {
    if (this.#away) return;
    if (this.#due) this.#enter([...next.values()]);
    else if (before !== undefined) this.#follow(before, next);
    this.#due = false;
  }

  #follow(before: Book, next: Book): void {
    const gone = [...before.values()].filter(
      ({ room, autojoin }) =>
        autojoin && next.get(room)?.autojoin !== true && !this.#isOwn(room, next.get(room)),
    );
    for (const { room } of gone) membershipOf(this.#host).leaveByBookmark(room, TAKEN_AWAY);
    this.#enter(
      [...next.values()].filter(
        (one) => before.get(one.room)?.autojoin !== true && !this.#isOwn(one.room, one),
      ),
    );
  }

  #enter(bookmarks: readonly Bookmark[]): void {
    const wanted = bookmarks.filter(({ autojoin }) => autojoin);
    const left = wanted.length - ROOMS;
    if (left > 0) this.#host.log('warning', `Rooms that were not entered: ${String(left)}.`);
    for (const { room, nick, password } of wanted.slice(0, ROOMS)) {
      const jid = parseJid(this.#host, room);
      if (jid !== undefined) membershipOf(this.#host).enterByBookmark(jid, nick, password);
    }
  }

  #isOwn(room: string, now: Bookmark | undefined): boolean {
    return [...this.#own].some((own) => own.room === room && isSameBookmark(own.wanted, now));
  }
}
