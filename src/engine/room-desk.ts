// SPDX-License-Identifier: MIT
//
// The desk of one room: its archive, and the lane of our lines to it.

import type { Fault } from '../core/errors.js';
import { MessageState_State as State } from '../contract/engine_pb.js';
import type { Copy } from '../delivery/copy.js';
import { isFinal } from '../delivery/ledger.js';
import type { OutboxEntry } from '../delivery/ledger.js';
import type { OutboxState } from '../delivery/records.js';
import type { Verdict } from '../delivery/replay.js';
import type { OwnLine, RoomDesk } from '../features/feature.js';
import { AccountArchive } from './archive-desk.js';
import type { DeskParts } from './archive-desk.js';
import type { Lanes } from './lanes.js';

export class RoomArchive extends AccountArchive implements RoomDesk {
  /** @param room bare */
  constructor(
    parts: DeskParts,
    private readonly lanes: Lanes,
    private readonly room: string,
  ) {
    super(parts, room);
  }

  get busy(): boolean {
    const { outbox } = this.parts;
    return outbox.waiting(this.room) || outbox.unreflected(this.room).length > 0;
  }

  open(): void {
    this.lanes.open(this.room);
  }

  close(): void {
    this.lanes.close(this.room);
  }

  unsettled(): readonly OwnLine[] {
    const { outbox } = this.parts;
    return [...outbox.doubts(this.room), ...outbox.unreflected(this.room)].map(
      ({ handle: id, body, state }) => ({ id, body, doubted: state === 'in-doubt' }),
    );
  }

  repeated(): readonly OwnLine[] {
    return this.parts.outbox
      .repeated(this.room)
      .map(({ handle: id, body, state }) => ({ id, body, doubted: !isFinal(state) }));
  }

  awaitedSince(): number | undefined {
    const awaited = this.parts.outbox
      .unreflected(this.room)
      .flatMap(({ handle }) => this.lanes.awaitedSince(handle) ?? []);
    return awaited.length === 0 ? undefined : Math.min(...awaited);
  }

  doubt(upTo?: number): void {
    const late = this.parts.outbox
      .unreflected(this.room)
      .filter(
        ({ handle }) => upTo === undefined || (this.lanes.awaitedSince(handle) ?? Infinity) <= upTo,
      );
    this.turn(late, 'in-doubt', State.IN_DOUBT);
  }

  bodyOf(id: string): string | undefined {
    return this.entry(id)?.body;
  }

  override knows(id: string): boolean {
    return this.entry(id) !== undefined;
  }

  returned(id: string): void {
    const entry = this.entry(id);
    if (entry !== undefined && !isFinal(entry.state)) {
      this.turn([entry], 'queued', State.QUEUED);
    }
  }

  failed(id: string, cause: Fault): void {
    if (this.entry(id) !== undefined) {
      this.lanes.forget(id);
      this.parts.states.fail(id, cause);
    }
  }

  seenAt(copy: Copy): number | undefined {
    return this.parts.mailroom.seenAt(copy);
  }

  override judged(verdict: Verdict): void {
    for (const { handle } of [...verdict.taken, ...verdict.untaken, ...verdict.unknown]) {
      this.lanes.forget(handle);
    }
    super.judged(verdict);
  }

  private turn(entries: readonly OutboxEntry[], state: OutboxState, told: State): void {
    if (entries.length === 0) {
      return;
    }
    const records = entries.map(({ handle }) => ({ type: 'state' as const, handle, state }));
    for (const { handle } of entries) {
      this.lanes.forget(handle);
    }
    this.parts.store.commit(records, () => {
      for (const entry of entries) {
        this.parts.states.tell(entry, told);
      }
    });
  }
}
