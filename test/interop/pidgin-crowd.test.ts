// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import { crowdInPidgin } from './crowd.js';

/** On a processor: below what a person notices, well above one turn of ours (8 ms) and one of Pidgin's own. */
const HELD_MS = 50;

test('twenty rooms of 500, joined at once and again with others in them, do not hold up Pidgin', async () => {
  const { joining, again, back } = await crowdInPidgin(20, 500);
  const held = [joining, again, back];
  // Something was seen at all.
  expect(Math.min(...held)).toBeGreaterThan(0);
  expect(Math.max(...held)).toBeLessThan(HELD_MS);
}, 280_000);
