// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/core/effects.js';
import { Chance } from './chance.js';
import type { Machine } from './machine.js';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const START_WALL = Date.UTC(2026, 0, 1);

/** Virtual time, chance and the trace: all that a run depends on. Tasks of one instant run in order. */
export class World implements Machine {
  readonly chance: Chance;
  readonly trace: string[] = [];
  now = 0;
  /** What the wall clock is ahead of the monotonic one; jumps change it. */
  wallOffset = START_WALL;
  /** A binary heap: the earliest task is the first. */
  private readonly tasks: Task[] = [];
  private order = 0;
  private readonly wire = createHash('sha256');

  constructor(readonly seed: number) {
    this.chance = new Chance(seed);
  }

  /** Chance for one part of the world: what others draw does not change what it gets. */
  chanceFor(name: string): Chance {
    const digest = createHash('sha256')
      .update(`${String(this.seed)} ${name}`)
      .digest();
    return new Chance(digest.readUInt32LE(0));
  }

  get ranMs(): number {
    return this.now;
  }

  clock(): Clock {
    // The real clock has fractions of a millisecond, the wall has none.
    return { now: this.now + 0.4427, wall: this.wallOffset + Math.floor(this.now) };
  }

  after(delayMs: number, run: () => void): void {
    const task = { at: this.now + Math.max(0, delayMs), order: ++this.order, run };
    const { tasks } = this;
    let at = tasks.push(task) - 1;
    for (let parent = (at - 1) >> 1; at > 0; parent = (at - 1) >> 1) {
      const above = tasks[parent];
      if (above === undefined || !isBefore(task, above)) {
        break;
      }
      tasks[at] = above;
      tasks[parent] = task;
      at = parent;
    }
  }

  wake(run: () => void): void {
    run();
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
      this.takeFirst();
      this.now = Math.max(this.now, task.at);
      task.run();
    }
    if (!done()) {
      this.now = Math.max(this.now, until);
    }
  }

  /** Bytes that went over a network: a part of the trace that nobody reads. */
  carried(bytes: Uint8Array): void {
    this.wire.update(bytes);
  }

  /** Of the trace and of all that went over the wire. */
  hash(): string {
    const wire = this.wire.copy().digest('hex');
    return createHash('sha256')
      .update([...this.trace, wire].join('\n'))
      .digest('hex')
      .slice(0, 16);
  }

  private takeFirst(): void {
    const { tasks } = this;
    const last = tasks.pop();
    if (last === undefined || tasks.length === 0) {
      return;
    }
    let at = 0;
    for (;;) {
      const child = this.earlierChild(at);
      const below = tasks[child];
      if (below === undefined || !isBefore(below, last)) {
        break;
      }
      tasks[at] = below;
      at = child;
    }
    tasks[at] = last;
  }

  private earlierChild(at: number): number {
    const left = 2 * at + 1;
    const [a, b] = [this.tasks[left], this.tasks[left + 1]];
    return a !== undefined && b !== undefined && isBefore(b, a) ? left + 1 : left;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
