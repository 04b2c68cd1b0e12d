// SPDX-License-Identifier: MIT

import type { Fault } from '../../../src/core/errors.js';
import { fault } from '../../../src/core/errors.js';
import type { AccountInput } from '../../../src/engine/effects.js';
import type { World } from './world.js';

type Answer = (input: AccountInput) => void;
type Job =
  { readonly append: number; readonly bytes: Uint8Array } | { readonly compact: Uint8Array };

const FULL = fault('store', 'disk-full', 'The disk is full.', { by: 'us' });

/** A journal on a disk that loses what is not flushed, whole or torn, when its process dies. */
export class ModelDisk {
  durable: Uint8Array = new Uint8Array();
  readonly caches = new Map<string, string>();
  full = false;
  /** How much longer than usual each flush takes. */
  slowMs = 0;
  /** When it last refused something, on the world's clock. */
  failedAt = -Infinity;
  private jobs: Job[] = [];
  private busy = false;
  /** Counts processes: a dead one's jobs answer nobody. */
  private life = 0;

  constructor(private readonly world: World) {}

  submit(job: Job, answer: Answer): void {
    this.jobs.push(job);
    if (!this.busy) {
      this.work(answer);
    }
  }

  get idle(): boolean {
    return this.jobs.length === 0;
  }

  /** The process dies: of what was under way, any prefix may have reached the disk. */
  crash(): void {
    const [first] = this.jobs;
    if (first !== undefined && 'append' in first && this.busy) {
      const unflushed = concat(this.jobs.flatMap((job) => ('append' in job ? [job.bytes] : [])));
      const kept = this.world.chance.between(0, unflushed.length);
      this.durable = concat([this.durable, unflushed.subarray(0, kept)]);
    }
    this.jobs = [];
    this.busy = false;
    this.life++;
  }

  private work(answer: Answer): void {
    const [first] = this.jobs;
    if (first === undefined) {
      this.busy = false;
      return;
    }
    this.busy = true;
    const { life } = this;
    // Group commit: whatever waits when the disk is free is flushed by one call.
    const group = 'compact' in first ? 1 : this.jobs.findIndex((job) => 'compact' in job);
    const count = group === -1 ? this.jobs.length : group;
    this.world.after(this.slowMs + this.world.chance.between(1, 12), () => {
      if (life === this.life) {
        this.finish(this.jobs.slice(0, count), answer);
      }
    });
  }

  private finish(group: readonly Job[], answer: Answer): void {
    const [first] = group;
    const last = group.at(-1);
    if (first !== undefined && 'compact' in first) {
      this.jobs.shift();
      if (!this.full) {
        this.durable = first.compact;
      }
      answer({ type: 'compacted', ...this.fault() });
    } else if (first !== undefined && last !== undefined && 'append' in last) {
      if (this.full) {
        this.failedAt = this.world.now;
        // Everything behind the failed one is thrown away with it.
        this.jobs = this.jobs.filter((job) => 'compact' in job);
        answer({
          type: 'append-failed',
          append: (first as { append: number }).append,
          fault: FULL,
        });
      } else {
        this.jobs.splice(0, group.length);
        this.durable = concat([
          this.durable,
          ...group.flatMap((job) => ('append' in job ? [job.bytes] : [])),
        ]);
        answer({ type: 'flushed', append: last.append });
      }
    }
    this.work(answer);
  }

  private fault(): { fault?: Fault } {
    return this.full ? { fault: FULL } : {};
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
