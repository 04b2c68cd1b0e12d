// SPDX-License-Identifier: MIT
//
// What one run does, by its seed alone.

import { Chance } from '../support/model/chance.js';

/** Lines each way, one of which is said when all others are there. */
export const LINES = 100;
/** Lines of a round that are said when the fault is over. */
export const AFTER = 8;

/** What happens to a line at the moment of a fault. */
const MOMENTS = ['typed', 'heard', 'said', 'shown'] as const;

export interface Round {
  lines: number;
  /** The fault comes when this has happened to the line of that number in the round, from 1. */
  moment: (typeof MOMENTS)[number];
  at: number;
  /** Whether all is there before the next round begins. */
  settle: boolean;
  /** For what the fault itself draws. */
  chance: Chance;
}

export interface Plan {
  latencyMs: number;
  rounds: Round[];
}

export function planOf(seed: number): Plan {
  const chance = new Chance(seed);
  const latencyMs = chance.pick([0, 5, 20, 100]);
  const times = chance.between(2, 3);
  let left = LINES - 1;
  const rounds = Array.from({ length: times }, (_, time) => {
    const lines = Math.floor(left / (times - time));
    left -= lines;
    return {
      lines,
      moment: chance.pick(MOMENTS),
      at: chance.between(1, lines - 2 * AFTER),
      settle: chance.happens(0.5),
      chance: new Chance(chance.between(1, 1_000_000)),
    };
  });
  return { latencyMs, rounds };
}
