// SPDX-License-Identifier: MIT

import type { Clock } from '../../../src/core/effects.js';
import type { Chance } from './chance.js';
import type { World } from './world.js';

/** Where a process runs: its clock, its chance, and whether anything happens there at all. */
export interface Machine {
  readonly chance: Chance;
  clock(): Clock;
  /** For how long processes could run here, ms. */
  readonly ranMs: number;
  /** Runs something in so many milliseconds. */
  after(delayMs: number, run: () => void): void;
  /** Runs something at once, or as soon as the machine is awake again. */
  wake(run: () => void): void;
  note(text: string): void;
}

/** One computer of several in a world: it has a wall clock of its own, and may sleep. */
export class OwnMachine implements Machine {
  readonly chance: Chance;
  /** How far its wall clock is ahead of the world's. */
  wallOffset = 0;
  /** In standby, a monotonic clock stands still (CLOCK_MONOTONIC). */
  private sleptMs = 0;
  private asleep = false;
  /** All sleep that is over, and since when the present one goes on. */
  private idleMs = 0;
  private asleepAt = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly world: World,
    name: string,
  ) {
    this.chance = world.chanceFor(name);
  }

  clock(): Clock {
    const { now, wall } = this.world.clock();
    return { now: now - this.sleptMs, wall: wall + this.wallOffset };
  }

  get ranMs(): number {
    return (this.asleep ? this.asleepAt : this.world.now) - this.idleMs;
  }

  after(delayMs: number, run: () => void): void {
    this.world.after(delayMs, () => {
      this.wake(run);
    });
  }

  wake(run: () => void): void {
    if (this.asleep) {
      this.waiting.push(run);
    } else {
      run();
    }
  }

  note(text: string): void {
    this.world.note(text);
  }

  /**
   * Nothing happens here for a while; what would have happened follows then, in order.
   * @param standby the monotonic clock stands still meanwhile; it goes on where processes were stopped
   */
  sleep(ms: number, standby: boolean): void {
    if (this.asleep) {
      return;
    }
    this.asleep = true;
    this.asleepAt = this.world.now;
    this.world.after(ms, () => {
      this.asleep = false;
      this.idleMs += ms;
      this.sleptMs += standby ? ms : 0;
      for (const run of this.waiting.splice(0)) {
        run();
      }
    });
  }
}
