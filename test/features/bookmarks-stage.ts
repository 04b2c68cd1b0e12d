// SPDX-License-Identifier: MIT
//
// A signed-in host and the three kinds of server that keep bookmarks, with other devices at them.

import {
  RemoveBookmarkSchema,
  SetBookmarkSchema,
  type Bookmark,
} from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { attribute, child, children, elements, is, serialise } from '../../src/core/xml.js';
import type { Element } from '../../src/core/xml.js';
import type { Answer } from '../../src/features/feature.js';
import { failure, RecordingHost, result, stanza, type Request } from './host.js';

export const DEN = 'den@rooms.example';
export const HALL = 'hall@rooms.example';
export const OWN = 'romeo@montague.example';

export type Way = 'native' | 'node' | 'private';
export const WAYS: readonly Way[] = ['native', 'node', 'private'];

const PUBLISH_OPTIONS = 'http://jabber.org/protocol/pubsub#publish-options';
const ANNOUNCED: Readonly<Record<Way, readonly string[]>> = {
  native: [PUBLISH_OPTIONS, 'urn:xmpp:bookmarks:1#compat'],
  node: [PUBLISH_OPTIONS, 'urn:xmpp:bookmarks-conversion:0'],
  private: [],
};

export class BookmarkStage extends RecordingHost {
  /** Native items by id: what is in them. */
  readonly items = new Map<string, string>();
  /** What is in the list of the other two. */
  list = '';
  announced: readonly string[];
  /** What is asked for, in words: `get native`, `set private`, … */
  readonly asked: string[] = [];
  readonly published: Element[] = [];
  /** What the next write is answered by. */
  refusal: Answer | undefined;

  constructor(readonly way: Way) {
    super();
    this.settings = { ...this.settings, bookmarks: true };
    this.announced = ANNOUNCED[way];
  }

  /** Puts bookmarks on the server, given as attributes and content of `<conference/>`. */
  has(room: string, attrs = '', inside = ''): this {
    if (this.way === 'native') {
      const conference = `<conference xmlns='${NS.bookmarks}' ${attrs}>${inside}</conference>`;
      this.items.set(room, conference);
    } else this.list += `<conference jid='${room}' ${attrs}>${inside}</conference>`;
    return this;
  }

  /** Signed in, the bookmarks read, and nothing of it recorded. */
  ready(): this {
    this.signIn();
    this.forget();
    return this;
  }

  signIn(): this {
    this.moment('attached');
    this.moment('started');
    this.roster('');
    this.serve();
    return this;
  }

  override forget(): void {
    super.forget();
    this.asked.length = 0;
    this.published.length = 0;
  }

  put(bookmark: Partial<Omit<Bookmark, '$typeName' | '$unknown'>>, id = 'c1'): void {
    this.command('setBookmark', SetBookmarkSchema, { bookmark: { room: DEN, ...bookmark } }, id);
    this.serve();
  }

  drop(room = DEN, id = 'c1'): void {
    this.command('removeBookmark', RemoveBookmarkSchema, { room }, id);
    this.serve();
  }

  /** The event of what is on the server now, of one room or of the list. */
  event(room = DEN, from = OWN): void {
    const item = this.items.get(room);
    const news =
      this.way !== 'native'
        ? `<items node='${NS.bookmarkStorage}'><item id='current'>${this.storage}</item></items>`
        : item === undefined
          ? `<items node='${NS.bookmarks}'><retract id='${room}'/></items>`
          : `<items node='${NS.bookmarks}'><item id='${room}'>${item}</item></items>`;
    this.says(news, from);
  }

  says(news: string, from = OWN): void {
    const event = `<event xmlns='${NS.pubsubEvent}'>${news}</event>`;
    this.receive(`<message type='headline' from='${from}'>${event}</message>`);
    this.serve();
  }

  /** Another device took it away, and all are told. */
  othersRemove(room: string): void {
    this.items.delete(room);
    const list = elements(stanza(this.storage));
    const rest = list.filter((one) => attribute(one, 'jid') !== room);
    this.list = rest.map((one) => serialise(one)).join('');
    this.event(room);
  }

  /** Each bookmark that the host was told of last, as one line. */
  get told50(): string[] {
    return this.toldOf('bookmarks').flatMap(({ bookmarks, removed, begin, end }) => [
      ...(begin ? ['('] : []),
      ...bookmarks.map(line),
      ...removed.map((room) => `-${room}`),
      ...(end ? [')'] : []),
    ]);
  }

  /** What is on the server of a room. */
  stored(room = DEN): Element | undefined {
    if (this.way === 'native') {
      const item = this.items.get(room);
      return item === undefined ? undefined : stanza(item);
    }
    return elements(stanza(this.storage)).find((one) => attribute(one, 'jid') === room);
  }

  get storage(): string {
    return `<storage xmlns='${NS.bookmarkStorage}'>${this.list}</storage>`;
  }

  /** Answers all that was asked about bookmarks. */
  serve(): void {
    for (;;) {
      const at = this.requests.findIndex(({ payload }) => isOurs(payload));
      const [request] = at < 0 ? [] : this.requests.splice(at, 1);
      if (request === undefined) return;
      request.done(this.#answer(request));
    }
  }

  #answer({ to, type, payload }: Request): Answer {
    if (is(payload, 'query', NS.discoInfo)) {
      this.asked.push(`disco ${to ?? ''}`);
      const features = this.announced.map((name) => `<feature var='${name}'/>`).join('');
      return result(`<query xmlns='${NS.discoInfo}'>${features}</query>`);
    }
    const node = nodeOf(payload);
    const way = node === NS.bookmarks ? 'native' : node === undefined ? 'private' : 'node';
    this.asked.push(`${type} ${way}`);
    if (type === 'set' && this.refusal !== undefined) {
      const { refusal } = this;
      this.refusal = undefined;
      return refusal;
    }
    if (way !== this.way) return failure('stanza', 'item-not-found');
    return type === 'set' ? this.#write(payload) : this.#read(payload);
  }

  #read(payload: Element): Answer {
    if (this.way === 'private')
      return result(`<query xmlns='${NS.privateStorage}'>${this.storage}</query>`);
    const items = child(payload, 'items', NS.pubsub);
    const wanted = items && elements(items)[0];
    const id = wanted && attribute(wanted, 'id');
    const all = [...this.items]
      .filter(([name]) => id === undefined || name === id)
      .map(([name, text]) => `<item id='${name}'>${text}</item>`);
    const inside = this.way === 'node' ? `<item id='current'>${this.storage}</item>` : all.join('');
    return result(
      `<pubsub xmlns='${NS.pubsub}'><items node='${nodeOf(payload) ?? ''}'>${inside}</items></pubsub>`,
    );
  }

  #write(payload: Element): Answer {
    this.published.push(payload);
    const publish = child(payload, 'publish', NS.pubsub);
    const item = publish && child(publish, 'item', NS.pubsub);
    const retract = child(payload, 'retract', NS.pubsub);
    const gone = retract && child(retract, 'item', NS.pubsub);
    const content = item === undefined ? elements(payload)[0] : elements(item)[0];
    if (this.way === 'native' && item !== undefined && content !== undefined)
      this.items.set(attribute(item, 'id') ?? '', serialise(content));
    else if (gone !== undefined) {
      if (!this.items.delete(attribute(gone, 'id') ?? ''))
        return failure('stanza', 'item-not-found');
    } else if (content !== undefined)
      this.list = content.children
        .map((one) => (typeof one === 'string' ? one : serialise(one)))
        .join('');
    return result();
  }
}

function isOurs(payload: Element): boolean {
  return (
    is(payload, 'pubsub', NS.pubsub) ||
    is(payload, 'pubsub', NS.pubsubOwner) ||
    is(payload, 'query', NS.privateStorage) ||
    (is(payload, 'query', NS.discoInfo) && children(payload, 'x', NS.dataForms).length === 0)
  );
}

function nodeOf(payload: Element): string | undefined {
  return elements(payload)
    .map((one) => attribute(one, 'node'))
    .find((node) => node !== undefined);
}

function line({ room, name, nick, password, autojoin }: Bookmark): string {
  return [room, name, nick, password, autojoin ? 'autojoin' : ''].join('|');
}
