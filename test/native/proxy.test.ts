// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Proxy_Type } from '../../src/contract/engine_pb.js';
import { Authority } from '../support/certificates.js';
import { freePort } from '../support/ports.js';
import { Prosody } from '../support/prosody.js';
import { SocksProxy } from '../support/socks-proxy.js';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';
import { interrupted, Stage } from './stage.js';

/** PurpleProxyType */
const PURPLE = { global: -1, none: 0, http: 1, socks4: 2, socks5: 3, environment: 4, tor: 5 };

describe('the proxy of libpurple’s settings', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.set();
  });
  afterEach(() => stage.close());

  const full = { host: 'proxy.example', port: 1080, user: 'al', password: 'sesame' };

  async function attached(proxy?: object, global?: object) {
    const account = await stage.host.account('alice@home.example', {}, 'secret');
    if (global !== undefined)
      await stage.host.run('account-set', { account, proxy: { ...global, global: true } });
    if (proxy !== undefined) await stage.host.run('account-set', { account, proxy });
    await stage.host.run('account-enable', { account, enabled: true });
    const attach = await stage.engine.next('attach');
    return { account, number: attach.account, proxy: attach.body.value.proxy };
  }

  it.each([
    ['http', Proxy_Type.HTTP],
    ['socks4', Proxy_Type.SOCKS4],
    ['socks5', Proxy_Type.SOCKS5],
    ['tor', Proxy_Type.TOR],
  ] as const)('is told to the engine: %s', async (name, type) => {
    const { proxy } = await attached({ ...full, type: PURPLE[name] });
    expect(proxy).toMatchObject({ ...full, type });
  });

  it('that is the environment’s is left to the engine to read', async () => {
    const { proxy } = await attached({ type: PURPLE.environment });
    expect(proxy).toMatchObject({ type: Proxy_Type.ENVIRONMENT, host: '' });
  });

  it('is that of all accounts where this one names none of its own', async () => {
    const { proxy } = await attached({ type: PURPLE.global }, { ...full, type: PURPLE.socks5 });
    expect(proxy).toMatchObject({ ...full, type: Proxy_Type.SOCKS5 });
  });

  it('is none for an account that wants none, whatever all others have', async () => {
    const { proxy } = await attached({ type: PURPLE.none }, { ...full, type: PURPLE.socks5 });
    expect(proxy).toBeUndefined();
  });

  it.each([
    ['a port that does not exist', { port: 70_000 }, 'proxy of the settings cannot be used'],
    ['a kind that nobody knows', { type: 9 }, 'kind that is not known here'],
  ])('with %s is refused with words, and nobody dials', async (_, wrong, words) => {
    const account = await stage.host.account('alice@home.example', {}, 'secret');
    const proxy = { ...full, type: PURPLE.http, ...wrong };
    await stage.host.run('account-set', { account, proxy });
    await stage.host.run('account-enable', { account, enabled: true });
    const error = await stage.host.next('connection-error');
    expect(error.fatal).toBe(true);
    expect(error.text).toContain(words);
    expect(error.text).not.toContain('sesame');
    expect(stage.engine.all('attach')).toEqual([]);
  });

  it('is told anew when it was edited, while the account is online and while it waits', async () => {
    const { account, number } = await attached();
    stage.engine.online(number);
    await stage.host.next('connected');
    await stage.host.run('account-set', { account, proxy: { ...full, type: PURPLE.tor } });
    const first = await stage.engine.next('setProxy');
    expect(first.body.value.proxy).toMatchObject({ ...full, type: Proxy_Type.TOR });
    await stage.tell(number, interrupted);
    const after = stage.engine.now;
    await stage.host.run('account-set', { account, proxy: { type: PURPLE.none } });
    const second = await stage.engine.next('setProxy', () => true, after);
    expect(second.body.value.proxy?.type).toBe(Proxy_Type.NONE);
  });
});

describe('through a real SOCKS5 proxy to Prosody', () => {
  let workspace: Workspace;
  let host: PurpleHost;
  let server: Prosody;
  let account: number;
  beforeEach(async () => {
    workspace = new Workspace();
    const authority = await Authority.create(workspace.path('ca'));
    server = await Prosody.start(workspace, { users: { alice: 'wonderland' }, authority });
    host = await PurpleHost.start(workspace, { debug: true });
    account = await host.account(
      `alice@${server.domain}/laptop`,
      { ca_file: authority.certFile, connect_server: '127.0.0.1', port: server.port },
      'wonderland',
    );
  });
  afterEach(() => workspace.close());

  const through = (port: number, more: object = {}) =>
    host.run('account-set', {
      account,
      proxy: { type: PURPLE.socks5, host: '127.0.0.1', port, ...more },
      password: 'wonderland',
    });

  it('signs in, and goes on by another proxy that is set while the first is gone', async () => {
    const first = await SocksProxy.start(workspace, 'al:open-sesame');
    await through(first.port, { user: 'al', password: 'open-sesame' });
    await host.run('account-enable', { account, enabled: true });
    await host.next('connected');
    expect(first.connected()).toEqual([`127.0.0.1:${String(server.port)}`]);
    const session = await server.sights.next('the sign-in', ({ event }) => event === 'bound');
    const second = await SocksProxy.start(workspace);
    await first.stop();
    await host.next('debug', ({ text }) => text.includes('link interrupted'));
    await through(second.port);
    await server.sights.next('the resumption', ({ event }) => event === 'resumed');
    expect(second.connected()).toEqual([`127.0.0.1:${String(server.port)}`]);
    expect(session.user).toBe('alice');
    const debug = host.events.all.map((event) => JSON.stringify(event)).join('\n');
    expect(debug).not.toContain('open-sesame');
  });

  it.each([
    ['a password that is wrong', 'al:open-sesame', { user: 'al', password: 'wrong-one' }, true],
    ['no password where one is wanted', 'al:open-sesame', {}, true],
  ])('tells %s, and is not tried on and on', async (_title, login, more, fatal) => {
    const proxy = await SocksProxy.start(workspace, login);
    await through(proxy.port, more);
    await host.run('account-enable', { account, enabled: true });
    const error = await host.next('connection-error');
    expect(error.fatal).toBe(fatal);
    expect(error.text).toContain('SOCKS5 proxy');
    expect(error.text).not.toContain('wrong-one');
    expect(proxy.connected()).toEqual([]);
  });

  it('tells that the proxy is not there', async () => {
    await through(await freePort());
    await host.run('account-enable', { account, enabled: true });
    const error = await host.next('connection-error');
    expect(error.fatal).toBe(false);
    expect(error.text).toContain('refuses connections. Nothing was sent past it');
  });
});
