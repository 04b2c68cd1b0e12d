// SPDX-License-Identifier: MIT
//
// A real Finch at a house of certificates, led by its keys.

import { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { CERTIFICATES } from './certificate-cuts.js';
import type { CertificateHouse } from './certificate-house.js';

/** A cursor key, as terminfo's `screen` has it for applications. */
const DOWN = ['-H', '1b', '4f', '42'];
const RIGHT = ['-H', '1b', '4f', '43'];

/** Signed on. @param name of its files, where the workspace has several */
export async function startFinch(house: CertificateHouse, name?: string): Promise<Finch> {
  const finch = await Finch.start(house.home.workspace, {
    accounts: [house.settings],
    ...(name === undefined ? {} : { name }),
  });
  await finch.setStatus('available');
  await finch.signedOn(await finch.account(house.settings));
  await shows(finch, 'Buddy List');
  return finch;
}

export async function shows(finch: Finch, text: string): Promise<void> {
  await eventually(`${text} on the screen`, async () => (await finch.screen()).includes(text));
}

/** Chooses one of the account's actions, which are in the menu of the buddy list, up to its window. */
export async function act(finch: Finch, name: string): Promise<void> {
  await finch.front('Buddy List');
  await finch.keys('F10');
  await shows(finch, 'Accounts');
  await finch.keys(...RIGHT);
  await finch.press(DOWN, 'the account', (looks) => looks.includes('[44malice@'));
  const opened = async (): Promise<boolean> => (await finch.screen()).includes(name);
  // Opened again, the menu has the account's own beside it already. A busy Finch loses a key now and then.
  for (let tries = 0; tries < 5 && !(await opened()); tries++) {
    await finch.keys('Enter');
    await eventually(name, opened, 3000).catch(() => undefined);
  }
  await finch.press(DOWN, name, (looks) => looks.includes(`[44m${name}`));
  await finch.keys('Enter');
  await finch.front(CERTIFICATES);
}
