// SPDX-License-Identifier: MIT
//
// What a seed stands for: a server, people, what they say, and what befalls them. Plain data, so that a
// part of it can be left out and the rest played again.

import { Chance } from '../support/model/chance.js';
import { PROFILES } from '../support/model/profiles.js';
import type { Profile, ServerOptions } from '../support/model/profiles.js';
import { faultsOf } from './faults.js';
import type { Fault } from './faults.js';
import { roomOf, ROOMS_FROM } from './plan-room.js';
import type { RoomPlan } from './plan-room.js';
import { SASL2_FROM, sasl2Of, strangersOf } from './plan-sasl2.js';

export const DOMAIN = 'model.test';
/** Trouble and talk last so long; then everything is well. */
export const TROUBLE_MS = 90_000;

/** Alice and bob are ours; carol is a client of somebody else's, and the tablet another device of alice's. */
export type Speaker = 'alice' | 'bob' | 'carol' | 'tablet';
/** The two who have an engine. */
export type Name = 'alice' | 'bob';

export interface Line {
  /** World's time, ms. */
  readonly at: number;
  readonly from: Speaker;
  readonly to: Exclude<Speaker, 'tablet'>;
  /** Rises within a chat. */
  readonly number: number;
  /**
   * Carol's: said twice with the same id, as two messages; sent again by her with the time of the first
   * one; with a stanza-id forged in the recipient's name.
   */
  readonly trick?: 'twin' | 'again' | 'forged';
  /** Under way in a session of an earlier life when this one begins. */
  readonly inherited?: true;
}

/** One for all in the room. */
export interface RoomLine extends Pick<Line, 'at' | 'number'> {
  readonly from: Exclude<Speaker, 'tablet'>;
  readonly to: 'room';
}

export interface Plan {
  readonly seed: number;
  readonly profile: Profile;
  readonly server: ServerOptions;
  readonly latencyMs: Readonly<Record<Name, number>>;
  /** Alice's journal holds a session of an earlier life, with counters about to wrap (XEP-0198 §4). */
  readonly inherits: boolean;
  readonly room?: RoomPlan;
  /** A dial may meet a server that is not trusted first, by the chance of this seed. */
  readonly strangers?: number;
  readonly lines: readonly (Line | RoomLine)[];
  readonly faults: readonly Fault[];
}

/** So many lines each way are under way in an inherited session. */
const INHERITED = 8;

const CHATS: readonly (readonly [Speaker, Line['to'], number])[] = [
  ['alice', 'bob', 30],
  ['bob', 'alice', 30],
  ['alice', 'carol', 20],
  ['carol', 'alice', 30],
  ['bob', 'carol', 10],
  ['carol', 'bob', 20],
  ['tablet', 'carol', 8],
];

export function planOf(seed: number): Plan {
  // Those with a room are what they are without, and that beside it.
  const chance = new Chance(seed % ROOMS_FROM);
  const { profile, server: usual } = serverOf(chance);
  const sasl2 = sasl2Of(seed, profile);
  const server = sasl2 === undefined ? usual : { ...usual, sasl2 };
  const latencyMs = {
    alice: chance.pick([5, 50, 300]),
    bob: chance.pick([5, 50, 300]),
  };
  const inherits = chance.happens(0.15) && server.plain !== true;
  // Sure ids tell two messages apart that are alike in everything else; nothing else does.
  const stripped = server.archive !== true || server.stripsIds === true;
  const tricks = [
    ...(stripped || server.keepsForged === true ? [] : (['twin'] as const)),
    // The only id in his name would be the forged one.
    ...(stripped && server.keepsForged === true ? [] : (['forged'] as const)),
    'again' as const,
  ];
  const lines = CHATS.flatMap(([from, to, most]) => {
    const count = chance.between(most >> 1, most);
    const times = Array.from({ length: count }, () => chance.between(0, TROUBLE_MS - 5_000));
    times.sort((a, b) => a - b);
    return times.map((at, i): Line => {
      const trick = from === 'carol' && chance.happens(0.2) ? chance.pick(tricks) : undefined;
      return { at, from, to, number: i + 1, ...(trick === undefined ? {} : { trick }) };
    });
  });
  const all = inherits ? lines.map((line) => inherit(line)) : lines;
  const faults = faultsOf(chance);
  const strangers = strangersOf(seed);
  const met = strangers === undefined ? {} : { strangers };
  const plan = { seed, profile, server, latencyMs, inherits, ...met, lines: all, faults };
  const den = roomOf(seed % SASL2_FROM, server.rooms ?? {});
  return den === undefined
    ? plan
    : {
        ...plan,
        server: { ...server, rooms: den.room.options },
        room: den.room,
        lines: [...all, ...den.lines],
        faults: [...faults, ...den.faults],
      };
}

/** Said to one person, as all is in most seeds. */
export function isPersonal(line: Line | RoomLine): line is Line {
  return line.to !== 'room';
}

/** The first lines between alice and bob, and from carol to alice, are of the earlier life. */
function inherit(line: Line): Line {
  const { from, to, number } = line;
  const old =
    number <= INHERITED && (to === 'alice' ? from === 'carol' : from === 'alice' && to === 'bob');
  return old ? { from, to, number, at: 0, inherited: true } : line;
}

/** Half of all seeds are one of the profiles as it is; the others mix what servers do. */
function serverOf(chance: Chance): Pick<Plan, 'profile' | 'server'> {
  const profile = chance.pick(Object.keys(PROFILES) as Profile[]);
  const resumeMs = chance.pick([20_000, 600_000]);
  const options: ServerOptions = { ...PROFILES[profile], resumeMs };
  if (chance.happens(0.5)) {
    return { profile, server: options };
  }
  const archive = chance.happens(0.7);
  return {
    profile,
    server: {
      ...options,
      archive,
      failedH: chance.happens(0.7),
      stoppedH: chance.happens(0.7),
      archiveLagMs: chance.pick([0, 0, 500, 1_500, 2_000]),
      stripsIds: chance.happens(0.2),
      carbons: chance.happens(0.7),
      otherDevices: archive && chance.happens(0.5),
      archivedIsKept: chance.happens(0.5),
      queue: chance.pick([
        { cap: 50, end: 'silence' },
        { cap: 400, end: 'policy-violation' },
      ] as const),
    },
  };
}

/** A part of a plan. */
export interface Part {
  readonly lines: readonly number[];
  readonly faults: readonly number[];
}

export function partOf(plan: Plan, part: Part): Plan {
  const pick = <T>(all: readonly T[], which: readonly number[]) =>
    all.filter((_, i) => which.includes(i));
  return { ...plan, lines: pick(plan.lines, part.lines), faults: pick(plan.faults, part.faults) };
}
