// SPDX-License-Identifier: MIT
//
// The end of a token at Debian's Prosody, whose modules for that are patched in a copy (see prosody-sasl2.ts),
// and a whole run of the account's menu in a real libpurple, at the model server on real TLS.

import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import { ModelOnTls } from '../support/model-on-tls.js';
import { PROFILES } from '../support/model/profiles.js';
import { ModelServer } from '../support/model/server.js';
import { World } from '../support/model/world.js';
import { eventually } from '../support/observed.js';
import { projectPath } from '../support/project.js';
import { withSasl2 } from '../support/prosody-sasl2.js';
import { Prosody } from '../support/prosody.js';
import { Guest, House } from './sign-in-house.js';
import { fileIn, JID, PASSWORD, SignOutHouse, tokenIn } from './sign-out-house.js';

const DOMAIN = 'home.example';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

test('Prosody takes the token no more, even from who kept a copy', async () => {
  const house = await House.open();
  open.push(house);
  const { authority, workspace } = house;
  const server = await Prosody.start(workspace, {
    ...{ users: { alice: PASSWORD }, authority },
    ...withSasl2(workspace),
  });
  const guest = new Guest(house, 1, JID, await house.relay(server.directTlsPort));
  const attach = (): void => {
    guest.mark();
    guest.attach({ jid: JID, password: PASSWORD, security: 'old_ssl' });
  };
  const state = workspace.path('state');
  attach();
  expect(await guest.settled()).toMatchObject({ state: 'online', mechanism: 'SCRAM-SHA-1' });
  await eventually('a token', () => tokenIn(state).includes('secret-token:fast-'));
  await guest.leave();
  // It is of use: the next sign-in is by it.
  attach();
  expect(await guest.settled()).toMatchObject({ state: 'online', mechanism: 'HT-SHA-256-NONE' });
  const copy = tokenIn(state);

  guest.mark();
  const id = house.client.access.signOut(guest.account, true);
  const out = await guest.next('signed-out');
  expect(out).toMatchObject({ id, others: 'not-offered', token: 'ended' });
  await guest.next('accepted', (event) => event.id === id);
  expect(await guest.settled()).toMatchObject({
    ...{ state: 'failed', error: { condition: 'signed-out', retry: 'never' } },
  });
  expect(tokenIn(state)).toBe('');
  const [secret = 'nothing'] = /secret-token:[\w-]+/.exec(copy) ?? [];
  expect(server.stored('fast_tokens', 'alice')).not.toContain(secret);

  // Somebody had read the file before, and puts it back.
  await guest.leave();
  writeFileSync(fileIn(state, 'token') ?? '', copy.replace(/"count":\d+/, '"count":40'));
  attach();
  expect(await guest.settled()).toMatchObject({ state: 'online', mechanism: 'SCRAM-SHA-1' });
});

test('a server that is gone leaves the token, which is deleted here, and says so in bounded time', async () => {
  const house = await House.open();
  open.push(house);
  const { authority, workspace } = house;
  const sasl2 = { password: PASSWORD, bind: true, fast: true };
  const model = new ModelServer(new World(1), DOMAIN, { ...PROFILES.strict, sasl2 });
  const certificate = await authority.server({ dns: [DOMAIN] });
  const front = await ModelOnTls.start(model, certificate, 'TLSv1.3', authority.certFile);
  workspace.atEnd(() => front.close());
  const guest = new Guest(house, 1, JID, await house.relay(front.directTlsPort));
  guest.attach({ jid: JID, password: PASSWORD, security: 'old_ssl' });
  await guest.settled();
  const state = workspace.path('state');
  await eventually('a token', () => tokenIn(state).includes('secret-token'));
  guest.mark();
  guest.proxy.refuse();
  guest.proxy.cut();
  house.client.access.signOut(guest.account);
  const out = await guest.next('signed-out');
  expect(out).toMatchObject({ others: 'not-asked', token: 'left' });
  expect(out.text).toContain('until it expires by itself');
  await guest.next('link', ({ state: now }) => now === 'failed');
  expect(tokenIn(state)).toBe('');
});

test('Sign out everywhere in a real libpurple ends whom it can, and leaves the account disabled', async () => {
  const signOut = await SignOutHouse.open();
  open.push(signOut);
  const { failing, model } = signOut;
  const { workspace } = failing;
  const env = {
    STEADFAST_ENGINE: projectPath('build', 'plugins', 'steadfast', 'engine.cjs'),
    STEADFAST_NODE: process.execPath,
  };
  const host = await PurpleHost.start(workspace, { debug: true, env });
  const account = await host.account(JID, failing.to(signOut.port));
  await host.run('account-set', { account, password: PASSWORD, remember: true });
  const after = host.now;
  await host.run('account-enable', { account, enabled: true });
  await host.next('connected', (event) => event.account === account, after);
  const folder = workspace.path('purple', 'steadfast');
  await signOut.tokenThere(folder);

  await host.run('account-menu', { account, choose: 'Where you are signed in...' });
  const form = await host.next('request', ({ kind }) => kind === 'fields');
  const labels = JSON.stringify(form.fields);
  expect(labels).toMatch(/1\. Client web \(not signed in now, by a permission it was given, since/);
  expect(labels).toMatch(
    /3\. Steadfast, [^"]+ \([0-9a-f]{8}\) \(this one here, signed in now, by password and a token, since/,
  );
  await host.run('answer', { request: form.request, ok: false, fields: {} });

  await host.run('account-menu', { account, choose: 'Sign out everywhere...' });
  const asked = await host.next('request', ({ primary }) => primary === 'Sign out everywhere?');
  await host.run('answer', { request: asked.request, action: 0 });
  const told = await host.next('notify');
  expect(told).toMatchObject({ kind: 'info', primary: `${JID} is signed out.` });
  expect(told.secondary).toContain('One other client was signed out for good.');
  expect(told.secondary).toContain('One other client was not shut out, having signed in with your');
  expect(told.secondary).toContain('its token for signing in is ended at the server');
  await host.next('disconnected', (event) => event.account === account);
  expect(await host.run('account-get', { account })).toMatchObject({ enabled: false });
  expect([...model.access.of(JID).keys()]).not.toContain('web');
  expect(signOut.takesToken).toBe(false);
  expect(tokenIn(folder)).toBe('');
});
