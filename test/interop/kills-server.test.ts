// SPDX-License-Identifier: MIT
import { afterEach, expect, test } from 'vitest';
import { ALICE, Home } from './home.js';
import { expectFaultless } from './kills-account.js';
import { killEngine, type Moment, type Step } from './kills-plan.js';
import { Traffic } from './traffic.js';

let home: Home | undefined;

afterEach(async () => {
  await home?.close();
  home = undefined;
});

/** The server is told to end amid a burst both ways, and started again. */
const restart = (at: Moment, meanwhile?: (traffic: Traffic) => Promise<void>): Step => ({
  at,
  what: 'server',
  act: async (traffic) => {
    for (let line = 0; line < 10; line++) await Promise.all([traffic.up(), traffic.down()]);
    await traffic.restartServer(async () => meanwhile?.(traffic));
  },
});

const PLAN: readonly Step[] = [
  restart('heard'),
  restart('shown', (traffic) => traffic.killEngine()),
  killEngine('bound'),
  restart('said'),
];

test('a server that ends and comes back with its counters costs no line either way', async () => {
  home = await Home.open();
  const traffic = await Traffic.start(home, ALICE);
  await expectFaultless(traffic, '3 restarts of the server, 2 engine kills', PLAN);
  // It still knew how far each of alice's sessions had come: `<failed h/>` (XEP-0198 §5).
  expect(home.server.log()).toContain('Tried to resume old expired session');
});
