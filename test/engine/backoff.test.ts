// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { Reached } from '../../src/engine/backoff.js';
import { Backoff } from '../../src/engine/backoff.js';

const least = (n: number): Uint8Array => new Uint8Array(n);
const most = (n: number): Uint8Array => new Uint8Array(n).fill(255);

/** When attempts start, the first at 0, if each one fails `takesMs` after its start. */
function starts(backoff: Backoff, reached: Reached, takesMs: number, untilMs: number): number[] {
  return startsFrom(0, backoff, reached, takesMs, untilMs);
}

function startsFrom(
  first: number,
  backoff: Backoff,
  reached: Reached,
  takesMs: number,
  untilMs: number,
): number[] {
  const times: number[] = [];
  for (let at = first; at < untilMs;) {
    times.push(at);
    const failedAt = at + takesMs;
    at = failedAt + backoff.failed(failedAt, reached);
  }
  return times;
}

describe('with a silent network', () => {
  it('a refused connection is tried again each second for 60 s, then each 5 s', () => {
    const times = starts(new Backoff(least), 'none', 0, 80_000);
    expect(times.slice(0, 3)).toEqual([0, 1000, 2000]);
    expect(times.filter((t) => t > 61_000)).toEqual([65_000, 70_000, 75_000]);
  });

  it('an attempt that the disk held up is followed a second after its own start', () => {
    const backoff = new Backoff(least);
    expect(backoff.failed(0, 'none')).toBe(1000);
    backoff.started(1600);
    expect(backoff.failed(1700, 'none')).toBe(900);
  });

  it('an attempt that nobody had waited for is followed a second after its own start', () => {
    const backoff = new Backoff(least);
    backoff.failed(0, 'none');
    backoff.started(1000);
    backoff.started(20_000);
    expect(backoff.failed(20_100, 'none')).toBe(900);
  });

  it('an attempt dropped after 3 s is followed at once by the next', () => {
    expect(starts(new Backoff(least), 'none', 3000, 14_000)).toEqual([
      0, 4000, 7000, 10_000, 13_000,
    ]);
  });
});

describe('with a server that answers and refuses', () => {
  it.each([
    ['least', least],
    ['most', most],
  ])('at most 10 attempts fall into the first minute, with the %s jitter', (_name, random) => {
    const times = starts(new Backoff(random), 'server', 0, 60_000);
    expect(times.length).toBeLessThanOrEqual(10);
    expect(times.length).toBeGreaterThanOrEqual(7);
  });

  it('never comes faster than 1 s, and slows down to a minute', () => {
    const backoff = new Backoff(least);
    const delays: number[] = [];
    for (let at = 0; delays.length < 15; at += delays.at(-1) ?? 0)
      delays.push(backoff.failed(at, 'server'));
    expect(Math.min(...delays)).toBe(1000);
    expect(delays.at(-1)).toBe(60_000);
    expect([...delays].sort((a, b) => a - b)).toEqual(delays);
  });

  it('jitter only makes it wait longer, by at most a quarter', () => {
    expect(new Backoff(most).failed(0, 'server')).toBeGreaterThan(1200);
    expect(new Backoff(most).failed(0, 'server')).toBeLessThanOrEqual(1250);
  });
});

describe('after a session that lived', () => {
  /** Up for so long, and lost at 0. */
  function lost(upMs: number, random = least): { backoff: Backoff; delay: number } {
    const backoff = new Backoff(random);
    backoff.succeeded(-upMs);
    return { backoff, delay: backoff.failed(0, 'server') };
  }

  it.each([
    ['at once with the least jitter', least, 0, 0],
    ['within a quarter of a second with the most', most, 200, 250],
  ])('the first redial comes %s', (_name, random, from, to) => {
    const { delay } = lost(10_000, random);
    expect(delay).toBeGreaterThanOrEqual(from);
    expect(delay).toBeLessThanOrEqual(to);
  });

  it('that was younger than 10 s it waits for a second', () => {
    expect(lost(9_999).delay).toBe(1000);
  });

  it.each<[string, Reached, typeof least, number]>([
    ['answers, with the least jitter', 'server', least, 7],
    ['answers, with the most jitter', 'server', most, 7],
    ['is silent', 'none', least, 60],
  ])(
    'the next come a second apart or more, where the server %s',
    (_name, reached, random, fewest) => {
      const { backoff, delay } = lost(10_000, random);
      const times = startsFrom(delay, backoff, reached, 0, 60_000);
      const gaps = times.slice(1).map((at, i) => at - (times[i] ?? NaN));
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
      expect(times.length).toBeGreaterThanOrEqual(fewest);
      if (reached === 'server') expect(times.length).toBeLessThanOrEqual(10);
    },
  );
});

describe('after a short session that brought something forward', () => {
  type Kind = 'forward' | 'for nothing' | 'refused';

  /** When attempts start, the first at 0, if all are answered and end like these, over and over. */
  function answered(kinds: readonly Kind[], random: typeof least, untilMs: number): number[] {
    const backoff = new Backoff(random);
    backoff.hint(0);
    const times: number[] = [];
    for (let at = 0; at < untilMs;) {
      const kind = kinds[times.length % kinds.length];
      times.push(at);
      if (kind !== 'refused') backoff.succeeded(at);
      if (kind === 'forward') backoff.progressed();
      at += backoff.failed(at, 'server');
    }
    return times;
  }

  it('the first redials come a second after the last, or at once', () => {
    expect(answered(['forward'], least, 5000)).toEqual([0, 1000, 2000, 3000, 4000]);
    const backoff = new Backoff(least);
    backoff.succeeded(0);
    backoff.progressed();
    expect(backoff.failed(3000, 'server')).toBe(0);
  });

  it('the link may break each seven seconds', () => {
    const backoff = new Backoff(most);
    let waited = 0;
    for (let round = 1, at = 0; round <= 5; round++) {
      backoff.succeeded(at);
      backoff.progressed();
      const delay = backoff.failed(at + 7_000, 'server');
      waited = Math.max(waited, delay);
      at += 7_000 + delay;
    }
    expect(waited).toBeLessThanOrEqual(3_250);
  });

  it.each<[string, Kind[]]>([
    ['is thrown out at once', ['forward']],
    ['is refused the next time', ['forward', 'refused']],
    ['is refused twice', ['forward', 'refused', 'refused']],
    ['has a session for nothing then', ['forward', 'for nothing']],
  ])('a server is asked ten times a minute at most if each %s', (_name, kinds) => {
    for (const random of [least, most]) {
      const times = answered(kinds, random, 600_000);
      times.forEach((from, i) => {
        expect((times[i + 10] ?? Infinity) - from).toBeGreaterThanOrEqual(60_000);
        expect((times[i + 1] ?? Infinity) - from).toBeGreaterThanOrEqual(1000);
      });
      expect(times.length).toBeGreaterThan(50);
    }
  });

  it('a session that is only settled counts as well, and the next waits where there is no room', () => {
    const backoff = new Backoff(least);
    for (let at = 0; at < 9_000; at += 1_000) {
      backoff.started(at);
      expect(backoff.ended(at + 100)).toBe(0);
    }
    backoff.started(9_000);
    expect(backoff.ended(9_100)).toBe(60_000 - 9_100);
    expect(backoff.failed(9_200, 'server')).toBeGreaterThanOrEqual(61_000 - 9_200);
  });

  it('what came in an earlier one does not count', () => {
    const backoff = new Backoff(least);
    backoff.succeeded(0);
    backoff.progressed();
    backoff.failed(3_000, 'server');
    backoff.progressed();
    backoff.succeeded(4_000);
    expect(backoff.failed(5_000, 'server')).toBe(1000);
    expect(backoff.failed(6_000, 'server')).toBe(2000);
  });
});

describe('what starts over', () => {
  function tired(): Backoff {
    const backoff = new Backoff(least);
    for (let i = 0; i < 12; i++) backoff.failed(i * 60_000, 'server');
    return backoff;
  }

  it('a hint from the host does', () => {
    const backoff = tired();
    backoff.hint(800_000);
    expect(backoff.failed(800_000, 'server')).toBe(1000);
    expect(backoff.failed(801_000, 'none')).toBe(1000);
  });

  it('a session that lived does', () => {
    const backoff = tired();
    backoff.succeeded(800_000);
    expect(backoff.failed(810_000, 'server')).toBe(0);
    expect(backoff.failed(810_000, 'server')).toBe(1000);
  });

  it('a session that was thrown out at once does not', () => {
    const backoff = tired();
    backoff.succeeded(800_000);
    expect(backoff.failed(800_500, 'server')).toBe(60_000);
  });
});
