// SPDX-License-Identifier: MIT
import type { FileSystem, OpenFile } from '../../src/disk/file-system.js';

type Call =
  'open' | 'create' | 'read' | 'write' | 'truncate' | 'datasync' | 'rename' | 'syncFolder';

/**
 * A disk in memory that can be told to fail. What is not synced is in `files` as the kernel would
 * show it, so a test sees what a failed call left behind.
 */
export class FaultyFileSystem implements FileSystem {
  readonly files = new Map<string, Uint8Array>();
  readonly calls: string[] = [];
  /** Codes for the next calls of a kind, first one first; `undefined` lets one pass. */
  readonly failing = new Map<Call, (string | undefined)[]>();
  /** At most so many bytes are taken by one write. */
  writeAtMost = Infinity;
  /** Bytes that still fit; a write beyond takes what fits and then fails with ENOSPC. */
  room = Infinity;

  fail(call: Call, ...codes: (string | undefined)[]): void {
    this.failing.set(call, codes);
  }

  text(path: string): string {
    return Buffer.from(this.files.get(path) ?? []).toString();
  }

  open(path: string): Promise<OpenFile> {
    return this.#do('open', () => {
      if (!this.files.has(path)) this.files.set(path, new Uint8Array());
      return this.#handle(path);
    });
  }

  create(path: string): Promise<OpenFile> {
    return this.#do('create', () => {
      this.files.set(path, new Uint8Array());
      return this.#handle(path);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do('rename', () => {
      this.files.set(to, this.#content(from));
      this.files.delete(from);
    });
  }

  remove(path: string): Promise<void> {
    this.files.delete(path);
    return Promise.resolve();
  }

  syncFolder(): Promise<void> {
    return this.#do('syncFolder', () => undefined);
  }

  list(): Promise<string[]> {
    return Promise.resolve([...this.files.keys()].map((path) => path.split('/').at(-1) ?? ''));
  }

  /** A handle keeps to its file when another one is renamed over it, as a descriptor does. */
  #handle(path: string): OpenFile {
    let current = path;
    const renamed = (): string => (current = this.files.has(current) ? current : '/f/journal');
    return {
      read: () => this.#do('read', () => this.#content(renamed()).slice()),
      write: (bytes, position) => this.#do('write', () => this.#write(renamed(), bytes, position)),
      // As the kernel does it: a write, and a flush that may fail behind it.
      writeThrough: async (bytes, position) => {
        const taken = await this.#do('write', () => this.#write(renamed(), bytes, position));
        await this.#do('datasync', () => undefined);
        return taken;
      },
      truncate: (length) =>
        this.#do('truncate', () => {
          this.files.set(renamed(), this.#content(renamed()).slice(0, length));
        }),
      datasync: () => this.#do('datasync', () => undefined),
      close: () => Promise.resolve(),
    };
  }

  #write(path: string, bytes: Uint8Array, position: number): number {
    const count = Math.min(bytes.length, this.writeAtMost, this.room);
    if (count === 0 && bytes.length > 0) throw withCode('ENOSPC');
    this.room -= count;
    const old = this.#content(path);
    const fresh = new Uint8Array(Math.max(old.length, position + count));
    fresh.set(old);
    fresh.set(bytes.subarray(0, count), position);
    this.files.set(path, fresh);
    return count;
  }

  #content(path: string): Uint8Array {
    return this.files.get(path) ?? new Uint8Array();
  }

  async #do<T>(call: Call, action: () => T): Promise<T> {
    await Promise.resolve();
    this.calls.push(call);
    const code = this.failing.get(call)?.shift();
    if (code !== undefined) throw withCode(code);
    return action();
  }
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
