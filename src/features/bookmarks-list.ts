// SPDX-License-Identifier: MIT
//
// Bookmarks as one list (XEP-0048 §2), which is written as a whole: so it is read just before, and what is
// in it beside our bookmark stays. It lies in a node of the account (§3) or in private storage (XEP-0049).

import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { attribute, child, children, elements, is, localName, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { readConference, roomOf, rootedCopy, writeConference } from './bookmark.js';
import type { Bookmark } from './bookmark.js';
import { Collected, Turns, UNREADABLE } from './bookmarks-store.js';
import type { BookmarkNews, BookmarkStore } from './bookmarks-store.js';
import type { Answer, FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';
import { askNode, isAbsent, publish } from './pubsub.js';

const NODE = NS.bookmarkStorage;

/** XEP-0048 §3.1. Not every server knows more of them. */
const OPTIONS = { persist_items: 'true', access_model: 'whitelist' };

/** How the list is fetched and stored. */
interface Shelf {
  readonly name: string;
  readonly silent: boolean;
  fetch(host: FeatureHost, done: (answer: Answer) => void): void;
  /** @returns the list in an answer to `fetch`, an empty one before there is any; nothing in another answer */
  listIn(answer: Element): Element | undefined;
  store(host: FeatureHost, list: Element, done: (answer: Answer) => void): void;
}

export const nodeShelf: Shelf = {
  name: 'XEP-0048 in a node',
  silent: false,
  fetch: (host, done) => {
    askNode(host, NODE, undefined, done);
  },
  listIn: (answer) => {
    const pubsub = child(answer, 'pubsub', NS.pubsub);
    const items = pubsub && child(pubsub, 'items', NS.pubsub);
    return items && (listOf(children(items, 'item', NS.pubsub)) ?? empty());
  },
  store: (host, list, done) => {
    publish(host, NODE, () => xml('item', { id: 'current' }, list), OPTIONS, done);
  },
};

export const privateShelf: Shelf = {
  name: 'XEP-0048 in private storage',
  silent: true,
  fetch: (host, done) => {
    const query = xml('query', { xmlns: NS.privateStorage }, xml('storage', { xmlns: NODE }));
    host.request(undefined, 'get', query, done);
  },
  listIn: (answer) => {
    const query = child(answer, 'query', NS.privateStorage);
    return query && (child(query, 'storage', NODE) ?? empty());
  },
  store: (host, list, done) => {
    host.request(undefined, 'set', xml('query', { xmlns: NS.privateStorage }, list), done);
  },
};

export class ListedBookmarks implements BookmarkStore {
  readonly name: string;
  readonly silent: boolean;
  readonly #host: FeatureHost;
  readonly #shelf: Shelf;
  readonly #turns = new Turns();

  constructor(host: FeatureHost, shelf: Shelf) {
    this.#host = host;
    this.#shelf = shelf;
    this.name = shelf.name;
    this.silent = shelf.silent;
  }

  read(done: (found: readonly Bookmark[] | Fault) => void): void {
    this.#shelf.fetch(this.#host, (answer) => {
      const list = this.#listIn(answer);
      done('kind' in list ? list : this.#bookmarksIn(list));
    });
  }

  set(bookmark: Bookmark, done: (answer: Answer) => void): void {
    const { room } = bookmark;
    this.#rewrite(done, (nodes) => {
      const at = nodes.findIndex((node) => this.#isOf(node, room));
      const known = nodes[at];
      const none = known === undefined || typeof known === 'string';
      const base = none ? xml('conference', { xmlns: NODE, jid: room }) : known;
      const made = writeConference(base, bookmark);
      // Of one that was there, what is around it says it.
      if (!Object.hasOwn(base.attrs, 'xmlns')) Reflect.deleteProperty(made.attrs, 'xmlns');
      const rest = nodes.filter((node) => !this.#isOf(node, room));
      rest.splice(at < 0 ? rest.length : at, 0, made);
      return rest;
    });
  }

  remove(room: string, done: (answer: Answer) => void): void {
    this.#rewrite(done, (nodes) => nodes.filter((node) => !this.#isOf(node, room)));
  }

  event(event: Element): BookmarkNews | undefined {
    for (const one of elements(event)) {
      if (attribute(one, 'node') !== NODE) continue;
      const name = localName(one);
      if (name === 'purge' || name === 'delete') return { all: [] };
      if (name !== 'items') continue;
      const items = children(one, 'item', NS.pubsubEvent);
      const list = listOf(items);
      // Of items that are taken back one may be an earlier one, in whose place another is by now.
      return list === undefined ? 'unread' : { all: this.#bookmarksIn(list) };
    }
    return undefined;
  }

  #rewrite(
    done: (answer: Answer) => void,
    change: (nodes: readonly (Element | string)[]) => (Element | string)[],
  ): void {
    this.#turns.take((over) => {
      const finish = (answer: Answer): void => {
        over();
        done(answer);
      };
      this.#shelf.fetch(this.#host, (answer) => {
        const known = this.#listIn(answer);
        if ('kind' in known) {
          finish({ type: 'error', fault: known });
          return;
        }
        const list = rootedCopy(known);
        const nodes = change([...list.children]);
        list.children = [];
        for (const node of nodes) list.cnode(node);
        this.#shelf.store(this.#host, list, finish);
      });
    });
  }

  #listIn(answer: Answer): Element | Fault {
    if (answer.type === 'error') return isAbsent(answer) ? empty() : answer.fault;
    // To write without knowing what is there would be the end of it.
    return this.#shelf.listIn(answer.stanza) ?? UNREADABLE;
  }

  #bookmarksIn(list: Element): Bookmark[] {
    const collected = new Collected();
    for (const el of children(list, 'conference', NODE)) {
      const room = this.#roomIn(el);
      collected.add(room === undefined ? undefined : readConference(this.#host, el, room));
    }
    return collected.all(this.#host);
  }

  /** Old clients wrote the nick into the address. */
  #roomIn(conference: Element): string | undefined {
    const jid = parseJid(this.#host, attribute(conference, 'jid'));
    return jid && roomOf(this.#host, jid.bare().toString());
  }

  #isOf(node: Element | string, room: string): boolean {
    return typeof node !== 'string' && is(node, 'conference', NODE) && this.#roomIn(node) === room;
  }
}

function empty(): Element {
  return xml('storage', { xmlns: NODE });
}

function listOf(items: readonly Element[]): Element | undefined {
  // There is one item, by whatever id.
  return items.map((item) => child(item, 'storage', NODE)).find((list) => list !== undefined);
}
