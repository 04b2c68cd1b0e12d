// SPDX-License-Identifier: MIT
//
// From a password to a certificate in a real Pidgin that is killed on the way: started again, it signs in.

import { symlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay } from '../support/pidgin.js';
import { accountsFile, certificateFile, CertificateHouse } from './certificate-house.js';
import { pictureFile } from './person.js';

const BUDDY_LIST = '^Buddy List$';
const CERTIFICATES = '^Certificates$';

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

/** When it is killed; each has begun with these sign-ins and certificates at the server. */
const cuts: [string, (pidgin: Pidgin, signIns: number, certificates: number) => Promise<void>][] = [
  ['when the question was answered', () => Promise.resolve()],
  [
    'when the server has the certificate',
    (_, __, certificates) => eventually('it', () => house.certificates > certificates),
  ],
  ['when it was tried out', (_, signIns) => house.signedInByCertificate(signIns)],
  ['when it is used', (_, signIns) => house.signedInByCertificate(signIns + 1)],
  [
    'when the password is asked about',
    async (pidgin, signIns) => {
      await house.signedInByCertificate(signIns + 1);
      await pidgin.opened(CERTIFICATES);
    },
  ],
];

test.each(cuts)('killed %s, it signs in again by itself', async (name, reached) => {
  const profile = `cut-${String(cuts.findIndex(([title]) => title === name))}`;
  const pidgin = await start(profile);
  const [signIns, certificates] = [house.signIns.length, house.certificates];
  await pidgin.place(BUDDY_LIST, { x: 0, y: 0, width: 250, height: 440 });
  await pidgin.keys(BUDDY_LIST, 'alt+a', 'Up', 'Right', 'Down', 'Return');
  await pidgin.opened(CERTIFICATES);
  await pidgin.keys(CERTIFICATES, 'Return');
  await reached(pidgin, signIns, certificates);
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
    await pidgin.opened(CERTIFICATES);
    await pidgin.keys(CERTIFICATES, 'Return');
    await eventually('the upload', () => old.uploads > 0);
    await eventually('its end', () => old.certificates === 0);
    await pidgin.place(CERTIFICATES, { x: 251, y: 0, width: 540, height: 200 });
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
