// SPDX-License-Identifier: MIT

/** A disk's refusal; the compiler holds it to core's `Fault` where the driver joins the two. */
export interface StoreFault {
  readonly kind: 'store';
  readonly condition: string;
  readonly text: string;
  readonly by: 'us';
  readonly retry: 'later';
}

const words: ReadonlyMap<string, readonly [condition: string, what: string]> = new Map([
  ['ENOSPC', ['disk-full', 'the disk is full']],
  ['EDQUOT', ['disk-full', 'your disk quota is used up']],
  ['EROFS', ['disk-read-only', 'the disk is read-only']],
  ['EACCES', ['disk-forbidden', 'its owner or mode does not allow it']],
  ['EPERM', ['disk-forbidden', 'its owner or mode does not allow it']],
  ['ELOOP', ['disk-forbidden', 'it is a symbolic link, which is not followed here']],
  ['EISDIR', ['disk-error', 'it is a folder and not a file']],
  ['ENOTDIR', ['disk-error', 'a file stands where its folder should be']],
  ['ENOENT', ['disk-error', 'its folder is missing']],
  ['EINVAL', ['disk-error', 'it is no ordinary file']],
  ['EIO', ['disk-error', 'the disk could not read or write (EIO)']],
  ['EMFILE', ['too-many-files', 'too many files are open']],
  ['ENFILE', ['too-many-files', 'too many files are open']],
]);

/** A file that may be lost is. @param path named in the text */
export function unreadable(path: string): StoreFault {
  const text = `${path} cannot be read and is left out. What it held is learned anew.`;
  return { kind: 'store', condition: 'disk-error', text, by: 'us', retry: 'later' };
}

/** @param path named in the text, so that a person can go and look */
export function storeFault(error: unknown, path: string): StoreFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const [condition, what] = words.get(code) ?? ['disk-error', `the disk reported ${code}`];
  return {
    kind: 'store',
    condition,
    text: `${path} cannot be written: ${what}. Nothing new is accepted until it can.`,
    by: 'us',
    retry: 'later',
  };
}
