// SPDX-License-Identifier: MIT
//
// The bookmarks of an account: one book of them for host and membership, wherever the server keeps it.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { child } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { SetBookmark } from '../contract/engine_pb.js';
import { asRead, isPossibleNick, isSameBookmark, roomOf } from './bookmark.js';
import type { Bookmark } from './bookmark.js';
import { Autojoin } from './bookmarks-autojoin.js';
import type { BookmarkNews, BookmarkStore } from './bookmarks-store.js';
import { tellAll, tellChanges } from './bookmarks-teller.js';
import type { Book } from './bookmarks-teller.js';
import { findBookmarks } from './bookmarks-way.js';
import type { Found } from './bookmarks-way.js';
import { Errands } from './errands.js';
import type { Answer, FeatureHost, Incoming } from './feature.js';
import { isOwnAccount, malformedJid } from './per-host.js';

const NO_NICK = fault('usage', 'jid-malformed', 'Not done: the nickname is not a possible one.', {
  by: 'us',
  retry: 'never',
});
const OFF = fault('usage', 'not-allowed', 'Not done: bookmarks are switched off.', {
  by: 'us',
  retry: 'never',
});
const SESSION_LOST = fault('stream', 'session-lost', 'The session ended before that was done.');

export class BookmarkBook {
  readonly #host: FeatureHost;
  readonly #errands: Errands;
  readonly #autojoin: Autojoin;
  /** Where this session's server keeps them, once that is found out. */
  #store: BookmarkStore | undefined;
  #finding = false;
  /** Who waits for that. */
  #waiting: ((store: BookmarkStore | Fault) => void)[] = [];
  /** As the server had them last; nothing before it said so. */
  #book: Book | undefined;
  /** The book is what this session's server has. */
  #confirmed = false;
  /** This session's server has said that there is nothing to be read. */
  #barren = false;
  /** The host that is attached has the whole list. */
  #told = false;
  /** Rises with each session: what was asked in an earlier one is answered too late. */
  #session = 0;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#errands = new Errands(host);
    this.#autojoin = new Autojoin(host);
  }

  started(): void {
    if (this.#host.settings.bookmarks) this.#find();
    this.#errands.resume();
  }

  resumed(): void {
    // The question may have been given up while the link was away.
    const open = !this.#confirmed && !this.#barren;
    if (this.#host.settings.bookmarks && open) this.#find();
    this.#errands.resume();
  }

  ended(): void {
    this.#session += 1;
    this.#store = undefined;
    this.#confirmed = false;
    this.#barren = false;
    this.#finding = false;
    this.#answer(SESSION_LOST);
  }

  leaving(): void {
    this.#autojoin.signedOff();
  }

  attached(again: boolean): void {
    this.#autojoin.signedIn(again);
    this.#told = false;
    if (!this.#confirmed || this.#book === undefined) return;
    this.#tellAll();
    // A host that was back before its sign-off was done has the session that it had.
    this.#autojoin.changed(this.#book, this.#book);
    if (this.#store?.silent === true) this.#read();
  }

  #tellAll(): void {
    this.#told = true;
    if (this.#book !== undefined) tellAll(this.#host, this.#book);
  }

  // --- the host's wishes -----------------------------------------------------------------------

  set({ bookmark }: SetBookmark, id: string): void {
    const room = roomOf(this.#host, bookmark?.room);
    if (bookmark === undefined || room === undefined) {
      this.#host.refuse(id, malformedJid(bookmark?.room ?? ''));
      return;
    }
    const { name, nick, password, autojoin } = bookmark;
    if (nick !== '' && !isPossibleNick(this.#host, room, nick)) {
      this.#host.refuse(id, NO_NICK);
      return;
    }
    const wanted = asRead({ room, name, nick, password, autojoin });
    this.#change(id, room, wanted, (store, done) => {
      store.set(wanted, done);
    });
  }

  remove(text: string, id: string): void {
    const room = roomOf(this.#host, text);
    if (room === undefined) {
      this.#host.refuse(id, malformedJid(text));
      return;
    }
    this.#change(id, room, undefined, (store, done) => {
      store.remove(room, done);
    });
  }

  #change(
    id: string,
    room: string,
    wanted: Bookmark | undefined,
    write: (store: BookmarkStore, done: (answer: Answer) => void) => void,
  ): void {
    if (!this.#host.settings.bookmarks) {
      this.#host.refuse(id, OFF);
      return;
    }
    this.#errands.add(id, (done) => {
      this.#withStore((store) => {
        if ('kind' in store) {
          done({ type: 'error', fault: store });
          return;
        }
        const over = this.#autojoin.expect(room, wanted);
        const before = this.#book?.get(room);
        write(store, (answer) => {
          if (answer.type === 'result') this.#wrote(room, wanted, before);
          over();
          done(answer);
        });
      });
    });
  }

  /** The server's own word of it may come before its answer, behind it, or not at all. */
  #wrote(room: string, wanted: Bookmark | undefined, before: Bookmark | undefined): void {
    const now = this.#book?.get(room);
    const others = !isSameBookmark(now, before) && !isSameBookmark(now, wanted);
    // Another device changed it meanwhile: before us, or since.
    if (others) this.#learn('unread');
    else
      this.#learn(
        wanted === undefined ? { set: [], removed: [room] } : { set: [wanted], removed: [] },
      );
  }

  #withStore(run: (store: BookmarkStore | Fault) => void): void {
    if (this.#store !== undefined) {
      run(this.#store);
      return;
    }
    this.#waiting.push(run);
    this.#find();
  }

  // --- the server's word -----------------------------------------------------------------------

  #find(): void {
    if (this.#finding) return;
    this.#finding = true;
    const session = this.#session;
    findBookmarks(this.#host, (found) => {
      if (session !== this.#session) return;
      this.#finding = false;
      this.#found(found);
    });
  }

  #found(found: Found | Fault): void {
    if ('kind' in found) {
      this.#host.log('info', `The bookmarks could not be read: ${found.text}`);
      this.#barren = found.kind === 'stanza';
      this.#answer(found);
      return;
    }
    const { store, bookmarks } = found;
    this.#store = store;
    if ('kind' in bookmarks) {
      this.#barren = true;
      this.#host.log(
        'warning',
        `The bookmarks (${store.name}) could not be read: ${bookmarks.text}`,
      );
    } else {
      this.#host.log('info', `Bookmarks by ${store.name}: ${String(bookmarks.length)}.`);
      this.#confirmed = true;
      this.#replace(bookmarks);
    }
    this.#answer(store);
  }

  #answer(store: BookmarkStore | Fault): void {
    for (const run of this.#waiting.splice(0)) run(store);
  }

  /** Of what came by this, only our own account's word counts: anybody may send the like. */
  incoming(stanza: Element, { from, settling }: Incoming): 'pass' | 'taken' {
    const event = child(stanza, 'event', NS.pubsubEvent);
    if (event === undefined || !isOwnAccount(this.#host, from)) return 'pass';
    const news = this.#store?.event(event);
    if (news === undefined) return 'pass';
    // What was not read yet will be, with this in it.
    if (this.#confirmed && !settling) this.#learn(news);
    return 'taken';
  }

  #learn(news: BookmarkNews): void {
    if (news === 'unread') this.#read();
    else if ('all' in news) this.#replace(news.all);
    else if (this.#book !== undefined) {
      const next = new Map(this.#book);
      for (const bookmark of news.set) next.set(bookmark.room, bookmark);
      for (const room of news.removed) next.delete(room);
      this.#turn(next);
    }
  }

  #read(): void {
    const session = this.#session;
    this.#store?.read((bookmarks) => {
      if (session === this.#session && !('kind' in bookmarks)) this.#replace(bookmarks);
    });
  }

  #replace(bookmarks: readonly Bookmark[]): void {
    this.#turn(new Map(bookmarks.map((bookmark) => [bookmark.room, bookmark])));
  }

  #turn(next: Book): void {
    const before = this.#book;
    this.#book = next;
    if (!this.#told) this.#tellAll();
    else if (before !== undefined) tellChanges(this.#host, before, next);
    this.#autojoin.changed(before, next);
  }
}
