// SPDX-License-Identifier: MIT
//
// The rooms of a model server (XEP-0045): what is for them comes here, and what befalls them is done here.

import { attribute, xml } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import { Room } from './room.js';
import type { Removal, Seat } from './room.js';
import { comeOrGo, isUnavailable } from './room-entrance.js';
import type { RoomLine } from './room-lines.js';
import type { RoomOptions } from './room-options.js';
import { answerInRoom } from './room-requests.js';
import { partsOf, refusal } from './room-stanzas.js';
import type { Refusal } from './room-stanzas.js';
import { talk } from './room-talk.js';
import type { ModelServer } from './server.js';
import type { ServerSession } from './sessions.js';

/** What an observer of the rooms hears of. */
export interface RoomWatch {
  /** A session entered, or did so again: as its room has it. */
  entered?: (room: string, jid: string) => void;
  /** A line, before anybody gets it. */
  taken?: (line: RoomLine) => void;
  /** A line of somebody who is not inside. */
  refused?: (room: string, jid: string, stanza: Element) => void;
  asked?: (room: string, jid: string) => void;
  /** A page of a room's archive went out, up to this id. */
  page?: (room: string, jid: string, last: string) => void;
  /** An archive has this line no longer. */
  forgotten?: (line: RoomLine) => void;
}

export class Rooms {
  readonly domain: string;
  /** By bare JID. They last, whoever is inside. */
  readonly all = new Map<string, Room>();
  /**
   * Lines that were said in sessions that had never asked to enter, as a client does that goes on in a new
   * session where it was in the old one. They are answered as the specification has it, and stand here for
   * those who judge the client.
   */
  readonly premature: { readonly room: string; readonly jid: string; readonly body: string }[] = [];
  watch: RoomWatch = {};
  /** Pings that an occupant's own session is to answer, by the id that it got (XEP-0410 §3.2). */
  readonly pings = new Map<string, { readonly asker: Seat; readonly id: string }>();
  private readonly asked = new Set<string>();
  private ids = 0;

  constructor(readonly server: ModelServer) {
    this.domain = `rooms.${server.domain}`;
  }

  get options(): RoomOptions {
    return this.server.options.rooms ?? {};
  }

  newId(letter: string): string {
    return `${letter}${String(++this.ids)}`;
  }

  /** A room that is there before anybody enters it. @param local the part before the `@` */
  open(local: string, name = ''): Room {
    const room = new Room(`${local}@${this.domain}`, name, this.options);
    this.all.set(room.jid, room);
    return room;
  }

  /** @returns whether it was for a room */
  take(stanza: Element, session: ServerSession): boolean {
    if (this.server.options.rooms === undefined) {
      return false;
    }
    const to = attribute(stanza, 'to');
    if (to === undefined && stanza.name === 'presence' && isUnavailable(stanza)) {
      // Whom he had told that he is there, his server tells that he is not (RFC 6121 §4.6.3).
      this.leaveAll(session.jid, true);
      return false;
    }
    if (to === undefined || partsOf(to).domain !== this.domain) {
      return false;
    }
    this.handle(stanza, this.seatOf(session));
    return true;
  }

  handle(stanza: Element, seat: Seat): void {
    const { bare, nick } = partsOf(attribute(stanza, 'to') ?? '');
    if (stanza.name === 'presence') {
      comeOrGo(this, bare, nick, stanza, seat);
    } else if (stanza.name === 'message') {
      talk(this, this.all.get(bare), nick, stanza, seat);
    } else {
      answerInRoom(this, bare, nick, stanza, seat);
    }
  }

  refuse(stanza: Element, seat: Seat, type: Refusal['type'], condition: string): void {
    const by = partsOf(attribute(stanza, 'to') ?? '').bare;
    seat.take(refusal(stanza, seat.jid, by, { type, condition }).toString());
  }

  /** Somebody asks to enter, with whatever success. */
  noteAsked(seat: Seat, room: string): void {
    this.asked.add(`${seat.session} ${room}`);
  }

  /** Whether somebody asked in this session to enter a room. */
  hasAsked(seat: Seat, room: string): boolean {
    return this.asked.has(`${seat.session} ${room}`);
  }

  /** A session is over: what was under way in it may have come or not, and it is in no room. */
  ended(session: ServerSession): void {
    for (const { line } of session.unacked) {
      line?.unsure.add(session.user);
    }
    this.leaveAll(session.jid, false);
  }

  /** The server is killed, before it is known what it forgets. */
  killed(): void {
    for (const session of this.server.sessions.values()) {
      for (const { line } of session.unacked) {
        line?.unsure.add(session.user);
      }
    }
    this.stop(false);
    const before = this.server.world.now - (this.server.options.killLosesMs ?? 0);
    for (const room of this.all.values()) {
      for (const line of room.lines.forget(before)) {
        this.watch.forgotten?.(line);
      }
    }
  }

  /**
   * The service alone is started again. Nobody is inside afterwards.
   * @param told everybody hears of it (332); else only those who ask find out
   */
  stop(told: boolean): void {
    this.pings.clear();
    for (const room of this.all.values()) {
      if (told) {
        room.clear({ codes: [332] });
      } else {
        room.forgetAll();
      }
    }
  }

  /** @param removal code 307 for a kick (if not given), 301 for a ban, 321 and 322 for the loss of membership */
  kick(room: string, nick: string, removal: Removal = {}): void {
    const found = this.all.get(room);
    const occupant = found?.named(nick);
    if (found !== undefined && occupant !== undefined) {
      const { codes = [307] } = removal;
      if (codes.includes(301)) {
        found.affiliations.set(occupant.user, 'outcast');
      }
      found.remove(occupant, { ...removal, codes });
    }
  }

  /** @param alternate where to go instead (XEP-0045 §10.9) */
  destroy(jid: string, alternate?: string, reason?: string): void {
    const why = reason === undefined ? undefined : xml('reason', {}, reason);
    this.all.get(jid)?.clear({ more: xml('destroy', { jid: alternate }, why) });
    this.all.delete(jid);
  }

  private seatOf(session: ServerSession): Seat {
    const { server } = this;
    return {
      ...{ jid: session.jid, session: session.id },
      take: (text, what) => {
        server.deliver(session, { text, at: server.world.clock().wall, ...what });
      },
    };
  }

  private leaveAll(jid: string, told: boolean): void {
    for (const room of this.all.values()) {
      room.leave(jid, {}, told);
    }
  }
}
