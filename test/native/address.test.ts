// SPDX-License-Identifier: MIT
//
// The engine keeps one session an address, whatever the resource.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { Stage } from './stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set();
});
afterEach(() => stage.close());

test('a second account with the address of the first is refused and leaves it alone', async () => {
  const { account, number } = await stage.signIn('alice@home.example/Home');
  const second = await stage.host.account('bob@home.example', {}, 'sesame');
  await stage.host.run('account-set', { account: second, username: 'ALICE@home.example/Work' });
  await stage.host.run('account-enable', { account: second, enabled: true });
  const error = await stage.host.next('connection-error');
  expect(error).toMatchObject({ account: second, fatal: true });
  expect(error.text).toContain('Another account');
  expect(stage.engine.all('attach')).toHaveLength(1);
  expect(stage.engine.all('detach')).toEqual([]);
  await stage.tell(number, {
    case: 'message',
    value: { from: 'bob@home.example/x', body: 'hello', inbox: 1 },
  });
  expect(stage.host.all('write')).toMatchObject([{ account, html: 'hello' }]);
});

test('a changed resource signs in, under the number of the address', async () => {
  const { account, number } = await stage.signIn('alice@home.example/Home');
  await stage.host.run('account-enable', { account, enabled: false });
  await stage.host.next('disconnected');
  const after = stage.engine.now;
  await stage.host.run('account-set', { account, username: 'alice@home.example/Work' });
  await stage.host.run('account-enable', { account, enabled: true });
  const attach = await stage.engine.next('attach', () => true, after);
  expect(attach.account).toBe(number);
  expect(attach.body.value.jid).toBe('alice@home.example/Work');
  stage.engine.online(number);
  await stage.host.events.until('two sign-ins', () => stage.host.all('connected').length === 2);
});
