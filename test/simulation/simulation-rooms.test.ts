// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { ROOMS_FROM } from './plan-room.js';
import { differing, FIRST, HOURS, play, SEEDS } from './played.js';

const [SEED, TWICE] = [ROOMS_FROM + FIRST, Math.min(SEEDS, 50)];

describe('in a room, under seeded trouble', () => {
  it(`no promise is broken in ${String(SEEDS)} seeds from ${String(SEED)} on`, HOURS, () => {
    const { shown, broken } = play(SEED, SEEDS);
    expect(broken).toEqual([]);
    expect(shown).toBeGreaterThan(SEEDS * 120);
  });

  it(`each of ${String(TWICE)} seeds gives the same trace twice`, HOURS, () => {
    expect(differing(SEED, TWICE)).toEqual([]);
  });
});
