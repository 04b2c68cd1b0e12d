// SPDX-License-Identifier: MIT
//
// Who has access, and signing out everywhere, in a real Pidgin, by its menu and its questions.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay, type Area } from '../support/pidgin.js';
import { accountsFile } from './certificate-house.js';
import { pictureFile } from './person.js';
import { JID, SignOutHouse, tokenIn } from './sign-out-house.js';

const LIST: Area = { x: 0, y: 0, width: 250, height: 440 };
const DIALOG: Area = { x: 251, y: 0, width: 540, height: 300 };
const BOTH: Area = { x: 0, y: 0, width: 900, height: 440 };
const BUDDY_LIST = '^Buddy List$';
const ACCESS = '^Access$';

let house: SignOutHouse;
let pidgin: Pidgin;
let account: number;

beforeAll(async () => {
  house = await SignOutHouse.open();
  const { workspace } = house.failing;
  const display = await startDisplay(workspace);
  pidgin = await Pidgin.start(workspace, display, { accounts: [house.settings] });
  account = await pidgin.account(house.settings);
  await pidgin.setStatus('available');
  await pidgin.signedOn(account);
  await pidgin.place(BUDDY_LIST, LIST);
  await house.tokenThere(pidgin.profile);
});
afterAll(() => house.close());

const picture = (name: string) => pidgin.screenshot(pictureFile(`pidgin-sign-out-${name}`), BOTH);
const closed = () => eventually('no question', async () => !(await pidgin.shows(ACCESS)));

/** The account is the last entry of the menu; `down` steps lead to the action, behind those of certificates. */
async function act(down: number): Promise<void> {
  await pidgin.keys(BUDDY_LIST, 'alt+a', 'Up', 'Right', ...Array<string>(down).fill('Down'));
  await pidgin.keys(BUDDY_LIST, 'Return');
  await pidgin.place(ACCESS, DIALOG);
}

test('who has access is a form', async () => {
  await act(4);
  await picture('list');
  expect(house.model.received.join('')).toContain('<list xmlns="urn:xmpp:cam:0"');
  await pidgin.keys(ACCESS, 'Escape');
  await closed();
});

test('signing out everywhere ends in words, and in an account that is disabled', async () => {
  await act(5);
  await picture('question');
  await pidgin.click(DIALOG.x + 481, 270); // "Sign Out"; "Cancel" is the default
  await eventually('the account offline', async () => !(await pidgin.connected(account)));
  await pidgin.place(ACCESS, DIALOG);
  await picture('done');
  await pidgin.keys(ACCESS, 'Return');
  await closed();
  expect(house.takesToken).toBe(false);
  expect([...house.model.access.of(JID).keys()]).not.toContain('web');
  expect(tokenIn(pidgin.profile)).toBe('');
  await eventually('the account disabled on disk', () =>
    accountsFile(pidgin.profile).includes("<setting name='auto-login' type='bool'>0<"),
  );
  expect(pidgin.connectionErrors()).toEqual([]);
});
