// SPDX-License-Identifier: MIT
//
// From a password to a certificate in a real Pidgin that is killed on the way: started again, it signs in.

import { symlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay } from '../support/pidgin.js';
import { beginning, CERTIFICATES, STEPS } from './certificate-cuts.js';
import { accountsFile, certificateFile, CertificateHouse } from './certificate-house.js';
import { pictureFile } from './person.js';

const BUDDY_LIST = '^Buddy List$';
const WINDOW = `^${CERTIFICATES}$`;

let house: CertificateHouse;
let display: string;

beforeAll(async () => {
  house = await CertificateHouse.open();
  display = await startDisplay(house.home.workspace);
});
afterAll(() => house.close());

const start = async (name: string): Promise<Pidgin> => {
  const pidgin = await Pidgin.start(house.home.workspace, display, {
    accounts: [house.settings],
    name,
  });
  await pidgin.setStatus('available');
  await pidgin.signedOn(await pidgin.account(house.settings));
  return pidgin;
};

test.each(STEPS)('killed %s, it signs in again by itself', async (name, reach) => {
  const profile = `cut-${String(STEPS.findIndex(([title]) => title === name))}`;
  const pidgin = await start(profile);
  const way = beginning(house, () => pidgin.opened(WINDOW));
  await pidgin.place(BUDDY_LIST, { x: 0, y: 0, width: 250, height: 440 });
  await pidgin.keys(BUDDY_LIST, 'alt+a', 'Up', 'Right', 'Down', 'Return');
  await pidgin.opened(WINDOW);
  await pidgin.keys(WINDOW, 'Return');
  await reach(way);
  await pidgin.running.kill();
  // The same profile; a bus and a log of its own.
  symlinkSync(pidgin.profile, house.home.workspace.path(`${profile}-again.profile`));
  const again = await start(`${profile}-again`);
  expect(again.connectionErrors()).toEqual([]);
  await again.close();
});

test('where the server takes no certificate, it is revoked, and the password signs in', async () => {
  const old = await CertificateHouse.open({ tls: 'TLSv1.2' });
  try {
    const { workspace } = old.home;
    const options = { accounts: [old.settings] };
    const pidgin = await Pidgin.start(workspace, await startDisplay(workspace), options);
    const account = await pidgin.account(old.settings);
    await pidgin.setStatus('available');
    await pidgin.signedOn(account);
    await pidgin.place(BUDDY_LIST, { x: 0, y: 0, width: 250, height: 440 });
    await pidgin.keys(BUDDY_LIST, 'alt+a', 'Up', 'Right', 'Down', 'Return');
    await pidgin.opened(WINDOW);
    await pidgin.keys(WINDOW, 'Return');
    await eventually('the upload', () => old.uploads > 0);
    await eventually('its end', () => old.certificates === 0);
    await pidgin.place(WINDOW, { x: 251, y: 0, width: 540, height: 200 });
    await pidgin.screenshot(pictureFile('pidgin-certificate-refused'));
    expect(await pidgin.connected(account)).toBe(true);
    expect(certificateFile(pidgin.profile)).toBeUndefined();
    expect(old.signIns.map(({ mechanism }) => mechanism)).toEqual(['SCRAM-SHA-1-PLUS']);
    await pidgin.close();
    expect(accountsFile(pidgin.profile)).toContain('<password>');
  } finally {
    await old.close();
  }
});
