// SPDX-License-Identifier: MIT

import type { FeatureHost } from './feature.js';

/**
 * One thing to be done later, where a link is needed for it: while the link is away nothing happens,
 * and what fell due meanwhile is done on the next one.
 */
export class Alarm {
  readonly #host: FeatureHost;
  #run: () => void = () => undefined;
  #ifLate: () => void = () => undefined;
  #late: (() => void) | undefined;
  #set = false;
  #dueAt = 0;
  /**
   * When the timer goes off that counts. One cannot be taken back, so a later time has no timer of its
   * own before that: whoever has it set anew at will must not pile them up.
   */
  #wakesAt = Infinity;

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
    this.#run = run;
    this.#ifLate = late;
    this.#late = undefined;
    this.#set = true;
    this.#dueAt = this.#host.clock().now + delayMs;
    this.#wait();
  }

  clear(): void {
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

  #wait(): void {
    const at = this.#dueAt;
    if (this.#wakesAt <= at) return;
    this.#wakesAt = at;
    this.#host.later(at - this.#host.clock().now, () => {
      if (this.#wakesAt !== at) return;
      this.#wakesAt = Infinity;
      if (this.#set && this.#late === undefined) this.#wake();
    });
  }

  #wake(): void {
    if (this.#host.clock().now < this.#dueAt) {
      this.#wait();
      return;
    }
    if (!this.#host.online) {
      this.#late = this.#ifLate;
      return;
    }
    this.#set = false;
    this.#run();
  }
}
