// SPDX-License-Identifier: MIT
//
// What can befall a room, and those inside.

import type { Chance } from '../support/model/chance.js';
import type { Fault, Kind, Moment } from './faults.js';
import { TROUBLE_MS } from './plan.js';

/** Its service alone is started again; alice or bob is put out of it. */
export const ROOM_KINDS = ['rooms stopped', 'kicked'] as const;

/** What is the more dangerous a moment after somebody entered, or a line went round. */
const KINDS: readonly Kind[] = [
  ...(['rooms stopped', 'rooms stopped', 'kicked'] as const),
  ...(['cut', 'half-open', 'engine', 'host', 'archive mute', 'server killed'] as const),
];
const MOMENTS: readonly Moment[] = ['asked to enter', 'entered', 'room page', 'line'];

export function roomFaultsOf(chance: Chance): Fault[] {
  return Array.from({ length: chance.between(1, 5) }, () => {
    const moment = chance.pick(MOMENTS);
    const nth = chance.between(1, moment === 'line' ? 60 : 5);
    return {
      kind: chance.pick(KINDS),
      who: chance.pick(['alice', 'bob'] as const),
      ...(chance.happens(0.6)
        ? { after: { moment, nth, delayMs: chance.between(0, 700) } }
        : { at: chance.between(1_000, TROUBLE_MS - 10_000) }),
      size: chance.between(0, 1_000),
      told: [chance.happens(0.5), chance.happens(0.5)] as const,
    };
  });
}
