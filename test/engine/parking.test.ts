// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Parking } from '../../src/engine/parking.js';

const TEN_MINUTES = 600_000;

describe('an account that is parked', () => {
  it.each([
    ['is kept at once', 0, false],
    ['is kept just under ten minutes', TEN_MINUTES - 1, false],
    ['is let go after ten minutes', TEN_MINUTES, true],
    ['is let go after a sleep of an hour', 6 * TEN_MINUTES, true],
  ])('%s', (_, later, over) => {
    const parking = new Parking();
    parking.begin(50);
    expect(parking.deadline()).toBe(50 + TEN_MINUTES);
    expect(parking.tick(50 + later)).toBe(over);
    // Once is enough.
    expect(over && parking.tick(50 + later)).toBe(false);
  });

  it('is parked anew from the last time that its host went', () => {
    const parking = new Parking();
    parking.begin(0);
    parking.end();
    expect(parking.deadline()).toBeUndefined();
    expect(parking.tick(TEN_MINUTES)).toBe(false);
    parking.begin(TEN_MINUTES);
    expect(parking.tick(TEN_MINUTES)).toBe(false);
  });
});
