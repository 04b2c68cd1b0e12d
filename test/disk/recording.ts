// SPDX-License-Identifier: MIT

import type { FileSystem, OpenFile } from '../../src/disk/file-system.js';

/** A call that was carried out, or something else that happened in between. `file` is as an inode. */
export type Entry =
  | { readonly call: 'name'; readonly name: string; readonly file: number }
  | { readonly call: 'rename'; readonly from: string; readonly to: string }
  | { readonly call: 'remove'; readonly name: string }
  | { readonly call: 'sync-folder' }
  | { readonly call: 'truncate'; readonly file: number; readonly length: number }
  | {
      readonly call: 'write';
      readonly file: number;
      readonly position: number;
      readonly bytes: Uint8Array;
    }
  | { readonly call: 'datasync'; readonly file: number }
  | { readonly call: 'note'; readonly note: () => void };

/** The real file system, and what was done in one folder of it, in the order in which it was done. */
export class RecordingFileSystem implements FileSystem {
  readonly entries: Entry[] = [];
  /** The next write takes half of its bytes, and then the disk is full. */
  fullAtNextWrite = false;
  private readonly names = new Map<string, number>();
  private files = 0;

  constructor(private readonly real: FileSystem) {}

  async open(path: string): Promise<OpenFile> {
    return this.opened(path, await this.real.open(path), false);
  }

  async create(path: string): Promise<OpenFile> {
    return this.opened(path, await this.real.create(path), true);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.real.rename(from, to);
    this.entries.push({ call: 'rename', from: base(from), to: base(to) });
    this.names.set(base(to), this.names.get(base(from)) ?? -1);
    this.names.delete(base(from));
  }

  async remove(path: string): Promise<void> {
    await this.real.remove(path);
    if (this.names.delete(base(path))) this.entries.push({ call: 'remove', name: base(path) });
  }

  async syncFolder(path: string): Promise<void> {
    await this.real.syncFolder(path);
    this.entries.push({ call: 'sync-folder' });
  }

  list(folder: string): Promise<string[]> {
    return this.real.list(folder);
  }

  private opened(path: string, real: OpenFile, emptied: boolean): OpenFile {
    const known = this.names.get(base(path));
    const file = known ?? ++this.files;
    if (known === undefined) {
      this.names.set(base(path), file);
      this.entries.push({ call: 'name', name: base(path), file });
    } else if (emptied) {
      this.entries.push({ call: 'truncate', file, length: 0 });
    }
    return {
      read: () => real.read(),
      write: (bytes, position) => this.write(real, file, bytes, position),
      writeThrough: async (bytes, position) => {
        const taken = await this.write(real, file, bytes, position);
        this.entries.push({ call: 'datasync', file });
        return taken;
      },
      truncate: async (length) => {
        await real.truncate(length);
        this.entries.push({ call: 'truncate', file, length });
      },
      datasync: async () => {
        await real.datasync();
        this.entries.push({ call: 'datasync', file });
      },
      close: () => real.close(),
    };
  }

  private async write(
    real: OpenFile,
    file: number,
    bytes: Uint8Array,
    position: number,
  ): Promise<number> {
    if (this.fullAtNextWrite && bytes.length <= 1) {
      this.fullAtNextWrite = false;
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    }
    const room = this.fullAtNextWrite ? bytes.length >> 1 : bytes.length;
    const taken = await real.write(bytes.subarray(0, room), position);
    const copy = Uint8Array.from(bytes.subarray(0, taken));
    this.entries.push({ call: 'write', file, position, bytes: copy });
    return taken;
  }
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
