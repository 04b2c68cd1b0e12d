// SPDX-License-Identifier: MIT

import { dirname } from 'node:path';
import type { FileSystem } from './file-system.js';
import { writeAll } from './file-system.js';

/**
 * Puts a file in the place of the one that is there, if any: after a crash it is the old or the new one,
 * whole. Mode 0600.
 * @throws a Node error; the old one is still there then
 */
export async function replaceFile(fs: FileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.new`;
  try {
    const file = await fs.create(fresh);
    try {
      await writeAll(file, bytes, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await fs.rename(fresh, path);
    await fs.syncFolder(dirname(path));
  } catch (error) {
    await fs.remove(fresh).catch(() => undefined);
    throw error;
  }
}
