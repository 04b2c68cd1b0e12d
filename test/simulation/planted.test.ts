// SPDX-License-Identifier: MIT
//
// A test of the test: mistakes that others made, and the rules of the promise broken one at a time, must be
// found by the same seeds that find nothing without them.

import { afterEach, describe, expect, it } from 'vitest';
import { mend } from './mistakes.js';
import type { Mistake } from './mistakes.js';
import { DELIVERY_MISTAKES } from './mistakes-delivery.js';
import { STREAM_MISTAKES } from './mistakes-streams.js';
import { runSeed } from './run.js';

const SEEDS = 2_000;

/** The seed that notices: the one that did last time, or the first. */
function foundBy({ differs, seed: last = 1 }: Mistake): number | undefined {
  const finds = (seed: number) => {
    const { broken, hash } = runSeed(seed);
    return broken.length > 0 || (differs === true && runSeed(seed).hash !== hash);
  };
  const all = [last, ...Array.from({ length: SEEDS }, (_, i) => i + 1)];
  return all.find(finds);
}

describe('the simulation finds a planted mistake', () => {
  afterEach(mend);

  it.each([...STREAM_MISTAKES, ...DELIVERY_MISTAKES])(
    '$name',
    { timeout: 1_200_000 },
    (mistake) => {
      mistake.plant();
      const seed = foundBy(mistake);
      process.stdout.write(`${mistake.name}: seed ${String(seed)}\n`);
      expect(seed).toBeLessThanOrEqual(SEEDS);
    },
  );
});
