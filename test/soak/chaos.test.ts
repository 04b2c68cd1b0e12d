// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { FAULTS } from '../chaos/faults.js';
import { record, runOf, wrong } from '../chaos/run.js';
import { SERVERS } from '../support/talk/server.js';
import { PLACES } from '../support/talk/where.js';

/** Runs of each fault on each server, with seeds from the second number on. */
const RUNS = Number(process.env.STEADFAST_CHAOS_RUNS ?? 1);
const FIRST = Number(process.env.STEADFAST_CHAOS_SEED ?? Date.now() % 1_000_000);
/** A part of them, by names with commas between. */
const some = (names: string | undefined) => (name: string) =>
  (names ?? '') === '' || (names ?? '').split(',').includes(name);

const servers = SERVERS.filter(some(process.env.STEADFAST_CHAOS_SERVERS));
const places = PLACES.filter(({ name }) => some(process.env.STEADFAST_CHAOS_WHERE)(name));
const faults = FAULTS.filter(({ name }) => some(process.env.STEADFAST_CHAOS_FAULTS)(name));
const cases = Array.from({ length: RUNS }, (_, at) => FIRST + at).flatMap((seed) =>
  servers.flatMap((server) =>
    places.flatMap((where) => faults.map((fault) => ({ server, seed, where, fault }))),
  ),
);

describe(`${RUNS} runs of each fault lose, double, reorder and refuse nothing`, () => {
  test.concurrent.each(cases)(
    'on $server $where.name $fault.name with seed $seed',
    async ({ server, fault, seed, where }) => {
      const run = await runOf(server, fault, seed, where);
      record(run);
      expect(wrong(run), run.remarks.join('\n')).toEqual({});
    },
    600_000,
  );
});
