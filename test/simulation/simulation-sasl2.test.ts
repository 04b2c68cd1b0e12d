// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { planOf } from './plan.js';
import { ROOMS_FROM } from './plan-room.js';
import { SASL2_FROM } from './plan-sasl2.js';
import { differing, FIRST, HOURS, play, SEEDS as ALL } from './played.js';

const SEED = SASL2_FROM + FIRST;
/** They differ from the others in their sign-ins alone. */
const SEEDS = Math.ceil(ALL / 4);
const TWICE = Math.min(SEEDS, 50);

describe('with SASL2, under seeded trouble', () => {
  it(`no promise is broken in ${String(SEEDS)} seeds from ${String(SEED)} on`, HOURS, () => {
    const { shown, broken } = play(SEED, SEEDS);
    expect(broken).toEqual([]);
    expect(shown).toBeGreaterThan(SEEDS * 60);
  });

  it(`each of ${String(TWICE)} seeds gives the same trace twice`, HOURS, () => {
    expect(differing(SEED, TWICE)).toEqual([]);
  });

  it('what a seed was without is not changed by it', () => {
    for (const seed of [1, ROOMS_FROM + 1]) {
      const { server, ...plan } = planOf(seed);
      const { server: other, strangers, ...same } = planOf(SASL2_FROM + seed);
      expect({ ...same, seed }).toEqual(plan);
      expect(strangers).toBe(seed);
      const { sasl2: _sasl2, ...rest } = other;
      expect(rest).toEqual(server);
    }
  });
});
