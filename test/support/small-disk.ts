// SPDX-License-Identifier: MIT
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { userInfo } from 'node:os';

/** Starts the host with a small file system of its own for what must be kept. */
export function onSmallDisk(folder: string, size: string, more = ''): string[] {
  const asRoot = userInfo().uid === 0 ? [] : ['--map-root-user'];
  const script = `mount -t tmpfs -o size=${size},mode=0700 none "$0" && ${more} exec setpriv --pdeathsig KILL -- "$@"`;
  return ['unshare', '--mount', ...asRoot, 'sh', '-c', script, folder];
}

/** A file that takes all the room there is, seen from outside the host's mount namespace. */
export class Filler {
  readonly #file: number;

  constructor(host: number, folder: string) {
    this.#file = openSync(`/proc/${host}/root${folder}/filler`, 'w', 0o600);
  }

  fill(): void {
    const page = Buffer.alloc(1024);
    for (;;) {
      try {
        writeSync(this.#file, page);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        return;
      }
    }
  }

  free(): void {
    ftruncateSync(this.#file);
  }

  /** It would keep the mount from going. */
  close(): void {
    closeSync(this.#file);
  }
}
