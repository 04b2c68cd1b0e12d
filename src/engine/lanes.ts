// SPDX-License-Identifier: MIT
//
// Which lanes of the outbox are open. That to persons always is; that of a room, while we are in it. And
// how long each line of a room has been on its way: no acknowledgement says that the room has it.

import { PERSONS } from '../delivery/lane-book.js';
import type { Outbox } from '../delivery/outbox.js';
import type { Context } from './context.js';

export class Lanes {
  private readonly rooms = new Set<string>();
  /** When our server acknowledged a line that its room has not reflected, monotonic ms. */
  private readonly acked = new Map<string, number>();

  constructor(
    private readonly context: Context,
    private readonly outbox: Outbox,
  ) {}

  isOpen(lane: string): boolean {
    return lane === PERSONS || this.rooms.has(lane);
  }

  open(room: string): void {
    this.rooms.add(room);
  }

  close(room: string): void {
    this.rooms.delete(room);
  }

  /** The session is gone, and with it our place in every room. */
  closeAll(): void {
    this.rooms.clear();
    this.acked.clear();
  }

  /** Our server has these: of a room's lines the reflection is awaited from now on. */
  acknowledged(handles: readonly string[]): void {
    for (const handle of handles) {
      if (this.outbox.get(handle)?.room === true) {
        this.acked.set(handle, this.context.clock().now);
      }
    }
    for (const handle of this.acked.keys()) {
      if (this.outbox.get(handle)?.state !== 'sent') {
        this.acked.delete(handle);
      }
    }
  }

  /** The session goes on: what a room said meanwhile comes only now. */
  linked(): void {
    for (const handle of this.acked.keys()) {
      this.acked.set(handle, this.context.clock().now);
    }
  }

  /** Since when the reflection of a line is awaited, monotonic ms; nothing before our server has it. */
  awaitedSince(handle: string): number | undefined {
    return this.acked.get(handle);
  }

  /** A line is to go once more, or never. */
  forget(handle: string): void {
    this.acked.delete(handle);
  }
}
