// SPDX-License-Identifier: MIT
//
// Being in rooms: XEP-0045. What is said in them goes through muc-traffic.ts.

import { create } from '@bufbuild/protobuf';
import { fault } from '../core/errors.js';
import { attribute, child, localName } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { Room_State as State, Room_Why as Why, RoomSchema } from '../contract/engine_pb.js';
import type { JoinRoom, LeaveRoom, SetRoomSubject } from '../contract/engine_pb.js';
import { errorMessage } from './error.js';
import type { Feature, FeatureHost, Incoming } from './feature.js';
import { NOT_JOINED, RoomAdmin } from './muc-admin.js';
import { BygoneRoom } from './muc-bygone.js';
import { invitationsOf } from './muc-invitations.js';
import type { Invitations } from './muc-invitations.js';
import { Room } from './muc-room.js';
import { roomsOf } from './muc-traffic.js';
import { ownPresenceOf } from './own-presence.js';
import { malformedJid, parseJid, perHost } from './per-host.js';

/** Addresses of which it is logged that something was dropped, in each session. */
const STRAYS = 100;

const NO_NICK = fault('usage', 'jid-malformed', 'Not joined: the nickname is not a possible one.', {
  by: 'us',
  retry: 'never',
});

class Muc {
  readonly admin: RoomAdmin;
  readonly invitations: Invitations;
  readonly #host: FeatureHost;
  /** By bare JID. */
  readonly #rooms = new Map<string, Room>();
  /** What still tells a room that we have left it, by bare JID. */
  readonly #unsaid = new Map<string, Element>();
  readonly #strays = new Set<string>();
  /** Rooms may be entered: the server has our presence of this session (RFC 6121 §4.2.1). */
  #ready = false;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.admin = new RoomAdmin(host);
    this.invitations = invitationsOf(host);
    ownPresenceOf(host).onAnnounced(() => {
      this.#announced();
    });
  }

  /** @param text an address, as the host wrote it */
  room(text: string): Room | undefined {
    const jid = parseJid(this.#host, text)?.bare();
    return jid && this.#rooms.get(jid.toString());
  }

  /** @param answer the host is owed what is known of a room that it names again */
  join({ room: text, nick, password }: JoinRoom, answer = true): void {
    const jid = parseJid(this.#host, text)?.bare();
    const known = this.room(text);
    if (known !== undefined) known.again(nick, password, this.#ready, answer);
    else if (jid === undefined || jid.local === '' || jid.sameBare(this.#host.jid)) {
      this.#refuse(text, nick, malformedJid(text));
    } else if (!isNick(this.#host, jid, nick)) this.#refuse(jid.toString(), nick, NO_NICK);
    else this.#enter(jid, nick, password);
  }

  /** A bookmark wants us in the room; one that the host wants, or left on the way in, stays as it is. */
  enterByBookmark(room: Jid, nick: string, password: string): void {
    if (!this.#rooms.has(room.toString())) this.#enter(room, nick, password, true);
  }

  /** Another device of ours took the bookmark away. */
  leaveByBookmark(text: string, notice: string): void {
    const room = this.room(text);
    if (room === undefined) return;
    room.notice(notice);
    this.leave({ room: text, text: '' });
  }

  leave({ room: text, text: words }: Pick<LeaveRoom, 'room' | 'text'>): void {
    const room = this.room(text);
    if (room === undefined) {
      const value = create(RoomSchema, { room: text, state: State.LEFT });
      this.#host.tell({ case: 'room', value });
      return;
    }
    const farewell = room.leave(words);
    if (farewell === undefined) return;
    if (this.#host.online) this.#host.send(farewell);
    else this.#unsaid.set(room.jid.toString(), farewell);
  }

  setSubject({ room: text, subject }: SetRoomSubject, id: string): void {
    const room = this.room(text);
    if (room?.joined !== true || !this.#host.online) {
      this.#host.refuse(id, NOT_JOINED);
      return;
    }
    room.messages.setSubject(subject, id);
    this.#host.accept(id);
  }

  /** The user signs off, and nobody is to be in the rooms any more. */
  leaving(): void {
    for (const room of [...this.#rooms.values()]) {
      const farewell = room.forget();
      if (farewell !== undefined) this.#host.send(farewell);
    }
  }

  started(): void {
    this.#strays.clear();
    this.admin.resume();
  }

  resumed(outageMs: number): void {
    for (const farewell of this.#unsaid.values()) this.#host.send(farewell);
    this.#unsaid.clear();
    for (const room of this.#rooms.values()) room.resumed(outageMs, this.#ready);
    this.admin.resume();
  }

  ended(): void {
    this.#ready = false;
    this.#unsaid.clear();
    for (const room of this.#rooms.values()) room.ended();
  }

  /** @param wanted the rooms that the host wants to be in */
  attached(wanted: readonly JoinRoom[]): void {
    const known = [...this.#rooms.values()];
    for (const one of wanted) this.join(one, false);
    for (const room of known) room.tellAll();
  }

  incoming(stanza: Element, { from, settling }: Incoming): 'pass' | 'taken' {
    if (from === undefined) return 'pass';
    const room = this.#rooms.get(from.bare().toString());
    // An error may say that we are not in it.
    if (attribute(stanza, 'type') !== 'error') room?.heard();
    const name = localName(stanza);
    const taken =
      (name === 'presence' && this.#presence(stanza, from, room)) ||
      (name === 'message' && this.#message(stanza, from, room, settling));
    return taken ? 'taken' : 'pass';
  }

  #presence(stanza: Element, from: Jid, room: Room | undefined): boolean {
    if (room !== undefined) return room.presence(stanza, from);
    if (child(stanza, 'x', NS.mucUser) === undefined) return false;
    // What it says of itself is a room's business, and what a person says there is nobody's.
    this.#stray('Presence', from);
    return true;
  }

  #message(stanza: Element, from: Jid, room: Room | undefined, settling: boolean): boolean {
    const type = attribute(stanza, 'type');
    // An occupant may have one sent on, too, by an id that all have seen.
    if (type === 'error') return from.resource === '' && room?.messages.refused(stanza) === true;
    if (type === 'groupchat') {
      // An earlier process may have entered it in a session that goes on until a fresh one is bound.
      const inside = room !== undefined && (room.joined || !this.#ready);
      if (inside) room.messages.receive(stanza, from.resource);
      else if (!(settling && this.#bygone(stanza, from))) this.#stray('A line', from);
      return true;
    }
    if (this.invitations.receive(stanza, from, room)) return true;
    if (room?.joined === true && from.resource === '') room.messages.single(stanza);
    return false;
  }

  /** @returns whether it is a line of a room that an earlier process was in until its end */
  #bygone(stanza: Element, from: Jid): boolean {
    const room = new BygoneRoom(this.#host, from.bare());
    if (!room.known) return false;
    room.receive(stanza, from.resource);
    return true;
  }

  #enter(jid: Jid, nick: string, password: string, byBookmark = false): void {
    const key = jid.toString();
    this.#unsaid.delete(key);
    const over = (): void => {
      this.#rooms.delete(key);
      roomsOf(this.#host).remove(room);
    };
    const room: Room = new Room(this.#host, jid, { nick, password, byBookmark }, over);
    this.#rooms.set(key, room);
    roomsOf(this.#host).put(room);
    if (this.#ready && this.#host.online) room.enter();
  }

  /** The server was told of us, again perhaps. */
  #announced(): void {
    const first = !this.#ready;
    this.#ready = true;
    for (const room of this.#rooms.values()) {
      if (first) room.enter();
      else room.update();
    }
  }

  #refuse(room: string, nick: string, cause: typeof NO_NICK): void {
    const error = errorMessage(cause);
    const value = create(RoomSchema, { room, nick, state: State.LEFT, why: Why.REFUSED, error });
    this.#host.tell({ case: 'room', value });
  }

  /** One line for each address, and not for any number of them: a flood must not fill the log. */
  #stray(what: string, from: Jid): void {
    const jid = from.bare().toString();
    if (this.#strays.has(jid) || this.#strays.size >= STRAYS) return;
    this.#strays.add(jid);
    this.#host.log('info', `${what} from ${jid} was dropped: that is no room that you are in.`);
  }
}

function isNick(host: FeatureHost, room: Jid, nick: string): boolean {
  if (nick === '') return true;
  return nick.trim() !== '' && parseJid(host, `${room.toString()}/${nick}`) !== undefined;
}

/** The rooms that one is in, for what makes one enter them beside the host. */
export const membershipOf = perHost((host) => new Muc(host));

export const muc: Feature = {
  name: 'muc',
  specs: [
    {
      id: 'XEP-0045',
      name: 'Multi-User Chat',
      version: '1.35.5',
      status: 'partial',
      note: 'reserved nicknames are not looked up',
    },
    {
      id: 'XEP-0249',
      name: 'Direct MUC Invitations',
      version: '1.2',
      status: 'complete',
    },
    {
      id: 'XEP-0317',
      name: 'Hats',
      version: '0.3.1',
      status: 'partial',
      note: 'titles are shown of rooms that announce them; none are given or taken',
    },
    {
      id: 'XEP-0410',
      name: 'MUC Self-Ping (Schrödinger’s Chat)',
      version: '1.1.0',
      status: 'complete',
    },
    {
      id: 'XEP-0421',
      name: 'Occupant identifiers for semi-anonymous MUCs',
      version: '1.0.1',
      status: 'complete',
    },
    {
      id: 'XEP-0425',
      name: 'Moderated Message Retraction',
      version: '0.3.0',
      status: 'partial',
      note: 'that a line was taken back is told, and it stays where it was shown; none is taken back from here',
    },
  ],
  after: ['roster', 'caps'],
  namespaces: [NS.muc, NS.directInvite, NS.moderate],
  attach(host) {
    const all = membershipOf(host);
    return {
      commands: {
        joinRoom: (value) => {
          all.join(value);
        },
        leaveRoom: (value) => {
          all.leave(value);
        },
        setRoomSubject: (value, id) => {
          all.setSubject(value, id);
        },
        setRole: (value, id) => {
          all.admin.setRole(all.room(value.room), value, id);
        },
        setAffiliation: (value, id) => {
          all.admin.setAffiliation(all.room(value.room), value, id);
        },
        invite: (value, id) => {
          all.invitations.send(all.room(value.room), value, id);
        },
      },
      incoming: (stanza, incoming) => all.incoming(stanza, incoming),
      started: () => {
        all.started();
      },
      resumed: (outageMs) => {
        all.resumed(outageMs);
      },
      leaving: () => {
        all.leaving();
        return false;
      },
      ended: () => {
        all.ended();
      },
      attached: (rooms) => {
        all.attached(rooms);
      },
    };
  },
};
