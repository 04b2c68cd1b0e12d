// SPDX-License-Identifier: MIT
//
// When to dial again.

import type { Random } from '../core/tools.js';

/** How far a failed attempt came: `server` if anything of the server was heard in it. */
export type Reached = 'none' | 'server';

/** For this long nothing is more likely than that the network comes back in a moment. */
const eagerMs = 60_000;
const eagerEveryMs = 1000;
const everyMs = 5000;

/** After the n-th refusal by a server that is there: at most 10 attempts fall into the first minute. */
const refusedMs = [1000, 2000, 4000, 6000, 8000, 10_000, 10_000, 10_000, 20_000, 40_000, 60_000];
/** So that the clients of a server that restarts do not all come in the same moment. */
const jitter = 0.25;
/** For the same reason, where nothing else is to be waited for. */
const spreadMs = 250;
/** A session that died younger than this, and brought nothing forward, did not end the outage. */
const stableMs = 10_000;
/** Attempts that a server answered, in a minute: never more; and so many in a row after short sessions. */
const minuteMs = 60_000;
const mostAnswered = 10;
const fewAnswered = 4;

/** The redial rhythm of one account. */
export class Backoff {
  #since: number | undefined;
  /** When the attempt that fails next was due to start, or did. */
  #due: number | undefined;
  #refusals = 0;
  /** When the attempts of the last minute that a server answered were due to start, oldest first. */
  #answered: number[] = [];
  #upSince: number | undefined;
  #progress = false;

  constructor(private readonly random: Random) {}

  /**
   * An attempt failed, or the link was lost.
   * @param now monotonic milliseconds
   * @returns how long to wait before the next attempt, in milliseconds
   */
  failed(now: number, reached: Reached): number {
    const started = this.#due ?? this.#upSince ?? now;
    const proven = this.#fell(now);
    this.#since ??= now;
    const wait =
      reached === 'none' ? this.#unanswered(now) : this.#afterAnswer(now, started, proven);
    // Whole milliseconds, as the contract tells it; the clock has fractions.
    const delay = Math.round(wait);
    this.#due = now + delay;
    return delay;
  }

  /** An attempt starts: when it was due, or later as the disk was slow, or without having been waited for. */
  started(now: number): void {
    this.#due = Math.max(this.#due ?? now, now);
  }

  /** The session is up. */
  succeeded(now: number): void {
    this.#upSince = now;
    this.#progress = false;
  }

  /** The session that is up brought something forward for good, so that the next goes on from there. */
  progressed(): void {
    this.#progress = this.#upSince !== undefined;
  }

  /** The host learned that the network changed: the next attempts are eager again. */
  hint(now: number): void {
    this.#startOver();
    this.#answered = [];
    this.#since = now;
  }

  /**
   * A link that the server had answered came to its end in order, and another one is wanted.
   * @returns how long that is to wait, in milliseconds; as a rule not at all
   */
  ended(now: number): number {
    return Math.ceil(Math.max(0, this.#room(now, this.#due ?? now)));
  }

  /**
   * A server that lets us in and throws us out again must not be asked without end at full pace.
   * @returns whether a session fell that had ended the outage: as a rule the next is a round trip away
   */
  #fell(now: number): boolean {
    const upSince = this.#upSince;
    if (upSince === undefined) return false;
    this.#upSince = undefined;
    this.#due = undefined;
    if (now - upSince < stableMs && !this.#progress) return false;
    this.#startOver();
    return true;
  }

  /** @param proven a session was up on it that had ended the outage */
  #afterAnswer(now: number, started: number, proven: boolean): number {
    const room = this.#room(now, started);
    return Math.max(proven ? this.#soon(now, started) : this.#refused(), room);
  }

  /** Counts an attempt that was answered. @returns in how long another one may be */
  #room(now: number, started: number): number {
    this.#answered = this.#answered.filter((at) => at > now - minuteMs);
    this.#answered.push(started);
    const oldest = this.#answered.at(-mostAnswered);
    return oldest === undefined ? 0 : oldest + minuteMs - now;
  }

  /** From start to start: a session that lived has used that time up already. */
  #soon(now: number, started: number): number {
    const everyMs = this.#answered.length > fewAnswered ? stableMs : eagerEveryMs;
    return Math.max(0, started + everyMs - now) + this.#upTo(spreadMs);
  }

  /** A silent network: from start to start, so that an attempt dropped after 3 s is repeated at once. */
  #unanswered(now: number): number {
    const eager = now - (this.#since ?? now) < eagerMs;
    const started = this.#due ?? now;
    return Math.max(0, started + (eager ? eagerEveryMs : everyMs) - now);
  }

  #refused(): number {
    const base = refusedMs[Math.min(this.#refusals++, refusedMs.length - 1)] ?? everyMs;
    return base + this.#upTo(base * jitter);
  }

  #upTo(mostMs: number): number {
    const [high = 0, low = 0] = this.random(2);
    return (mostMs * (high * 256 + low)) / 65_536;
  }

  #startOver(): void {
    this.#since = undefined;
    this.#due = undefined;
    this.#refusals = 0;
  }
}
