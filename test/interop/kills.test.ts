// SPDX-License-Identifier: MIT
import { afterEach, test } from 'vitest';
import { Home } from './home.js';
import { expectFaultless } from './kills-account.js';
import { killEngine, killHost, type Step } from './kills-plan.js';
import { Traffic } from './traffic.js';

let home: Home | undefined;

afterEach(async () => {
  await home?.close();
  home = undefined;
});

/** Ten of the engine and five of the host, at every moment and close upon one another. */
const PLAN: readonly Step[] = [
  killEngine('sent'),
  killEngine('heard'),
  killHost('shown'),
  killEngine('said'),
  killEngine('resumed'),
  killHost('sent'),
  killEngine('shown'),
  killEngine('bound'),
  killHost('said'),
  killEngine('heard'),
  killEngine('sent'),
  killHost('heard'),
  killEngine('shown'),
  killEngine('resumed'),
  killHost('shown'),
];

test('ten kills of the engine and five of the host lose, double, reorder and refuse nothing', async () => {
  home = await Home.open();
  const traffic = await Traffic.start(home);
  await expectFaultless(traffic, '10 engine kills, 5 host kills', PLAN);
});
