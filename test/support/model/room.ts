// SPDX-License-Identifier: MIT
//
// One room: who is inside, and what its presences say of that (XEP-0045 §7).

import { NS } from '../../../src/core/namespaces.js';
import { child, elements, namespaceOf, xml } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import type { RoomOptions } from './room-options.js';
import { RoomLines } from './room-lines.js';
import type { RoomLine } from './room-lines.js';
import { addressed, MUC, mucUser, presence } from './room-stanzas.js';
import type { Refusal } from './room-stanzas.js';
import { bare } from './sessions.js';

/** Where an occupant hears what a room says: a session, or somebody who needs none. */
export interface Seat {
  /** Full JID. */
  readonly jid: string;
  /** Tells sessions apart that have one JID after each other. */
  readonly session: string;
  /** @param what it is more than a stanza of the room itself */
  take(text: string, what?: Taken): void;
  /** The room knows him no longer, and does not say so. */
  forgotten?(room: string): void;
}

/** A line, or somebody's private message, which is stored for those who are away. */
export interface Taken {
  readonly line?: RoomLine;
  readonly kept?: boolean;
}

export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast';

export interface Occupant {
  nick: string;
  /** Bare JID. */
  readonly user: string;
  role: 'moderator' | 'participant' | 'visitor';
  /** What he says of himself: `<show/>`, `<status/>` and so on. */
  says: readonly Element[];
  readonly seats: Seat[];
}

/** Why somebody is not inside any longer, as status codes: nothing special, but told to him as well. */
export interface Removal {
  readonly codes?: readonly number[];
  readonly actor?: string;
  readonly reason?: string;
  /** Beside the item. */
  readonly more?: Element;
  readonly says?: readonly Element[];
}

const CONFLICT: Refusal = { type: 'cancel', condition: 'conflict' };

export class Room {
  readonly lines: RoomLines;
  /** In the order in which they came. */
  readonly occupants: Occupant[] = [];
  readonly affiliations = new Map<string, Affiliation>();
  /** Whom it would not let in, by bare JID, and the words for it. */
  readonly barred = new Map<string, Refusal>();
  subject: { readonly text: string; readonly from: string } | undefined;
  /** Nobody but its owner may enter yet (XEP-0045 §7.2.10). */
  locked = false;

  constructor(
    readonly jid: string,
    readonly name: string,
    private readonly options: RoomOptions,
  ) {
    this.lines = new RoomLines(jid, options);
  }

  /** Who has this full JID. */
  by(jid: string): Occupant | undefined {
    return this.occupants.find(({ seats }) => seats.some((seat) => seat.jid === jid));
  }

  named(nick: string): Occupant | undefined {
    return this.occupants.find((occupant) => occupant.nick === nick);
  }

  affiliation(user: string): Affiliation {
    return this.affiliations.get(user) ?? 'none';
  }

  /** Why this presence cannot be taken, if it cannot. */
  objection(seat: Seat, nick: string): Refusal | undefined {
    const user = bare(seat.jid);
    const here = this.by(seat.jid);
    const holder = this.named(nick);
    if (holder !== undefined && holder !== here) {
      const shares = holder.user === user && this.options.sharedNicks === true;
      if (!shares || here !== undefined) {
        return CONFLICT;
      }
    }
    if (this.affiliation(user) === 'outcast') {
      return { type: 'auth', condition: 'forbidden' };
    }
    if (this.locked && this.affiliation(user) !== 'owner') {
      return { type: 'cancel', condition: 'item-not-found' };
    }
    return here === undefined ? this.barred.get(user) : undefined;
  }

  /**
   * A presence that nothing speaks against: an entrance, an entrance again of one who has lost track, another
   * nick, or another status.
   * @param codes for himself, beside 110
   * @param wall of the server, Unix ms
   */
  arrive(seat: Seat, nick: string, stanza: Element, codes: readonly number[], wall: number): void {
    const asks = child(stanza, 'x', MUC);
    const here = this.by(seat.jid);
    const says = elements(stanza).filter((element) => namespaceOf(element) !== MUC);
    const occupant = here ?? this.seated(seat, nick);
    occupant.says = says;
    if (occupant.nick !== nick) {
      this.rename(occupant, nick);
    }
    if (here !== undefined && asks === undefined) {
      this.changed(occupant);
      return;
    }
    for (const other of this.occupants.filter((one) => one !== occupant)) {
      this.tell(seat, other, undefined, {});
    }
    this.announce(occupant, undefined, {}, seat);
    const known = this.options.nonAnonymous === true ? [100] : [];
    this.tell(seat, occupant, undefined, { codes: [...known, ...codes] });
    this.recount(seat, asks, wall);
  }

  /** One session of an occupant's goes, and he with the last. @param told whether it hears that itself */
  leave(jid: string, removal: Removal, told: boolean): void {
    const occupant = this.by(jid);
    const seat = occupant?.seats.find((one) => one.jid === jid);
    if (occupant === undefined || seat === undefined) {
      return;
    }
    if (occupant.seats.length === 1) {
      this.remove(occupant, removal, told);
      return;
    }
    if (told) {
      this.tell(seat, occupant, 'unavailable', removal);
    }
    occupant.seats.splice(occupant.seats.indexOf(seat), 1);
  }

  /** An occupant goes, with all his sessions. @param told whether they hear that themselves */
  remove(occupant: Occupant, removal: Removal, told = true): void {
    this.occupants.splice(this.occupants.indexOf(occupant), 1);
    for (const seat of told ? [...occupant.seats] : []) {
      this.tell(seat, occupant, 'unavailable', removal);
    }
    this.announce(occupant, 'unavailable', removal);
  }

  /** All hear how an occupant stands now. */
  changed(occupant: Occupant): void {
    this.announce(occupant, undefined, {});
  }

  /** The room comes to its end, or the service: everybody hears of his own going only. */
  clear(removal: Removal): void {
    for (const occupant of this.occupants.splice(0)) {
      for (const seat of [...occupant.seats]) {
        this.tell(seat, occupant, 'unavailable', removal);
      }
    }
  }

  /** It knows nobody any longer, and nobody is told (XEP-0410 §3). */
  forgetAll(): void {
    for (const { seats } of this.occupants.splice(0)) {
      for (const seat of seats) {
        seat.forgotten?.(this.jid);
      }
    }
  }

  /** To all who are inside, in one order. @param more stands in each copy, and not in what is kept */
  broadcast(stanza: Element, line?: RoomLine, ...more: readonly Element[]): void {
    for (const seat of this.occupants.flatMap(({ seats }) => seats)) {
      seat.take(addressed(stanza, seat.jid, ...more), line === undefined ? {} : { line });
    }
  }

  private seated(seat: Seat, nick: string): Occupant {
    const user = bare(seat.jid);
    const shared = this.named(nick);
    if (shared !== undefined) {
      shared.seats.push(seat);
      return shared;
    }
    const moderates = ['owner', 'admin'].includes(this.affiliation(user));
    const role = moderates ? ('moderator' as const) : ('participant' as const);
    const occupant = { nick, user, role, says: [], seats: [seat] };
    this.occupants.push(occupant);
    return occupant;
  }

  /** To all, him included: who was this is that now (XEP-0045 §7.6). */
  private rename(occupant: Occupant, nick: string): void {
    this.announce(occupant, 'unavailable', { codes: [303], says: [] }, undefined, nick);
    occupant.nick = nick;
  }

  /** History, and last the subject, though there be none (XEP-0045 §7.2.15). */
  private recount(seat: Seat, asks: Element | undefined, wall: number): void {
    const history = asks === undefined ? undefined : child(asks, 'history', MUC);
    for (const text of this.lines.told(history, seat.jid, wall)) {
      seat.take(text);
    }
    const { from, text } = this.subject ?? { from: this.jid, text: '' };
    const attrs = { xmlns: NS.client, from, to: seat.jid, type: 'groupchat' };
    seat.take(xml('message', attrs, xml('subject', {}, text)).toString());
  }

  private announce(
    occupant: Occupant,
    type: 'unavailable' | undefined,
    removal: Removal,
    but?: Seat,
    nick?: string,
  ): void {
    for (const seat of this.occupants.flatMap(({ seats }) => seats)) {
      if (seat.jid !== but?.jid) {
        this.tell(seat, occupant, type, removal, nick);
      }
    }
  }

  /** What one who is inside, or is just leaving, hears of an occupant. */
  private tell(
    seat: Seat,
    occupant: Occupant,
    type: 'unavailable' | undefined,
    removal: Removal,
    nick?: string,
  ): void {
    const { actor, reason, more, codes = [], says } = removal;
    const self = occupant.seats.some((one) => one.jid === seat.jid);
    const open = this.options.nonAnonymous === true;
    const sees = self || open || this.by(seat.jid)?.role === 'moderator';
    const real = self ? seat.jid : occupant.seats[0]?.jid;
    const item = {
      ...{ affiliation: this.affiliation(occupant.user), nick, actor, reason },
      // Under another nick he is still there.
      role: type === undefined || nick !== undefined ? occupant.role : 'none',
      jid: sees ? real : undefined,
    };
    const x = mucUser(item, [...codes, ...(self ? [110] : [])], more);
    const words = says ?? (type === undefined ? occupant.says : []);
    const from = `${this.jid}/${occupant.nick}`;
    seat.take(presence(from, seat.jid, type, ...words, x).toString());
  }
}
