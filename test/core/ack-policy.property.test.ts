// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { AckPolicy } from '../../src/core/ack-policy.js';
import { ACK_TIMES } from '../../src/core/ack-policy.js';
import { opened, wait } from '../support/model-link.js';

describe('whatever happens', () => {
  const step = fc.record({
    after: fc.integer({ min: 0, max: 20_000 }),
    what: fc.constantFrom('wrote', 'asked', 'all', 'part', 'heard', 'probe', 'lived', 'opened'),
    bytes: fc.integer({ min: 0, max: 100_000 }),
  });

  function apply(policy: AckPolicy, now: number, what: string, bytes: number): void {
    if (what === 'wrote') policy.wrote(now, bytes);
    else if (what === 'asked') policy.asked(now);
    else if (what === 'heard') policy.heard(now);
    else if (what === 'probe') policy.probe(now);
    else if (what === 'lived') policy.livedThrough();
    else if (what === 'opened') policy.opened(now);
    else policy.answered(now, what === 'all');
  }

  it('something is due from the deadline on and nothing before it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const policy = opened();
        let now = 0;
        for (const { after, what, bytes } of steps) {
          now += after;
          apply(policy, now, what, bytes);
          const deadline = policy.deadline();
          expect(deadline).toBeTypeOf('number');
          expect(policy.due((deadline ?? 0) - 0.001)).toBeUndefined();
          expect(policy.due(deadline ?? 0)).toBeDefined();
        }
      }),
    );
  });

  it('no question goes unanswered for longer than its bounds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const policy = opened();
        let now = 0;
        for (const { after, what, bytes } of steps) {
          apply(policy, (now += after), what, Math.min(bytes, 1_000));
        }
        policy.opened(now);
        const most = ACK_TIMES.ceilingMs + ACK_TIMES.mostMs;
        expect(wait(policy, now)).toBeLessThanOrEqual(most);
        policy.heard(now + 5);
        expect(policy.due(now + most + ACK_TIMES.hearingMs)).toBe('dead');
      }),
    );
  });
});
