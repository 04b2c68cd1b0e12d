// SPDX-License-Identifier: MIT
//
// From a password to a certificate in a real Finch, by its keys.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finch } from '../support/finch.js';
import { CERTIFICATES } from './certificate-cuts.js';
import { act, shows, startFinch } from './certificate-finch.js';
import { CertificateHouse, passwordGone } from './certificate-house.js';
import { pictureFile } from './person.js';
import { paintTerminal } from './terminal-picture.js';

const SIZE = { columns: 100, rows: 30 };

let house: CertificateHouse;
let finch: Finch;
let account: number;

beforeAll(async () => {
  house = await CertificateHouse.open();
  finch = await startFinch(house);
  const { columns, rows } = SIZE;
  await finch.terminal.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  account = await finch.account(house.settings);
});
afterAll(() => house.close());

async function picture(name: string): Promise<void> {
  const screen = await finch.terminal.tmux('capture-pane', '-e', '-N', '-p');
  await paintTerminal(screen, SIZE, pictureFile(`finch-certificate-${name}`));
}

test('one action leads from the password to a certificate, and the password goes', async () => {
  const began = Date.now();
  await act(finch, 'Sign in without a password');
  await picture('question');
  await finch.button('Go on');
  await house.signedInByCertificate(2); // the first one was the trial
  await finch.front(CERTIFICATES);
  await shows(finch, 'Remove it from this computer?');
  await picture('password');
  await finch.button('Remove');
  await passwordGone(finch.profile);
  expect(Date.now() - began).toBeLessThan(60_000);
  expect(house.kept).toContain('Finch on ');
  expect(await finch.connected(account)).toBe(true);
  expect(finch.connectionErrors()).toEqual([]);
});

test('the list of certificates is a form', async () => {
  await act(finch, 'Certificates...');
  await picture('list');
  await shows(finch, 'used here');
  await finch.button('Close');
});
