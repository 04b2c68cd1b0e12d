// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { runSeed } from './run.js';

/** More by `make soak`, which sets how many. */
const SEEDS = Number(process.env.STEADFAST_SEEDS ?? 100);
const FIRST = Number(process.env.STEADFAST_FIRST_SEED ?? 1);

describe('under seeded trouble', () => {
  it(`no promise is broken in ${String(SEEDS)} seeds`, { timeout: 3_600_000 }, () => {
    const broken: string[] = [];
    let delivered = 0;
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const outcome = runSeed(seed);
      delivered += outcome.shown;
      broken.push(...outcome.broken.map((what) => `seed ${String(seed)}: ${what}`));
    }
    expect(broken).toEqual([]);
    expect(delivered).toBeGreaterThan(SEEDS * 40);
  });

  it('the same seed gives the same trace', () => {
    for (let seed = 1; seed <= 10; seed++) {
      expect(runSeed(seed).hash).toBe(runSeed(seed).hash);
    }
  });
});
