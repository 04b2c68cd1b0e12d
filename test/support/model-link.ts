// SPDX-License-Identifier: MIT
import { expect } from 'vitest';
import { AckPolicy } from '../../src/core/ack-policy.js';

/** A link on a virtual clock: outbound bytes queue up at `rate`, an answer takes a round trip more. */
export interface Link {
  readonly rttMs: number;
  /** Bytes a second. */
  readonly rate?: number;
  /** From here on nothing sent arrives any more. */
  readonly holeAt?: number;
  /** When elements come in that are no answers. */
  readonly hears?: readonly number[];
}

export interface Write {
  readonly at: number;
  readonly bytes: number;
}

export interface Course {
  readonly asked: readonly number[];
  readonly deadAt: number | undefined;
}

/** Lives from the first write (or zero) to `until` as a session would: asks when due, stops when dead. */
export function live(
  policy: AckPolicy,
  link: Link,
  writes: readonly Write[],
  until: number,
): Course {
  const rate = link.rate ?? Infinity;
  const asked: number[] = [];
  const answers: number[] = [];
  const events = [
    ...writes.map((write) => ({ ...write, heard: false })),
    ...(link.hears ?? []).map((at) => ({ at, bytes: 0, heard: true })),
  ].sort((a, b) => a.at - b.at);
  let sentAt = 0;
  for (;;) {
    const now = Math.min(
      events[0]?.at ?? Infinity,
      answers[0] ?? Infinity,
      policy.deadline() ?? Infinity,
    );
    if (now > until) return { asked, deadAt: undefined };
    if (answers[0] === now) {
      answers.shift();
      policy.answered(now, true);
    } else if (events[0]?.at === now) {
      const { bytes, heard } = events.shift() ?? { bytes: 0, heard: true };
      if (heard) policy.heard(now);
      else policy.wrote(now, bytes);
      sentAt = Math.max(sentAt, now) + (bytes * 1000) / rate;
    }
    const due = policy.due(now);
    if (due === 'dead') return { asked, deadAt: now };
    if (due === 'ask') {
      policy.asked(now);
      asked.push(now);
      const arrives = Math.max(sentAt, now) + link.rttMs / 2;
      if (arrives < (link.holeAt ?? Infinity)) answers.push(arrives + link.rttMs / 2);
    }
  }
}

export function opened(at = 0): AckPolicy {
  const policy = new AckPolicy();
  policy.opened(at);
  return policy;
}

/** A policy that has seen ten short messages answered in `rttMs`, its clock at `10 * 20 s`. */
export const WARM_MS = 200_000;
export function warm(rttMs: number): AckPolicy {
  const policy = opened();
  const writes = Array.from({ length: 10 }, (_, i) => ({ at: i * 20_000, bytes: 200 }));
  expect(live(policy, { rttMs }, writes, WARM_MS - 1).deadAt).toBeUndefined();
  return policy;
}

/** Asks at `at` behind `bytes` and returns how long the policy then waits for the answer. */
export function wait(policy: AckPolicy, at: number, bytes = 0): number {
  policy.wrote(at, bytes);
  expect(policy.due(at)).toBe('ask');
  policy.asked(at);
  return (policy.deadline() ?? Infinity) - at;
}
