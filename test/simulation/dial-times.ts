// SPDX-License-Identifier: MIT

import type { Dial } from '../../src/core/effects.js';

/** The clock of a link and of a timer are a moment apart. */
const LEAST_MS = 995;
/** A delay is told, and waited for, in whole milliseconds. */
const MINUTE_MS = 60_000 - 1;
/** Dials that a server answers, in a minute (src/engine/backoff.ts). */
const MOST = 10;

/** Checks the redial rhythm of one engine: never twice in a second, unless there was a session in between. */
export class DialTimes {
  private last: number | undefined;
  /** The dial that nobody has answered yet. */
  private silent: number | undefined;
  /** When those that were answered began, oldest first. */
  private answered: number[] = [];
  private hints = 0;

  constructor(private readonly broke: (what: string) => void) {}

  startOver(): void {
    this.last = undefined;
    this.silent = undefined;
    this.answered = [];
  }

  /** The link carries a session: the first attempt after that may come at once. */
  online(): void {
    this.last = undefined;
  }

  /** Something is about to change for the better: one attempt may come early. */
  hinted(): void {
    this.hints++;
    this.answered = [];
  }

  /** The host was told that the sign-in failed, and has a rhythm of its own for the next. */
  failed(): void {
    this.answered = [];
  }

  /** A person was asked: his answer may come at once, and be about another certificate than that of who is there by then. */
  asked(): void {
    this.last = undefined;
    this.hints++;
  }

  /** @param now on the engine's own clock */
  dialled(now: number, { rest }: Dial): void {
    // The same dial, to another place.
    if (rest === true) return;
    const { last } = this;
    if (last !== undefined && now - last < LEAST_MS && --this.hints < 0) {
      this.broke(`dialled twice within ${String(now - last)} ms`);
    }
    this.hints = Math.max(this.hints, 0);
    this.last = now;
    this.silent = now;
  }

  /** The server says something on the link that was dialled last. */
  heard(): void {
    if (this.silent === undefined) {
      return;
    }
    this.answered.push(this.silent);
    this.silent = undefined;
    const [first = -Infinity, last = 0] = [this.answered.at(-MOST - 1), this.answered.at(-1)];
    const ms = last - first;
    if (ms < MINUTE_MS) {
      this.broke(`a server that answers was dialled ${String(MOST + 1)} times in ${String(ms)} ms`);
    }
  }
}
