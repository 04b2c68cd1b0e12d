// SPDX-License-Identifier: MIT
import { disordered, isExcused, missing, repeated } from './lines.js';
import type { Shown, Talk, Timed } from './record.js';

type Ways<T> = Record<'up' | 'down', T>;

/** What a talk came to, counted. */
export interface Tally {
  typed: number;
  accepted: number;
  refused: number;
  /** `up`: accepted, never arrived, and no failure told. `down`: the server took it, never shown. */
  lost: Ways<number[]>;
  /** Lost ones that the server's watch had seen coming in; undefined where there is no watch. */
  dropped: number[] | undefined;
  /** Copies too many, by line; without those that were announced, and those shown with the mark. */
  doubled: Ways<number[]>;
  /** Copies too many of lines of which it was said that they may arrive twice. */
  announced: number[];
  disordered: Ways<number[]>;
  /** Those of `doubled.down` that the host showed as ones of earlier. */
  old: number[];
  /**
   * Her own lines as they came back from the room: there and not shown to her, copies too many, behind a
   * younger one. All empty where the host shows them itself.
   */
  own: { missing: number[]; doubled: number[]; disordered: number[] };
  /** Lines told as failed with their text, that indeed did not arrive. */
  told: number[];
  /** Lines told as failed that arrived all the same. */
  mistold: number[];
  /** Failures told without the text. */
  unquoted: string[];
  /** `up`: "may arrive twice". `down`: "may have been shown before". */
  marked: Ways<number>;
  /**
   * For each fault the seconds from the open way until both directions had delivered a line that was
   * written (and taken) after it; Infinity where one never did, -Infinity where there was none.
   */
  againS: number[];
}

/**
 * All that reached bob's side: the copies of his archive, and those that only his client has. A copy
 * that both have is one.
 */
export function reached(archived: readonly number[], heard: readonly number[]): number[] {
  const rest = [...archived];
  const extra = heard.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  // Archives can lose what a client has; then its own order counts, and what it has not comes last.
  return extra.length === 0 ? [...archived] : [...heard, ...rest];
}

export const linesOf = (things: readonly { line: number }[]): number[] =>
  things.map(({ line }) => line);

/** When the first of the lines from `mended` on came; `undefined` where there were none to come. */
function firstAfter(
  mended: number,
  from: readonly Timed[],
  to: readonly Timed[],
): number | undefined {
  const since = new Set(linesOf(from.filter(({ at }) => at >= mended)));
  if (since.size === 0) return undefined;
  return Math.min(...to.filter(({ line }) => since.has(line)).map(({ at }) => at));
}

/** Infinity where one way never delivered again. */
function secondsTo(mended: number, { typed, heard, said, taken, shown }: Talk): number {
  const accepted = typed.filter(({ outcome }) => outcome === 'accepted');
  const there = said.filter(({ line }) => taken.includes(line));
  const times = [firstAfter(mended, accepted, heard), firstAfter(mended, there, shown)];
  return (Math.max(...times.filter((time) => time !== undefined)) - mended) / 1000;
}

const shownOnce = (entries: readonly Shown[]): number[] =>
  linesOf(entries.filter((entry, at, all) => !isExcused(entry, at, all)));

function oldCopies(entries: readonly Shown[]): number[] {
  const isCopy = ({ line }: Shown, at: number): boolean =>
    entries.findIndex((first) => first.line === line) !== at;
  return linesOf(entries.filter((entry, at) => entry.old === true && isCopy(entry, at)));
}

function ownLines({ echoed, announced }: Talk, arrived: readonly number[]): Tally['own'] {
  const lines = shownOnce(echoed ?? []);
  return {
    missing: echoed === undefined ? [] : missing(arrived, lines),
    ...{ doubled: missing(repeated(lines), announced), disordered: disordered(lines) },
  };
}

export function tally(talk: Talk): Tally {
  const having = (outcome: string): number[] =>
    linesOf(talk.typed.filter((typed) => typed.outcome === outcome));
  const there = reached(talk.archived, linesOf(talk.heard));
  const shown = shownOnce(talk.shown);
  const copies = repeated(there);
  const failed = [...new Set(talk.told.flatMap(({ line }) => line ?? []))];
  const told = missing(failed, there);
  const lost = missing(missing(having('accepted'), there), told);
  return {
    typed: talk.typed.length,
    accepted: having('accepted').length,
    refused: having('refused').length,
    lost: { up: lost, down: missing(talk.taken, shown) },
    dropped: talk.seen === undefined ? undefined : missing(lost, missing(lost, talk.seen)),
    doubled: { up: missing(copies, talk.announced), down: repeated(shown) },
    announced: missing(copies, missing(copies, talk.announced)),
    disordered: { up: disordered(there), down: disordered(shown) },
    old: oldCopies(talk.shown),
    own: ownLines(talk, missing(having('accepted'), [...lost, ...told])),
    told,
    mistold: missing(failed, told),
    unquoted: talk.told.filter(({ line }) => line === undefined).map(({ text }) => text),
    marked: { up: talk.doubts, down: talk.shown.filter(({ marked }) => marked).length },
    againS: talk.mended.map((mended) => secondsTo(mended, talk)),
  };
}
