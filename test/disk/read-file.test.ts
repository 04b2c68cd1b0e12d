// SPDX-License-Identifier: MIT
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSmallFile } from '../../src/disk/read-file.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-read-'));
  path = join(folder, 'named');
});
afterEach(() => rmSync(folder, { recursive: true }));

const SPECIAL = 'it is a pipe, a socket or a device and not a file';

describe('a file that a person named', () => {
  it('is read, also through a symbolic link', async () => {
    writeFileSync(join(folder, 'real'), 'PEM');
    symlinkSync('real', path);
    expect((await readSmallFile(path)).toString()).toBe('PEM');
  });

  it.each<[string, () => unknown, string, string]>([
    ['a named pipe that nobody writes', () => execFileSync('mkfifo', [path]), 'EINVAL', SPECIAL],
    ['a device', () => symlinkSync('/dev/zero', path), 'EINVAL', SPECIAL],
    ['a folder', () => symlinkSync('/', path), 'EISDIR', 'it is a folder and not a file'],
    [
      'what is too large',
      () => (writeFileSync(path, ''), truncateSync(path, 4 * 1024 * 1024 + 1)),
      'EFBIG',
      'it is larger than 4 MiB',
    ],
  ])('is refused at once, in words, if it is %s', async (_, make, code, message) => {
    make();
    await expect(readSmallFile(path)).rejects.toMatchObject({ code, message });
  });

  it('is refused if it is a socket', async () => {
    const server = createServer();
    await new Promise<void>((listening) => void server.listen(path, listening));
    try {
      await expect(readSmallFile(path)).rejects.toMatchObject({ code: 'EINVAL', message: SPECIAL });
    } finally {
      await new Promise((closed) => void server.close(closed));
    }
  });

  it('that is missing is told as the system tells it', async () => {
    await expect(readSmallFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
