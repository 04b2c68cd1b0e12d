// SPDX-License-Identifier: MIT

/** Seeded chance: the same seed gives the same numbers for ever (xorshift32 over a mixed seed). */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ (seed >>> 13) || 1) >>> 0;
    for (let i = 0; i < 8; i++) {
      this.next();
    }
  }

  /** 0 ≤ x < 1 */
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both possible. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(options: readonly T[]): T {
    const option = options[this.between(0, options.length - 1)];
    if (option === undefined) {
      throw new RangeError('nothing to pick from');
    }
    return option;
  }

  readonly bytes = (n: number): Uint8Array =>
    Uint8Array.from({ length: n }, () => this.between(0, 255));
}
