// SPDX-License-Identifier: MIT
//
// What moderators and owners ask of a room: roles (XEP-0045 §8), affiliations (§9), and that a new room is
// as it should be (§10.1).

import { attribute, child, children, childText } from '../../../src/core/xml.js';
import { NS } from '../../../src/core/namespaces.js';
import type { Element } from '../../../src/core/xml.js';
import type { Affiliation, Occupant, Removal, Room, Seat } from './room.js';
import { MUC, resultOf } from './room-stanzas.js';
import type { Refusal } from './room-stanzas.js';
import type { Rooms } from './rooms.js';
import { bare } from './sessions.js';

const OWNER = `${MUC}#owner`;
const ADMIN = `${MUC}#admin`;
const FORBIDDEN: Refusal = { type: 'auth', condition: 'forbidden' };
const NOT_FOUND: Refusal = { type: 'cancel', condition: 'item-not-found' };

/** @returns whether it was one of these */
export function administer(rooms: Rooms, room: Room, iq: Element, seat: Seat): boolean {
  const setup = child(iq, 'query', OWNER);
  const changes = child(iq, 'query', ADMIN);
  if (attribute(iq, 'type') !== 'set' || (setup ?? changes) === undefined) {
    return false;
  }
  const problem =
    setup === undefined
      ? changeAll(rooms, room, children(changes ?? iq, 'item', ADMIN), seat)
      : setUp(rooms, room, setup, seat);
  if (problem === undefined) {
    seat.take(resultOf(iq, seat.jid).toString());
  } else {
    rooms.refuse(iq, seat, problem.type, problem.condition);
  }
  return true;
}

/** `submit` takes it as it is, `cancel` does away with it. */
function setUp(rooms: Rooms, room: Room, setup: Element, seat: Seat): Refusal | undefined {
  if (room.affiliation(bare(seat.jid)) !== 'owner') {
    return FORBIDDEN;
  }
  const form = child(setup, 'x', NS.dataForms);
  if (form !== undefined && attribute(form, 'type') === 'cancel') {
    rooms.destroy(room.jid);
  } else {
    room.locked = false;
  }
  return undefined;
}

function changeAll(
  rooms: Rooms,
  room: Room,
  items: readonly Element[],
  seat: Seat,
): Refusal | undefined {
  for (const item of items) {
    const affiliation = attribute(item, 'affiliation');
    const problem =
      affiliation === undefined
        ? changeRole(rooms, room, item, seat)
        : changeAffiliation(room, item, affiliation as Affiliation, seat);
    if (problem !== undefined) {
      return problem;
    }
  }
  return undefined;
}

function changeRole(rooms: Rooms, room: Room, item: Element, seat: Seat): Refusal | undefined {
  const occupant = room.named(attribute(item, 'nick') ?? '');
  const role = attribute(item, 'role');
  if (room.by(seat.jid)?.role !== 'moderator') {
    return FORBIDDEN;
  }
  if (occupant === undefined) {
    return NOT_FOUND;
  }
  if (room.affiliation(occupant.user) === 'owner') {
    return { type: 'cancel', condition: 'not-allowed' };
  }
  if (role === 'none') {
    rooms.kick(room.jid, occupant.nick, wordsOf(room, item, seat));
  } else {
    occupant.role = role as Occupant['role'];
    room.changed(occupant);
  }
  return undefined;
}

function changeAffiliation(
  room: Room,
  item: Element,
  affiliation: Affiliation,
  seat: Seat,
): Refusal | undefined {
  const user = bare(attribute(item, 'jid') ?? '');
  if (!['owner', 'admin'].includes(room.affiliation(bare(seat.jid)))) {
    return FORBIDDEN;
  }
  room.affiliations.set(user, affiliation);
  for (const occupant of room.occupants.filter((one) => one.user === user)) {
    if (affiliation === 'outcast') {
      room.remove(occupant, { ...wordsOf(room, item, seat), codes: [301] });
    } else {
      room.changed(occupant);
    }
  }
  return undefined;
}

function wordsOf(room: Room, item: Element, seat: Seat): Removal {
  const actor = room.by(seat.jid)?.nick;
  const reason = childText(item, 'reason', ADMIN);
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(reason === undefined ? {} : { reason }),
  };
}
