// SPDX-License-Identifier: MIT

import { readSync } from 'node:fs';
import { Socket } from 'node:net';

/** More than a host writes in one turn of its main loop, as a rule. */
const pieceBytes = 64 * 1024;

/**
 * The socket to the host. Once the host was killed a write fails, and Node closes the socket at that,
 * with the last commands of the host unread in it: texts that a person saw as sent. They are read
 * before the end.
 */
export class HostSocket extends Socket {
  readonly #fd: number;

  /** @param fd a connected stream socket, owned from here on */
  constructor(fd: number) {
    super({ fd, readable: true, writable: true });
    this.#fd = fd;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (error !== null) this.#readRest();
    super._destroy(error, callback);
  }

  #readRest(): void {
    try {
      for (;;) {
        const piece = Buffer.alloc(pieceBytes);
        const length = readSync(this.#fd, piece);
        if (length === 0) return;
        this.emit('data', piece.subarray(0, length));
      }
    } catch {
      // EAGAIN or ECONNRESET: nothing more is there.
    }
  }
}
