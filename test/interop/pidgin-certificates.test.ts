// SPDX-License-Identifier: MIT
//
// From a password to a certificate in a real Pidgin, by its menu and its questions. The parts of the
// story follow each other.

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay, type Area } from '../support/pidgin.js';
import { certificateFile, CertificateHouse, passwordGone } from './certificate-house.js';
import { pictureFile } from './person.js';

const LIST: Area = { x: 0, y: 0, width: 250, height: 440 };
const DIALOG: Area = { x: 251, y: 0, width: 540, height: 260 };
const BOTH: Area = { x: 0, y: 0, width: 900, height: 440 };
const BUDDY_LIST = '^Buddy List$';
const CERTIFICATES = '^Certificates$';
/** Of a question without a title of its own. */
const PASSWORD = '^Pidgin$';

let house: CertificateHouse;
let pidgin: Pidgin;
let account: number;

beforeAll(async () => {
  house = await CertificateHouse.open();
  const { workspace } = house.home;
  const display = await startDisplay(workspace);
  pidgin = await Pidgin.start(workspace, display, { accounts: [house.settings] });
  account = await pidgin.account(house.settings);
  await pidgin.setStatus('available');
  await pidgin.signedOn(account);
  await pidgin.place(BUDDY_LIST, LIST);
});
afterAll(() => house.close());

const picture = (name: string) =>
  pidgin.screenshot(pictureFile(`pidgin-certificate-${name}`), BOTH);
const closed = () => eventually('no question', async () => !(await pidgin.shows(CERTIFICATES)));

/** The account is the last entry of the menu; `down` steps lead to the action. */
async function act(down: number, name?: string): Promise<void> {
  await pidgin.keys(BUDDY_LIST, 'alt+a', 'Up', 'Right', ...Array<string>(down).fill('Down'));
  if (name !== undefined) await picture(name);
  await pidgin.keys(BUDDY_LIST, 'Return');
  await pidgin.place(CERTIFICATES, DIALOG);
}

test('one action leads from the password to a certificate, and the password goes', async () => {
  const began = Date.now();
  expect(house.signIns.map(({ mechanism }) => mechanism)).toEqual(['SCRAM-SHA-1']);
  await act(1, 'menu');
  await picture('question');
  await pidgin.keys(CERTIFICATES, 'Return'); // "Go on" is the default
  await house.signedInByCertificate(2); // the first one was the trial
  await pidgin.place(CERTIFICATES, DIALOG);
  await picture('password');
  expect(await pidgin.connected(account)).toBe(true);
  await pidgin.keys(CERTIFICATES, 'Return'); // "Remove" is the default
  await closed();
  const file = await passwordGone(pidgin.profile);
  expect(Date.now() - began).toBeLessThan(60_000);
  expect(file).toMatch(/\/steadfast\/[^/]+\/certificate-[0-9a-f]{8}\.pem$/);
  expect(house.kept).toContain('Pidgin on ');
  expect(pidgin.connectionErrors()).toEqual([]);
});

test('the certificate is renewed, and the old one is disabled when the new one is used', async () => {
  const old = certificateFile(pidgin.profile) ?? '';
  const before = house.signIns.length;
  await act(1);
  await pidgin.keys(CERTIFICATES, 'Return'); // "Renew"
  await house.signedInByCertificate(before + 1);
  await pidgin.opened(CERTIFICATES);
  await pidgin.keys(CERTIFICATES, 'Return');
  await eventually('the new one in the settings', () => certificateFile(pidgin.profile) !== old);
  await eventually('one certificate', () => house.certificates === 1);
  await eventually('its key deleted', () => !existsSync(old));
});

test('the one in use is revoked once the password has signed in, and the account goes on', async () => {
  const file = certificateFile(pidgin.profile) ?? '';
  await act(2);
  await pidgin.click(DIALOG.x + 100, 110); // the first row
  await picture('list');
  await pidgin.click(DIALOG.x + 476, 226); // "Revoke..."
  const asks = { ...DIALOG, height: 261 };
  await pidgin.place(CERTIFICATES, asks);
  await picture('revoke');
  await pidgin.click(DIALOG.x + 476, 230); // "Revoke"; "Cancel" is the default
  await pidgin.opened(PASSWORD);
  await pidgin.type(PASSWORD, house.home.password);
  await pidgin.keys(PASSWORD, 'Return');
  await eventually('no certificate at the server', () => !house.kept.includes('pem'));
  await eventually('its key deleted', () => !existsSync(file));
  await pidgin.opened(CERTIFICATES);
  await pidgin.keys(CERTIFICATES, 'Return');
  expect(house.signIns.at(-1)?.mechanism).toBe('SCRAM-SHA-1');
  expect(await pidgin.connected(account)).toBe(true);
  expect(pidgin.connectionErrors()).toEqual([]);
});
