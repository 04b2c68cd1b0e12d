// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Attach_AuthMethod,
  Attach_Security,
  Detach_How,
  Error_Kind,
  Error_Retry,
  Link_State,
  Show,
} from '../../src/contract/engine_pb.js';
import { PurpleHost } from './host.js';
import { interrupted, Stage } from './stage.js';

/** libpurple's PurpleConnectionError. */
const Reason = {
  NETWORK: 0,
  INVALID_USERNAME: 1,
  AUTHENTICATION_FAILED: 2,
  AUTHENTICATION_IMPOSSIBLE: 3,
  NO_SSL_SUPPORT: 4,
  NAME_IN_USE: 6,
  INVALID_SETTINGS: 7,
  CERT_UNTRUSTED: 9,
  OTHER: 16,
};

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set();
});
afterEach(() => stage.close());

describe('signing in', () => {
  test('the account settings reach the engine', async () => {
    const home = stage.workspace.path('home');
    await stage.attach('alice@home.example/laptop', {
      connection_security: 'old_ssl',
      auth_method: 'external',
      connect_server: '127.0.0.1',
      port: 15223,
      client_cert: '~/alice.pem',
      client_key: '/keys/alice.key',
      client_cert_passphrase: 'canary-1',
      ca_file: '~/ca.pem',
      pin_sha256: 'AB:CD',
      cert_tls12: true,
      auth_plain_in_clear: true,
      queue_hours: 3,
      carbons: false,
      receipts: false,
      csi: false,
      bookmarks: false,
    });
    const { body } = await stage.engine.next('attach');
    expect(body.value).toMatchObject({
      jid: 'alice@home.example/laptop',
      security: Attach_Security.OLD_SSL,
      authMethod: Attach_AuthMethod.EXTERNAL,
      certTls12: true,
      connectServer: '127.0.0.1',
      port: 15223,
      password: 'sesame',
      clientCert: `${home}/alice.pem`,
      clientKey: '/keys/alice.key',
      clientCertPassphrase: 'canary-1',
      caFile: `${home}/ca.pem`,
      pinSha256: 'AB:CD',
      plainInClear: true,
      queueHours: 3,
      noCarbons: true,
      noReceipts: true,
      noCsi: true,
      noBookmarks: true,
      presence: { show: Show.AVAILABLE, priority: 1, status: '' },
    });
    expect(body.value.folder).toContain(`${stage.workspace.path('purple')}/steadfast/`);
  });

  test('an account nobody set up has safe settings', async () => {
    await stage.attach('alice@home.example', { connection_security: 'bogus' });
    const { body } = await stage.engine.next('attach');
    expect(body.value).toMatchObject({
      security: Attach_Security.REQUIRE_TLS,
      authMethod: Attach_AuthMethod.AUTO,
      plainInClear: false,
      port: 5222,
      queueHours: 24,
      noCarbons: false,
      noReceipts: false,
      noCsi: false,
      noBookmarks: false,
    });
  });

  test.each([
    ['port', 70_000, /"Connect port" cannot be 70000/],
    ['port', -1, /"Connect port" cannot be -1/],
    ['queue_hours', 100_000, /"Keep unsent messages for \(hours\)" cannot be 100000/],
  ])('%s %i is told as a bad setting, and not replaced', async (key, value, words) => {
    const account = await stage.host.account('alice@home.example', { [key]: value }, 'sesame');
    await stage.host.run('account-enable', { account, enabled: true });
    const error = await stage.host.next('connection-error');
    expect(error).toMatchObject({ reason: Reason.INVALID_SETTINGS, fatal: true });
    expect(error.text).toMatch(words);
    expect(stage.engine.starts).toBe(0);
  });

  test('a sign-in without steps yet is nothing that libpurple complains about', async () => {
    const { number } = await stage.attach();
    await stage.tell(number, { case: 'link', value: { state: Link_State.CONNECTING } });
    expect(stage.host.all('progress')).toEqual([]);
    expect(stage.host.stderr).not.toContain('CRITICAL');
  });

  test('steps are shown, then the account is connected', async () => {
    const { account, number } = await stage.attach();
    stage.engine.send(number, {
      case: 'link',
      value: { state: Link_State.CONNECTING, step: 2, steps: 4, stepText: 'Authenticating' },
    });
    expect(await stage.host.next('progress', ({ step }) => step === 2)).toMatchObject({
      account,
      text: 'Authenticating',
      steps: 5,
    });
    stage.engine.online(number);
    await stage.host.next('connected');
    expect(await stage.host.run('account-get', { account })).toMatchObject({ connected: true });
  });

  test('the debug window has a line for each state of the link', async () => {
    const { number } = await stage.attach();
    await stage.tell(number, interrupted);
    stage.engine.online(number);
    await stage.host.next('debug', ({ text }) => /link online: .*alice@/.test(text));
    const lines = stage.host.all('debug').map(({ text }) => text);
    expect(lines).toContainEqual(expect.stringMatching(/link interrupted: .*The server <b>went/));
    expect(lines.join('')).not.toContain('sesame');
  });

  test('a session whose link is down is shown as connected, since texts are taken', async () => {
    const { number } = await stage.attach();
    await stage.tell(number, interrupted);
    expect(stage.host.all('connected')).toHaveLength(1);
  });

  test('an address without a user is refused before an engine is started', async () => {
    const account = await stage.host.account('home.example');
    await stage.host.run('account-enable', { account, enabled: true });
    expect(await stage.host.next('connection-error')).toMatchObject({
      reason: Reason.INVALID_SETTINGS,
      fatal: true,
    });
    expect(stage.engine.starts).toBe(0);
  });
});

describe('errors end the connection with the reason that fits', () => {
  const { NEVER, LATER } = Error_Retry;
  test.each([
    [Error_Kind.SASL, 'not-authorized', NEVER, Reason.AUTHENTICATION_FAILED],
    [Error_Kind.SASL, 'account-disabled', NEVER, Reason.AUTHENTICATION_FAILED],
    [Error_Kind.SASL, 'temporary-auth-failure', LATER, Reason.NETWORK],
    [Error_Kind.SASL, 'invalid-mechanism', NEVER, Reason.AUTHENTICATION_IMPOSSIBLE],
    [Error_Kind.SASL, 'invalid-authzid', NEVER, Reason.INVALID_USERNAME],
    [Error_Kind.SASL, 'certificate-wrong-account', NEVER, Reason.INVALID_SETTINGS],
    [Error_Kind.SASL, 'certificate-expired', NEVER, Reason.INVALID_SETTINGS],
    [Error_Kind.SASL, 'certificate-not-yet-valid', NEVER, Reason.INVALID_SETTINGS],
    [Error_Kind.SASL, 'certificate-refused', NEVER, Reason.AUTHENTICATION_FAILED],
    [Error_Kind.SASL, 'no-mechanism', NEVER, Reason.AUTHENTICATION_IMPOSSIBLE],
    [Error_Kind.TLS, 'certificate-refused', NEVER, Reason.AUTHENTICATION_FAILED],
    [Error_Kind.TLS, 'certificate-rejected', NEVER, Reason.CERT_UNTRUSTED],
    [Error_Kind.TLS, 'certificate-needs-tls13', NEVER, Reason.AUTHENTICATION_IMPOSSIBLE],
    [Error_Kind.TLS, 'tls13-required', LATER, Reason.NETWORK],
    [Error_Kind.TLS, 'pin-mismatch', LATER, Reason.NETWORK],
    [Error_Kind.TLS, 'handshake-failed', LATER, Reason.NETWORK],
    [Error_Kind.STREAM, 'conflict', NEVER, Reason.NAME_IN_USE],
    [Error_Kind.STREAM, 'host-unknown', NEVER, Reason.INVALID_SETTINGS],
    [Error_Kind.STREAM, 'system-shutdown', LATER, Reason.NETWORK],
    [Error_Kind.LINK, 'dns', LATER, Reason.NETWORK],
    [Error_Kind.TIMEOUT, 'connect', LATER, Reason.NETWORK],
    [Error_Kind.USAGE, 'client-cert', NEVER, Reason.INVALID_SETTINGS],
    [Error_Kind.STORE, 'disk-full', NEVER, Reason.OTHER],
  ])('%s %s, retry %s', async (kind, condition, retry, reason) => {
    const { number } = await stage.attach();
    const text = `Words for ${condition}.`;
    await stage.tell(number, {
      case: 'link',
      value: { state: Link_State.FAILED, error: { kind, condition, text, retry } },
    });
    expect(stage.host.all('connection-error')).toMatchObject([
      { reason, text, fatal: reason !== Reason.NETWORK },
    ]);
  });

  test('the first error of a connection is the one that is shown', async () => {
    const { number } = await stage.attach();
    for (const condition of ['not-authorized', 'account-disabled'])
      stage.engine.send(number, {
        case: 'link',
        value: {
          state: Link_State.FAILED,
          error: { kind: Error_Kind.SASL, condition, text: condition, retry: NEVER },
        },
      });
    await stage.host.next('disconnected');
    expect(stage.host.all('connection-error')).toMatchObject([{ text: 'not-authorized' }]);
  });

  test('an engine that is not there is a lasting error that names the remedy', async () => {
    await stage.close();
    stage = await Stage.set({ env: { STEADFAST_ENGINE: '/nowhere/engine.cjs' } });
    const account = await stage.host.account('alice@home.example', {}, 'sesame');
    await stage.host.run('account-enable', { account, enabled: true });
    const error = await stage.host.next('connection-error');
    expect(error).toMatchObject({ reason: Reason.OTHER, fatal: true });
    expect(error.text).toContain('/nowhere/engine.cjs');
  });

  test.each([false, true])(
    'an engine that ends for good is one, too; online: %s',
    async (online) => {
      const { number } = online ? await stage.signIn() : await stage.attach();
      const reason = { kind: Error_Kind.USAGE, condition: 'x', text: 'Too old.', retry: NEVER };
      await stage.tell(number, { case: 'goodbye', value: { reason } });
      stage.engine.die();
      const error = await stage.host.next('connection-error');
      expect(error).toMatchObject({
        reason: Reason.INVALID_SETTINGS,
        fatal: true,
        text: 'Too old.',
      });
      expect(stage.engine.starts).toBe(1);
    },
  );
});

test('an account that another program uses is tried again, and its holder is named', async () => {
  await stage.signIn();
  const { workspace, engine } = stage;
  const env = { STEADFAST_ENGINE: engine.script, STEADFAST_NODE: process.execPath };
  const second = await PurpleHost.start(workspace, { env });
  const account = await second.account('alice@home.example/laptop', {}, 'sesame');
  await second.run('account-enable', { account, enabled: true });
  const held = await second.next('progress', ({ text }) => text.includes('uses this account'));
  expect(held.text).toContain(`process ${stage.host.pid})`);
  const after = engine.now;
  await stage.host.quit();
  await engine.next('attach', () => true, after);
  expect(second.all('connection-error')).toEqual([]);
});

describe('leaving', () => {
  const { SIGN_OFF, PARK } = Detach_How;
  test.each([
    ['the account is disabled', 'account-enable', { enabled: false }, SIGN_OFF],
    ['the status goes offline', 'status', { status: 'offline' }, SIGN_OFF],
    ['the account is deleted', 'account-delete', {}, SIGN_OFF],
    ['the network goes away', 'network', { available: false }, PARK],
    ['an error ends the connection', 'connection-error', { reason: 0, text: 'x' }, PARK],
    ['the host reconnects', 'account-connect', { connected: false }, PARK],
  ] as const)('%s', async (_why, command, args, how) => {
    const { account, number } = await stage.signIn();
    await stage.host.run(command, { account, ...args });
    const { body, account: left } = await stage.engine.next('detach');
    expect(left).toBe(number);
    expect(body.value.how).toBe(how);
  });

  test.each([
    ['the account is disabled', 'account-enable', { enabled: false }],
    ['the status goes offline', 'status', { status: 'offline' }],
    ['the account is deleted', 'account-delete', {}],
  ] as const)('while the network is down: %s', async (_why, command, args) => {
    const { account, number } = await stage.signIn();
    await stage.host.run('network', { available: false });
    await stage.engine.next('detach', ({ body }) => body.value.how === PARK);
    await stage.host.run(command, { account, ...args });
    const off = await stage.engine.next('detach', ({ body }) => body.value.how === SIGN_OFF);
    expect(off.account).toBe(number);
    expect(stage.engine.all('detach')).toHaveLength(2);
  });

  test('the host quits: signed off, and no process is left', async () => {
    await stage.signIn();
    expect(await stage.host.quit()).toBe(0);
    expect((await stage.engine.next('detach')).body.value.how).toBe(SIGN_OFF);
    await stage.engine.next('goodbye');
  });

  test('news of the network reach the engine before the connections go', async () => {
    const { account } = await stage.signIn();
    await stage.host.run('network', { available: false });
    await stage.engine.next('detach');
    const order = stage.engine.commands.all.map(({ body }) => body.case);
    expect(order.indexOf('networkHint')).toBeLessThan(order.indexOf('detach'));
    expect(stage.engine.all('networkHint')[0]?.body.value.available).toBe(false);
    const after = stage.engine.now;
    await stage.host.run('network', { available: true });
    await stage.engine.next('attach', () => true, after);
    expect(await stage.host.run('account-get', { account })).toMatchObject({ connecting: true });
  });

  test('an account that comes back has the same number, and the echo of its leaving is ignored', async () => {
    const { account, number } = await stage.signIn();
    await stage.host.run('account-connect', { account, connected: false });
    const after = stage.engine.now;
    await stage.host.run('account-connect', { account });
    expect((await stage.engine.next('attach', () => true, after)).account).toBe(number);
    stage.engine.online(number);
    await stage.host.events.until('two sign-ins', () => stage.host.all('connected').length === 2);
    expect(stage.host.all('connection-error')).toEqual([]);
  });
});
