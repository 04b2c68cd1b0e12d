// SPDX-License-Identifier: MIT
//
// The rooms of a service (XEP-0045 §6.3), a page at a time.

import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { Jid } from '../core/jid.js';
import { RoomListSchema } from '../contract/engine_pb.js';
import type { QueryRooms } from '../contract/engine_pb.js';
import { askItems } from './disco-items.js';
import type { Item, ItemPage } from './disco-items.js';
import { errorMessage } from './error.js';
import type { Feature, FeatureHost } from './feature.js';
import { roomServiceOf } from './muc-service.js';
import { malformedJid, parseJid } from './per-host.js';
import { clip } from './text.js';

/** Nobody looks through more, and a service must not fill the memory. */
const ROOMS = 5_000;
/** A page may have one room only, but not for ever. */
const PAGES = 500;
const ROOMS_IN_PART = 200;
const NAME_LENGTH = 200;

const NO_SERVICE = fault(
  'usage',
  'item-not-found',
  'Your server names no service for rooms. Give the address of one.',
  { by: 'us', retry: 'never' },
);

const OFFLINE = fault(
  'link',
  'offline',
  'There is no list of rooms while there is no connection.',
  {
    by: 'us',
  },
);

interface Listing {
  readonly query: number;
  readonly service: Jid;
  /** Bare JIDs of the rooms that came. */
  readonly seen: Set<string>;
  pages: number;
}

class RoomLists {
  readonly #host: FeatureHost;
  /** What is asked under a number; another object once that was stopped, or begun anew. */
  readonly #open = new Map<number, object>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  run({ query, service: text, serviceOnly, stop }: QueryRooms): void {
    this.#open.delete(query);
    if (stop) return;
    const begun = {};
    this.#open.set(query, begun);
    const service = parseJid(this.#host, text);
    if (!this.#host.online) this.#end({ query, service: text }, OFFLINE);
    else if (text === '') this.#find(query, begun, serviceOnly);
    else if (service?.resource !== '') {
      this.#end({ query, service: text }, malformedJid(text));
    } else this.#list(query, service);
  }

  #find(query: number, begun: object, serviceOnly: boolean): void {
    roomServiceOf(this.#host).find((found) => {
      if (this.#open.get(query) !== begun) return;
      if (!(found instanceof Jid)) this.#end({ query }, found ?? NO_SERVICE);
      else if (serviceOnly) this.#end({ query, service: found.toString() });
      else this.#list(query, found);
    });
  }

  #list(query: number, service: Jid): void {
    const listing: Listing = { query, service, seen: new Set(), pages: 0 };
    this.#open.set(query, listing);
    this.#ask(listing, undefined);
  }

  /** Only the answer of the service itself is taken, as that of any request of ours. */
  #ask(listing: Listing, after: string | undefined): void {
    askItems(this.#host, listing.service, after, (page) => {
      if (this.#open.get(listing.query) !== listing) return;
      if ('kind' in page) this.#end(common(listing), page);
      else this.#came(listing, page, after);
    });
  }

  /**
   * A service without pages gives everything at once, and no `<last/>`. One that names the same place
   * twice, or nothing new, would be asked for ever (XEP-0059 §2.2 ends with a page without items).
   */
  #came(listing: Listing, { items, last }: ItemPage, after: string | undefined): void {
    const { seen } = listing;
    listing.pages += 1;
    const fresh = items.filter((item) => isFresh(listing, item));
    const shown = fresh.slice(0, ROOMS - (seen.size - fresh.length));
    const over = last === undefined || last === after || fresh.length === 0;
    const cut = seen.size > ROOMS || (!over && (seen.size === ROOMS || listing.pages >= PAGES));
    this.#tell(listing, shown);
    if (over || cut) this.#end({ ...common(listing), cut });
    else this.#ask(listing, last);
  }

  #tell(listing: Listing, items: readonly Item[]): void {
    for (let at = 0; at < items.length; at += ROOMS_IN_PART) {
      const rooms = items
        .slice(at, at + ROOMS_IN_PART)
        .map(({ jid, name }) => ({ jid: jid.toString(), name: clip(name, NAME_LENGTH) }));
      const value = create(RoomListSchema, { ...common(listing), rooms });
      this.#host.tell({ case: 'roomList', value });
    }
  }

  #end(list: MessageInitShape<typeof RoomListSchema>, cause?: Fault): void {
    this.#open.delete(list.query ?? 0);
    const error = cause === undefined ? {} : { error: errorMessage(cause) };
    const value = create(RoomListSchema, { ...list, ...error, done: true });
    this.#host.tell({ case: 'roomList', value });
  }
}

function common({ query, service }: Listing): { query: number; service: string } {
  return { query, service: service.toString() };
}

/** A room has a name before the service's own (§4.1); what is elsewhere is not the service's to list. */
function isFresh({ service, seen }: Listing, { jid }: Item): boolean {
  const room = jid.toString();
  const good = jid.local !== '' && jid.resource === '' && jid.domain === service.domain;
  if (!good || seen.has(room)) return false;
  seen.add(room);
  return true;
}

export const mucList: Feature = {
  name: 'muc-list',
  specs: [],
  after: ['muc'],
  attach(host) {
    const lists = new RoomLists(host);
    return {
      commands: {
        queryRooms: (value) => {
          lists.run(value);
        },
      },
      started: () => {
        roomServiceOf(host).forget();
      },
    };
  },
};
