// SPDX-License-Identifier: MIT
//
// A test of the test: mistakes that others made, and the rules of the promise broken one at a time, must be
// found by the same seeds that find nothing without them.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Mistake } from './mistakes.js';
import { DELIVERY_MISTAKES } from './mistakes-delivery.js';
import { STREAM_MISTAKES } from './mistakes-streams.js';
import { runSeed } from './run.js';

const SEEDS = 2_000;

/** The first seed that notices. */
function foundBy({ differs }: Mistake): number | undefined {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { broken, hash } = runSeed(seed);
    if (broken.length > 0 || (differs === true && runSeed(seed).hash !== hash)) {
      return seed;
    }
  }
  return undefined;
}

describe('the simulation finds a planted mistake', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([...STREAM_MISTAKES, ...DELIVERY_MISTAKES])(
    '$name',
    { timeout: 1_200_000 },
    (mistake) => {
      mistake.plant();
      expect(foundBy(mistake)).toBeLessThanOrEqual(SEEDS);
    },
  );
});
