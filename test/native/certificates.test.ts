// SPDX-License-Identifier: MIT
//
// The account's menu and what follows from it, in a real libpurple, with the engine played by the test.

import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Error_Kind, Error_Retry, Link_State } from '../../src/contract/engine_pb.js';
import { Stage } from './stage.js';

const WITHOUT_PASSWORD = 'Sign in without a password from now on...';
const RENEW = 'Renew the Certificate...';
const LIST = 'Certificates...';
const ADD = 'Add a Certificate...';
/** The menu's end, which test/native/access.test.ts looks at. */
const MORE = ['Where you are signed in...', 'Sign out everywhere...'];
const MADE = { path: '/folder/certificate-01234567.pem', name: 'Desk, 0123', replaces: '' };
const REFUSED = {
  ...{ kind: Error_Kind.SASL, condition: 'not-authorized', text: 'The server said <no>.' },
  retry: 0,
} as const;

let stage: Stage;
let account: number;
let number: number;

beforeEach(async () => {
  stage = await Stage.set();
  stage.engine.accepting = false;
});
afterEach(() => stage.close());

/** @param condition of the engine's answer to an Attach with another certificate, while it was online */
async function offline(condition = 'other-certificate'): Promise<void> {
  const error = { kind: Error_Kind.LINK, condition, text: 'Made anew.' };
  await stage.tell(number, { case: 'link', value: { state: Link_State.INTERRUPTED, error } });
}

/** @param mechanism of the session that the engine tells of */
async function online(mechanism: string, resumed = false): Promise<void> {
  await stage.tell(number, {
    case: 'link',
    value: {
      ...{ state: Link_State.ONLINE, resumed, jid: 'alice@home.example/desk' },
      ...{ tlsVersion: 'TLSv1.3', mechanism },
    },
  });
}

async function signIn(options: Record<string, string> = {}): Promise<void> {
  ({ account, number } = await stage.attach('alice@home.example/desk', options));
  await online('cert' in options ? 'EXTERNAL' : 'SCRAM-SHA-256');
}

const menu = async (choose?: string): Promise<string[]> =>
  (await stage.host.run('account-menu', { account, choose: choose ?? '' })).menu;

/** Chooses an item, and answers its question. */
async function act(item: string): Promise<void> {
  await menu(item);
  await answer(
    item === RENEW ? 'Renew the certificate?' : 'Sign in without a password from now on?',
  );
}

/** @param action 0 is the first button */
async function answer(primary: string, action = 0): Promise<void> {
  const asked = await stage.host.next('request', (one) => one.primary === primary);
  expect(asked).toMatchObject({ kind: 'action', title: 'Certificates' });
  await stage.host.run('answer', { request: asked.request, action });
}

async function made(more: Partial<typeof MADE> = {}, after = 0): Promise<void> {
  const { id } = await stage.engine.next('makeCertificate', () => true, after);
  await stage.tell(number, { case: 'certificateMade', value: { id, ...MADE, ...more } });
  await stage.tell(number, { case: 'accepted', value: { id } });
}

const attaches = () =>
  stage.engine.commands.all.flatMap(({ body }) =>
    body.case === 'attach' ? [[body.value.clientCert, body.value.authMethod]] : [],
  );

const saved = (): string => readFileSync(stage.workspace.path('purple', 'accounts.xml'), 'utf8');

const told = () => stage.host.all('notify').map(({ kind, primary }) => [kind, primary]);

test('the menu has what fits to how the account signs in', async () => {
  await signIn();
  expect(await menu()).toEqual([WITHOUT_PASSWORD, LIST, ADD, ...MORE]);
  await stage.host.run('account-set', { account, options: { client_cert: '/mine.pem' } });
  expect(await menu()).toEqual([RENEW, LIST, ADD, ...MORE]);
});

test('the settings change when the certificate has signed in, and the password goes if wanted', async () => {
  await signIn({ auth_method: 'scram' });
  await act(WITHOUT_PASSWORD);
  await made();
  await stage.engine.next('attach', ({ body }) => body.value.clientCert === MADE.path);
  expect(attaches()).toEqual([
    ['', 2],
    [MADE.path, 0],
  ]);
  expect((await stage.host.run('account-get', { account })).hasPassword).toBe(true);
  await offline();
  await online('EXTERNAL', true);
  // The test's host does not remember passwords: nothing is stored, so nothing is asked.
  expect(told()).toEqual([['info', 'You sign in without a password now.']]);
  expect(await stage.host.run('account-get', { account })).toMatchObject({
    ...{ hasPassword: false, connected: true },
  });
  expect(await menu()).toEqual([RENEW, LIST, ADD, ...MORE]);
});

test('a certificate that is refused in the end is revoked, and the account signs in as before', async () => {
  await signIn();
  await act(WITHOUT_PASSWORD);
  await made();
  await stage.tell(number, { case: 'link', value: { state: Link_State.FAILED, error: REFUSED } });
  const { body } = await stage.engine.next('revokeCertificate');
  expect(body.value).toMatchObject({ name: MADE.name, disable: false });
  expect(attaches()).toEqual([
    ['', 0],
    [MADE.path, 0],
    ['', 0],
  ]);
  expect(told()).toEqual([['error', 'Nothing was changed.']]);
  await online('SCRAM-SHA-256', true);
  expect(await stage.host.run('account-get', { account })).toMatchObject({
    ...{ hasPassword: true, connected: true, enabled: true },
  });
});

test('what the engine refuses is told, and changes nothing', async () => {
  await signIn();
  await act(WITHOUT_PASSWORD);
  const { id } = await stage.engine.next('makeCertificate');
  await stage.tell(number, { case: 'refused', value: { id, error: REFUSED } });
  const notice = await stage.host.next('notify');
  expect(notice).toMatchObject({ kind: 'error', secondary: REFUSED.text });
  expect(attaches()).toHaveLength(1);
  expect(await menu()).toEqual([WITHOUT_PASSWORD, LIST, ADD, ...MORE]);
});

test('one thing is done at a time', async () => {
  await signIn();
  await act(WITHOUT_PASSWORD);
  await stage.engine.next('makeCertificate');
  await menu(LIST);
  expect(told()).toEqual([['error', 'Not now.']]);
  expect(stage.engine.commands.all.some(({ body }) => body.case === 'queryCertificates')).toBe(
    false,
  );
});

test.each([
  ['Remove', 0, false],
  ['Keep', 1, true],
])('a password that is stored goes only by the answer: %s', async (button, action, kept) => {
  await signIn({ auth_method: 'scram' });
  await stage.host.run('account-set', { account, remember: true });
  await act(WITHOUT_PASSWORD);
  await made();
  await offline();
  await online('EXTERNAL', true);
  const primary = 'You sign in without a password now.';
  const { actions } = await stage.host.next('request', (one) => one.primary === primary);
  expect(actions?.[action]).toBe(button);
  expect((await stage.host.run('account-get', { account })).hasPassword).toBe(true);
  await answer(primary, action);
  expect((await stage.host.run('account-get', { account })).hasPassword).toBe(kept);
  await stage.host.quit();
  expect(saved().includes('<password>sesame</password>')).toBe(kept);
});

/** Long enough for the plugin to have looked at the settings on disk: it looks for another proxy as often. */
async function looked(): Promise<void> {
  for (const port of [1, 2, 3]) {
    const proxy = { type: 3, host: 'proxy.example', port };
    await stage.host.run('account-set', { account, proxy });
    await stage.engine.next('setProxy', ({ body }) => body.value.proxy?.port === port);
  }
}

test('the old certificate is disabled once the settings on disk name the new one, and no earlier', async () => {
  await signIn({ client_cert: '/old.pem' });
  // libpurple writes to this name first, and cannot.
  const obstacle = stage.workspace.path('purple', 'accounts.xml.save');
  mkdirSync(obstacle);
  await act(RENEW);
  await made({ replaces: 'Old' });
  await offline();
  await online('EXTERNAL', true);
  await looked();
  expect(stage.engine.all('revokeCertificate')).toEqual([]);
  rmdirSync(obstacle);
  // Something changes, so that they are written again.
  await stage.host.run('account-set', { account, proxy: { type: 0 } });
  const { id, body } = await stage.engine.next('revokeCertificate');
  expect(body.value).toMatchObject({ name: 'Old', disable: true });
  expect(saved()).toContain(MADE.path);
  await stage.tell(number, { case: 'accepted', value: { id } });
  // Nothing is left to do at the next sign-in.
  await online('EXTERNAL', true);
  expect(
    stage.engine.commands.all.filter(({ body: b }) => b.case === 'revokeCertificate'),
  ).toHaveLength(1);
});

/** Up to the wish to disable the old certificate. @returns the id of the command */
async function retiring(): Promise<string> {
  await signIn({ client_cert: '/old.pem' });
  await act(RENEW);
  await made({ replaces: 'Old' });
  await offline();
  await online('EXTERNAL', true);
  return (await stage.engine.next('revokeCertificate')).id;
}

const refuse = (id: string, condition: string, retry: Error_Retry) =>
  stage.tell(number, {
    case: 'refused',
    value: { id, error: { kind: Error_Kind.STANZA, condition, text: 'No.', retry } },
  });

test('an old certificate that the server keeps for good is told once, and not asked for again', async () => {
  const id = await retiring();
  await refuse(id, 'forbidden', Error_Retry.NEVER);
  const notice = await stage.host.next('notify', ({ kind }) => kind === 'error');
  expect(notice).toMatchObject({ primary: 'The old certificate is still good.' });
  expect(notice.secondary).toMatch(/^No\..*"Old".*"Certificates\.\.\."/s);
  await stage.host.quit();
  expect(saved()).toContain(MADE.path);
  expect(saved()).not.toContain('>Old<');
});

/** The names of certificates that the server is asked to disable, each of which it does. */
async function disabled(count: number): Promise<string[]> {
  const names: string[] = [];
  let after = 0;
  while (names.length < count) {
    const { id, body } = await stage.engine.next('revokeCertificate', () => true, after);
    after = stage.engine.now;
    names.push(`${body.value.disable ? 'disable' : 'revoke'} ${body.value.name}`);
    await stage.tell(number, { case: 'accepted', value: { id } });
  }
  return names;
}

test('a renewal before the last one has come to its end leaves none of the old certificates good', async () => {
  const odd = 'Of 100 % of\nus, <é>';
  await signIn({ client_cert: '/old.pem', client_cert_retired: 'Older, 0123' });
  await act(RENEW);
  await made({ replaces: odd });
  await offline();
  await online('EXTERNAL', true);
  expect(await disabled(2)).toEqual(['disable Older, 0123', `disable ${odd}`]);
  await stage.host.quit();
  const saved = readFileSync(stage.workspace.path('purple', 'accounts.xml'), 'utf8');
  expect(saved).not.toMatch(/Older|100/);
});

test('what is left to do of several renewals is known after a restart', async () => {
  await signIn({ client_cert: '/old.pem', client_cert_retired: 'Older' });
  await act(RENEW);
  await made({ replaces: 'Old' });
  await stage.host.quit();
  const saved = readFileSync(stage.workspace.path('purple', 'accounts.xml'), 'utf8');
  expect(saved).toContain("name='client_cert_retired' type='string'>Older\nOld<");
});

test('a renewal that fails leaves what was left to do of the one before', async () => {
  await signIn({ client_cert: '/old.pem', client_cert_retired: 'Older' });
  await act(RENEW);
  await made({ replaces: 'Old' });
  await stage.tell(number, { case: 'link', value: { state: Link_State.FAILED, error: REFUSED } });
  await stage.engine.next('revokeCertificate');
  await stage.host.quit();
  const saved = readFileSync(stage.workspace.path('purple', 'accounts.xml'), 'utf8');
  expect(saved).toContain("name='client_cert_retired' type='string'>Older<");
});

test.each([
  ['the list has it no more', 'item-not-found', false],
  ['the server is busy', 'resource-constraint', true],
])('when %s, what is left to do is known', async (_, condition, left) => {
  const id = await retiring();
  await refuse(id, condition, Error_Retry.LATER);
  await stage.host.quit();
  expect(saved().includes('>Old<')).toBe(left);
  expect(told()).toEqual([['info', 'The certificate is renewed.']]);
});

test.each([
  ['before it has heard of the new certificate', () => Promise.resolve()],
  ['when the old session is over', () => offline()],
])('an engine that dies %s leaves the renewal to the next one', async (_, reached) => {
  await signIn({ client_cert: '/old.pem' });
  await act(RENEW);
  const { id } = await stage.engine.next('makeCertificate');
  const value = { id, ...MADE, replaces: 'Old' };
  await stage.tell(number, { case: 'certificateMade', value });
  await reached();
  const after = stage.engine.now;
  stage.engine.die();
  const again = await stage.engine.next('attach', () => true, after);
  expect(again.body.value.clientCert).toBe(MADE.path);
  await stage.engine.next('makeCertificate', (command) => command.id === id, after);
  await online('EXTERNAL', true);
  expect(told()).toEqual([['info', 'The certificate is renewed.']]);
  // The same once more, and it changes nothing: the old one is named by the first answer alone.
  await stage.tell(number, { case: 'certificateMade', value: { ...value, replaces: '' } });
  await stage.tell(number, { case: 'accepted', value: { id } });
  const { body } = await stage.engine.next('revokeCertificate');
  expect(body.value).toMatchObject({ name: 'Old', disable: true });
  expect(told()).toHaveLength(1);
  expect(await menu()).toEqual([RENEW, LIST, ADD, ...MORE]);
});

test('what was under way by the old certificate does not pass for the new one', async () => {
  await signIn({ client_cert: '/old.pem' });
  await act(RENEW);
  await made({ replaces: 'Old' });
  // Told before the engine came to the new settings.
  await online('EXTERNAL');
  await offline('closed');
  await online('EXTERNAL', true);
  expect(told()).toEqual([]);
  await offline();
  await stage.tell(number, { case: 'link', value: { state: Link_State.FAILED, error: REFUSED } });
  const { body } = await stage.engine.next('revokeCertificate');
  expect(body.value).toMatchObject({ name: MADE.name, disable: false });
  expect(attaches()).toEqual([
    ['/old.pem', 0],
    [MADE.path, 0],
    ['/old.pem', 0],
  ]);
  expect(told()).toEqual([['error', 'Nothing was changed.']]);
});

test('the list is a form; what is used here is revoked only behind a sign-in by password', async () => {
  await signIn({ client_cert: '/mine.pem' });
  await menu(LIST);
  const { id } = await stage.engine.next('queryCertificates');
  const certificates = [
    { name: 'Desk', sha256: 'aa', notAfterTimeMs: 1_826_000_000_000n, current: true },
    { name: 'P<hone>\n2', sha256: 'bb', notAfterTimeMs: 1_000n },
  ];
  await stage.tell(number, { case: 'certificates', value: { certificates } });
  await stage.tell(number, { case: 'accepted', value: { id } });
  const form = await stage.host.next('request');
  const [field] = form.fields ?? [];
  expect(form).toMatchObject({ kind: 'fields', primary: 'With these you can sign in:' });
  const labels = JSON.stringify(field);
  expect(labels).toMatch(/Desk \(until [^)]+, used here\)/);
  expect(labels).toMatch(/P<hone>[^"\\]*2 \(expired on [^)]+\)/);
  const [first] = /Desk \([^"]*\)/.exec(labels) ?? [];
  const fields = { [field?.id ?? '']: [first] };
  await stage.host.run('answer', { request: form.request, ok: true, fields });
  await answer('Do you want to revoke this certificate?');
  await stage.engine.next('attach', ({ body }) => body.value.clientCert === '');
  expect(stage.engine.commands.all.some(({ body }) => body.case === 'revokeCertificate')).toBe(
    false,
  );
  await online('SCRAM-SHA-256', true);
  const { body } = await stage.engine.next('revokeCertificate');
  expect(body.value).toMatchObject({ name: 'Desk', disable: false });
});

test('a certificate of somebody else is asked for by a form', async () => {
  await signIn();
  await menu(ADD);
  const { request } = await stage.host.next('request');
  const fields = { name: 'Bot', path: '/bot.pem', no_management: false };
  await stage.host.run('answer', { request, ok: true, fields });
  const { id, body } = await stage.engine.next('appendCertificate');
  expect(body.value).toMatchObject({ name: 'Bot', path: '/bot.pem', noManagement: false });
  await stage.tell(number, { case: 'accepted', value: { id } });
  expect(told()).toEqual([['info', 'The certificate is uploaded.']]);
});
