// SPDX-License-Identifier: MIT

import type { Fault } from '../../src/core/errors.js';
import type { Copy } from '../../src/delivery/copy.js';
import type { Cursor } from '../../src/delivery/inbox-book.js';
import type { Replay, Verdict } from '../../src/delivery/replay.js';
import type { ArchivedText, RoomDesk, OwnLine } from '../../src/features/feature.js';

/** Writes down what is read from an archive, and what is said of the lane of a room. */
export class RecordingDesk implements RoomDesk {
  holding = false;
  doubts: Replay | undefined;
  readonly texts: ArchivedText[] = [];
  readonly cursors = new Map<string, Cursor>();
  readonly verdicts: (Verdict | 'none')[] = [];
  readonly ours = new Set<string>();
  /** What waits for the disk; by default the disk is fast. */
  flushing: (() => void)[] | undefined;

  hold(): void {
    this.holding = true;
  }

  release(): void {
    this.holding = false;
  }

  /** What was said of whether it can be read. */
  readonly said: boolean[] = [];

  readable(readable: boolean): void {
    this.said.push(readable);
  }

  cursor(archive: string): Cursor | undefined {
    return this.cursors.get(archive);
  }

  keep(texts: readonly ArchivedText[], archive: string, cursor: Cursor, kept: () => void): void {
    this.texts.push(...texts);
    this.cursors.set(archive, cursor);
    if (this.flushing === undefined) kept();
    else this.flushing.push(kept);
  }

  knows(id: string): boolean {
    return this.ours.has(id);
  }

  replay(): Replay | undefined {
    return this.doubts;
  }

  judged(verdict: Verdict): void {
    this.verdicts.push(verdict);
  }

  unjudged(): void {
    this.verdicts.push('none');
  }

  // --- of a room -----------------------------------------------------------------------------------

  isOpen = false;
  lines: OwnLine[] = [];
  awaited: number | undefined;
  /** What was done to lines, in words. */
  readonly done: string[] = [];
  readonly known: ((copy: Copy) => boolean)[] = [];

  get busy(): boolean {
    return this.lines.length > 0;
  }

  open(): void {
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  unsettled(): readonly OwnLine[] {
    return this.lines;
  }

  repeated(): readonly OwnLine[] {
    return [];
  }

  awaitedSince(): number | undefined {
    return this.awaited;
  }

  doubt(): void {
    this.lines = this.lines.map((line) => ({ ...line, doubted: true }));
  }

  bodyOf(id: string): string | undefined {
    return this.lines.find((line) => line.id === id)?.body;
  }

  returned(id: string): void {
    this.done.push(`returned ${id}`);
  }

  failed(id: string, { condition }: Fault): void {
    this.done.push(`failed ${id} ${condition}`);
  }

  seenAt(copy: Copy): number | undefined {
    return this.known.some((known) => known(copy)) ? 0 : undefined;
  }
}
