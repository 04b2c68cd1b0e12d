// SPDX-License-Identifier: MIT
//
// A host that is in a room, or on the way into it, with the test as the room.

import { JoinRoomSchema, SetPresenceSchema } from '../../src/contract/engine_pb.js';
import type { Show } from '../../src/contract/engine_pb.js';
import type { Element } from '../../src/core/xml.js';
import { attribute, serialise } from '../../src/core/xml.js';
import type { Answer } from '../../src/features/feature.js';
import type { JoinedRoom, RoomTraffic } from '../../src/features/muc-traffic.js';
import { roomsOf } from '../../src/features/muc-traffic.js';
import { jidOf, RecordingHost, stanza } from './host.js';

export const ROOM = 'coven@chat.shakespeare.example';
export const ME = `${ROOM}/romeo`;
export const MUC_USER = 'http://jabber.org/protocol/muc#user';

export const INSTANT = ['query', 'http://jabber.org/protocol/muc#owner'] as const;
export const ADMIN = ['query', 'http://jabber.org/protocol/muc#admin'] as const;
export const DISCO = ['query', 'http://jabber.org/protocol/disco#info'] as const;
export const PING = ['ping', 'urn:xmpp:ping'] as const;

export interface Said {
  readonly type?: string;
  readonly item?: string;
  readonly inItem?: string;
  readonly codes?: readonly number[];
  /** Beside `<item/>`. */
  readonly more?: string;
  /** Beside `<x/>`. */
  readonly beside?: string;
}

/** What a room says of one occupant. */
export function presence(nick: string, said: Said = {}): string {
  const { type, item = "affiliation='none' role='participant'", inItem = '' } = said;
  const codes = (said.codes ?? []).map((code) => `<status code='${String(code)}'/>`).join('');
  const kind = type === undefined ? '' : ` type='${type}'`;
  const from = nick === '' ? ROOM : `${ROOM}/${nick}`;
  const x = `<x xmlns='${MUC_USER}'><item ${item}>${inItem}</item>${codes}${said.more ?? ''}</x>`;
  return `<presence from='${from}'${kind}>${said.beside ?? ''}${x}</presence>`;
}

export function away(nick: string, said: Said = {}): string {
  return presence(nick, { item: "affiliation='none' role='none'", ...said, type: 'unavailable' });
}

/** Writes down what the delivery of lines is told. */
export class RecordingTraffic implements RoomTraffic {
  readonly calls: string[] = [];
  history: Element | undefined;

  joining({ joins, joined }: JoinedRoom): Element | undefined {
    this.calls.push(`joining ${String(joins)}${joined ? ' joined' : ''}`);
    return this.history;
  }

  joined({ nick }: JoinedRoom): void {
    this.calls.push(`joined ${nick}`);
  }

  described({ nick }: JoinedRoom, { type }: Answer): void {
    this.calls.push(`described ${nick} ${type}`);
  }

  left({ joined }: JoinedRoom): void {
    this.calls.push(joined ? 'left joined' : 'left');
  }

  line(_stanza: Element, room: JoinedRoom, occupant: string): void {
    this.calls.push(`line ${occupant}${room.isSelf(occupant) ? ' self' : ''}`);
  }

  historyEnded(): void {
    this.calls.push('history ended');
  }
}

export class Stage extends RecordingHost {
  readonly traffic = new RecordingTraffic();
  #last = stanza('<presence/>');

  constructor() {
    super();
    roomsOf(this).setTraffic(this.traffic);
    this.signedIn('juliet@capulet.example');
  }

  join(nick = '', password = ''): this {
    this.command('joinRoom', JoinRoomSchema, { room: ROOM, nick, password });
    return this;
  }

  /** The room lets us in, with these others there. */
  admit(nick = 'romeo', codes: readonly number[] = [110], ...others: readonly string[]): this {
    for (const other of others) this.receive(presence(other));
    this.receive(presence(nick, { codes }));
    return this;
  }

  /** In the room, and nothing of it recorded. */
  inside(...others: readonly string[]): this {
    this.join();
    this.admit('romeo', [110], ...others);
    this.take(...DISCO);
    this.forget();
    return this;
  }

  override forget(): void {
    super.forget();
    this.traffic.calls.length = 0;
  }

  setPresence(show: Show): void {
    this.command('setPresence', SetPresenceSchema, { show });
  }

  override send(element: Element): void {
    super.send(element);
    if (element.name === 'presence' && attribute(element, 'to')?.startsWith(ROOM) === true) {
      this.#last = element;
    }
  }

  /** The room answers our newest presence with an error. */
  deny(condition: string, type = 'cancel', more = ''): void {
    const { to, id } = this.#last.attrs as Record<string, string>;
    const error = `<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'`;
    const text = more === '' ? '/>' : `>${more}</${condition}>`;
    this.receive(
      `<presence from='${to ?? ''}' id='${id ?? ''}' type='error'>${error}${text}</error></presence>`,
    );
  }

  get room(): JoinedRoom | undefined {
    return roomsOf(this).find(jidOf(ROOM));
  }

  /** The names of all events in their order. */
  get events(): (string | undefined)[] {
    return this.told.map((body) => body.case);
  }

  /** The newest presence that went to the room. */
  get lastSent(): Element {
    return stanza(this.sent.at(-1) ?? '<presence/>');
  }
}

export function text(element: Element | undefined): string {
  return element === undefined ? '' : serialise(element);
}
