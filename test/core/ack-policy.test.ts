// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { ACK_TIMES, AckPolicy } from '../../src/core/ack-policy.js';
import { live, opened, wait, warm, WARM_MS } from '../support/model-link.js';

describe('the wait for an answer', () => {
  it.each([
    [0, 3_000],
    [500, 3_000],
    [750, 4_000],
    [1_000, 5_000],
    [5_000, 21_000],
    [9_000, 30_000],
  ])('after round trips of %d ms is %d ms', (rttMs, expected) => {
    const policy = opened();
    for (let i = 0; i < 4; i++) {
      wait(policy, i * 50_000);
      policy.answered(i * 50_000 + rttMs, true);
    }
    expect(wait(policy, 200_000)).toBe(expected);
  });

  it('is 9 s while no round trip is known', () => {
    expect(wait(opened(), 0)).toBe(9_000);
  });

  it('counts the bytes before the question and none behind it', () => {
    const policy = warm(50);
    const bytes = 2 * ACK_TIMES.firstGoodput;
    expect(wait(policy, WARM_MS, bytes)).toBe(3_000 + 2_000);
    policy.wrote(WARM_MS + 1, 1_000_000);
    expect(policy.deadline()).toBe(WARM_MS + 5_000);
  });

  it('takes the goodput from what an answer took beyond the round trip, and keeps a fifth in reserve', () => {
    const policy = warm(1_000);
    let at = WARM_MS;
    const upload = (transferMs: number) => {
      wait(policy, (at += 100_000), 8_192);
      policy.answered(at + 1_000 + transferMs, true);
      const waited = wait(policy, (at += 100_000), 32_768);
      policy.opened(at);
      return waited;
    };
    // 4,096 a second, of which 3,277 count; then twice as fast, of which a quarter is believed at first.
    expect(upload(2_000)).toBeCloseTo(5_000 + 10_000);
    expect(upload(1_000)).toBeCloseTo(5_000 + 8_000);
    expect(upload(2_000)).toBeCloseTo(5_000 + 10_000);
  });

  it('counts the transfer of bytes from when they were written, not from when they were asked for', () => {
    const policy = warm(1_000);
    wait(policy, WARM_MS, 100);
    policy.wrote(WARM_MS, 8_192);
    policy.answered(WARM_MS + 1_000, true);
    policy.asked(WARM_MS + 1_000);
    policy.answered(WARM_MS + 3_000, true);
    expect(wait(policy, WARM_MS + 10_000, 32_768)).toBeCloseTo(5_000 + 10_000);
  });

  it('falls back slowly when a slow link becomes fast', () => {
    const policy = warm(2_000);
    wait(policy, WARM_MS);
    policy.answered(WARM_MS + 400, true);
    expect(wait(policy, WARM_MS + 1_000)).toBe(4 * ((7 * 2_000 + 400) / 8) + 1_000);
  });

  it('learns nothing from an answer that may belong to another question', () => {
    const policy = warm(1_000);
    wait(policy, WARM_MS);
    policy.probe(WARM_MS + 10);
    policy.asked(WARM_MS + 10);
    policy.answered(WARM_MS + 20, true);
    expect(wait(policy, WARM_MS + 1_000)).toBe(5_000);
  });

  it('learns nothing from an answer that came unasked or covers only a part', () => {
    const policy = warm(1_000);
    policy.answered(WARM_MS, true);
    wait(policy, WARM_MS);
    policy.answered(WARM_MS + 2_500, false);
    expect(wait(policy, WARM_MS + 3_000)).toBe(5_000);
  });
});

describe('a question is put', () => {
  it('once for a burst, however many stanzas it has', () => {
    const burst = Array.from({ length: 50 }, (_, i) => ({ at: 100 + i / 100, bytes: 300 }));
    // Two: for the first stanza at once, and for all the rest when that is answered.
    expect(live(opened(), { rttMs: 50 }, burst, 1_000).asked).toEqual([100, 150]);
  });

  it('at once when something is written, again when it is answered and more was written', () => {
    const policy = opened();
    policy.wrote(10, 100);
    expect([policy.due(10), policy.deadline()]).toEqual(['ask', 10]);
    policy.asked(10);
    expect(policy.due(10)).toBeUndefined();
    policy.wrote(20, 100);
    expect(policy.due(20)).toBeUndefined();
    policy.answered(60, true);
    expect(policy.due(60)).toBe('ask');
    policy.asked(60);
    policy.answered(90, true);
    expect(policy.due(90)).toBeUndefined();
  });

  it('after 60 s of silence, so at most 60 times an hour on an idle link', () => {
    const { asked } = live(opened(), { rttMs: 50 }, [], 3_600_000);
    expect(asked.slice(0, 2)).toEqual([60_000, 120_050]);
    expect(asked.length).toBeLessThanOrEqual(60);
  });

  it('not for idleness while elements come in', () => {
    const hears = Array.from({ length: 100 }, (_, i) => i * 50_000);
    expect(live(opened(), { rttMs: 50, hears }, [], 4_000_000).asked).toEqual([]);
  });

  it('again a second after an answer that did not cover everything', () => {
    const policy = opened();
    wait(policy, 0, 100);
    policy.answered(50, false);
    expect(policy.due(1_049)).toBeUndefined();
    expect(policy.due(1_050)).toBe('ask');
  });

  it('never without a link', () => {
    const policy = new AckPolicy();
    policy.probe(0);
    expect([policy.deadline(), policy.due(1e9)]).toEqual([undefined, undefined]);
    policy.opened(0);
    wait(policy, 0, 100);
    policy.closed();
    expect([policy.deadline(), policy.due(1e9)]).toEqual([undefined, undefined]);
  });
});

describe('a new link', () => {
  it('owes no answer to the questions of the old one, and keeps what was measured', () => {
    const policy = warm(1_000);
    wait(policy, WARM_MS, 50_000);
    policy.wrote(WARM_MS + 1, 50_000);
    policy.opened(WARM_MS + 100_000);
    expect(policy.deadline()).toBe(WARM_MS + 100_000 + ACK_TIMES.idleMs);
    expect(wait(policy, WARM_MS + 100_001)).toBe(5_000);
  });
});

describe('a probe', () => {
  it.each([
    [50, 1_000],
    [250, 1_000],
    [1_000, 2_500],
    [5_000, 10_500],
  ])('at a round trip of %d ms waits %d ms', (rttMs, expected) => {
    const policy = warm(rttMs);
    policy.probe(WARM_MS + 50_000);
    expect(policy.due(WARM_MS + 50_000)).toBe('ask');
    policy.asked(WARM_MS + 50_000);
    expect(policy.deadline()).toBe(WARM_MS + 50_000 + expected);
    expect(policy.due(WARM_MS + 50_000 + expected)).toBe('dead');
  });

  it('goes out although a question is on its way, even one whose time ran out in sleep', () => {
    const policy = warm(50);
    wait(policy, WARM_MS, 100);
    const awake = WARM_MS + 600_000;
    policy.probe(awake);
    expect(policy.due(awake)).toBe('ask');
    policy.asked(awake);
    expect(policy.due(awake)).toBeUndefined();
    policy.answered(awake + 50, true);
    expect(policy.due(awake + 50)).toBeUndefined();
  });

  it('is not prolonged by hints that follow, but begins anew after another sleep', () => {
    const policy = warm(50);
    policy.probe(WARM_MS);
    policy.asked(WARM_MS);
    for (let ms = 100; ms < 1_000; ms += 100) {
      policy.probe(WARM_MS + ms);
      expect(policy.due(WARM_MS + ms)).toBeUndefined();
    }
    policy.probe(WARM_MS + 300_000);
    expect(policy.due(WARM_MS + 300_000)).toBe('ask');
  });

  it('allows for the bytes still on their way', () => {
    const policy = warm(50);
    wait(policy, WARM_MS, ACK_TIMES.firstGoodput);
    policy.probe(WARM_MS + 10);
    policy.asked(WARM_MS + 10);
    expect(policy.deadline()).toBe(WARM_MS + 10 + 1_000 + 1_000);
  });
});

describe('patience', () => {
  /** The link is called dead, and the next one shows that it had lived. */
  function misjudge(policy: AckPolicy, at: number): number {
    const waited = wait(policy, at, 100);
    expect(policy.due(at + waited)).toBe('dead');
    policy.opened(at + waited);
    policy.livedThrough();
    return waited;
  }

  it('doubles the wait after each false death, up to 120 s', () => {
    const policy = warm(1_000);
    const waits = Array.from({ length: 7 }, (_, i) => misjudge(policy, WARM_MS + i * 200_000));
    expect(waits.map((ms) => Math.round(ms / 1_000))).toEqual([5, 10, 20, 40, 80, 120, 120]);
  });

  it('never shortens a wait that the bytes make longer than 120 s', () => {
    const policy = warm(1_000);
    misjudge(policy, WARM_MS);
    expect(wait(policy, WARM_MS + 100_000, 200 * ACK_TIMES.firstGoodput)).toBe(205_000);
  });

  it('goes back by one doubling after 8 answers in a row that needed none', () => {
    const policy = warm(1_000);
    misjudge(policy, WARM_MS);
    misjudge(policy, WARM_MS + 50_000);
    const start = WARM_MS + 100_000;
    const waits: number[] = [];
    for (let i = 0; i < 17; i++) {
      waits.push(wait(policy, start + i * 10_000));
      policy.answered(start + i * 10_000 + 1_000, true);
    }
    expect(waits).toEqual([
      ...Array<number>(8).fill(20_000),
      ...Array<number>(8).fill(10_000),
      5_000,
    ]);
  });

  it('begins its count anew at an answer that needed it', () => {
    const policy = warm(1_000);
    misjudge(policy, WARM_MS);
    const start = WARM_MS + 50_000;
    for (let i = 0; i < 8; i++) {
      wait(policy, start + i * 30_000);
      policy.answered(start + i * 30_000 + (i === 6 ? 5_001 : 1_000), true);
    }
    const { rttFactor, marginMs } = ACK_TIMES;
    expect(wait(policy, start + 300_000)).toBeGreaterThan(2 * (rttFactor * 1_000 + marginMs));
  });

  it('is not learnt from a link that was cut, or that nothing proved alive', () => {
    const policy = warm(1_000);
    wait(policy, WARM_MS, 100);
    policy.opened(WARM_MS + 1_000);
    policy.livedThrough();
    expect(wait(policy, WARM_MS + 1_000)).toBe(5_000);
    expect(policy.due(WARM_MS + 10_000)).toBe('dead');
    policy.opened(WARM_MS + 10_000);
    expect(wait(policy, WARM_MS + 10_000)).toBe(5_000);
    policy.livedThrough();
    expect(policy.deadline()).toBe(WARM_MS + 15_000);
  });

  it('carries the first large upload over a slow link at last', () => {
    const policy = warm(50);
    const slow = { rttMs: 50, rate: 3_000 };
    let at = WARM_MS;
    let deaths = 0;
    for (; deaths < 10; deaths++) {
      const { deadAt } = live(policy, slow, [{ at, bytes: 100_000 }], at + 40_000);
      if (deadAt === undefined) break;
      at += 50_000;
      policy.opened(at);
      policy.livedThrough();
    }
    expect(deaths).toBe(2);
  });
});
