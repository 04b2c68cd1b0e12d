// SPDX-License-Identifier: MIT
//
// What is wrong with the numbered lines of a talk, as they were shown.

/** A line on a screen. */
export interface ShownLine {
  line: number;
  /** Which process of the host, from 0. */
  life: number;
  /** With the words that it may have been shown before. */
  marked: boolean;
}

export function missing(wanted: readonly number[], there: readonly number[]): number[] {
  const known = new Set(there);
  return wanted.filter((line) => !known.has(line));
}

export function repeated(lines: readonly number[]): number[] {
  return lines.filter((line, at) => lines.indexOf(line) !== at);
}

/** Lines that came behind a younger one, by their first copies. */
export function disordered(lines: readonly number[]): number[] {
  const first = lines.filter((line, at) => lines.indexOf(line) === at);
  return first.filter((line, at) => line < Math.max(0, ...first.slice(0, at)));
}

/** A repeat that the promise allows: marked, and in another life of the host. */
export function isExcused(entry: ShownLine, at: number, all: readonly ShownLine[]): boolean {
  const first = all.findIndex(({ line }) => line === entry.line);
  return first !== at && entry.marked && all[first]?.life !== entry.life;
}
