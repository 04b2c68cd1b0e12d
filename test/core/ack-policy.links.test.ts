// SPDX-License-Identifier: MIT
//
// The policy on model links: those that live must not be called dead, those that are dead must.

import { describe, expect, it } from 'vitest';
import { ACK_TIMES } from '../../src/core/ack-policy.js';
import { live, opened, warm, WARM_MS } from '../support/model-link.js';

describe('a link that lives is not called dead', () => {
  const hour = 3_600_000;
  const chat = Array.from({ length: 300 }, (_, i) => ({
    at: i * 12_000 + (i % 7) * 911,
    bytes: 400,
  }));

  it.each([0, 1, 50, 300, 1_000, 2_500, 5_000])('with a round trip of %d ms', (rttMs) => {
    expect(live(opened(), { rttMs }, chat, hour).deadAt).toBeUndefined();
    expect(live(opened(), { rttMs }, [], hour).deadAt).toBeUndefined();
  });

  it('when its round trip grows from 50 ms to 2.9 s at once and further after that', () => {
    const policy = warm(50);
    const course = (rttMs: number, at: number) =>
      live(policy, { rttMs }, [{ at, bytes: 200 }], at + 19_000).deadAt;
    expect(course(2_900, WARM_MS)).toBeUndefined();
    expect(course(12_000, WARM_MS + 20_000)).toBeUndefined();
  });

  it.each([20_000, 100_000, 1_000_000])(
    'while %d bytes go up at 3 kB a second, once the goodput is known',
    (bytes) => {
      const policy = warm(50);
      const slow = { rttMs: 50, rate: 3_000 };
      const first = live(policy, slow, [{ at: WARM_MS, bytes: 6_000 }], WARM_MS + 9_999);
      expect(first.deadAt).toBeUndefined();
      const at = WARM_MS + 10_000;
      expect(live(policy, slow, [{ at, bytes }], at + bytes).deadAt).toBeUndefined();
    },
  );

  it('while its answer stands behind 25 s of incoming elements', () => {
    const policy = warm(100);
    const hears = Array.from({ length: 25 }, (_, i) => WARM_MS + 1_000 * i);
    const slow = { rttMs: 26_000, hears };
    expect(
      live(policy, slow, [{ at: WARM_MS, bytes: 200 }], WARM_MS + 40_000).deadAt,
    ).toBeUndefined();
  });
});

describe('a black hole is found', () => {
  const cases = [0, 50, 300, 1_000].flatMap((rttMs) =>
    [100, 4_095, 4_096, 16_384].map((bytes) => [rttMs, bytes] as const),
  );

  it.each(cases)('within 10 s at a round trip of %d ms with %d bytes unacked', (rttMs, bytes) => {
    const hole = { rttMs, holeAt: WARM_MS };
    for (const policy of [warm(rttMs), opened(WARM_MS - 1)]) {
      const { deadAt } = live(policy, hole, [{ at: WARM_MS, bytes }], WARM_MS + 60_000);
      expect(deadAt).toBeLessThanOrEqual(WARM_MS + 10_000);
      expect(deadAt).toBeGreaterThanOrEqual(WARM_MS + 3_000);
    }
  });

  it('within 10 s after a large upload has measured a round trip of 1 s', () => {
    const policy = warm(1_000);
    live(policy, { rttMs: 1_000, rate: 10_000 }, [{ at: WARM_MS, bytes: 20_000 }], WARM_MS + 9_999);
    const at = WARM_MS + 10_000;
    const { deadAt } = live(
      policy,
      { rttMs: 1_000, holeAt: at },
      [{ at, bytes: 16_384 }],
      at + 60_000,
    );
    expect(deadAt).toBeLessThanOrEqual(at + 10_000);
  });

  it('within 10 s although more and more is written into it', () => {
    const writes = Array.from({ length: 100 }, (_, i) => ({ at: WARM_MS + i * 100, bytes: 400 }));
    const { deadAt } = live(
      warm(1_000),
      { rttMs: 1_000, holeAt: WARM_MS },
      writes,
      WARM_MS + 60_000,
    );
    expect(deadAt).toBeLessThanOrEqual(WARM_MS + 10_000);
  });

  it('within 70 s when nothing is written', () => {
    const { deadAt } = live(warm(300), { rttMs: 300, holeAt: WARM_MS }, [], WARM_MS + 600_000);
    expect(deadAt).toBeLessThanOrEqual(WARM_MS + 70_000);
  });

  it('within 60 s when only our direction is broken and elements keep coming', () => {
    const hears = Array.from({ length: 6_000 }, (_, i) => WARM_MS + 100 * i);
    const hole = { rttMs: 50, holeAt: WARM_MS, hears };
    const { deadAt } = live(warm(50), hole, [{ at: WARM_MS, bytes: 200 }], WARM_MS + 600_000);
    expect(deadAt).toBe(WARM_MS + ACK_TIMES.hearingMs);
  });

  it('one wait after the last element that came in', () => {
    const hears = [1_000, 2_000, 4_900].map((ms) => WARM_MS + ms);
    const hole = { rttMs: 50, holeAt: WARM_MS, hears };
    const { deadAt } = live(warm(50), hole, [{ at: WARM_MS, bytes: 0 }], WARM_MS + 600_000);
    expect(deadAt).toBe(WARM_MS + 4_900 + ACK_TIMES.leastMs);
  });
});
