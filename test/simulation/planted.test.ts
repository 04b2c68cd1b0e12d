// SPDX-License-Identifier: MIT
//
// A test of the test: mistakes that others made, and the rules of the promise broken one at a time, must be
// found, and for what they are, by the same seeds that find nothing without them.

import { afterEach, describe, expect, it } from 'vitest';
import { mend } from './mistakes.js';
import type { Mistake } from './mistakes.js';
import { COPY_MISTAKES } from './mistakes-copies.js';
import { DELIVERY_MISTAKES } from './mistakes-delivery.js';
import { ROOM_MISTAKES } from './mistakes-rooms.js';
import { STREAM_MISTAKES } from './mistakes-streams.js';
import { ROOMS_FROM } from './plan-room.js';
import { SASL2_FROM } from './plan-sasl2.js';
import { runSeed } from './run.js';

const SEEDS = 2_000;

/** What is said of a seed. */
function wordsOn(seed: number, differs: boolean): readonly string[] {
  const { broken, hash } = runSeed(seed);
  const same = !differs || runSeed(seed).hash === hash;
  return same ? broken : [...broken, 'the same seed went another way'];
}

function beforeFirst({ room = false, sasl2 = false }: Mistake): number {
  if (sasl2) return SASL2_FROM;
  return room ? ROOMS_FROM : 0;
}

/** The seed that notices: the one that did last time, or the first; and its words. */
function find(mistake: Mistake) {
  const { expects, differs = false, seed: last = 1 } = mistake;
  const before = beforeFirst(mistake);
  for (const at of [last, ...Array.from({ length: SEEDS }, (_, i) => i + 1)]) {
    const seed = before + at;
    const words = wordsOn(seed, differs).find((what) => expects.test(what));
    if (words !== undefined) return { seed, words };
  }
  return undefined;
}

/** A search takes up to minutes, which a better hint saves. */
function stale(mistake: Mistake, found: number): string {
  const { seed: last } = mistake;
  const hint = beforeFirst(mistake) + (last ?? found);
  return last === undefined || hint === found ? '' : `  seed ${String(last)} finds it no more\n`;
}

describe('the simulation finds a planted mistake', () => {
  afterEach(mend);

  it.each([...STREAM_MISTAKES, ...COPY_MISTAKES, ...DELIVERY_MISTAKES, ...ROOM_MISTAKES])(
    '$name',
    { timeout: 1_200_000 },
    (mistake) => {
      mistake.plant();
      const found = find(mistake);
      const { seed, words } = found ?? { seed: NaN, words: 'nothing of the kind' };
      process.stdout.write(
        `${mistake.name}: seed ${String(seed)}: ${words}\n${stale(mistake, seed)}`,
      );
      expect(words).toMatch(mistake.expects);
    },
  );
});
