// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { FAULTS } from '../chaos/faults.js';
import { record, runOf, wrong } from '../chaos/run.js';
import { SERVERS } from '../support/talk/server.js';

/** Runs of each fault on each server, with seeds from the second number on. */
const RUNS = Number(process.env.STEADFAST_CHAOS_RUNS ?? 1);
const FIRST = Number(process.env.STEADFAST_CHAOS_SEED ?? Date.now() % 1_000_000);
/** A part of them, by names with commas between. */
const some = (names: string | undefined) => (name: string) =>
  (names ?? '') === '' || (names ?? '').split(',').includes(name);

const servers = SERVERS.filter(some(process.env.STEADFAST_CHAOS_SERVERS));
const faults = FAULTS.filter(({ name }) => some(process.env.STEADFAST_CHAOS_FAULTS)(name));
const cases = Array.from({ length: RUNS }, (_, at) => FIRST + at).flatMap((seed) =>
  servers.flatMap((server) => faults.map((fault) => ({ server, seed, fault }))),
);

describe(`${RUNS} runs of each fault lose, double, reorder and refuse nothing`, () => {
  test.concurrent.each(cases)(
    'on $server $fault.name with seed $seed',
    async ({ server, fault, seed }) => {
      const run = await runOf(server, fault, seed);
      record(run);
      expect(wrong(run), run.remarks.join('\n')).toEqual({});
    },
    600_000,
  );
});
