// SPDX-License-Identifier: MIT

import type { Cursor } from '../../src/delivery/inbox-book.js';
import type { Replay, Verdict } from '../../src/delivery/replay.js';
import type { ArchivedText, ArchiveDesk } from '../../src/features/feature.js';

/** Writes down what is read from an archive. */
export class RecordingDesk implements ArchiveDesk {
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
}
