// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { Home } from './home.js';
import { pictureFile } from './person.js';
import { paintTerminal } from './terminal-picture.js';
import { nothingTold, signInAgain, stranger } from './trust.js';

const PROMPT = 'SSL Certificate Verification';

let home: Home;
let finch: Finch;
let account: number;

function shows(text: string): Promise<void> {
  return eventually(`“${text}”`, async () => (await finch.screen()).includes(text));
}

beforeEach(async () => {
  home = await Home.open();
  finch = await Finch.start(home.workspace, { accounts: [stranger(home)] });
  account = await finch.account(stranger(home));
  await finch.setStatus('available');
  await shows(PROMPT);
  await finch.keys('M-n'); // new windows open behind the one in use
  await shows('Accept certificate for home.example?');
});
afterEach(() => home.close());

test('an unknown authority is asked about, and accepted once for all', async () => {
  nothingTold(home);
  expect(await finch.connected(account)).toBe(false);
  const screen = await finch.terminal.tmux('capture-pane', '-e', '-N', '-p');
  await paintTerminal(screen, { columns: 100, rows: 24 }, pictureFile('finch-trust'));
  await finch.keys('Enter'); // "Accept" has the focus
  await finch.signedOn(account);
  await signInAgain(home, finch, account);
  expect(await finch.screen()).not.toContain(PROMPT);
});

test('a refusal ends the attempt with words, and nothing was told to that server', async () => {
  await finch.keys('Tab'); // to "Reject"
  await finch.keys('Enter');
  await eventually('the error', () => finch.connectionErrors().length > 0);
  expect(finch.connectionErrors()).toEqual([expect.stringContaining('certificate')]);
  nothingTold(home);
});
