// SPDX-License-Identifier: MIT
//
// The door between being in rooms (muc.ts and its parts) and what is said in them: lines, and whatever
// else wants to know whether an address is a room of ours.

import type { Element } from '../core/xml.js';
import type { Jid } from '../core/jid.js';
import type { Answer } from './feature.js';
import { perHost } from './per-host.js';

/** A room that we are in, or are to be in. The object is the same through outages and sessions. */
export interface JoinedRoom {
  /** Bare. */
  readonly jid: Jid;
  /** Ours, as the room has it; as it was asked for while that is not known. */
  readonly nick: string;
  /** Rises with each attempt to enter: two lines with the same count belong to one stay. */
  readonly joins: number;
  /** We are in it on this session, as far as is known; an outage that may be resumed changes nothing. */
  readonly joined: boolean;
  /** Is this occupant, a nick, ourselves? Nicks that only look alike are others. */
  isSelf(occupant: string): boolean;
  /** Is this nick in the room, as the host knows it? */
  has(occupant: string): boolean;
  /** Our own occupant id (XEP-0421); empty while it is not known, or not to be believed. */
  readonly ownId: string;
  /** By whom a stanza of the room is, as an occupant id; empty where the room does not say it. */
  idOf(stanza: Element): string;
  /**
   * Asks the room whether we are still in it (XEP-0410).
   * @param done called once, perhaps from within: `undefined` when that cannot be found out now. It is
   *   false when we were not; the room is being entered again then.
   */
  check(done: (inside: boolean | undefined) => void): void;
  /**
   * Sends to the room what it answers only if it does not do it; that is told then.
   * @param id the stanza's from now on
   * @param failed what did not happen, as the start of a sentence
   */
  ask(stanza: Element, id: string, failed: string): void;
  /** Enters again, as after a loss of synchronisation; nothing while it is not joined. */
  rejoin(): void;
}

/** What the delivery of lines wants to know of a room, and is asked for. */
export interface RoomTraffic {
  /**
   * The room is about to be entered.
   * @returns the `<history/>` to ask for (XEP-0045 §7.2.13), in the namespace of `<x/>`
   */
  joining(room: JoinedRoom): Element | undefined;
  /** Our own presence came: history, subject and live lines follow (§7.1). */
  joined(room: JoinedRoom): void;
  /** What the room, or somebody on the way there, answered to the question what it can, asked in this stay. */
  described(room: JoinedRoom, answer: Answer): void;
  /** Out of a room that was joined, for whatever reason; also when the session ends. */
  left(room: JoinedRoom): void;
  /**
   * A message of type groupchat, of a room that is joined: all but changes of the subject and notices of
   * settings, so it may be without a text, or too large to have been read.
   * @param occupant the nick; empty for the room itself
   */
  line(stanza: Element, room: JoinedRoom, occupant: string): void;
  /** The room's subject came for the first time in this stay: its history is complete (§7.2.15). */
  historyEnded?(room: JoinedRoom): void;
}

/** The rooms of an account, as other features may ask for them. */
export class Rooms {
  readonly #rooms = new Map<string, JoinedRoom>();
  #traffic: RoomTraffic | undefined;

  get traffic(): RoomTraffic | undefined {
    return this.#traffic;
  }

  setTraffic(traffic: RoomTraffic): void {
    this.#traffic = traffic;
  }

  /** The room with the bare JID of `jid`, joined or on the way in. */
  find(jid: Jid | undefined): JoinedRoom | undefined {
    return jid === undefined ? undefined : this.#rooms.get(jid.bare().toString());
  }

  /** Does `jid` stand for somebody in a room of ours, and not for a person's own client? */
  isOccupant(jid: Jid | undefined): boolean {
    const room = this.find(jid);
    if (jid === undefined || jid.resource === '' || room === undefined) return false;
    return room.joined || room.has(jid.resource);
  }

  /** For muc.ts alone. */
  put(room: JoinedRoom): void {
    this.#rooms.set(room.jid.toString(), room);
  }

  /** For muc.ts alone. */
  remove(room: JoinedRoom): void {
    this.#rooms.delete(room.jid.toString());
  }
}

export const roomsOf = perHost(() => new Rooms());
