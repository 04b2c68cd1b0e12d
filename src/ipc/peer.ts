// SPDX-License-Identifier: MIT

import type { Socket } from 'node:net';
import type { Command, Event } from '../contract/engine_pb.js';
import { decodeCommand, encodeEvent } from './codec.js';
import { ContractError, FrameReader, frame } from './frames.js';

export interface PeerHandlers {
  command(command: Command): void;
  /** The host broke the contract; nothing of it is read any more. */
  broken(error: ContractError): void;
  /** The host is gone: end of file, or the socket failed. Comes once. */
  gone(): void;
}

/** What is written at once; small enough that the host's main loop takes it in one piece. */
const groupBytes = 64 * 1024;

/** The host at the other end of the socket. */
export class Peer {
  readonly #reader = new FrameReader();
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #scheduled = false;
  #blocked = false;
  #over = false;

  constructor(
    private readonly socket: Socket,
    private readonly handlers: PeerHandlers,
  ) {
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('drain', () => this.#unblock());
    socket.on('error', () => this.#gone());
    socket.once('end', () => this.#gone());
    socket.once('close', () => this.#gone());
  }

  /** Bytes that wait because the host does not read. */
  get waitingBytes(): number {
    return this.#queuedBytes + this.socket.writableLength;
  }

  /** Events of one turn leave together: each write costs the host's main loop a wake-up. */
  send(event: Event): void {
    if (this.#over) return;
    const bytes = frame(encodeEvent(event));
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes >= groupBytes) this.#flush();
    else this.#schedule();
  }

  /** Sends what waits and closes; `done` comes when the host has it all, or is gone. */
  end(done: () => void): void {
    this.#blocked = false;
    this.#flush();
    this.#over = true;
    this.socket.removeAllListeners('data');
    this.socket.resume();
    if (this.socket.destroyed) return done();
    this.socket.once('close', done);
    this.socket.end(() => this.socket.destroy());
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#blocked || this.#queue.length === 0 || this.#over) return;
    const bytes = this.#queue.length === 1 ? this.#queue[0] : Buffer.concat(this.#queue);
    this.#queue = [];
    this.#queuedBytes = 0;
    if (bytes !== undefined) this.#blocked = !this.socket.write(bytes);
  }

  #unblock(): void {
    this.#blocked = false;
    this.#flush();
  }

  #read(bytes: Uint8Array): void {
    if (this.#over) return;
    /** Of several in a row the last one says it all. */
    let handled: Command | undefined;
    try {
      for (const message of this.#reader.push(bytes)) {
        const command = decodeCommand(message);
        if (command.body.case === 'handled') {
          handled = command;
          continue;
        }
        this.#give(handled);
        handled = undefined;
        this.#give(command);
        if (this.#over) return;
      }
      this.#give(handled);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.#give(handled);
      this.socket.removeAllListeners('data');
      this.handlers.broken(error);
    }
  }

  #give(command: Command | undefined): void {
    if (command !== undefined && !this.#over) this.handlers.command(command);
  }

  #gone(): void {
    if (this.#over) return;
    this.#over = true;
    this.handlers.gone();
  }
}
