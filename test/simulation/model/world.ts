// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/core/effects.js';
import { Chance } from './chance.js';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const START_WALL = Date.UTC(2026, 0, 1);

/** Virtual time, chance and the trace: all that a run depends on. Tasks of one instant run in order. */
export class World {
  readonly chance: Chance;
  readonly trace: string[] = [];
  now = 0;
  /** What the wall clock is ahead of the monotonic one; jumps change it. */
  wallOffset = START_WALL;
  private tasks: Task[] = [];
  private order = 0;

  constructor(readonly seed: number) {
    this.chance = new Chance(seed);
  }

  clock(): Clock {
    // The real clock has fractions of a millisecond, the wall has none.
    return { now: this.now + 0.4427, wall: this.wallOffset + this.now };
  }

  after(delayMs: number, run: () => void): void {
    const task = { at: this.now + Math.max(0, delayMs), order: ++this.order, run };
    let low = 0;
    let high = this.tasks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.tasks[middle];
      if (other !== undefined && other.at <= task.at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.tasks.splice(low, 0, task);
  }

  note(text: string): void {
    this.trace.push(`${this.now.toFixed(0).padStart(7)} ${text}`);
  }

  /** Runs everything up to `until`, or up to the moment in which `done` holds. */
  run(until: number, done: () => boolean = () => false): void {
    for (let task = this.tasks[0]; task !== undefined; task = this.tasks[0]) {
      if (task.at > until || done()) {
        break;
      }
      this.tasks.shift();
      this.now = Math.max(this.now, task.at);
      task.run();
    }
    if (!done()) {
      this.now = Math.max(this.now, until);
    }
  }

  hash(): string {
    return createHash('sha256').update(this.trace.join('\n')).digest('hex').slice(0, 16);
  }
}
