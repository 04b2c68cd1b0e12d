// SPDX-License-Identifier: MIT
//
// The room that seeds from `ROOMS_FROM` on have: how its service is, when alice and bob come into it, what is said
// there and what befalls it. Drawn from a stream of chance of its own, so that everything else in such a seed
// is what it would be without.

import { Chance } from '../support/model/chance.js';
import type { RoomOptions } from '../support/model/room-options.js';
import { roomFaultsOf } from './faults-room.js';
import type { Fault } from './faults.js';
import type { Name, RoomLine } from './plan.js';
import { TROUBLE_MS } from './plan.js';

/** What seeds below this found was found without a room, and they go on to stand for it. */
export const ROOMS_FROM = 2_000_000_000;

/** The local part of its address. */
export const DEN = 'den';

export interface RoomPlan {
  readonly options: RoomOptions;
  /** When each first asks to enter, world's time, ms. */
  readonly comesAt: Readonly<Record<Name, number>>;
}

export interface RoomPart {
  readonly room: RoomPlan;
  readonly lines: readonly RoomLine[];
  readonly faults: readonly Fault[];
}

const SPEAKERS = [
  ['alice', 30],
  ['bob', 20],
  ['carol', 40],
] as const;

/** @param usual what the rooms of this seed's server are like by themselves */
export function roomOf(seed: number, usual: RoomOptions): RoomPart | undefined {
  if (seed < ROOMS_FROM) {
    return undefined;
  }
  const chance = new Chance((seed - ROOMS_FROM) ^ 0x0045_0410);
  // Whether there was a room was once drawn here, and seeds that found something then go on to.
  chance.happens(0.4);
  const options = chance.happens(0.4) ? usual : mixed(chance, usual);
  const comes = () => (chance.happens(0.7) ? 0 : chance.between(0, 30_000));
  const comesAt = { alice: comes(), bob: comes() };
  const lines = SPEAKERS.flatMap(([from, most]) => {
    const count = chance.between(most >> 1, most);
    const times = Array.from({ length: count }, () => chance.between(0, TROUBLE_MS - 5_000));
    times.sort((a, b) => a - b);
    return times.map((at, i): RoomLine => ({ at, from, to: 'room', number: i + 1 }));
  });
  return { room: { options, comesAt }, lines, faults: roomFaultsOf(chance) };
}

function mixed(chance: Chance, usual: RoomOptions): RoomOptions {
  const stray = chance.pick(['kick', 'error', 'enter'] as const);
  const { stray: _usual, ...rest } = usual;
  return {
    ...rest,
    archive: chance.happens(0.6),
    archiveLagMs: chance.pick([0, 0, 500, 1_500, 2_000]),
    rewritesIds: chance.happens(0.3),
    stripsOrigins: chance.happens(0.15),
    selfPing: chance.happens(0.5),
    historyLines: chance.pick([20, 20, 20, 3, 0]),
    historyHidesIds: chance.happens(0.2),
    killLosesHistory: chance.happens(0.5),
    ...(stray === 'kick' ? {} : { stray }),
  };
}
