// SPDX-License-Identifier: MIT

import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { StoreFault } from './faults.js';
import { storeFault } from './faults.js';
import type { FileSystem, OpenFile } from './file-system.js';
import { writeAll } from './file-system.js';

export interface JournalHandlers {
  /** Everything up to and including this append is on the medium. */
  flushed(append: number): void;
  /** This one and all behind it are certainly not in the file, which takes new ones again. */
  appendFailed(append: number, fault: StoreFault): void;
  /** With a fault the old content still stands. */
  compacted(fault?: StoreFault): void;
  /** The file cannot be brought back to its last good state yet; tried again each second. */
  stuck(fault: StoreFault): void;
}

type Job =
  | { readonly type: 'append'; readonly append: number; readonly bytes: Uint8Array }
  | { readonly type: 'compact'; readonly bytes: Uint8Array; readonly damaged: boolean };

const retryMs = 1000;

/**
 * One append-only file with group commit: everything that waits goes out in one write that ends on
 * the medium. Appends and compactions take effect, and are answered, in the order they were given.
 */
export class JournalFile {
  readonly #jobs: Job[] = [];
  #file: OpenFile;
  /** Of the flushed part. */
  #length: number;
  #hash: Hash;
  #running: Promise<void> | undefined;
  #closed = false;

  private constructor(
    private readonly fs: FileSystem,
    private readonly path: string,
    private readonly handlers: JournalHandlers,
    file: OpenFile,
    content: Uint8Array,
  ) {
    this.#file = file;
    this.#length = content.length;
    this.#hash = createHash('sha256').update(content);
  }

  /**
   * @returns the file and what was in it
   * @throws a Node error if it cannot be opened or read
   */
  static async open(
    fs: FileSystem,
    path: string,
    handlers: JournalHandlers,
  ): Promise<{ file: JournalFile; content: Uint8Array }> {
    const file = await fs.open(path);
    try {
      const content = await file.read();
      // A compaction that a crash cut off left texts in it, and takes room on a full disk.
      await fs.remove(freshPath(path)).catch(() => undefined);
      // What is read here is built upon, so it must be as durable as what is appended, its name too.
      await file.datasync();
      await fs.syncFolder(dirname(path));
      return { file: new JournalFile(fs, path, handlers, file, content), content };
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  append(append: number, bytes: Uint8Array): void {
    this.#take({ type: 'append', append, bytes });
  }

  /**
   * Replaces the content up to the last append given by these bytes.
   * @param damaged the old content is copied first, in place of an earlier copy
   */
  compact(bytes: Uint8Array, damaged = false): void {
    this.#take({ type: 'compact', bytes, damaged });
  }

  /** Resolves once everything handed over so far was answered. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Drains and closes; a file that is stuck is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.drain();
    await this.#file.close().catch(() => undefined);
  }

  #take(job: Job): void {
    if (this.#closed) return;
    this.#jobs.push(job);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What one turn of the caller gives goes out together.
    await Promise.resolve();
    try {
      for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
        if (job.type === 'append') await this.#flush();
        else await this.#replace(job);
      }
    } finally {
      // In the same turn that saw no more jobs: one that came in between would be forgotten.
      this.#running = undefined;
    }
  }

  async #flush(): Promise<void> {
    const end = this.#jobs.findIndex((job) => job.type !== 'append');
    const group = this.#jobs.slice(0, end < 0 ? undefined : end);
    const bytes = Buffer.concat(group.map((job) => job.bytes));
    try {
      await writeAll(this.#file, bytes, this.#length, 'writeThrough');
    } catch (error) {
      return this.#recover(storeFault(error, this.path));
    }
    this.#length += bytes.length;
    this.#hash.update(bytes);
    this.#jobs.splice(0, group.length);
    const last = group.at(-1);
    if (last?.type === 'append') this.handlers.flushed(last.append);
  }

  /**
   * After a failed write nobody knows what the kernel still holds, and a second one may lie. So the
   * file is cut back to what was certain, in a fresh descriptor, before anyone hears of the failure.
   */
  async #recover(fault: StoreFault): Promise<void> {
    while (!(await this.#cutBack())) {
      this.handlers.stuck(fault);
      if (this.#closed) {
        // Nothing is certain, so nothing is said; the next start reads what is there.
        this.#jobs.length = 0;
        return;
      }
      await wait(retryMs);
    }
    const dropped = this.#jobs.splice(0);
    const first = dropped[0];
    if (first?.type === 'append') this.handlers.appendFailed(first.append, fault);
    // A compaction that waited behind holds what has just been dropped.
    for (const job of dropped) if (job.type === 'compact') this.handlers.compacted(fault);
  }

  async #cutBack(): Promise<boolean> {
    await this.#file.close().catch(() => undefined);
    try {
      this.#file = await this.fs.open(this.path);
      await this.#file.truncate(this.#length);
      await this.#file.datasync();
      const content = await this.#file.read();
      const found = createHash('sha256').update(content).digest();
      return found.equals(this.#hash.copy().digest());
    } catch {
      return false;
    }
  }

  async #replace({ bytes, damaged }: Job & { type: 'compact' }): Promise<void> {
    const fresh = freshPath(this.path);
    // Which file a failure is about.
    let target = damaged ? `${this.path}.damaged` : this.path;
    let file: OpenFile | undefined;
    try {
      if (damaged) await this.#copyTo(target);
      target = this.path;
      file = await this.fs.create(fresh);
      await writeAll(file, bytes, 0);
      await file.datasync();
      await this.fs.rename(fresh, this.path);
    } catch (error) {
      await file?.close().catch(() => undefined);
      await this.fs.remove(fresh).catch(() => undefined);
      this.#jobs.shift();
      return this.handlers.compacted(storeFault(error, target));
    }
    await this.#file.close().catch(() => undefined);
    this.#file = file;
    this.#length = bytes.length;
    this.#hash = createHash('sha256').update(bytes);
    await this.#syncRename();
    this.#jobs.shift();
    this.handlers.compacted();
  }

  /** Somebody may still get from it what could not be read here. */
  async #copyTo(path: string): Promise<void> {
    const copy = await this.fs.create(path);
    try {
      await writeAll(copy, await this.#file.read(), 0);
      await copy.datasync();
    } finally {
      await copy.close();
    }
    await this.fs.syncFolder(dirname(path));
  }

  /** Until the rename is durable a crash may bring the old file back, without what came after it. */
  async #syncRename(): Promise<void> {
    for (;;) {
      try {
        return await this.fs.syncFolder(dirname(this.path));
      } catch (error) {
        this.handlers.stuck(storeFault(error, this.path));
        if (this.#closed) return;
        await wait(retryMs);
      }
    }
  }
}

/** Where a new content is written before it takes the place of the old one. */
function freshPath(path: string): string {
  return `${path}.new`;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
