// SPDX-License-Identifier: MIT
import { afterEach, test } from 'vitest';
import { Home } from '../interop/home.js';
import { expectFaultless } from '../interop/kills-account.js';
import { killEngine, killHost, type Moment, type Step } from '../interop/kills-plan.js';
import { Traffic } from '../interop/traffic.js';

/** Kills a run; three in four are the engine's. */
const KILLS = Number(process.env.STEADFAST_SOAK_KILLS ?? 100);
/** Names the run: the same seed makes the same plan. */
const SEED = Number(process.env.STEADFAST_SOAK_SEED ?? Date.now() % 1_000_000);
const MOMENTS: readonly Moment[] = ['sent', 'heard', 'said', 'shown'];
/** Generous: a kill takes about two seconds. */
const EACH_MS = 30_000;

let home: Home | undefined;

afterEach(async () => {
  await home?.close();
  home = undefined;
});

/** Numbers below 1 (Park and Miller's generator), for plans that can be had again. */
function chance(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function plan(kills: number, next: () => number): Step[] {
  const steps: Step[] = [];
  while (steps.length < kills) {
    const at = MOMENTS[Math.floor(next() * MOMENTS.length)] ?? 'sent';
    const engine = next() < 0.75;
    steps.push(engine ? killEngine(at) : killHost(at));
    // Its successor resumes what it left, and may die over that.
    if (engine && next() < 0.3) steps.push(killEngine(next() < 0.5 ? 'resumed' : 'bound'));
  }
  return steps;
}

test(
  `${KILLS} kills at random moments lose, double, reorder and refuse nothing`,
  async () => {
    home = await Home.open();
    const traffic = await Traffic.start(home);
    const steps = plan(KILLS, chance(SEED));
    await expectFaultless(traffic, `seed ${SEED}, ${steps.length} kills`, steps);
  },
  KILLS * EACH_MS,
);

test(
  'one life of the host outlasts the deaths of twenty engines in a row',
  async () => {
    home = await Home.open();
    const traffic = await Traffic.start(home);
    const steps = Array.from({ length: 20 }, (_, at) => killEngine(MOMENTS[at % 4] ?? 'sent'));
    await expectFaultless(traffic, '20 engine kills in one life of the host', steps);
  },
  20 * EACH_MS,
);
