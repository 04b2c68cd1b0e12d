// SPDX-License-Identifier: MIT

/** Pidgin draws its first delay between 8 and 60 s; here it is always the shortest. */
const FIRST_MS = 8_000;
const LONGEST_MS = 600_000;

/**
 * What Pidgin does for every protocol when an account reports an error that may pass: it connects
 * again after a delay, and doubles the delay until it succeeds. A host without a screen has no such
 * thing of its own.
 */
export class Redial {
  #delayMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly connect: () => void) {}

  /** An error that is not fatal was reported. */
  failed(): void {
    this.#delayMs = Math.min(LONGEST_MS, this.#delayMs === 0 ? FIRST_MS : this.#delayMs * 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.connect, this.#delayMs);
  }

  connected(): void {
    this.#delayMs = 0;
    clearTimeout(this.#timer);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
