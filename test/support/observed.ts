// SPDX-License-Identifier: MIT

/** Things in the order in which they happened, that can be waited for. */
export class Observed<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  add(thing: T): void {
    this.all.push(thing);
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Resolves with the first thing that fits, one of the past (from `after` on) or the next to come;
   * rejects after `withinMs`, which is a bound for broken code and never part of a test's meaning.
   */
  async next(
    what: string,
    fits: (thing: T) => boolean,
    { withinMs = 30_000, after = 0 }: { withinMs?: number; after?: number } = {},
  ): Promise<T> {
    const find = (): T | undefined => this.all.slice(after).find(fits);
    await this.until(what, () => find() !== undefined, withinMs);
    const found = find();
    if (found === undefined) throw new Error(`${what}: gone again`);
    return found;
  }

  /** Calls back for each thing of the past and to come, before those hear of it who wait from now on. */
  each(told: (thing: T) => void): void {
    let seen = 0;
    const look = (): void => {
      while (seen < this.all.length) this.all.slice(seen++, seen).forEach(told);
    };
    look();
    this.#waiting.add(look);
  }

  /** Resolves once `holds` is true; looked at each time something is added. */
  until(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#waiting.delete(look);
        clearTimeout(timer);
      };
      const look = (): void => {
        if (!holds()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`waited ${withinMs} ms in vain for: ${what}`));
      }, withinMs);
      this.#waiting.add(look);
    });
  }
}

/** Asks again and again until the answer is true: for states that announce nothing. */
export async function eventually(
  what: string,
  holds: () => Promise<boolean> | boolean,
  withinMs = 30_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
