// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from './recording.js';

/** What a crash makes of what was not synced. */
export interface Loss {
  /** Bytes since a file's last fdatasync: all there, none, or up to a half. */
  readonly data: 'kept' | 'dropped' | 'half';
  /** Names since the folder's last fsync. */
  readonly names: 'kept' | 'dropped';
}

export const LOSSES: readonly Loss[] = [
  { data: 'kept', names: 'kept' },
  { data: 'kept', names: 'dropped' },
  { data: 'dropped', names: 'kept' },
  { data: 'dropped', names: 'dropped' },
  { data: 'half', names: 'kept' },
  { data: 'half', names: 'dropped' },
];

interface File {
  now: Buffer;
  safe: Buffer;
}

/** A recording played up to some call, with both what a program sees and what is on the medium. */
export class ReplayedDisk {
  private readonly files = new Map<number, File>();
  private names = new Map<string, number>();
  private safeNames = new Map<string, number>();

  play(entry: Entry): void {
    switch (entry.call) {
      case 'name':
        this.names.set(entry.name, entry.file);
        return;
      case 'rename':
        this.names.set(entry.to, this.names.get(entry.from) ?? -1);
        this.names.delete(entry.from);
        return;
      case 'remove':
        this.names.delete(entry.name);
        return;
      case 'sync-folder':
        this.safeNames = new Map(this.names);
        return;
      case 'truncate':
        this.file(entry.file).now = resized(this.file(entry.file).now, entry.length);
        return;
      case 'write': {
        const file = this.file(entry.file);
        const end = entry.position + entry.bytes.length;
        file.now = resized(file.now, Math.max(file.now.length, end));
        file.now.set(entry.bytes, entry.position);
        return;
      }
      case 'datasync':
        this.file(entry.file).safe = Buffer.from(this.file(entry.file).now);
        return;
      case 'note':
        entry.note();
    }
  }

  /** Puts into an emptied folder what is left after a crash. */
  materialise(folder: string, { data, names }: Loss): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    for (const [name, number] of names === 'kept' ? this.names : this.safeNames) {
      const { now, safe } = this.file(number);
      const half = Math.min(safe.length, now.length) + Math.abs(now.length - safe.length) / 2;
      const left = { kept: now, dropped: safe, half: now.subarray(0, half) }[data];
      writeFileSync(join(folder, name), left, { mode: 0o600 });
    }
  }

  private file(number: number): File {
    const known = this.files.get(number);
    if (known !== undefined) return known;
    const file = { now: Buffer.alloc(0), safe: Buffer.alloc(0) };
    this.files.set(number, file);
    return file;
  }
}

function resized(bytes: Buffer, length: number): Buffer {
  const fresh = Buffer.alloc(length);
  bytes.copy(fresh);
  return fresh;
}
