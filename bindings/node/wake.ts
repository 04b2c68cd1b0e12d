// SPDX-License-Identifier: MIT

import { closeSync, readSync, writeSync } from 'node:fs';
import { pipe } from './library.js';

/** A pipe to oneself: ends a poll() that waits on another thread. */
export class Wake {
  readonly fd: number;
  readonly #write: number;
  #set = false;

  constructor() {
    [this.fd, this.#write] = pipe();
  }

  now(): void {
    if (this.#set) return;
    this.#set = true;
    writeSync(this.#write, Buffer.alloc(1));
  }

  /** The poll is over; the next one waits again. */
  taken(): void {
    if (!this.#set) return;
    this.#set = false;
    readSync(this.fd, Buffer.alloc(1));
  }

  close(): void {
    closeSync(this.fd);
    closeSync(this.#write);
  }
}
