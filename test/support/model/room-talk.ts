// SPDX-License-Identifier: MIT
//
// What is said in a room: to all (XEP-0045 §7.4), to one of those inside (§7.5), what it is
// about (§8.1), and who should come (§7.8.2).

import { NS } from '../../../src/core/namespaces.js';
import { attribute, child, childText, is, xml } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import type { Occupant, Room, Seat } from './room.js';
import type { RoomLine } from './room-lines.js';
import { addressed, forges, handedOn, stanzaId } from './room-stanzas.js';
import type { Rooms } from './rooms.js';
import { bare } from './sessions.js';

export function talk(
  rooms: Rooms,
  room: Room | undefined,
  nick: string,
  stanza: Element,
  seat: Seat,
): void {
  const type = attribute(stanza, 'type');
  const groupchat = type === 'groupchat';
  if (type === 'error') {
    // Nobody answers an error.
  } else if (room === undefined) {
    rooms.refuse(stanza, seat, 'cancel', 'item-not-found');
  } else if (nick === '' && invitation(stanza) !== undefined) {
    invite(rooms, room, stanza, seat);
  } else if (groupchat === (nick !== '')) {
    // One of those inside is no room, and what is no talk is no matter of all.
    rooms.refuse(stanza, seat, 'modify', 'bad-request');
  } else {
    const speaker = room.by(seat.jid);
    if (speaker === undefined) {
      turnDown(rooms, room, stanza, seat);
    } else if (!groupchat) {
      whisper(rooms, room, speaker, nick, stanza, seat);
    } else if (isSubject(stanza)) {
      changeSubject(rooms, room, speaker, stanza, seat);
    } else if (speaker.role === 'visitor') {
      rooms.refuse(stanza, seat, 'auth', 'forbidden');
    } else {
      say(rooms, room, speaker, stanza);
    }
  }
}

function invitation(stanza: Element): Element | undefined {
  const x = child(stanza, 'x', NS.mucUser);
  return x === undefined ? undefined : child(x, 'invite', NS.mucUser);
}

/** Somebody else is asked in, by way of the room (XEP-0045 §7.8.2). */
function invite(rooms: Rooms, room: Room, stanza: Element, seat: Seat): void {
  const asked = invitation(stanza);
  const to = bare((asked && attribute(asked, 'to')) ?? '');
  if (room.by(seat.jid) === undefined || to === '') {
    rooms.refuse(stanza, seat, 'auth', 'forbidden');
    return;
  }
  const reason = asked && childText(asked, 'reason', NS.mucUser);
  const words = reason === undefined ? undefined : xml('reason', {}, reason);
  const x = xml('x', { xmlns: NS.mucUser }, xml('invite', { from: seat.jid }, words));
  const attrs = { xmlns: NS.client, from: room.jid, to };
  rooms.server.routeText(xml('message', attrs, x).toString(), to);
}

/** Somebody who is not inside. */
function turnDown(rooms: Rooms, room: Room, stanza: Element, seat: Seat): void {
  const body = childText(stanza, 'body', NS.client) ?? '';
  if (!rooms.hasAsked(seat, room.jid)) {
    rooms.premature.push({ room: room.jid, jid: seat.jid, body });
  }
  rooms.watch.refused?.(room.jid, seat.jid, stanza);
  rooms.refuse(stanza, seat, 'modify', 'not-acceptable');
}

function say(rooms: Rooms, room: Room, speaker: Occupant, message: Element): void {
  const { options } = rooms;
  const stanza = reflection(rooms, room, speaker, message);
  const body = childText(message, 'body', NS.client);
  if (body === undefined) {
    // Somebody writes, or a marker: to all, and then it is over.
    room.broadcast(stanza);
    return;
  }
  const archived = options.archive === true ? rooms.newId('m') : undefined;
  const { world } = rooms.server;
  const line: RoomLine = {
    ...{ room: room.jid, nick: speaker.nick, user: speaker.user, body, archived, stanza },
    ...{ id: attribute(message, 'id'), at: world.clock().wall, keptAt: world.now },
    to: new Set(room.occupants.map(({ user }) => user)),
    unsure: new Set(),
    forgotten: false,
  };
  rooms.watch.taken?.(line);
  room.lines.add(line);
  room.broadcast(stanza, line, ...(archived === undefined ? [] : [stanzaId(room.jid, archived)]));
}

function reflection(rooms: Rooms, room: Room, speaker: Occupant, message: Element): Element {
  const { rewritesIds, stripsOrigins } = rooms.options;
  const id = rewritesIds === true ? rooms.newId('w') : attribute(message, 'id');
  return handedOn(
    message,
    `${room.jid}/${speaker.nick}`,
    id,
    (child) =>
      forges(child, room.jid) || (stripsOrigins === true && is(child, 'origin-id', NS.sid)),
  );
}

function isSubject(message: Element): boolean {
  const has = (name: string) => child(message, name, NS.client) !== undefined;
  return has('subject') && !has('body') && !has('thread');
}

function changeSubject(
  rooms: Rooms,
  room: Room,
  speaker: Occupant,
  message: Element,
  seat: Seat,
): void {
  if (speaker.role !== 'moderator' && rooms.options.subjectByAll !== true) {
    rooms.refuse(message, seat, 'auth', 'forbidden');
    return;
  }
  const text = childText(message, 'subject', NS.client) ?? '';
  room.subject = { text, from: `${room.jid}/${speaker.nick}` };
  room.broadcast(reflection(rooms, room, speaker, message));
}

/** In the archives of both accounts, as any message, and in none of the room's (XEP-0313 §6.1.2). */
function whisper(
  rooms: Rooms,
  room: Room,
  speaker: Occupant,
  nick: string,
  message: Element,
  seat: Seat,
): void {
  const { server } = rooms;
  const target = room.named(nick);
  if (target === undefined) {
    rooms.refuse(message, seat, 'cancel', 'item-not-found');
    return;
  }
  const mark =
    child(message, 'x', NS.mucUser) === undefined ? [xml('x', { xmlns: NS.mucUser })] : [];
  const own = handedOn(message, seat.jid, attribute(message, 'id'), () => false);
  const sent = addressed(own, `${room.jid}/${nick}`, ...mark);
  server.watch.routed?.(bare(seat.jid), sent);
  server.keep(bare(seat.jid), sent);
  const from = `${room.jid}/${speaker.nick}`;
  const inHisName = (child: Element) => forges(child, target.user);
  const stanza = handedOn(message, from, attribute(message, 'id'), inHisName);
  const id = server.keep(target.user, addressed(stanza, target.user, ...mark));
  const known = id === undefined || server.options.stripsIds === true;
  const more = [...mark, ...(known ? [] : [stanzaId(target.user, id)])];
  for (const one of [...target.seats]) {
    one.take(addressed(stanza, one.jid, ...more), { kept: true });
  }
}
