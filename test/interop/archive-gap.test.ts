// SPDX-License-Identifier: MIT
//
// A long absence: the archive has thousands of messages, the link breaks while they are read, and the
// talk goes on. A full gap of 20,000: `make soak`, or STEADFAST_GAP=20000.

import { afterEach, expect, test } from 'vitest';
import { Chance } from '../support/model/chance.js';
import { Gap, type GapResult, type GapServer } from './gap.js';
import { gapOnEjabberd, gapOnProsody } from './gap-servers.js';

const SIZE = Number(process.env.STEADFAST_GAP ?? 3_000);
const SEED = Number(process.env.STEADFAST_GAP_SEED ?? 1);
const CUTS = 3;
/** What a person does not notice. */
const STILL_MS = 50;

let server: GapServer | undefined;
afterEach(async () => {
  await server?.workspace.close();
  server = undefined;
});

function say(what: string, result: GapResult): void {
  const { tookMs, linkedMs, longestMs, latestMs, live, late, links } = result;
  const rate = (ms: number): string => `${Math.round((SIZE * 1000) / ms)}/s`;
  process.stdout.write(
    `${what}, seed ${SEED}: ${SIZE} of the archive in ${(tookMs / 1000).toFixed(1)} s ` +
      `(${rate(tookMs)}; ${rate(linkedMs)} while there was a link), ${live} live, ${late} late, ` +
      `${links} links; the host worked ${longestMs} ms at most without drawing, drew ${latestMs} ms late at most\n`,
  );
}

test.each([
  ['Prosody', gapOnProsody],
  ['ejabberd', gapOnEjabberd],
])(
  `%s, ${SIZE} messages and ${CUTS} cuts: each is shown once and in order, and the window is drawn`,
  async (name, open) => {
    server = await open();
    const result = await new Gap(server, SIZE).play(CUTS, new Chance(SEED));
    say(name, result);
    expect(result).toMatchObject({ lost: [], doubled: [], disordered: [], links: 2 + CUTS });
    expect(result.longestMs).toBeLessThan(STILL_MS);
  },
  240_000,
);
