// SPDX-License-Identifier: MIT

import { open } from 'node:fs/promises';

/** Key files and trust anchors are small; a device or a film is neither. */
const largestBytes = 4 * 1024 * 1024;

/**
 * Reads a file that a person named in the settings.
 * @throws a Node error; `EFBIG` for what is too large, `EISDIR` for what is no ordinary file
 */
export async function readSmallFile(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw withCode('EISDIR');
    if (stat.size > largestBytes) throw withCode('EFBIG');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}
