// SPDX-License-Identifier: MIT
import { afterEach, test } from 'vitest';
import type { Direction } from '../support/cutting-proxy.js';
import { ALICE, Home } from './home.js';
import { expectFaultless } from './kills-account.js';
import { killEngine, killHost, type Moment, type Step } from './kills-plan.js';
import { Traffic } from './traffic.js';

let home: Home | undefined;

afterEach(async () => {
  await home?.close();
  home = undefined;
});

/** Lines that get nowhere for now. */
async function more(lines: number, say: () => Promise<void>): Promise<void> {
  for (let line = 0; line < lines; line++) await say();
}

/** The link breaks, and what would mend it dies with it. */
const cutWith = (step: Step, how: 'rst' | 'fin'): Step => ({
  ...step,
  what: `link and ${step.what}`,
  act: async (traffic) => {
    traffic.home.proxy.cut(how);
    await step.act(traffic);
  },
});

/** The engine dies during an outage, with texts that wait; more are typed before the link is back. */
const killOffline = (at: Moment): Step => ({
  at,
  what: 'engine in an outage',
  act: async (traffic) => {
    const { proxy } = traffic.home;
    proxy.refuse();
    proxy.cut();
    await more(2, () => traffic.up());
    await traffic.killEngine();
    await more(2, () => traffic.up());
    await proxy.accept();
  },
});

/** What one side sends vanishes unnoticed for a while; then engine and link die. */
const killInSilence = (direction: Direction): Step => ({
  at: direction === 'up' ? 'sent' : 'said',
  what: `engine on a link that swallows ${direction}`,
  act: async (traffic) => {
    const { proxy } = traffic.home;
    proxy.swallow(direction);
    await more(3, () => traffic[direction]());
    await traffic.killEngine();
    proxy.cut();
    await proxy.heal();
  },
});

const cut = (at: Moment): Step => ({
  at,
  what: 'link',
  act: (traffic) => Promise.resolve(traffic.home.proxy.cut()),
});

const PLAN: readonly Step[] = [
  cutWith(killEngine('sent'), 'rst'),
  cutWith(killEngine('shown'), 'fin'),
  cut('heard'),
  killEngine('resumed'),
  killInSilence('up'),
  cut('resumed'),
  cutWith(killHost('said'), 'rst'),
  killOffline('sent'),
  cut('sent'),
  killEngine('resumed'),
  killInSilence('down'),
  cutWith(killHost('heard'), 'fin'),
];

test('links that break together with engine and host lose, double and reorder nothing', async () => {
  home = await Home.open();
  const traffic = await Traffic.start(home, ALICE);
  await expectFaultless(traffic, 'cuts and kills together', PLAN);
});
