// SPDX-License-Identifier: MIT
//
// The passphrase of a key in a real Pidgin: asked for at each start, until the person wants it remembered.

import { statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay, type Area } from '../support/pidgin.js';
import type { AccountSettings } from '../support/profile.js';
import { accountsFile } from './certificate-house.js';
import { Home } from './home.js';
import { alice, pictureFile } from './person.js';

const PROMPT = '^Passphrase$';
const AREA: Area = { x: 0, y: 0, width: 600, height: 330 };
const PHRASE = 'canary of words';

let home: Home;
let display: string;
let settings: AccountSettings;
let pidgin: Pidgin;

beforeAll(async () => {
  home = await Home.open();
  display = await startDisplay(home.workspace);
  const client_key = await home.authority.encryptKey(home.certificate, PHRASE);
  settings = alice({ ...home.byCertificate, client_key });
});
afterAll(() => home.close());

/** The program is started in the same profile each time. */
async function start(name: string): Promise<number> {
  const former = pidgin as Pidgin | undefined;
  if (former !== undefined) symlinkSync(former.profile, home.workspace.path(`${name}.profile`));
  pidgin = await Pidgin.start(home.workspace, display, { accounts: [settings], name });
  await pidgin.setStatus('available');
  return pidgin.account(settings);
}

async function quit(): Promise<string> {
  await pidgin.close();
  return accountsFile(pidgin.profile);
}

test('it is asked for, and not kept', async () => {
  const account = await start('first');
  await pidgin.opened(PROMPT);
  const first = await pidgin.window(PROMPT);
  await pidgin.type(PROMPT, 'not this one');
  await pidgin.keys(PROMPT, 'Return');
  const isAnother = (window: string): boolean => window !== '' && window !== first;
  await eventually('another prompt', async () => isAnother(await pidgin.window(PROMPT)));
  await pidgin.place(PROMPT, AREA);
  await pidgin.type(PROMPT, PHRASE);
  await pidgin.screenshot(pictureFile('pidgin-passphrase'), AREA);
  await pidgin.keys(PROMPT, 'Return');
  await pidgin.signedOn(account);
  expect(await quit()).not.toContain(PHRASE);
});

test('it is asked for again at the next start, and remembered if that is wanted', async () => {
  const account = await start('second');
  await pidgin.opened(PROMPT);
  await pidgin.type(PROMPT, PHRASE);
  await pidgin.keys(PROMPT, 'Tab', 'space', 'shift+Tab', 'Return');
  await pidgin.signedOn(account);
  expect(await quit()).toContain(PHRASE);
  expect(statSync(join(pidgin.profile, 'accounts.xml')).mode & 0o777).toBe(0o600);
});

test('what is remembered needs no question', async () => {
  const account = await start('third');
  await pidgin.signedOn(account);
  expect(await pidgin.shows(PROMPT)).toBe(false);
  await quit();
});
