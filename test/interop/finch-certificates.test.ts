// SPDX-License-Identifier: MIT
//
// From a password to a certificate in a real Finch, by its keys.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { CertificateHouse, passwordGone } from './certificate-house.js';
import { pictureFile } from './person.js';
import { paintTerminal } from './terminal-picture.js';

const SIZE = { columns: 100, rows: 30 };
/** A cursor key, as terminfo's `screen` has it for applications. */
const DOWN = ['-H', '1b', '4f', '42'];
const RIGHT = ['-H', '1b', '4f', '43'];
const CERTIFICATES = 'Certificates';

let house: CertificateHouse;
let finch: Finch;
let account: number;

beforeAll(async () => {
  house = await CertificateHouse.open();
  finch = await Finch.start(house.home.workspace, { accounts: [house.settings] });
  const { columns, rows } = SIZE;
  await finch.terminal.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  account = await finch.account(house.settings);
  await finch.setStatus('available');
  await finch.signedOn(account);
  await shows('Buddy List');
});
afterAll(() => house.close());

async function picture(name: string): Promise<void> {
  const screen = await finch.terminal.tmux('capture-pane', '-e', '-N', '-p');
  await paintTerminal(screen, SIZE, pictureFile(`finch-certificate-${name}`));
}

async function shows(text: string): Promise<void> {
  await eventually(`${text} on the screen`, async () => (await finch.screen()).includes(text));
}

/** The account's actions are in the menu of the buddy list. */
async function act(name: string): Promise<void> {
  await finch.front('Buddy List');
  await finch.keys('F10');
  await shows('Accounts');
  await finch.keys(...RIGHT);
  await finch.press(DOWN, 'the account', (looks) => looks.includes('[44malice@'));
  // Opened again, the menu has the account's own beside it already.
  if (!(await finch.screen()).includes(name)) await finch.keys('Enter');
  await finch.press(DOWN, name, (looks) => looks.includes(`[44m${name}`));
  await finch.keys('Enter');
  await finch.front(CERTIFICATES);
}

test('one action leads from the password to a certificate, and the password goes', async () => {
  const began = Date.now();
  await act('Sign in without a password');
  await picture('question');
  await finch.button('Go on');
  await house.signedInByCertificate(2); // the first one was the trial
  await finch.front(CERTIFICATES);
  await shows('Remove it from this computer?');
  await picture('password');
  await finch.button('Remove');
  await passwordGone(finch.profile);
  expect(Date.now() - began).toBeLessThan(60_000);
  expect(house.kept).toContain('Finch on ');
  expect(await finch.connected(account)).toBe(true);
  expect(finch.connectionErrors()).toEqual([]);
});

test('the list of certificates is a form', async () => {
  await act('Certificates...');
  await picture('list');
  await shows('used here');
  await finch.button('Close');
});
