// SPDX-License-Identifier: MIT
//
// Seeds that no one has played before, which every commit has of its own.

import type { Outcome } from './run.js';
import { runSeed } from './run.js';
import { firstSeed } from './seeds.js';

/** `make test` plays so many, as many with a room, and a quarter of that with SASL2. */
export const SEEDS = Number(process.env.STEADFAST_SEEDS ?? 100);
export const FIRST = Number(process.env.STEADFAST_FIRST_SEED ?? firstSeed());
/** Hours may be asked for. */
export const HOURS = { timeout: 24 * 3_600_000 };

export function inWords({ plan, broken }: Outcome): string[] {
  return broken.map((what) => `seed ${String(plan.seed)}: ${what}`);
}

/** Of the seeds that were played, by seed. */
const hashes = new Map<number, string>();

/** @returns the lines that were shown, and what was broken */
export function play(first: number, seeds: number): { shown: number; broken: string[] } {
  const broken: string[] = [];
  let shown = 0;
  for (let seed = first; seed < first + seeds; seed++) {
    const outcome = runSeed(seed);
    shown += outcome.shown;
    hashes.set(seed, outcome.hash);
    broken.push(...inWords(outcome));
  }
  return { shown, broken };
}

/** Plays again what was played, or else twice. @returns those that gave another trace then */
export function differing(first: number, seeds: number): number[] {
  return Array.from({ length: seeds }, (_, i) => first + i).filter(
    (seed) => (hashes.get(seed) ?? runSeed(seed).hash) !== runSeed(seed).hash,
  );
}
