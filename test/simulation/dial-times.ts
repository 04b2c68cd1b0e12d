// SPDX-License-Identifier: MIT

/** The clock of a link and of a timer are a moment apart. */
const LEAST_MS = 995;
const MINUTE_MS = 60_000;
/** Attempts that a server answers without letting us in, in a minute. */
const MOST = 70;

/** Checks the redial rhythm: never twice in a second, unless there was a session in between. */
export class DialTimes {
  private last: number | undefined;
  private times: number[] = [];
  private hints = 0;

  constructor(private readonly broke: (what: string) => void) {}

  startOver(): void {
    this.last = undefined;
    this.times = [];
  }

  /** The link carries a session: the first attempt after that may come at once. */
  online(): void {
    this.last = undefined;
  }

  /** Something is about to change for the better: one attempt may come early. */
  hinted(): void {
    this.hints++;
  }

  dialled(now: number): void {
    const { last } = this;
    if (last !== undefined && now - last < LEAST_MS && --this.hints < 0) {
      this.broke(`dialled twice within ${String(now - last)} ms`);
    }
    this.hints = Math.max(this.hints, 0);
    this.last = now;
    this.times = [...this.times.filter((time) => now - time < MINUTE_MS), now];
    if (this.times.length > MOST) {
      this.broke(`dialled ${String(this.times.length)} times in a minute`);
    }
  }
}
