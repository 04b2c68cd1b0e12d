// SPDX-License-Identifier: MIT
//
// Bookmarks as items of a node, one for each room (XEP-0402).

import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { attribute, child, children, elements, localName, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { readConference, roomOf, writeConference } from './bookmark.js';
import type { Bookmark } from './bookmark.js';
import { Collected, Turns, UNREADABLE } from './bookmarks-store.js';
import type { BookmarkNews, BookmarkStore } from './bookmarks-store.js';
import type { Answer, FeatureHost } from './feature.js';
import { askNode, isAbsent, publish, retract } from './pubsub.js';

const NODE = NS.bookmarks;

/** §3.3. */
const OPTIONS = {
  persist_items: 'true',
  max_items: 'max',
  send_last_published_item: 'never',
  access_model: 'whitelist',
};

const DONE: Answer = { type: 'result', stanza: xml('iq') };

export class NativeBookmarks implements BookmarkStore {
  readonly name = 'XEP-0402';
  readonly silent = false;
  readonly #host: FeatureHost;
  readonly #turns = new Turns();
  /** By room: what its items are called, which may be another form of its address. */
  readonly #ids = new Map<string, Set<string>>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  read(done: (found: readonly Bookmark[] | Fault) => void): void {
    askNode(this.#host, NODE, undefined, (answer) => {
      if (answer.type === 'error') done(isAbsent(answer) ? [] : answer.fault);
      else done(this.#listed(answer.stanza));
    });
  }

  set(bookmark: Bookmark, done: (answer: Answer) => void): void {
    const id = this.#idsOf(bookmark.room)[0] ?? bookmark.room;
    this.#turns.take((over) => {
      const finish = (answer: Answer): void => {
        if (answer.type === 'result') this.#learn(bookmark.room, id);
        over();
        done(answer);
      };
      askNode(this.#host, NODE, id, (answer) => {
        if (answer.type === 'error' && !isAbsent(answer)) {
          finish(answer);
          return;
        }
        const found = answer.type === 'result' ? itemsIn(answer.stanza) : [];
        const item = found.find((one) => attribute(one, 'id') === id);
        const known = item && child(item, 'conference', NODE);
        const base = known ?? xml('conference', { xmlns: NODE });
        const made = (): Element => xml('item', { id }, writeConference(base, bookmark));
        publish(this.#host, NODE, made, OPTIONS, finish);
      });
    });
  }

  /** §3.5. */
  remove(room: string, done: (answer: Answer) => void): void {
    this.#turns.take((over) => {
      const known = this.#idsOf(room);
      const ids = known.length === 0 ? [room] : known;
      const next = (last: Answer): void => {
        const id = ids.shift();
        if (last.type === 'error' || id === undefined) {
          over();
          done(last);
          return;
        }
        retract(this.#host, NODE, id, (answer) => {
          const gone = answer.type === 'result' || isAbsent(answer);
          if (gone) this.#ids.get(room)?.delete(id);
          next(gone ? DONE : answer);
        });
      };
      next(DONE);
    });
  }

  /** §4, and XEP-0060 §8.4, §8.5. */
  event(event: Element): BookmarkNews | undefined {
    for (const one of elements(event)) {
      if (attribute(one, 'node') !== NODE) continue;
      const name = localName(one);
      if (name === 'purge' || name === 'delete') {
        this.#ids.clear();
        return { all: [] };
      }
      if (name === 'items') return this.#changed(one);
    }
    return undefined;
  }

  #changed(items: Element): BookmarkNews {
    const published = children(items, 'item', NS.pubsubEvent);
    // A node that sends no payloads (XEP-0060 §4.3).
    if (published.some((item) => elements(item).length === 0)) return 'unread';
    const set = published.flatMap((item) => this.#read(item) ?? []);
    const gone = children(items, 'retract', NS.pubsubEvent).flatMap((item) => {
      const id = attribute(item, 'id');
      const room = roomOf(this.#host, id);
      if (room === undefined || id === undefined) return [];
      this.#ids.get(room)?.delete(id);
      return room;
    });
    // Of two items for one room the other one counts now.
    if (gone.some((room) => this.#idsOf(room).length > 0)) return 'unread';
    return { set, removed: gone };
  }

  #listed(stanza: Element): Bookmark[] | Fault {
    const pubsub = child(stanza, 'pubsub', NS.pubsub);
    if (pubsub === undefined) return UNREADABLE;
    this.#ids.clear();
    const collected = new Collected();
    for (const item of itemsIn(stanza)) collected.add(this.#read(item));
    return collected.all(this.#host);
  }

  #read(item: Element): Bookmark | undefined {
    const id = attribute(item, 'id');
    const room = roomOf(this.#host, id);
    const conference = child(item, 'conference', NODE);
    if (id === undefined || room === undefined || conference === undefined) return undefined;
    this.#learn(room, id);
    return readConference(this.#host, conference, room);
  }

  #learn(room: string, id: string): void {
    const ids = this.#ids.get(room) ?? new Set();
    this.#ids.set(room, ids.add(id));
  }

  #idsOf(room: string): string[] {
    return [...(this.#ids.get(room) ?? [])];
  }
}

function itemsIn(stanza: Element): Element[] {
  const pubsub = child(stanza, 'pubsub', NS.pubsub);
  const items = pubsub && child(pubsub, 'items', NS.pubsub);
  return items === undefined ? [] : children(items, 'item', NS.pubsub);
}
