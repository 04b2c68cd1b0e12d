// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { AckPolicy } from '../../src/core/ack-policy.js';
import { wait } from '../support/model-link.js';

describe('on a link that the server may take for idle', () => {
  const LIMIT_MS = 100_000;

  it('something is said in half of the time, however much comes in', () => {
    const policy = new AckPolicy();
    policy.opened(0, LIMIT_MS);
    for (let now = 1_000; now < 50_000; now += 1_000) policy.heard(now);
    expect(policy.deadline()).toBe(50_000);
    expect(policy.due(50_000)).toBe('ask');
    policy.asked(50_000);
    policy.answered(50_100, true);
    for (let now = 51_000; now < 100_000; now += 1_000) policy.heard(now);
    expect(policy.deadline()).toBe(100_000);
  });

  it('what we write counts, and what the last link was told does not', () => {
    const policy = new AckPolicy();
    policy.opened(0, LIMIT_MS);
    wait(policy, 40_000, 100);
    policy.answered(40_100, true);
    policy.heard(80_000);
    expect(policy.deadline()).toBe(90_000);
    policy.opened(0);
    expect(policy.deadline()).toBe(60_000);
  });

  it('a limit that is hardly one does not make us talk without end', () => {
    const policy = new AckPolicy();
    policy.opened(0, 1);
    expect(policy.deadline()).toBe(1_000);
  });
});
