// SPDX-License-Identifier: MIT
//
// The account's menu of who has access (XEP-0494) and of the end of it, in a real libpurple, with the engine
// played by the test.

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AccessClient_Permission as Permission,
  Error_Kind,
  Link_State,
} from '../../src/contract/engine_pb.js';
import { Stage } from './stage.js';

const LIST = 'Where you are signed in...';
const EVERYWHERE = 'Sign out everywhere...';
const NO = {
  kind: Error_Kind.STANZA,
  condition: 'forbidden',
  text: 'The server said <no>.',
  retry: 0,
};
const OVER = {
  state: Link_State.FAILED,
  error: { kind: Error_Kind.USAGE, condition: 'signed-out', text: 'Signed out.', retry: 0 },
} as const;

let stage: Stage;
let account: number;
let number: number;

beforeEach(async () => {
  stage = await Stage.set();
  stage.engine.accepting = false;
  ({ account, number } = await stage.attach('alice@home.example/desk'));
  const value = { state: Link_State.ONLINE, jid: 'alice@home.example/desk', mechanism: 'PLAIN' };
  await stage.tell(number, { case: 'link', value });
});
afterEach(() => stage.close());

const menu = async (choose?: string): Promise<string[]> =>
  (await stage.host.run('account-menu', { account, choose: choose ?? '' })).menu;

/** @param action 0 is the first button */
async function answer(primary: string, action = 0): Promise<void> {
  const asked = await stage.host.next('request', (one) => one.primary === primary);
  expect(asked).toMatchObject({ kind: 'action', title: 'Access' });
  await stage.host.run('answer', { request: asked.request, action });
}

const told = () =>
  stage.host.all('notify').map(({ kind, primary, secondary }) => [kind, primary, secondary]);

/** The list is asked for and shown. @returns the form's request, its one field and its labels */
async function listed(clients: object[], leftOut = 0) {
  await menu(LIST);
  const { id } = await stage.engine.next('queryAccess');
  await stage.tell(number, { case: 'access', value: { clients, leftOut } });
  await stage.tell(number, { case: 'accepted', value: { id } });
  const form = await stage.host.next('request');
  const [field] = form.fields ?? [];
  const labels = JSON.stringify(field).match(/\d+\. [^"]*/g) ?? [];
  return { form, labels, field: field?.id ?? '' };
}

async function choose(form: { request?: unknown }, field: string, label: string | undefined) {
  const fields = { [field]: [label] };
  await stage.host.run('answer', { request: form.request, ok: true, fields });
}

const CLIENTS = [
  {
    ...{ id: 'a', connected: true, session: true, auth: ['password', 'fast'], software: 'Gajim' },
    ...{ device: 'L<aptop>', lastSeenTimeMs: 1_795_000_000_000n },
  },
  {
    ...{ id: 'b', auth: ['grant'], permission: Permission.RESTRICTED },
  },
  { id: 'c', connected: true, session: true, software: 'Gajim', device: 'L<aptop>', current: true },
  { id: '', software: 'Odd' },
];

test('the menu has both, behind those of certificates', async () => {
  expect((await menu()).slice(-2)).toEqual([LIST, EVERYWHERE]);
});

test('the list is a form that says of each what is known, and tells twins apart', async () => {
  const { form, labels } = await listed(CLIENTS, 7);
  expect(form).toMatchObject({ kind: 'fields', primary: 'These have access to your account:' });
  expect(labels[0]).toMatch(
    /^1\. Gajim, L<aptop> \(signed in now, by password and a token, last seen [^)]+\)$/,
  );
  expect(labels.slice(1)).toEqual([
    '2. Unknown program (was given access, by a permission it was given, restricted)',
    '3. Gajim, L<aptop> (this one here, signed in now)',
    '4. Odd (was given access)',
  ]);
  expect(form.secondary).toContain('listed 7 more');
});

test.each([
  ['the server agrees', undefined, ['info', 'This client is signed out for good.']],
  [
    'somebody else was faster',
    { ...NO, condition: 'item-not-found' },
    ['info', 'This client is signed out for good.'],
  ],
  ['the server does not agree', NO, ['error', 'Not done.']],
])('a client is signed out behind a question: %s', async (_, error, notice) => {
  const { form, field, labels } = await listed(CLIENTS);
  await choose(form, field, labels[1]);
  await answer('Do you want to sign this client out?');
  const { id, body } = await stage.engine.next('revokeAccess');
  expect(body.value).toMatchObject({ id: 'b' });
  if (error === undefined) await stage.tell(number, { case: 'accepted', value: { id } });
  else await stage.tell(number, { case: 'refused', value: { id, error } });
  await stage.host.next('notify');
  expect(told().map(([kind, primary]) => [kind, primary])).toEqual([notice]);
});

test('one that the server has not named cannot be signed out, and is not asked for', async () => {
  const { form, field, labels } = await listed(CLIENTS);
  await choose(form, field, labels[3]);
  await stage.host.next('notify');
  expect(told()).toEqual([['error', 'Not done.', expect.stringContaining('no name') as string]]);
});

test('this one here is signed out here alone', async () => {
  const { form, field, labels } = await listed(CLIENTS);
  await choose(form, field, labels[2]);
  await answer('Sign out here?');
  const { body } = await stage.engine.next('signOut');
  expect(body.value).toMatchObject({ everywhere: false });
});

test('a list of nobody, and a server that does not tell, are told in words', async () => {
  await menu(LIST);
  const { id } = await stage.engine.next('queryAccess');
  await stage.tell(number, { case: 'access', value: {} });
  await stage.tell(number, { case: 'accepted', value: { id } });
  await stage.host.next('notify');
  const { now } = stage.engine;
  await menu(LIST);
  const again = await stage.engine.next('queryAccess', () => true, now);
  await stage.tell(number, { case: 'refused', value: { id: again.id, error: NO } });
  await stage.host.next('notify', ({ kind }) => kind === 'error');
  expect(told()).toEqual([
    ['info', 'The server lists nobody who has access to this account.', null],
    ['error', 'Not done.', NO.text],
  ]);
});

/** Up to the command. @returns its id */
async function signingOut(): Promise<string> {
  await menu(EVERYWHERE);
  await answer('Sign out everywhere?');
  const { id, body } = await stage.engine.next('signOut');
  expect(body.value).toMatchObject({ everywhere: true });
  return id;
}

async function signedOut(id: string): Promise<void> {
  await stage.tell(number, { case: 'signedOut', value: { id, text: 'Two were, one was not.' } });
  await stage.tell(number, { case: 'accepted', value: { id } });
  await stage.tell(number, { case: 'link', value: OVER });
}

test('signing out everywhere ends in words, and in an account that is disabled', async () => {
  const id = await signingOut();
  // One thing is done at a time.
  await menu(LIST);
  await stage.host.next('notify', ({ primary }) => primary === 'Not now.');
  await signedOut(id);
  const { body } = await stage.engine.next('detach');
  expect(body.value).toMatchObject({ how: 0 });
  expect(told().slice(1)).toEqual([
    ['info', 'alice@home.example/desk is signed out.', 'Two were, one was not.'],
  ]);
  expect(await stage.host.run('account-get', { account })).toMatchObject({
    ...{ enabled: false, connected: false },
  });
  expect(stage.host.all('connection-error')).toEqual([]);
});

test('a password that stays stored here is told of', async () => {
  await stage.host.run('account-set', { account, password: 'sesame', remember: true });
  await signedOut(await signingOut());
  await stage.engine.next('detach');
  const [[, , text] = []] = told();
  expect(text).toMatch(/^Two were, one was not\. Your password is still stored on this computer/);
});

test('it is not done without a yes', async () => {
  await menu(EVERYWHERE);
  await answer('Sign out everywhere?', 1);
  expect(stage.engine.commands.all.some(({ body }) => body.case === 'signOut')).toBe(false);
  // And can be asked for once more.
  const asked = stage.host.all('request').length;
  await menu(EVERYWHERE);
  expect(stage.host.all('request')).toHaveLength(asked + 1);
});

test('what an engine refuses is told, and the account stays as it is', async () => {
  const id = await signingOut();
  await stage.tell(number, { case: 'refused', value: { id, error: NO } });
  await stage.host.next('notify');
  expect(told()).toEqual([['error', 'Not done.', NO.text]]);
  expect(await stage.host.run('account-get', { account })).toMatchObject({
    ...{ enabled: true, connected: true },
  });
});

test('what an earlier life of the program began ends the same way', async () => {
  await signedOut('of an earlier process');
  await stage.engine.next('detach');
  expect(told()).toEqual([
    ['info', 'alice@home.example/desk is signed out.', 'Two were, one was not.'],
  ]);
  await stage.host.quit();
  const saved = readFileSync(stage.workspace.path('purple', 'accounts.xml'), 'utf8');
  expect(saved).toMatch(/<setting name='auto-login' type='bool'>0</);
});

test('an engine that dies on the way leaves it to the next one', async () => {
  const id = await signingOut();
  const after = stage.engine.now;
  stage.engine.die();
  await stage.engine.next('signOut', (command) => command.id === id, after);
  await signedOut(id);
  await stage.engine.next('detach', () => true, after);
  expect(await stage.host.run('account-get', { account })).toMatchObject({ enabled: false });
});
