// SPDX-License-Identifier: MIT

import type { Clock } from '../core/effects.js';

/** A clock this far from where it should be means that the machine or the process slept. */
const SLEEP_MS = 3_000;
/** How often the clocks are compared while there is a link to lose: a wake is noticed within this. */
const WATCH_MS = 1_000;
/** What is read this soon after an absence may have come while nobody was there to read it. */
const DROWSY_MS = 1_000;

/**
 * Notices sleep without help from the system, by clocks that disagree and by ticks that come late; and knows
 * since when what is read now may have been waiting: for a wake, or for a session that goes on.
 */
export class SleepWatch {
  private last: Clock | undefined;
  /** Of the last absence: its beginning on the wall clock, if that is known; its end on the monotonic one. */
  private absence: { began: number | undefined; ended: number } = { began: 0, ended: -Infinity };
  /** When what the session's link brought last can have come at the earliest, on the wall clock. */
  private read: number | undefined;

  /**
   * Compares the clocks of this input with those of the last.
   * @param watched ticks were asked for by `deadline`, so a long pause is no mere quiet
   */
  slept(clock: Clock, watched: boolean): boolean {
    const { last } = this;
    this.last = clock;
    if (last === undefined) {
      return false;
    }
    const passed = clock.now - last.now;
    // A suspended machine stops the monotonic clock only; a stopped process stops neither.
    const drift = Math.abs(clock.wall - last.wall - passed);
    const slept = drift > SLEEP_MS || (watched && passed > WATCH_MS + SLEEP_MS);
    if (slept) {
      this.absence = { began: last.wall, ended: clock.now };
    }
    return slept;
  }

  /** The link of a session brought something. */
  heard(clock: Clock): void {
    this.read = this.since(clock);
  }

  /**
   * The session goes on with a new link. Servers that do not say when what they bring again had come
   * (XEP-0203) leave us that it was after the last of the old link; of an earlier process's nothing is known.
   */
  resumed({ now }: Clock): void {
    const { began, ended } = this.absence;
    const slept = now - ended <= DROWSY_MS ? began : undefined;
    this.absence = { began: this.read ?? slept, ended: now };
  }

  /** A new session began: nothing has been waiting in it. */
  began(): void {
    this.absence.ended = -Infinity;
  }

  /**
   * The earliest time at which what is read now can have come, Unix ms.
   * @param atLeast it is known otherwise that it was no earlier than this
   */
  since({ now, wall }: Clock, atLeast?: number): number {
    const { began, ended } = this.absence;
    if (now - ended > DROWSY_MS) return wall;
    return Math.min(Math.max(began ?? atLeast ?? wall, atLeast ?? 0), wall);
  }

  deadline(): number | undefined {
    return this.last === undefined ? undefined : this.last.now + WATCH_MS;
  }
}
