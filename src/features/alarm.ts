// SPDX-License-Identifier: MIT

import type { FeatureHost } from './feature.js';

/**
 * One thing to be done later, where a link is needed for it: while the link is away nothing happens,
 * and what fell due meanwhile is done on the next one.
 */
export class Alarm {
  readonly #host: FeatureHost;
  /** Counts settings, since a timer cannot be taken back. */
  #turn = 0;
  #late: (() => void) | undefined;
  #set = false;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** Whether it will go off by itself. */
  get pending(): boolean {
    return this.#set;
  }

  /**
   * Takes the place of what it was set for before.
   * @param late done instead if it fell due without a link; the same by default
   */
  set(delayMs: number, run: () => void, late = run): void {
    const turn = ++this.#turn;
    this.#late = undefined;
    this.#set = true;
    this.#host.later(delayMs, () => {
      if (turn !== this.#turn) return;
      if (!this.#host.online) {
        this.#late = late;
        return;
      }
      this.#set = false;
      run();
    });
  }

  clear(): void {
    this.#turn += 1;
    this.#late = undefined;
    this.#set = false;
  }

  /** The link is back. */
  resumed(): void {
    const late = this.#late;
    if (late === undefined) return;
    this.clear();
    late();
  }
}
