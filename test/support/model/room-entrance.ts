// SPDX-License-Identifier: MIT
//
// Who comes into a room and who goes (XEP-0045 §7.2 and §7.14): what a presence to it means.

import { attribute, child, elements } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import type { Seat } from './room.js';
import { MUC, mucUser, partsOf, presence } from './room-stanzas.js';
import type { Rooms } from './rooms.js';

export function comeOrGo(
  rooms: Rooms,
  jid: string,
  nick: string,
  stanza: Element,
  seat: Seat,
): void {
  if (isUnavailable(stanza)) {
    rooms.all.get(jid)?.leave(seat.jid, { says: elements(stanza) }, true);
  } else if (attribute(stanza, 'type') !== undefined) {
    // Probes and errors: nobody is waiting for an answer.
  } else if (nick === '') {
    rooms.refuse(stanza, seat, 'modify', 'jid-malformed');
  } else if (isStray(rooms, stanza, seat, jid)) {
    turnAway(rooms, stanza, seat);
  } else {
    enter(rooms, jid, nick, stanza, seat);
  }
}

export function isUnavailable(stanza: Element): boolean {
  return attribute(stanza, 'type') === 'unavailable';
}

/** Of somebody who thinks he is inside, and is not. */
function isStray(rooms: Rooms, stanza: Element, seat: Seat, jid: string): boolean {
  const inside = rooms.all.get(jid)?.by(seat.jid) !== undefined;
  const asks = child(stanza, 'x', MUC) !== undefined;
  return !inside && !asks && rooms.options.stray !== 'enter';
}

function turnAway(rooms: Rooms, stanza: Element, seat: Seat): void {
  if (rooms.options.stray === 'error') {
    rooms.refuse(stanza, seat, 'cancel', 'item-not-found');
    return;
  }
  const item = { affiliation: 'none', role: 'none', reason: 'You are not in the room.' };
  const x = mucUser(item, [110, 307, 333]);
  seat.take(presence(attribute(stanza, 'to') ?? '', seat.jid, 'unavailable', x).toString());
}

function enter(rooms: Rooms, jid: string, nick: string, stanza: Element, seat: Seat): void {
  const known = rooms.all.get(jid);
  rooms.noteAsked(seat, jid);
  const room = known ?? rooms.open(partsOf(jid).local);
  if (known === undefined) {
    room.affiliations.set(partsOf(seat.jid).bare, 'owner');
    room.locked = rooms.options.locks === true;
  }
  const objection = room.objection(seat, nick);
  if (objection !== undefined) {
    rooms.refuse(stanza, seat, objection.type, objection.condition);
    return;
  }
  const { wall } = rooms.server.world.clock();
  room.arrive(seat, nick, stanza, known === undefined ? [201] : [], wall);
  rooms.watch.entered?.(jid, seat.jid);
}
