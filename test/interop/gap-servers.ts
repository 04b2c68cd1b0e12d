// SPDX-License-Identifier: MIT
import { BOB, Home } from './home.js';
import type { GapServer } from './gap.js';

/** A Prosody that finds a page of a large archive at once: its files are read as a whole for each. */
export async function gapOnProsody(): Promise<GapServer> {
  const home = await Home.open({
    modules: ['steadfast_gap'],
    global: {
      storage: { archive: 'steadfast_gap' },
      ...{ archive_expires_after: 'never', mam_include_total: false },
      ...{ network_settings: { nagle: false }, log: {} },
    },
  });
  const { workspace, proxy, bob, byPassword, password, server } = home;
  const fill = async (from: number, to: number): Promise<void> => {
    const id = `fill-${to}`;
    const gap = `<gap xmlns='urn:steadfast:gap' user='alice' with='${BOB}' from='${from}' to='${to}' age='${from === 0 ? 90_000 : 80_000}'/>`;
    bob.send(`<iq type='set' id='${id}' to='${server.domain}'>${gap}</iq>`);
    const answer = await bob.stanzas.next('a full archive', ({ attrs }) => attrs.id === id);
    if (answer.attrs.type !== 'result') throw new Error('the archive was not filled');
  };
  return { workspace, proxy, bob, options: byPassword, password, fill };
}
