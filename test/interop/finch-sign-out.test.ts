// SPDX-License-Identifier: MIT
//
// Who has access, and signing out everywhere, in a real Finch, by its keys.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { pictureFile } from './person.js';
import { JID, SignOutHouse, tokenIn } from './sign-out-house.js';
import { paintTerminal } from './terminal-picture.js';

const SIZE = { columns: 100, rows: 30 };
/** A cursor key, as terminfo's `screen` has it for applications. */
const DOWN = ['-H', '1b', '4f', '42'];
const RIGHT = ['-H', '1b', '4f', '43'];
const ACCESS = 'Access';

let house: SignOutHouse;
let finch: Finch;
let account: number;

beforeAll(async () => {
  house = await SignOutHouse.open();
  finch = await Finch.start(house.failing.workspace, { accounts: [house.settings] });
  const { columns, rows } = SIZE;
  await finch.terminal.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  account = await finch.account(house.settings);
  await finch.setStatus('available');
  await finch.signedOn(account);
  await shows('Buddy List');
  await house.tokenThere(finch.profile);
});
afterAll(() => house.close());

async function picture(name: string): Promise<void> {
  const screen = await finch.terminal.tmux('capture-pane', '-e', '-N', '-p');
  await paintTerminal(screen, SIZE, pictureFile(`finch-sign-out-${name}`));
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
  await finch.front(ACCESS);
}

test('who has access is a form', async () => {
  await act('Where you are signed in...');
  await shows('1. Client web');
  await shows('this one here');
  await picture('list');
  await finch.button('Close');
});

test('signing out everywhere ends in words, and in an account that is disabled', async () => {
  await act('Sign out everywhere...');
  await shows('Sign out everywhere?');
  await finch.button('Sign Out');
  await shows(`${JID} is signed out.`);
  await shows('One other client was not shut out');
  await picture('done');
  await eventually('the account offline', async () => !(await finch.connected(account)));
  expect(house.takesToken).toBe(false);
  expect(tokenIn(finch.profile)).toBe('');
  expect(finch.connectionErrors()).toEqual([]);
});
