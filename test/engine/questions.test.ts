// SPDX-License-Identifier: MIT
//
// An answer counts for what is being asked, and for as long as it is.
import { create } from '@bufbuild/protobuf';
import { beforeEach, expect, it } from 'vitest';
import {
  AskSecret_What as What,
  CommandSchema,
  Detach_How as How,
  SecretAnswerSchema,
} from '../../src/contract/engine_pb.js';
import { ModelAccount } from '../support/model-account.js';

let account: ModelAccount;
beforeEach(() => {
  account = new ModelAccount({});
});

function answer(secret: string, more: { what?: What; cancelled?: boolean } = {}): void {
  const value = create(SecretAnswerSchema, { what: What.PASSWORD, secret, ...more });
  account.engine.command(create(CommandSchema, { body: { case: 'secretAnswer', value } }));
  account.pass(5_000);
}

it('a password that a host brings takes the place of the question to the one before it', () => {
  account.attach({ password: '' }, 2_000);
  account.detach(How.PARK);
  account.attach({}, 5_000);
  expect(account.links().at(-1)).toBe('ONLINE');
  // It is not waited for any more when the link is lost.
  account.cut();
  account.pass(30_000);
  expect(account.links().at(-1)).toBe('ONLINE');
});

it('a sign-in that waits for a password goes on with the one of a new Attach', () => {
  account.attach({ password: '' }, 2_000);
  account.attach({}, 5_000);
  expect(account.links().at(-1)).toBe('ONLINE');
});

it('a host that brings none is asked as the one before it was', () => {
  account.attach({ password: '' }, 2_000);
  account.told.length = 0;
  account.attach({ password: '' }, 2_000);
  expect(account.take('askSecret')).toHaveLength(1);
});

it.each([
  ['nobody is attached', () => account.detach(How.PARK, 2_000)],
  ['the account was given up', () => account.attach({ jid: 'nonsense' }, 2_000)],
])('a password that comes when %s signs nobody in', (_title, act) => {
  account.attach({ password: '' }, 2_000);
  act();
  const before = account.server.sessions.size;
  answer('secret');
  account.pass(60_000);
  expect(account.server.sessions.size).toBe(before);
});

it.each([[{ what: What.PASSPHRASE }], [{ what: What.PASSPHRASE, cancelled: true }]])(
  'an answer to another question is none: %j',
  (more) => {
    account.attach({ password: '' }, 2_000);
    answer('secret', more);
    expect(account.links().at(-1)).toMatch(/^CONNECTING/);
    answer('secret');
    expect(account.links().at(-1)).toBe('ONLINE');
  },
);
