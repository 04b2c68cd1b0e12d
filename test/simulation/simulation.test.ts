// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { FAILED_SEEDS } from './failed-seeds.js';
import type { Outcome } from './run.js';
import { ROOMS_FROM } from './plan-room.js';
import { runSeed } from './run.js';
import { firstSeed } from './seeds.js';

/** `make test` plays at least so many seeds that no one has played before, and for so long. */
const SEEDS = Number(process.env.STEADFAST_SEEDS ?? 100);
const SECONDS = Number(process.env.STEADFAST_SIM_SECONDS ?? 0);
const FIRST = Number(process.env.STEADFAST_FIRST_SEED ?? firstSeed());
/** Always the same: new ones still find something now and then. */
const ROOM_SEEDS = 150;
const TWICE = Math.min(SEEDS, 200);
const HOUR = { timeout: 3_600_000 };

function inWords({ plan, broken }: Outcome): string[] {
  return broken.map((what) => `seed ${String(plan.seed)}: ${what}`);
}

describe('under seeded trouble', () => {
  it('no promise is broken by a seed that once broke one', HOUR, () => {
    expect(FAILED_SEEDS.flatMap((seed) => inWords(runSeed(seed)))).toEqual([]);
  });

  it(`no promise is broken in ${String(SEEDS)} seeds from ${String(FIRST)} on`, HOUR, () => {
    const until = performance.now() + SECONDS * 1000;
    const broken: string[] = [];
    let shown = 0;
    let seed = FIRST;
    for (; seed < FIRST + SEEDS || performance.now() < until; seed++) {
      const outcome = runSeed(seed);
      shown += outcome.shown;
      broken.push(...inWords(outcome));
    }
    process.stdout.write(`${String(seed - FIRST)} seeds from ${String(FIRST)} on\n`);
    expect(broken).toEqual([]);
    expect(shown).toBeGreaterThan((seed - FIRST) * 60);
  });

  it(`no promise is broken in the first ${String(ROOM_SEEDS)} seeds that have a room`, HOUR, () => {
    const seeds = Array.from({ length: ROOM_SEEDS }, (_, i) => ROOMS_FROM + i);
    expect(seeds.flatMap((seed) => inWords(runSeed(seed)))).toEqual([]);
  });

  it(`each of ${String(TWICE)} seeds gives the same trace twice`, HOUR, () => {
    const differing: number[] = [];
    for (let seed = FIRST; seed < FIRST + TWICE; seed++) {
      if (runSeed(seed).hash !== runSeed(seed).hash) differing.push(seed);
    }
    expect(differing).toEqual([]);
  });
});
