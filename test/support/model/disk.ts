// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import type { Fault } from '../../../src/core/errors.js';
import { fault } from '../../../src/core/errors.js';
import type { AccountInput } from '../../../src/engine/effects.js';
import type { CertificateFolder } from './certificate-folder.js';
import type { Machine } from './machine.js';

type Answer = (input: AccountInput) => void;
export type Job =
  { readonly append: number; readonly bytes: Uint8Array } | { readonly compact: Uint8Array };

const FULL = fault('store', 'disk-full', 'The disk is full.', { by: 'us' });
const FAILING = fault('store', 'io-error', 'The disk does not answer as it should.', { by: 'us' });

/** A journal on a disk that loses what is not flushed, whole or torn, when its process dies. */
export class ModelDisk {
  durable: Uint8Array = new Uint8Array();
  readonly caches = new Map<string, string>();
  /** Where the account's certificates are, in a world that has them. */
  folder: CertificateFolder | undefined;
  full = false;
  /** Flushes report an error, and what was to be flushed may be there or not. */
  failing = false;
  /** How much longer than usual each flush takes. */
  slowMs = 0;
  /** When it last refused something, in the time for which its machine ran. */
  failedAt = -Infinity;
  /** Hears what becomes durable: more behind what is there, or all of it anew. */
  durably: (bytes: Uint8Array, anew: boolean) => void = () => undefined;
  /** Somebody waits for it. */
  onBusy: () => void = () => undefined;
  private jobs: Job[] = [];
  private busy = false;
  /** Counts processes: a dead one's jobs answer nobody. */
  private life = 0;

  constructor(private readonly machine: Machine) {}

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
    if (first !== undefined && 'append' in first && this.busy && !this.full) {
      const unflushed = bytesOf(this.jobs);
      this.add(unflushed.subarray(0, this.machine.chance.between(0, unflushed.length)));
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
    // Group commit: whatever waits when the disk is free is flushed by one call.
    const group = 'compact' in first ? 1 : this.jobs.findIndex((job) => 'compact' in job);
    const count = group === -1 ? this.jobs.length : group;
    this.later(this.slowMs + this.machine.chance.between(1, 12), () => {
      this.finish(this.jobs.slice(0, count), answer);
    });
    this.onBusy();
  }

  /** Unless the process has died by then. */
  private later(ms: number, run: () => void): void {
    const { life } = this;
    this.machine.after(ms, () => {
      if (life === this.life) {
        run();
      }
    });
  }

  private finish(group: readonly Job[], answer: Answer): void {
    const [first] = group;
    const last = group.at(-1);
    if (first !== undefined && 'compact' in first) {
      this.replace(first.compact, answer);
    } else if (first !== undefined && last !== undefined && 'append' in last) {
      if (this.full || this.failing) {
        this.refuse(first.append, answer);
        return;
      }
      this.jobs.splice(0, group.length);
      this.add(bytesOf(group));
      answer({ type: 'flushed', append: last.append });
    }
    this.work(answer);
  }

  private replace(bytes: Uint8Array, answer: Answer): void {
    this.jobs.shift();
    const cause = this.full || this.failing ? this.fault() : undefined;
    if (cause === undefined) {
      this.durable = bytes;
      this.durably(bytes, true);
    }
    answer({ type: 'compacted', ...(cause === undefined ? {} : { fault: cause }) });
  }

  /** Everything behind the failed one is thrown away with it, once the file is cut back to where it was. */
  private refuse(append: number, answer: Answer): void {
    this.failedAt = this.machine.ranMs;
    const cause = this.fault();
    this.later(this.full ? 0 : this.machine.chance.between(1, 40), () => {
      this.jobs = this.jobs.filter((job) => 'compact' in job);
      answer({ type: 'append-failed', append, fault: cause });
      this.work(answer);
    });
  }

  private add(bytes: Uint8Array): void {
    this.durable = Buffer.concat([this.durable, bytes]);
    this.durably(bytes, false);
  }

  private fault(): Fault {
    return this.full ? FULL : FAILING;
  }
}

function bytesOf(jobs: readonly Job[]): Uint8Array {
  return Buffer.concat(jobs.flatMap((job) => ('append' in job ? [job.bytes] : [])));
}
