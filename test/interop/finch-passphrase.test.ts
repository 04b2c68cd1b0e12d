// SPDX-License-Identifier: MIT
//
// The same prompt in a real Finch.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { accountsFile } from './certificate-house.js';
import { Home } from './home.js';
import { alice, pictureFile } from './person.js';
import { paintTerminal } from './terminal-picture.js';

const PHRASE = 'canary of words';

let home: Home;
let finch: Finch;
let account: number;

beforeEach(async () => {
  home = await Home.open();
  const client_key = await home.authority.encryptKey(home.certificate, PHRASE);
  const settings = alice({ ...home.byCertificate, client_key });
  finch = await Finch.start(home.workspace, { accounts: [settings] });
  account = await finch.account(settings);
  await finch.setStatus('available');
  await finch.front('Passphrase');
});
afterEach(() => home.close());

test.each([
  [false, []],
  [true, ['Tab', 'Space']],
])('the passphrase is in the settings only if that was wanted (%s)', async (wanted, keys) => {
  await finch.type(PHRASE);
  await finch.keys(...keys);
  const ticked = async () => (await finch.screen()).includes('[X] Remember it');
  await eventually('the choice', async () => (await ticked()) === wanted);
  const screen = await finch.terminal.tmux('capture-pane', '-e', '-N', '-p');
  await paintTerminal(screen, { columns: 120, rows: 16 }, pictureFile('finch-passphrase'));
  await finch.button('OK');
  await finch.signedOn(account);
  await finch.close();
  expect(accountsFile(finch.profile).includes(PHRASE)).toBe(wanted);
});
