// SPDX-License-Identifier: MIT

/** One showing of a line. */
export interface Showing {
  readonly body: string;
  readonly marked: boolean;
  readonly late: boolean;
  readonly life: number;
}

/** How often each was shown, but for what a new process showed again as its forerunner had died. */
export function countOf(
  shown: readonly Showing[],
  unwritten: ReadonlySet<number> = new Set(),
): Map<string, number> {
  const counts = new Map<string, number>();
  const firstLife = new Map<string, number>();
  for (const { body, marked, life } of shown) {
    const first = firstLife.get(body) ?? life;
    firstLife.set(body, first);
    if (first === life || !(marked || unwritten.has(life))) {
      counts.set(body, (counts.get(body) ?? 0) + 1);
    }
  }
  return counts;
}
