// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { fault } from '../../../src/core/errors.js';
import type { AccountInput } from '../../../src/engine/effects.js';
import { ModelDisk } from '../../support/model/disk.js';
import type { Job } from '../../support/model/disk.js';
import type { World } from '../../support/model/world.js';

type Answer = (input: AccountInput) => void;

/**
 * What `src/disk/journal-file.ts` does, one call of the kernel after the other: the write of a group, its
 * fdatasync just before it is done, and done; the cut back after a failed one; a new file, its rename, and the fsync of the folder.
 */
export type StepName = 'write' | 'sync' | 'flush' | 'cut back' | 'new file' | 'rename' | 'folder';

export const STEP_NAMES: readonly StepName[] = [
  ...(['write', 'sync', 'flush', 'cut back', 'new file', 'rename', 'folder'] as const),
];

/** A step that was just done, and what a crash in this moment can leave. */
export interface Step {
  readonly name: StepName;
  /** What is certainly there. */
  readonly base: Uint8Array;
  /** What may follow it, all of it or up to any byte. */
  readonly unflushed: Uint8Array;
  /** What may be there instead of `base`: a rename that its folder does not have yet. */
  readonly instead?: Uint8Array;
}

const FULL = fault('store', 'disk-full', 'The disk is full.', { by: 'us' });
/** Slower than the link: what is said too early is heard before the disk has it. */
const SYNC_MS = [12, 20] as const;
const NOTHING = new Uint8Array();

/** The model disk step by step, with somebody watching who may kill the engine at any of them. */
export class StepDisk extends ModelDisk {
  watch: (step: Step) => void = () => undefined;
  #jobs: Job[] = [];
  #busy = false;
  #life = 0;

  constructor(private readonly time: World) {
    super(time);
  }

  override get idle(): boolean {
    return this.#jobs.length === 0;
  }

  override submit(job: Job, answer: Answer): void {
    this.#jobs.push(job);
    if (!this.#busy) {
      this.#busy = true;
      this.#later(0, () => this.#work(answer));
    }
  }

  /** What is left on the disk is said by whoever kills, in `durable`. */
  override crash(): void {
    this.#jobs = [];
    this.#busy = false;
    this.#life++;
  }

  #work(answer: Answer): void {
    const [first] = this.#jobs;
    if (first === undefined) {
      this.#busy = false;
    } else if ('compact' in first) {
      this.#compact(first.compact, answer);
    } else {
      this.#append(answer);
    }
  }

  #append(answer: Answer): void {
    const end = this.#jobs.findIndex((job) => 'compact' in job);
    const group = this.#jobs
      .slice(0, end < 0 ? undefined : end)
      .flatMap((job) => ('append' in job ? [job] : []));
    const bytes = Buffer.concat(group.map((job) => job.bytes));
    const first = group[0]?.append ?? 0;
    const last = group.at(-1)?.append ?? 0;
    const { full } = this;
    const written = full ? bytes.subarray(0, bytes.length >> 1) : bytes;
    const synced = (): void => {
      if (full) {
        this.#step('cut back', {}, 0, () => this.#refuse(first, answer));
        return;
      }
      this.durable = Buffer.concat([this.durable, bytes]);
      this.#step('flush', {}, 0, () => {
        this.#jobs.splice(0, group.length);
        answer({ type: 'flushed', append: last });
        this.#work(answer);
      });
    };
    this.#step('write', { unflushed: written }, this.time.chance.between(...SYNC_MS), () => {
      this.#step('sync', { unflushed: written }, 0, synced);
    });
  }

  /** Everything behind the failed one is thrown away with it. */
  #refuse(append: number, answer: Answer): void {
    const dropped = this.#jobs.splice(0);
    answer({ type: 'append-failed', append, fault: FULL });
    for (const job of dropped) {
      if ('compact' in job) {
        answer({ type: 'compacted', fault: FULL });
      }
    }
    this.#work(answer);
  }

  #compact(bytes: Uint8Array, answer: Answer): void {
    const compacted = (full: boolean): void => {
      this.#jobs.shift();
      answer({ type: 'compacted', ...(full ? { fault: FULL } : {}) });
      this.#work(answer);
    };
    this.#step('new file', {}, this.time.chance.between(1, 12), () => {
      if (this.full) {
        this.#step('cut back', {}, 0, () => compacted(true));
        return;
      }
      const old = this.durable;
      this.durable = bytes;
      this.#step('rename', { instead: old }, 1, () => {
        this.#step('folder', {}, 0, () => compacted(false));
      });
    });
  }

  /** Tells who watches, and goes on if that leaves the process alive. */
  #step(
    name: StepName,
    left: Partial<Pick<Step, 'unflushed' | 'instead'>>,
    ms: number,
    next: () => void,
  ): void {
    const life = this.#life;
    this.watch({ name, base: this.durable, unflushed: NOTHING, ...left });
    if (life === this.#life) {
      this.#later(ms, next);
    }
  }

  /** A dead process does nothing any more. */
  #later(ms: number, run: () => void): void {
    const life = this.#life;
    this.time.after(ms, () => {
      if (life === this.#life) {
        run();
      }
    });
  }
}
