// SPDX-License-Identifier: MIT
//
// Hardly a seed has a server that lets people in and loses them at once, over and over. These plans do
// little else, so that the limit of ten dials a minute is reached; some of them begin with a session of an
// earlier life, which is settled and followed by another at once.

import { afterEach, describe, expect, it } from 'vitest';
import { Backoff } from '../../src/engine/backoff.js';
import type { Fault } from './faults.js';
import { mend, replace } from './mistakes.js';
import { planOf } from './plan.js';
import type { Plan } from './plan.js';
import { runPlan } from './run.js';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const TIMES = 40;

/** Alice's link breaks a moment after each session that she gets or goes on with. */
function thrownOut(seed: number): Plan {
  const plan = planOf(seed);
  const faults = (['bound', 'resumed'] as const).flatMap((moment) =>
    Array.from({ length: TIMES }, (_, i): Fault => {
      const after = { moment, nth: i + 1, delayMs: (seed * 7 + i * 13) % 400 };
      return { kind: 'cut', who: 'alice', after, size: 0, told: [true, true] };
    }),
  );
  return { ...plan, faults };
}

function brokenBy(seed: number): string[] {
  return runPlan(thrownOut(seed)).broken.map((what) => `seed ${String(seed)}: ${what}`);
}

describe('with a server that loses its sessions at once', () => {
  afterEach(mend);

  it('no promise is broken, and it is dialled ten times a minute at most', () => {
    expect(SEEDS.flatMap(brokenBy)).toEqual([]);
  });

  it('the mistake to ask it as often as a network that is silent is found', () => {
    replace(Backoff, 'failed', (failed) => (now) => failed(now, 'none'));
    const words = /a server that answers was dialled 11 times in \d+ ms/;
    expect(SEEDS.find((seed) => brokenBy(seed).some((what) => words.test(what)))).toBeDefined();
  });
});
