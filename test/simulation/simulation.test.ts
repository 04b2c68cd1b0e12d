// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { FAILED_SEEDS } from './failed-seeds.js';
import { differing, FIRST, HOURS, inWords, play, SEEDS } from './played.js';
import { runSeed } from './run.js';

const TWICE = Math.min(SEEDS, 200);

describe('under seeded trouble', () => {
  it('no promise is broken by a seed that once broke one', HOURS, () => {
    expect(FAILED_SEEDS.flatMap((seed) => inWords(runSeed(seed)))).toEqual([]);
  });

  it(`no promise is broken in ${String(SEEDS)} seeds from ${String(FIRST)} on`, HOURS, () => {
    const { shown, broken } = play(FIRST, SEEDS);
    expect(broken).toEqual([]);
    expect(shown).toBeGreaterThan(SEEDS * 60);
  });

  it(`each of ${String(TWICE)} seeds gives the same trace twice`, HOURS, () => {
    expect(differing(FIRST, TWICE)).toEqual([]);
  });
});
