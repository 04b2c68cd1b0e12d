// SPDX-License-Identifier: MIT
//
// Who comes, goes and changes in one room, and whether it is ourselves: what presence from the room means
// (XEP-0045 §7.2 to §7.14, §8.2, §9.1, §10.9, §11).

import { attribute, children } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import {
  Affiliation,
  Occupant_Departure as Departure,
  Room_Why as Why,
} from '../contract/engine_pb.js';
import type { Room as RoomMessage } from '../contract/engine_pb.js';
import type { FeatureHost } from './feature.js';
import type { Entrance } from './muc-entrance.js';
import type { OccupantBook } from './muc-occupants.js';
import { readRoomPresence } from './muc-presence.js';
import type { RoomPresence } from './muc-presence.js';
import { rosterOf } from './roster.js';

/** What is told of an end. */
export type End = Partial<
  Pick<RoomMessage, 'error' | 'actor' | 'reason' | 'alternate' | 'alternatePassword'>
>;

/** What becomes of ourselves. */
export interface Fate {
  /** Our own presence came, so that the list of those who were there before is complete. */
  entered(told: RoomPresence): void;
  renamed(nick: string): void;
  /** We are out for something that will pass: a restart of the room's server, a broken link of it. */
  lost(): void;
  put(why: Why, end: End): void;
}

export class RoomMoves {
  readonly #host: FeatureHost;
  readonly #entrance: Entrance;
  readonly #occupants: OccupantBook;
  readonly #fate: Fate;

  constructor(host: FeatureHost, entrance: Entrance, occupants: OccupantBook, fate: Fate) {
    this.#host = host;
    this.#entrance = entrance;
    this.#occupants = occupants;
    this.#fate = fate;
  }

  /**
   * @param stanza of no type, or `unavailable`
   * @returns false for a presence that is not the room's
   */
  receive(stanza: Element, from: Jid): boolean {
    const [x, ...more] = children(stanza, 'x', NS.mucUser);
    if (x === undefined) return this.#plain(stanza, from);
    if (more.length > 0) {
      // §7.2.2: only one of them can be the room's, and who knows who wrote the other.
      this.#host.log('warning', `An ambiguous presence from ${from.toString()} was dropped.`);
      return true;
    }
    const told = readRoomPresence(this.#host, stanza, x, from.resource);
    const self = told.codes.has('110') || from.resource === this.#entrance.nick.current;
    told.occupant.self = self;
    if (from.resource === '') {
      if (!told.available && (self || told.destroyed !== undefined)) this.#removed(told);
    } else if (this.#entrance.state !== 'out') {
      if (told.available) this.#present(told);
      else this.#absent(told);
    }
    return true;
  }

  /**
   * Without the room's extension it is the room's picture, or a server's word that the room cannot be
   * reached. A person whose address was taken for a room's stays a contact.
   */
  #plain(stanza: Element, from: Jid): boolean {
    const joined = this.#entrance.state === 'joined';
    if (joined && attribute(stanza, 'type') === 'unavailable') {
      if (from.resource === this.#entrance.nick.current) this.#fate.lost();
      else this.#occupants.remove(from.resource, { ...GONE });
    }
    return joined || !rosterOf(this.#host).has(from.bare().toString());
  }

  #present(told: RoomPresence): void {
    const { nick, self } = told.occupant;
    if (self && this.#entrance.state === 'joining') {
      this.#fate.entered(told);
      return;
    }
    const { current } = this.#entrance.nick;
    if (self && nick !== current) {
      this.#occupants.another(current);
      this.#fate.renamed(nick);
    }
    this.#occupants.put(told.occupant);
  }

  #absent(told: RoomPresence): void {
    const { nick, self, status } = told.occupant;
    const renamed = told.codes.has('303')
      ? this.#entrance.occupant(told.newNick)?.resource
      : undefined;
    if (renamed !== undefined && renamed !== nick) {
      this.#occupants.rename(nick, renamed);
      if (self) this.#fate.renamed(renamed);
    } else if (self) {
      this.#removed(told);
    } else {
      const { actor, reason } = told;
      const departure = departureOf(told);
      this.#occupants.remove(nick, { departure, actor, reason: reason === '' ? status : reason });
    }
  }

  /** It is ourselves who are out. */
  #removed(told: RoomPresence): void {
    const { destroyed, actor, reason } = told;
    const why = whys.get(departureOf(told));
    if (destroyed !== undefined) this.#fate.put(Why.DESTROYED, destroyed);
    else if (why !== undefined) this.#fate.put(why, { actor, reason });
    // While we are on the way in, it is the end of an earlier stay; and out we cannot be more than once.
    else if (this.#isLost(told)) this.#fate.lost();
  }

  #isLost(told: RoomPresence): boolean {
    const { state } = this.#entrance;
    return state === 'joined' || (state === 'joining' && isOutage(told));
  }
}

/** Departures that are meant for us and no outage. */
const whys = new Map([
  [Departure.KICKED, Why.KICKED],
  [Departure.BANNED, Why.BANNED],
  [Departure.EXCLUDED, Why.EXCLUDED],
  [Departure.MEMBERS_ONLY, Why.MEMBERS_ONLY],
]);

const GONE = { departure: Departure.GONE, actor: '', reason: '' } as const;

/** §11: the service shuts down, or has lost somebody by a technical failure. */
function isOutage({ codes }: RoomPresence): boolean {
  return codes.has('332') || codes.has('333');
}

function departureOf(told: RoomPresence): Departure {
  const { codes, occupant } = told;
  // §11.1: some say of a failure that it is a kick, too.
  if (codes.has('333')) return Departure.CONNECTION_LOST;
  if (codes.has('332')) return Departure.SHUT_DOWN;
  if (codes.has('301') || occupant.affiliation === Affiliation.OUTCAST) return Departure.BANNED;
  if (codes.has('307')) return Departure.KICKED;
  if (codes.has('322')) return Departure.MEMBERS_ONLY;
  return codes.has('321') ? Departure.EXCLUDED : Departure.GONE;
}
