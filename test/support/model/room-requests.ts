// SPDX-License-Identifier: MIT
//
// What rooms answer to requests: what they are, whether somebody is inside (XEP-0410), and what their
// archives have (XEP-0313 §6).

import { NS } from '../../../src/core/namespaces.js';
import { attribute, child, elements, xml } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import type { Room, Seat } from './room.js';
import { administer } from './room-admin.js';
import { MUC, resultOf } from './room-stanzas.js';
import type { Rooms } from './rooms.js';

const SELF_PING = `${MUC}#self-ping-optimization`;
const STABLE_ID = `${MUC}#stable_id`;

export function answerInRoom(
  rooms: Rooms,
  jid: string,
  nick: string,
  iq: Element,
  seat: Seat,
): void {
  const type = attribute(iq, 'type');
  const room = rooms.all.get(jid);
  if (type !== 'get' && type !== 'set') {
    pong(rooms, iq);
  } else if (jid === rooms.domain) {
    answerAsService(rooms, iq, seat);
  } else if (nick !== '') {
    askOccupant(rooms, room, nick, iq, seat);
  } else if (room === undefined) {
    rooms.refuse(iq, seat, 'cancel', 'item-not-found');
  } else {
    answerAsRoom(rooms, room, iq, seat);
  }
}

function answerAsService(rooms: Rooms, iq: Element, seat: Seat): void {
  if (child(iq, 'query', NS.discoInfo) !== undefined) {
    give(iq, seat, info('Rooms', [MUC, NS.discoInfo, NS.ping]));
  } else if (child(iq, 'ping', NS.ping) !== undefined) {
    give(iq, seat);
  } else {
    rooms.refuse(iq, seat, 'cancel', 'service-unavailable');
  }
}

function answerAsRoom(rooms: Rooms, room: Room, iq: Element, seat: Seat): void {
  const query = child(iq, 'query', NS.mam);
  if (child(iq, 'query', NS.discoInfo) !== undefined) {
    give(iq, seat, info(room.name, featuresOf(rooms)));
  } else if (query !== undefined && rooms.options.archive === true) {
    answerFromArchive(rooms, room, iq, query, seat);
  } else if (!administer(rooms, room, iq, seat)) {
    rooms.refuse(iq, seat, 'cancel', 'service-unavailable');
  }
}

function info(name: string, features: readonly string[]): Element {
  return xml(
    'query',
    { xmlns: NS.discoInfo },
    xml('identity', { category: 'conference', type: 'text', name }),
    ...features.map((feature) => xml('feature', { var: feature })),
  );
}

function featuresOf({ options }: Rooms): string[] {
  return [
    ...[MUC, NS.discoInfo],
    ...['muc_open', 'muc_unsecured', 'muc_unmoderated', 'muc_persistent'],
    options.nonAnonymous === true ? 'muc_nonanonymous' : 'muc_semianonymous',
    ...(options.archive === true ? [NS.mam, NS.sid] : []),
    ...(options.rewritesIds === true ? [] : [STABLE_ID]),
    ...(options.selfPing === true ? [SELF_PING] : []),
  ];
}

function answerFromArchive(
  rooms: Rooms,
  room: Room,
  iq: Element,
  query: Element,
  seat: Seat,
): void {
  const { server, watch } = rooms;
  watch.asked?.(room.jid, seat.jid);
  if (room.by(seat.jid) === undefined) {
    rooms.refuse(iq, seat, 'auth', 'forbidden');
    return;
  }
  if (server.archiveMute) {
    return;
  }
  const { archive } = room.lines;
  const answer = archive.answer(iq, query, seat.jid, server.world.now, room.jid);
  for (const text of [...answer.results, answer.last]) {
    seat.take(text);
  }
  if (answer.lastId !== undefined) {
    watch.page?.(room.jid, seat.jid, answer.lastId);
  }
}

/** A request to one of those inside: only a ping to himself comes to anything. */
function askOccupant(
  rooms: Rooms,
  room: Room | undefined,
  nick: string,
  iq: Element,
  seat: Seat,
): void {
  const asker = room?.by(seat.jid);
  if (room === undefined || asker === undefined) {
    rooms.refuse(iq, seat, 'cancel', 'not-acceptable');
  } else if (room.named(nick) === undefined) {
    rooms.refuse(iq, seat, 'cancel', 'item-not-found');
  } else if (asker.nick !== nick || child(iq, 'ping', NS.ping) === undefined) {
    rooms.refuse(iq, seat, 'cancel', 'service-unavailable');
  } else if (rooms.options.selfPing === true) {
    give(iq, seat);
  } else {
    const id = rooms.newId('p');
    const from = `${room.jid}/${nick}`;
    rooms.pings.set(id, { asker: seat, id: attribute(iq, 'id') ?? '' });
    const asked = asker.seats[0] ?? seat;
    const ping = xml('ping', { xmlns: NS.ping });
    const attrs = { xmlns: NS.client, from, to: asked.jid, type: 'get', id };
    asked.take(xml('iq', attrs, ping).toString());
  }
}

/** One of somebody's sessions answered a ping of his. */
function pong(rooms: Rooms, iq: Element): void {
  const got = attribute(iq, 'id') ?? '';
  const asked = rooms.pings.get(got);
  if (rooms.pings.delete(got) && asked !== undefined) {
    const { asker, id } = asked;
    const type = attribute(iq, 'type');
    const attrs = { xmlns: NS.client, from: attribute(iq, 'to'), to: asker.jid, type, id };
    const error = type === 'error' ? elements(iq) : [];
    asker.take(xml('iq', attrs, ...error).toString());
  }
}

function give(iq: Element, seat: Seat, payload?: Element): void {
  seat.take(resultOf(iq, seat.jid, payload).toString());
}
