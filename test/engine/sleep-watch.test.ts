// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { SleepWatch } from '../../src/engine/sleep-watch.js';

const WALL = 1_800_000_000_000;
const at = (now: number, wall = now) => ({ now, wall: WALL + wall });

/** @param inputs clocks of earlier inputs, ticks asked for */
function watchAfter(...inputs: readonly ReturnType<typeof at>[]): SleepWatch {
  const watch = new SleepWatch();
  for (const clock of inputs) watch.slept(clock, true);
  return watch;
}

describe('sleep', () => {
  it.each([
    ['the machine: its monotonic clock stood still', at(1_500, 61_000), true],
    ['the process: both clocks went on', at(61_000), true],
    ['nobody: a tick that came late', at(4_500), false],
  ])('was that of %s', (_, clock, slept) => {
    expect(watchAfter(at(1_000)).slept(clock, true)).toBe(slept);
  });

  it('is no pause in which no tick was asked for', () => {
    expect(watchAfter(at(1_000)).slept(at(61_000), false)).toBe(false);
  });
});

describe('what is read', () => {
  it('came now', () => {
    expect(watchAfter(at(1_000), at(2_000)).since(at(2_000))).toBe(WALL + 2_000);
  });

  it('at a wake may have come when the sleep began', () => {
    const watch = watchAfter(at(1_000), at(1_500, 61_000));
    expect(watch.since(at(1_500, 61_000))).toBe(WALL + 1_000);
    expect(watch.since(at(2_400, 61_900))).toBe(WALL + 1_000);
  });

  it('a while after a wake came then', () => {
    const watch = watchAfter(at(1_000), at(1_500, 61_000));
    expect(watch.since(at(2_600, 62_100))).toBe(WALL + 62_100);
  });

  it('as a session goes on may have come since its last link brought something', () => {
    const watch = watchAfter(at(1_000), at(2_000));
    watch.heard(at(2_000));
    watch.resumed(at(9_000));
    expect(watch.since(at(9_000))).toBe(WALL + 2_000);
    expect(watch.since(at(10_100))).toBe(WALL + 10_100);
  });

  it('as a session goes on that brought something last at a wake may have come since the sleep began', () => {
    const watch = watchAfter(at(1_000), at(1_500, 61_000));
    watch.heard(at(1_500, 61_000));
    watch.resumed(at(4_000, 63_500));
    expect(watch.since(at(4_000, 63_500))).toBe(WALL + 1_000);
  });

  it('as the session of an earlier process goes on at a wake may have come since the sleep began', () => {
    const watch = watchAfter(at(1_000), at(1_500, 61_000));
    watch.resumed(at(1_500, 61_000));
    expect(watch.since(at(1_500, 61_000))).toBe(WALL + 1_000);
  });

  it('at a wake that a new session has followed came now', () => {
    const watch = watchAfter(at(1_000), at(1_500, 61_000));
    watch.began();
    expect(watch.since(at(2_400, 61_900))).toBe(WALL + 61_900);
  });

  it('as the session of an earlier process goes on came now, or when it is said to have come', () => {
    const watch = watchAfter(at(1_000));
    watch.resumed(at(9_000));
    expect(watch.since(at(9_000))).toBe(WALL + 9_000);
    expect(watch.since(at(9_000), WALL - 5_000)).toBe(WALL - 5_000);
  });

  it('never came in the future, where a clock was put back', () => {
    const watch = watchAfter(at(1_000, 3_600_000), at(1_500, 1_500));
    expect(watch.since(at(1_500, 1_500))).toBe(WALL + 1_500);
  });
});
