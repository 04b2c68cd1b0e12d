// SPDX-License-Identifier: MIT
//
// A long absence: the archive has thousands of messages, the link breaks while they are read, and the
// talk goes on. A full gap of 20,000: `make soak`, or STEADFAST_GAP=20000.

import { afterEach, expect, test } from 'vitest';
import { Chance } from '../support/model/chance.js';
import { BOB, Home } from './home.js';
import { Gap, type GapResult, type GapServer } from './gap.js';

const SIZE = Number(process.env.STEADFAST_GAP ?? 3_000);
const SEED = Number(process.env.STEADFAST_GAP_SEED ?? 1);
const CUTS = 3;
/** What a person does not notice. */
const STILL_MS = 50;

let home: Home | undefined;
afterEach(async () => {
  await home?.close();
  home = undefined;
});

/** A Prosody that finds a page of a large archive at once: its files are read as a whole for each. */
async function prosody(): Promise<GapServer> {
  home = await Home.open({
    modules: ['steadfast_gap'],
    global: {
      storage: { archive: 'steadfast_gap' },
      ...{ archive_expires_after: 'never', mam_include_total: false },
      network_settings: { nagle: false },
    },
  });
  const { workspace, proxy, bob, byPassword, password, server } = home;
  const fill = async (from: number, to: number): Promise<void> => {
    const id = `fill-${to}`;
    const gap = `<gap xmlns='urn:steadfast:gap' user='alice' with='${BOB}' from='${from}' to='${to}' age='${from === 0 ? 90_000 : 80_000}'/>`;
    bob.send(`<iq type='set' id='${id}' to='${server.domain}'>${gap}</iq>`);
    const answer = await bob.stanzas.next('a full archive', ({ attrs }) => attrs.id === id);
    expect(answer.attrs.type).toBe('result');
  };
  return { workspace, proxy, bob, options: byPassword, password, fill };
}

function say(what: string, result: GapResult): void {
  const { tookMs, linkedMs, longestMs, latestMs, live, late, links } = result;
  const rate = (ms: number): string => `${Math.round((SIZE * 1000) / ms)}/s`;
  process.stdout.write(
    `${what}, seed ${SEED}: ${SIZE} of the archive in ${(tookMs / 1000).toFixed(1)} s ` +
      `(${rate(tookMs)}; ${rate(linkedMs)} while there was a link), ${live} live, ${late} late, ` +
      `${links} links; the host worked ${longestMs} ms at most without drawing, drew ${latestMs} ms late at most\n`,
  );
}

test(`${SIZE} messages and ${CUTS} cuts: each is shown once and in order, and the window is drawn`, async () => {
  const result = await new Gap(await prosody(), SIZE).play(CUTS, new Chance(SEED));
  say('Prosody', result);
  expect(result).toMatchObject({ lost: [], doubled: [], disordered: [], links: 2 + CUTS });
  expect(result.longestMs).toBeLessThan(STILL_MS);
}, 240_000);
