// SPDX-License-Identifier: MIT
//
// The few calls this room makes, so that tests can make each of them fail.

import { constants } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** An open file; every call may reject with a Node error that has a `code`. */
export interface OpenFile {
  /** The whole content. */
  read(): Promise<Uint8Array>;
  /** @returns how many bytes were taken, perhaps fewer than given */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** The same; what was taken is on the medium afterwards, as behind `datasync`. */
  writeThrough(bytes: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** Content and length are on the medium afterwards. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileSystem {
  /** Opens for reading and writing, made if missing, mode 0600, and never through a symbolic link. */
  open(path: string): Promise<OpenFile>;
  /** The same, emptied. */
  create(path: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes renames in a folder durable. */
  syncFolder(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
}

/**
 * With O_DSYNC each write ends as if fdatasync(2) followed it, and with that one's errors: one trip to a
 * thread and back where there would be two, at half the time on a processor.
 */
const readWrite = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_DSYNC;

export const nodeFileSystem: FileSystem = {
  open: async (path) => openFile(await open(path, readWrite, 0o600)),
  create: async (path) => openFile(await open(path, readWrite | constants.O_TRUNC, 0o600)),
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncFolder(path) {
    const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  list: (folder) => readdir(folder),
};

async function openFile(handle: FileHandle): Promise<OpenFile> {
  try {
    // An older file may have been left with a wider mode.
    await handle.chmod(0o600);
  } catch (error) {
    await handle.close();
    throw error;
  }
  const write = async (bytes: Uint8Array, position: number): Promise<number> =>
    (await handle.write(bytes, 0, bytes.length, position)).bytesWritten;
  return {
    read: () => readAll(handle),
    write,
    writeThrough: write,
    truncate: (length) => handle.truncate(length),
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** By position: a FileHandle's own readFile would begin where the last one ended. */
async function readAll(handle: FileHandle): Promise<Uint8Array> {
  const bytes = new Uint8Array((await handle.stat()).size);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

/** Writes on after short writes, which are normal on a disk that fills up. */
export async function writeAll(
  file: OpenFile,
  bytes: Uint8Array,
  position: number,
  how: 'write' | 'writeThrough' = 'write',
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const taken = await file[how](bytes.subarray(at), position + at);
    if (taken <= 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    at += taken;
  }
}
