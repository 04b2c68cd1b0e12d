// SPDX-License-Identifier: MIT

import { join } from 'node:path';
import type { StoreFault } from './faults.js';
import { storeFault, unreadable } from './faults.js';
import type { FileSystem } from './file-system.js';
import { replaceFile } from './replace-file.js';

const allowedName = /^[a-z-]{1,32}$/;
/** The journal lives in the same folder. */
const reserved = 'journal';
/** A cache is for speed; one that is larger than this is damage. */
const largestBytes = 32 * 1024 * 1024;

/** Small texts that may be lost, each in a file that is replaced as a whole. */
export class CacheFolder {
  readonly #waiting = new Map<string, string>();
  #running: Promise<void> | undefined;
  /** Whose newest text could not be written. */
  readonly #lost = new Set<string>();

  constructor(
    private readonly fs: FileSystem,
    private readonly folder: string,
    private readonly failed: (fault: StoreFault) => void,
  ) {}

  /** Everything that was saved; what cannot be read is told and left out. */
  async load(): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    const names = await this.fs.list(this.folder).catch(() => []);
    for (const name of names.filter(isCacheName)) {
      const text = await this.#read(join(this.folder, name));
      if (text !== undefined) texts.set(name, text);
    }
    return texts;
  }

  /** Only the newest text of a name is written when the disk is slower than the caller. */
  save(name: string, text: string): void {
    if (!isCacheName(name)) throw new RangeError(`"${name}" cannot name a cache file`);
    this.#waiting.set(name, text);
    this.#running ??= this.#run();
  }

  /** @returns whether the file of that name has what was saved last, as far as was tried */
  has(name: string): boolean {
    return !this.#waiting.has(name) && !this.#lost.has(name);
  }

  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    try {
      for (let next = first(this.#waiting); next !== undefined; next = first(this.#waiting)) {
        this.#waiting.delete(next[0]);
        if (await this.#replace(join(this.folder, next[0]), next[1])) this.#lost.delete(next[0]);
        else this.#lost.add(next[0]);
      }
    } finally {
      // In the same turn that saw nothing more to write: what came in between would be forgotten.
      this.#running = undefined;
    }
  }

  /** @returns whether it is done */
  async #replace(path: string, text: string): Promise<boolean> {
    try {
      await replaceFile(this.fs, path, Buffer.from(text));
      return true;
    } catch (error) {
      this.failed(storeFault(error, path));
      return false;
    }
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      const file = await this.fs.open(path);
      try {
        const bytes = await file.read();
        if (bytes.length > largestBytes) throw new RangeError('too large');
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      } finally {
        await file.close();
      }
    } catch {
      this.failed(unreadable(path));
      return undefined;
    }
  }
}

function isCacheName(name: string): boolean {
  return allowedName.test(name) && name !== reserved;
}

function first(map: ReadonlyMap<string, string>): [string, string] | undefined {
  return map.entries().next().value;
}
