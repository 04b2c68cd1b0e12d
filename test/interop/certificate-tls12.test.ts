// SPDX-License-Identifier: MIT
//
// A certificate (XEP-0257) is made and renewed on a server without TLS 1.3, where the account's settings allow
// it to be shown there.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClientCerts } from '../support/client-certs.js';
import { Prosody } from '../support/prosody.js';
import type { Guest } from './sign-in-house.js';
import { House } from './sign-in-house.js';

const ALICE = 'alice@home.example';
const PASSWORD = 'open sesame';

let house: House;
let server: Prosody;

beforeAll(async () => {
  house = await House.open();
  server = await Prosody.start(house.workspace, {
    ...{ authority: house.authority, users: { alice: PASSWORD }, tls: 'TLSv1.2' },
    ...withClientCerts(house.workspace),
  });
});
afterAll(() => house.close());

/** @returns the certificate's file, or why there is none */
async function make(guest: Guest): Promise<string> {
  const id = house.client.certificates.make(guest.account, 'Desk');
  const answer = await house.events.next(
    'a certificate, or why there is none',
    (event) =>
      event.account === guest.account &&
      (event.type === 'certificate-made' || event.type === 'refused') &&
      event.id === id,
    { withinMs: 60_000 },
  );
  if (answer.type === 'certificate-made') return answer.path;
  return answer.type === 'refused' ? (answer.error?.text ?? '') : '';
}

const options = { jid: ALICE, security: 'old_ssl', certTls12: true } as const;

it('a certificate is made, signs in, and is renewed', async () => {
  const guest = await house.guest(server.directTlsPort, { ...options, password: PASSWORD });
  expect(await guest.settled()).toMatchObject({ state: 'online', mechanism: 'SCRAM-SHA-1-PLUS' });
  let before = '';
  for (const what of ['made', 'renewed']) {
    const file = await make(guest);
    expect(file, what).toMatch(/\/certificate-[0-9a-f]{8}\.pem$/);
    expect(file).not.toBe(before);
    before = file;
    guest.mark();
    guest.attach({ ...options, jid: `${ALICE}/desk`, clientCert: file });
    const link = await guest.next('link', ({ state, mechanism }) => {
      return state === 'failed' || (state === 'online' && mechanism === 'EXTERNAL');
    });
    expect(link).toMatchObject({ state: 'online', tlsVersion: 'TLSv1.2' });
  }
  await guest.leave();
});

it('where the settings do not allow it, it is taken back, and the words name the setting', async () => {
  const guest = await house.guest(server.directTlsPort, {
    ...options,
    certTls12: false,
    password: PASSWORD,
  });
  await guest.settled();
  expect(await make(guest)).toMatch(
    /setting for certificates over TLS 1\.2 allows it.*revoked again/,
  );
  await guest.leave();
});
