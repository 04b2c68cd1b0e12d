// SPDX-License-Identifier: MIT
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AskSecret_What, Error_Kind, Link_State } from '../../src/contract/engine_pb.js';
import { Authority, fingerprint, type Certificate } from '../support/certificates.js';
import type { HostEventOf } from './host-events.js';
import { Stage } from './stage.js';

const CANARY = 'canary-open-sesame';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set();
});
afterEach(() => stage.close());

describe('a password', () => {
  const ask = { case: 'askSecret', value: { what: AskSecret_What.PASSWORD } } as const;

  test('is asked for only when the sign-in needs it', async () => {
    const { account, number } = await stage.attach('alice@home.example', {}, '');
    expect(stage.host.all('request')).toEqual([]);
    await stage.tell(number, ask);
    const prompt = await stage.host.next('request');
    expect(prompt).toMatchObject({ account, kind: 'fields' });
    expect(prompt.fields).toContainEqual(expect.objectContaining({ id: 'password', masked: true }));
  });

  test.each([false, true])(
    'goes to the engine, and stays in the account and on disk only if wanted (%s)',
    async (remember) => {
      const { account, number } = await stage.attach('alice@home.example', {}, '');
      await stage.tell(number, ask);
      const { request } = await stage.host.next('request');
      await stage.host.run('answer', { request, fields: { password: CANARY, remember } });
      const { body } = await stage.engine.next('secretAnswer');
      expect(body.value).toMatchObject({ secret: CANARY, cancelled: false });
      await stage.host.run('account-enable', { account, enabled: false });
      await stage.host.next('disconnected');
      const kept = await stage.host.run('account-get', { account });
      expect(kept.hasPassword).toBe(remember);
      await stage.host.quit();
      const saved = readFileSync(stage.workspace.path('purple', 'accounts.xml'), 'utf8');
      expect(saved.includes(CANARY)).toBe(remember);
      expect(JSON.stringify(stage.host.all('debug'))).not.toContain(CANARY);
    },
  );

  test('that is not to be remembered is kept over a reconnect, but not when it was wrong', async () => {
    const { account, number } = await stage.attach('alice@home.example', {}, '');
    await stage.tell(number, ask);
    const { request } = await stage.host.next('request');
    await stage.host.run('answer', { request, fields: { password: CANARY, remember: false } });
    stage.engine.online(number);
    await stage.host.next('connected');
    let ends = 0;
    const reconnected = async (): Promise<string> => {
      const after = stage.engine.now;
      await stage.host.events.until('the end', () => stage.host.all('disconnected').length > ends);
      ends++;
      await stage.host.run('account-enable', { account, enabled: true });
      await stage.host.run('account-connect', { account });
      return (await stage.engine.next('attach', () => true, after)).body.value.password;
    };
    await stage.host.run('connection-error', { account, reason: 0, text: 'x' });
    expect(await reconnected()).toBe(CANARY);
    const error = { kind: Error_Kind.SASL, condition: 'not-authorized', text: 'It was wrong.' };
    await stage.tell(number, { case: 'link', value: { state: Link_State.FAILED, error } });
    expect(await reconnected()).toBe('');
  });

  test('that is empty is asked for again', async () => {
    const { number } = await stage.attach('alice@home.example', {}, '');
    await stage.tell(number, ask);
    const { request } = await stage.host.next('request');
    await stage.host.run('answer', { request, fields: { password: '' } });
    expect(stage.host.all('notify')).toMatchObject([{ kind: 'error' }]);
    expect(stage.host.all('request')).toHaveLength(2);
    expect(stage.engine.all('secretAnswer')).toEqual([]);
  });

  test('prompt that is closed is told to the engine', async () => {
    const { number } = await stage.attach('alice@home.example', {}, '');
    await stage.tell(number, ask);
    const { request } = await stage.host.next('request');
    await stage.host.run('answer', { request, ok: false });
    expect((await stage.engine.next('secretAnswer')).body.value.cancelled).toBe(true);
  });

  test('that was refused is asked for again with the reason', async () => {
    const { number } = await stage.attach();
    const error = { kind: Error_Kind.SASL, condition: 'not-authorized', text: 'It was wrong.' };
    await stage.tell(number, { case: 'askSecret', value: { ...ask.value, error } });
    expect(stage.host.all('notify')).toMatchObject([{ secondary: 'It was wrong.' }]);
    expect(stage.host.all('request')).toHaveLength(1);
  });

  test('prompt goes away with the connection', async () => {
    const { account, number } = await stage.attach('alice@home.example', {}, '');
    await stage.tell(number, ask);
    const { request } = await stage.host.next('request');
    await stage.host.run('account-enable', { account, enabled: false });
    await stage.host.next('request-closed', (event) => event.request === request);
  });
});

describe('the passphrase of a key', () => {
  const ask = { case: 'askSecret', value: { what: AskSecret_What.PASSPHRASE } } as const;
  const saved = () => readFileSync(stage.workspace.path('purple', 'accounts.xml'), 'utf8');
  const remembered = (request: HostEventOf<'request'>): unknown =>
    request.fields?.find(({ id }) => id === 'remember')?.ticked;

  test('is asked for in a masked field, with what remembering it means', async () => {
    const { account, number } = await stage.attach();
    await stage.tell(number, ask);
    const prompt = await stage.host.next('request');
    expect(prompt).toMatchObject({ account, kind: 'fields' });
    expect(prompt.fields).toContainEqual(
      expect.objectContaining({ id: 'passphrase', masked: true }),
    );
    expect(remembered(prompt)).toBe(false);
    expect(prompt.secondary).toContain(stage.workspace.path('purple', 'accounts.xml'));
    expect(prompt.secondary).toMatch(/in clear.*mode 0600/s);
  });

  test.each([false, true])(
    'goes to the engine, and into the settings only if wanted (%s)',
    async (remember) => {
      const { account, number } = await stage.attach();
      await stage.tell(number, ask);
      const { request } = await stage.host.next('request');
      await stage.host.run('answer', { request, fields: { passphrase: CANARY, remember } });
      const { body } = await stage.engine.next('secretAnswer');
      expect(body.value).toMatchObject({ what: AskSecret_What.PASSPHRASE, secret: CANARY });
      const after = stage.engine.now;
      await stage.host.run('account-enable', { account, enabled: false });
      await stage.host.next('disconnected');
      await stage.host.run('account-enable', { account, enabled: true });
      const again = await stage.engine.next('attach', () => true, after);
      expect(again.body.value.clientCertPassphrase).toBe(remember ? CANARY : '');
      await stage.host.quit();
      expect(saved().includes(CANARY)).toBe(remember);
      expect(statSync(stage.workspace.path('purple', 'accounts.xml')).mode & 0o777).toBe(0o600);
      expect(JSON.stringify(stage.host.all('debug'))).not.toContain(CANARY);
    },
  );

  test('that was remembered and opens nothing is forgotten, and asked for with the reason', async () => {
    const { number } = await stage.attach('alice@home.example', { client_cert_passphrase: CANARY });
    const error = { kind: Error_Kind.USAGE, condition: 'passphrase-wrong', text: 'It was wrong.' };
    await stage.tell(number, { case: 'askSecret', value: { ...ask.value, error } });
    const prompt = await stage.host.next('request');
    expect(prompt.secondary).toContain('It was wrong.');
    expect(remembered(prompt)).toBe(true);
    await stage.host.run('answer', { request: prompt.request, ok: false });
    expect((await stage.engine.next('secretAnswer')).body.value.cancelled).toBe(true);
    await stage.host.quit();
    expect(saved()).not.toContain(CANARY);
  });
});

describe('a program without prompts', () => {
  beforeEach(async () => {
    await stage.close();
    stage = await Stage.set({ prompts: false });
  });

  test.each([
    [AskSecret_What.PASSWORD, /cannot ask for a password/],
    [AskSecret_What.PASSPHRASE, /cannot ask for a passphrase/],
  ])('is told what to set, %i', async (what, words) => {
    const { number } = await stage.attach('alice@home.example', {}, '');
    const error = { kind: Error_Kind.SASL, condition: 'not-authorized', text: 'It was wrong.' };
    await stage.tell(number, { case: 'askSecret', value: { what, error } });
    const told = await stage.host.next('connection-error');
    expect(told).toMatchObject({ reason: 7, fatal: true });
    expect(told.text).toMatch(words);
    expect(told.text).toContain('It was wrong. ');
    await stage.engine.next('detach');
  });

  test('refuses a certificate that nobody can be asked about', async () => {
    const authority = await Authority.create(stage.workspace.path('ca'));
    const { certFile } = await authority.server({ dns: ['home.example'] });
    const { number } = await stage.attach();
    const chain = [new Uint8Array(new X509Certificate(readFileSync(certFile)).raw)];
    await stage.tell(number, {
      case: 'askTrust',
      value: { domain: 'home.example', chain, sha256: fingerprint(certFile), text: 'No.' },
    });
    const told = await stage.host.next('connection-error');
    expect(told).toMatchObject({ reason: 9, fatal: true });
    expect(told.text).toContain(`pin_sha256 to ${fingerprint(certFile)}`);
  });
});

test('a program without prompts stays signed in when a stranger is met in an outage', async () => {
  await stage.close();
  stage = await Stage.set({ prompts: false });
  const authority = await Authority.create(stage.workspace.path('ca'));
  const { certFile } = await authority.server({ dns: ['home.example'] });
  const { number } = await stage.signIn();
  const chain = [new Uint8Array(new X509Certificate(readFileSync(certFile)).raw)];
  await stage.tell(number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
  await stage.tell(number, {
    case: 'askTrust',
    value: { domain: 'home.example', chain, sha256: fingerprint(certFile), text: 'No.' },
  });
  const words = `pin_sha256 to ${fingerprint(certFile)}`;
  expect(stage.host.all('debug').some(({ text }) => text.includes(words))).toBe(true);
  expect(stage.host.all('connection-error')).toEqual([]);
});

describe('a certificate that the engine does not trust', () => {
  let certificate: Certificate;

  beforeEach(async () => {
    const authority = await Authority.create(stage.workspace.path('ca'));
    certificate = await authority.server({ dns: ['home.example'] });
  });

  function ask(number: number, of = certificate): Promise<void> {
    const der = new X509Certificate(readFileSync(of.certFile)).raw;
    return stage.tell(number, {
      case: 'askTrust',
      value: {
        domain: 'home.example',
        chain: [new Uint8Array(der)],
        sha256: fingerprint(of.certFile),
        reasons: ['unknown-ca'],
        text: 'Nobody you trust vouches for it.',
      },
    });
  }

  test.each([
    [2, true],
    [1, false],
  ])("is put to the person by libpurple's own prompt; button %i", async (action, accept) => {
    const { number } = await stage.attach();
    await ask(number);
    const prompt = await stage.host.next('request');
    expect(prompt.primary).toContain('home.example');
    const labels = prompt.actions ?? [];
    const button = labels.findIndex((label) => label.includes(action === 2 ? 'ccept' : 'eject'));
    await stage.host.run('answer', { request: prompt.request, action: button });
    const { body } = await stage.engine.next('trustAnswer');
    expect(body.value).toEqual(
      expect.objectContaining({ sha256: fingerprint(certificate.certFile), accept }),
    );
  });

  test('is not asked about again once it was accepted; another one is, with a warning', async () => {
    const { number } = await stage.attach();
    await ask(number);
    const prompt = await stage.host.next('request');
    const button = (prompt.actions ?? []).findIndex((label) => label.includes('ccept'));
    await stage.host.run('answer', { request: prompt.request, action: button });
    await stage.engine.next('trustAnswer');
    await ask(number);
    await stage.engine.commands.until(
      'a second answer',
      () => stage.engine.all('trustAnswer').length === 2,
    );
    expect(stage.engine.all('trustAnswer')[1]?.body.value.accept).toBe(true);
    expect(stage.host.all('request')).toHaveLength(1);
    expect(stage.host.all('notify')).toEqual([]);

    const other = await (
      await Authority.create(stage.workspace.path('other-ca'))
    ).server({ dns: ['home.example'] });
    await ask(number, other);
    expect(stage.host.all('request')).toHaveLength(2);
    expect(stage.host.all('notify')).toMatchObject([
      { kind: 'warning', primary: 'The certificate of this server has changed.' },
    ]);
  });

  test('leaves no prompt behind when the account goes', async () => {
    const { account, number } = await stage.attach();
    await ask(number);
    const { request } = await stage.host.next('request');
    await stage.host.run('account-enable', { account, enabled: false });
    await stage.host.next('request-closed', (event) => event.request === request);
    expect(stage.engine.all('trustAnswer')).toEqual([]);
  });

  test('leaves no prompt behind where somebody who is trusted was found', async () => {
    const { number } = await stage.attach();
    await ask(number);
    const { request } = await stage.host.next('request');
    stage.engine.online(number);
    await stage.host.next('request-closed', (event) => event.request === request);
    expect(stage.engine.all('trustAnswer')).toEqual([]);
  });

  test('and that libpurple cannot read is refused, with its fingerprint for the option', async () => {
    const { number } = await stage.attach();
    await stage.tell(number, {
      case: 'askTrust',
      value: { domain: 'home.example', chain: [new Uint8Array(3)], sha256: 'ab12', text: 'No.' },
    });
    const error = await stage.host.next('connection-error');
    expect(error).toMatchObject({ reason: 9, fatal: true });
    expect(error.text).toContain('pin_sha256 to ab12');
  });
});
