// SPDX-License-Identifier: MIT
//
// Plays seeds on all processors for so many minutes, appends what came of it to build/soak/simulation.jsonl
// with the commit, and prints the sum of all that is there: `make soak`, or
//   node build/soak.cjs MINUTES [FIRST SEED]

import { fork } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ROOMS_FROM } from './plan-room.js';
import { SASL2_FROM } from './plan-sasl2.js';
import { runSeed } from './run.js';
import { commit, firstSeed } from './seeds.js';

const FILE = 'build/soak/simulation.jsonl';
/** Far apart, so that the processors never play the same. */
const STRIDE = 10_000_000;

interface Result {
  readonly commit: string;
  readonly first: number;
  readonly seeds: number;
  readonly seconds: number;
  readonly shown: number;
  /** "seed 17: what was broken" */
  readonly broken: readonly string[];
}

function play(first: number, minutes: number): Result {
  const from = performance.now();
  const broken: string[] = [];
  let [seeds, shown] = [0, 0];
  while (performance.now() < from + minutes * 60_000) {
    const outcome = runSeed(seedAt(first, seeds++));
    shown += outcome.shown;
    const found = outcome.broken.map((what) => `seed ${String(outcome.plan.seed)}: ${what}`);
    // At once, too: what takes an hour may be stopped before its end.
    process.stderr.write(found.map((what) => `${what}\n`).join(''));
    broken.push(...found);
  }
  const seconds = Math.round((performance.now() - from) / 1000);
  return { commit: commit(), first, seeds, seconds, shown, broken };
}

/** Every other one has a room, every other two a server with SASL2; from one that has, all. */
function seedAt(first: number, n: number): number {
  if (first >= ROOMS_FROM) return first + n;
  const [rooms, sasl2] = [n % 2, Math.floor(n / 2) % 2];
  return first + Math.floor(n / 4) + rooms * ROOMS_FROM + sasl2 * SASL2_FROM;
}

function sumUp(results: readonly Result[]): string {
  const add = (of: (result: Result) => number) => results.reduce((n, result) => n + of(result), 0);
  const [seeds, seconds, shown] = [
    add((result) => result.seeds),
    add((result) => result.seconds),
    add((result) => result.shown),
  ];
  const pace = seeds / seconds;
  const broken = results.flatMap((result) => result.broken);
  const hours = 1_000_000 / pace / 3600;
  return [
    ...broken.map((what) => `BROKEN ${what}`),
    `commits ${[...new Set(results.map((result) => result.commit.slice(0, 7)))].join(' ')}`,
    `${String(seeds)} seeds in ${String(seconds)} s of a processor, ${String(shown)} lines shown`,
    `${pace.toFixed(1)} seeds a second on one processor; a million take ${hours.toFixed(0)} h of one`,
    `${String(broken.length)} promises broken`,
  ].join('\n');
}

async function all(minutes: number, first: number): Promise<readonly Result[]> {
  const processors = Array.from({ length: availableParallelism() }, (_, i) => first + i * STRIDE);
  return Promise.all(
    processors.map(
      (from) =>
        new Promise<Result>((resolve, reject) => {
          const child = fork(process.argv[1] ?? '', ['play', String(from), String(minutes)]);
          child.on('message', (result) => {
            resolve(result as Result);
          });
          child.on('exit', (code) => {
            reject(new Error(`a player ended with ${String(code)}`));
          });
        }),
    ),
  );
}

async function main(minutes: number, first: number): Promise<void> {
  mkdirSync('build/soak', { recursive: true });
  const results = await all(minutes, first);
  for (const result of results) {
    appendFileSync(FILE, `${JSON.stringify(result)}\n`);
  }
  const kept = readFileSync(FILE, 'utf8').trim().split('\n');
  process.stdout.write(`${sumUp(kept.map((line) => JSON.parse(line) as Result))}\n`);
  process.exitCode = results.some(({ broken }) => broken.length > 0) ? 1 : 0;
}

const [, , mode = '10', ...rest] = process.argv;
if (mode === 'play') {
  const [first = '1', minutes = '1'] = rest;
  process.send?.(play(Number(first), Number(minutes)));
} else {
  void main(Number(mode), Number(rest[0] ?? firstSeed()));
}
