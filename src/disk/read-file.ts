// SPDX-License-Identifier: MIT

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Key files and trust anchors are small; a device or a film is neither. */
const largestBytes = 4 * 1024 * 1024;

/** Else a named pipe that nobody writes would hold a thread of this process for ever. */
const readOnly = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** What the system says of a socket that is opened. */
const noFile = 'ENXIO';

/**
 * Reads a file that a person named in the settings.
 * @throws a Node error; its message is in plain words for what is there and cannot be such a file: `EISDIR`
 * for a folder, `EINVAL` for a pipe, a socket or a device, `EFBIG` for what is too large
 */
export async function readSmallFile(path: string): Promise<Buffer> {
  const file = await open(path, readOnly).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error && error.code === noFile ? special() : error;
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw refusal('EISDIR', 'it is a folder and not a file');
    if (!stat.isFile()) throw special();
    if (stat.size > largestBytes) throw refusal('EFBIG', 'it is larger than 4 MiB');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function special(): Error {
  return refusal('EINVAL', 'it is a pipe, a socket or a device and not a file');
}

function refusal(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}
