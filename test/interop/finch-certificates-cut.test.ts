// SPDX-License-Identifier: MIT
//
// From a password to a certificate in a real Finch that is killed on the way, or whose link is cut: it
// signs in again.

import { symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { beginning, CERTIFICATES, STEPS } from './certificate-cuts.js';
import { act, startFinch } from './certificate-finch.js';
import { CertificateHouse } from './certificate-house.js';

let house: CertificateHouse;

beforeAll(async () => {
  house = await CertificateHouse.open();
});
afterAll(() => house.close());

async function started(profile: string): Promise<Finch> {
  const finch = await startFinch(house, profile);
  onTestFinished(() => finch.kill());
  return finch;
}

describe.each(STEPS.map(([name, reach], step) => ({ name, reach, step })))(
  '$name',
  ({ reach, step }) => {
    /** A profile of its own, up to that step. */
    async function reached(profile: string): Promise<Finch> {
      const finch = await started(profile);
      await act(finch, 'Sign in without a password');
      const way = beginning(house, () => finch.front(CERTIFICATES));
      await finch.button('Go on');
      await reach(way);
      return finch;
    }

    test('it is killed, and signs in again by itself', async () => {
      const profile = `killed-${String(step)}`;
      const finch = await reached(profile);
      await finch.kill();
      // The same profile; a bus and a log of its own.
      symlinkSync(finch.profile, house.home.workspace.path(`${profile}-again.profile`));
      const again = await started(`${profile}-again`);
      expect(again.connectionErrors()).toEqual([]);
    });

    test('all links are cut, it signs in again, and tells what came of it', async () => {
      const finch = await reached(`cut-${String(step)}`);
      const { length } = house.signIns;
      house.home.proxy.cut();
      await eventually('another sign-in', () => house.signIns.length > length);
      const ended = /Remove it from this computer\?|Nothing was changed/;
      await eventually('its end', async () => {
        await finch.front(CERTIFICATES);
        return ended.test(await finch.screen());
      });
      await finch.signedOn(await finch.account(house.settings));
    });
  },
);
