// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay } from '../support/pidgin.js';
import { Home } from './home.js';
import { pictureFile } from './person.js';
import { nothingTold, signInAgain, stranger } from './trust.js';

const PROMPT = '^SSL Certificate Verification$';

let home: Home;
let pidgin: Pidgin;
let account: number;

beforeEach(async () => {
  home = await Home.open();
  const display = await startDisplay(home.workspace);
  pidgin = await Pidgin.start(home.workspace, display, { accounts: [stranger(home)] });
  account = await pidgin.account(stranger(home));
  await pidgin.setStatus('available');
  await pidgin.opened(PROMPT);
});
afterEach(() => home.close());

test('an unknown authority is asked about, and accepted once for all', async () => {
  nothingTold(home);
  expect(await pidgin.connected(account)).toBe(false);
  await pidgin.place('^Buddy List$', { x: 510, y: 0, width: 250, height: 300 });
  await pidgin.screenshot(pictureFile('pidgin-trust'), { x: 0, y: 0, width: 760, height: 300 });
  await pidgin.keys(PROMPT, 'Return'); // "Accept" is the default
  await pidgin.signedOn(account);
  await signInAgain(home, pidgin, account);
  expect(await pidgin.shows(PROMPT)).toBe(false);
});

test('a refusal ends the attempt with words, and nothing was told to that server', async () => {
  await pidgin.place(PROMPT, { x: 0, y: 0, width: 498, height: 172 });
  await pidgin.click(264, 144); // "Reject"
  await eventually('the error', () => pidgin.connectionErrors().length > 0);
  expect(pidgin.connectionErrors()).toEqual([expect.stringContaining('certificate')]);
  nothingTold(home);
  expect(await pidgin.number('AccountGetEnabled', account, 'gtk-gaim')).toBe(0);
  const list = { x: 0, y: 0, width: 260, height: 405 };
  await pidgin.place('^Buddy List$', list);
  await pidgin.screenshot(pictureFile('pidgin-trust-refused'), list);
});
