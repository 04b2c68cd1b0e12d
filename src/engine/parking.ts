// SPDX-License-Identifier: MIT

/** A session parked this long with its link up is given up, so that the server stops keeping it. */
const PARK_MS = 10 * 60_000;

/** How long an account is kept for a host that has gone without a sign-off, and may be back. */
export class Parking {
  /** When the host went, on the monotonic clock. */
  private since: number | undefined;

  begin(now: number): void {
    this.since = now;
  }

  /** The host is back. */
  end(): void {
    this.since = undefined;
  }

  /** When it is over, on the monotonic clock. */
  deadline(): number | undefined {
    return this.since === undefined ? undefined : this.since + PARK_MS;
  }

  /** @returns true once, when it is over */
  tick(now: number): boolean {
    const until = this.deadline();
    if (until === undefined || now < until) {
      return false;
    }
    this.since = undefined;
    return true;
  }
}
