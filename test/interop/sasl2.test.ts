// SPDX-License-Identifier: MIT
//
// SASL2 and FAST on Debian's Prosody, whose modules for them are patched in a copy (see
// prosody-sasl2.ts). Inline resumption is not among what can be made to work there.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountOptions } from '../../bindings/node/index.js';
import { eventually } from '../support/observed.js';
import { withSasl2 } from '../support/prosody-sasl2.js';
import { Prosody } from '../support/prosody.js';
import { Guest, House } from './sign-in-house.js';

const JID = 'alice@home.example';
const PASSWORD = 'open sesame';
const BOB = { user: 'bob', password: 'correct horse' };

let house: House;
let server: Prosody;
let guest: Guest;

/** A file of the account's, once it has this in it. */
async function kept(name: string, word: string | RegExp): Promise<string> {
  const state = house.workspace.path('state');
  let text = '';
  await eventually(`${name} to be kept`, () => {
    const found = readdirSync(state, { recursive: true, encoding: 'utf8' }).find((path) =>
      path.endsWith(`/${name}`),
    );
    text = found === undefined ? '' : readFileSync(join(state, found), 'utf8');
    return Promise.resolve(text.search(word) >= 0);
  });
  return text;
}

function attach(options: Partial<AccountOptions> = {}): void {
  guest.mark();
  house.client.attach(guest.account, {
    ...{ jid: JID, password: PASSWORD, security: 'old_ssl' },
    ...{ connectServer: '127.0.0.1', port: guest.proxy.port },
    caFile: house.authority.certFile,
    ...options,
  });
}

beforeAll(async () => {
  house = await House.open();
  const { authority, workspace } = house;
  server = await Prosody.start(workspace, {
    ...{ users: { alice: PASSWORD, [BOB.user]: BOB.password }, authority },
    ...withSasl2(workspace),
  });
  const { port, domain } = server;
  await house.inviteBob({ ...BOB, hash: 'sha1', domain, port, caFile: authority.certFile });
  guest = new Guest(house, 1, JID, await house.relay(server.directTlsPort));
});
afterAll(() => house.close());

test('the first sign-in is by password, and brings a token', async () => {
  attach();
  expect(await guest.settled()).toMatchObject({ state: 'online', mechanism: 'SCRAM-SHA-1' });
  const token = await kept('token', 'secret-token:fast-');
  expect(token).toContain('HT-SHA-256-NONE');
  await kept('offers', '"archive":true');
  guest.say('by password');
  await guest.arrived();
  await guest.leave();
});

test('the next one is by the token, and has the same resource', async () => {
  attach();
  const link = await guest.settled();
  expect(link).toMatchObject({ state: 'online', mechanism: 'HT-SHA-256-NONE' });
  // This server begins no session by Bind 2 that can be resumed, so that is left alone.
  expect(link.jid).toMatch(/^alice@home\.example\/steadfast-/);
  guest.say('by token');
  guest.hear('heard');
  await guest.arrived();
  await guest.leave();
  attach();
  expect(await guest.settled()).toMatchObject({ state: 'online', jid: link.jid });
});

test('a session that was cut goes on, signed in by the token', async () => {
  attach();
  const { session } = await guest.settled();
  guest.mark();
  guest.proxy.cut();
  await guest.next('link', ({ state }) => state === 'interrupted');
  guest.say('without a link');
  await guest.proxy.heal();
  expect(await guest.settled()).toMatchObject({
    ...{ state: 'online', resumed: true, session, mechanism: 'HT-SHA-256-NONE' },
  });
  await guest.arrived();
});

test('what came while away is read from the archive', async () => {
  await guest.leave();
  guest.hear('while away');
  await server.sights.next('the text', ({ event, body }) => {
    return event === 'message' && body?.startsWith('while away') === true;
  });
  attach();
  await guest.settled();
  await guest.arrived();
  expect(guest.here).toEqual(guest.told);
});

test('another password in the settings ends the token at the server', async () => {
  await guest.leave();
  const before = await kept('token', 'secret-token');
  attach({ password: 'not that one' });
  expect(await guest.settled()).toMatchObject({
    ...{ state: 'failed', error: { condition: 'not-authorized' } },
  });
  await kept('token', /^$/);
  expect(server.stored('fast_tokens', 'alice')).not.toContain(
    /secret-token:[\w-]+/.exec(before)?.[0] ?? 'nothing',
  );
  await guest.leave();
  attach();
  expect(await guest.settled()).toMatchObject({ state: 'online', mechanism: 'SCRAM-SHA-1' });
});
