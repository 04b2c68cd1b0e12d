// SPDX-License-Identifier: MIT
//
// Whatever a room says, in whatever order: what the host was told of it piece by piece is what it is told
// when it joins anew, and the delivery of lines hears of each stay's beginning and end.

import fc from 'fast-check';
import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import {
  EventSchema,
  LeaveRoomSchema,
  Occupant_Departure as Departure,
  Room_State as State,
  Show,
} from '../../src/contract/engine_pb.js';
import type { EventBody } from '../../src/features/feature.js';
import { failure, result } from './host.js';
import { away, presence, ROOM, Stage } from './muc-stage.js';

const nicks = fc.constantFrom('romeo', 'romeo_', 'hag', 'Hag', 'h\u0430g', '');
const said = fc.record({
  item: fc
    .record({
      nick: fc.constantFrom('', 'romeo', 'hag', 'other', ' '),
      role: fc.constantFrom('none', 'visitor', 'moderator'),
      affiliation: fc.constantFrom('none', 'outcast', 'owner'),
    })
    .map(
      ({ nick, role, affiliation }) => `nick='${nick}' role='${role}' affiliation='${affiliation}'`,
    ),
  codes: fc.subarray([100, 110, 170, 201, 210, 301, 303, 307, 321, 332, 333], { maxLength: 3 }),
  more: fc.constantFrom('', '', '', '', "<destroy jid='a@b'/>"),
});

const moves: fc.Arbitrary<(host: Stage) => void> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(nicks, said).map(
      ([nick, what]) =>
        (host: Stage) =>
          void host.receive(presence(nick, what)),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(nicks, said).map(
      ([nick, what]) =>
        (host: Stage) =>
          void host.receive(away(nick, what)),
    ),
  },
  { weight: 2, arbitrary: fc.constant((host: Stage) => void host.admit('romeo')) },
  fc
    .constantFrom('conflict', 'forbidden', 'remote-server-not-found', 'not-acceptable')
    .map((condition) => (host: Stage) => {
      host.deny(condition);
    }),
  fc.constantFrom('', 'romeo', 'other').map((nick) => (host: Stage) => void host.join(nick)),
  fc.constantFrom(1_000, 60_000, 900_000).map((ms) => (host: Stage) => {
    host.pass(ms);
  }),
  fc.constantFrom(Show.AWAY, Show.AVAILABLE).map((show) => (host: Stage) => {
    host.setPresence(show);
  }),
  fc.constantFrom(
    (host: Stage) => {
      host.newSession();
    },
    (host: Stage) => {
      host.online = false;
      host.pass(70_000);
      host.online = true;
      host.moment('resumed', 70_000);
    },
    (host: Stage) => {
      host.command('leaveRoom', LeaveRoomSchema, { room: ROOM });
    },
    (host: Stage) => {
      const subject = '<subject>Fire</subject>';
      host.receive(`<message type='groupchat' from='${ROOM}/hag'>${subject}</message>`);
    },
    (host: Stage) => {
      host.requests.shift()?.done(result());
    },
    (host: Stage) => {
      host.requests.shift()?.done(failure('stanza', 'not-acceptable'));
    },
    (host: Stage) => {
      host.requests.shift()?.done(failure('timeout', 'no-answer'));
    },
  ),
);

/** What a host knows that believes what it is told. */
class Believer {
  state: State | undefined;
  nick = '';
  there = new Map<string, unknown>();
  #coming = new Map<string, unknown>();

  take(body: EventBody): void {
    if (body.case === 'room') {
      this.state = body.value.state === State.LEFT ? undefined : body.value.state;
      this.nick = body.value.nick;
      if (this.state === undefined) this.there.clear();
    } else if (body.case === 'roomOccupants') {
      const { occupants, begin, end } = body.value;
      if (begin) this.#coming = new Map();
      const whole = begin || end;
      const list = whole ? this.#coming : this.there;
      for (const one of occupants) {
        if (one.departure === Departure.NO) list.set(one.nick, one);
        else list.delete(one.nick);
      }
      if (end) this.there = this.#coming;
    }
  }
}

function believe(host: Stage, believer = new Believer()): Believer {
  for (const body of host.told.splice(0)) {
    expect(() => toBinary(EventSchema, create(EventSchema, { body }))).not.toThrow();
    believer.take(body);
  }
  return believer;
}

function staysAreWhole(calls: readonly string[]): boolean {
  let stay: 'out' | 'coming' | 'in' = 'out';
  for (const call of calls) {
    const [what = ''] = call.split(' ');
    if (what === 'joining' && stay !== 'in') stay = 'coming';
    else if (what === 'joined' && stay === 'coming') stay = 'in';
    else if (what === 'left' && stay === 'in') stay = 'out';
    else if (!['history', 'described'].includes(what) || stay !== 'in') return false;
  }
  return true;
}

test('what is told piece by piece is the same as what is told at once (XEP-0045)', () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 25 }), (all) => {
      const host = new Stage().join();
      for (const move of all) move(host);
      const pieces = believe(host);
      host.moment('attached');
      const whole = believe(host);
      expect([...pieces.there].sort()).toEqual([...whole.there].sort());
      expect([pieces.state, pieces.state && pieces.nick]).toEqual([
        whole.state,
        whole.state && whole.nick,
      ]);
      expect(staysAreWhole(host.traffic.calls)).toBe(true);
      // Whoever is not in it now, and was not put out, is on the way.
      if (host.room !== undefined && !host.room.joined) {
        host.sent.length = 0;
        host.pass(300_000);
        expect(host.sent.filter((sent) => sent.includes('jabber.org/protocol/muc"'))).not.toEqual(
          [],
        );
      }
    }),
    { numRuns: 1_000 },
  );
});
