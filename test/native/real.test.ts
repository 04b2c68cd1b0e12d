// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { eventually } from '../support/observed.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';
import type { Json } from './host-events.js';

// The whole way: libpurple, plugin, libsteadfast, engine, TLS, Prosody; and back.

let workspace: Workspace;
let server: Prosody;
let proxy: CuttingProxy;
let host: PurpleHost;
let alice: number;
let bob: number;
let settings: Json;

beforeAll(async () => {
  workspace = new Workspace();
  const authority = await Authority.create(workspace.path('ca'));
  server = await Prosody.start(workspace, {
    users: { alice: 'wonderland', bob: 'builder' },
    authority,
    friends: [['alice', 'bob']],
  });
  proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  host = await PurpleHost.start(workspace);
  settings = { ca_file: authority.certFile, connect_server: '127.0.0.1' };
  const throughProxy = { ...settings, port: proxy.port };
  alice = await host.account(`alice@${server.domain}/laptop`, throughProxy, 'wonderland');
  bob = await host.account(
    `bob@${server.domain}/phone`,
    { ...settings, port: server.port },
    'builder',
  );
});
afterAll(() => workspace.close());

const address = (user: string): string => `${user}@${server.domain}`;

async function say(account: number, name: string, html: string): Promise<void> {
  await host.run('send', { account, name, html });
}

function heard(account: number, html: string, after = 0): ReturnType<typeof host.next<'write'>> {
  const fits = (event: { account: number; html: string; flags: string[] }): boolean =>
    event.account === account && event.html === html && event.flags.includes('recv');
  return host.next('write', fits, after);
}

describe('two people on a real server', () => {
  test('sign in and see each other', async () => {
    for (const account of [alice, bob])
      await host.run('account-enable', { account, enabled: true });
    for (const account of [alice, bob])
      await host.next('connected', (event) => event.account === account);
    await host.next('buddy-online', (event) => event.account === alice);
    await host.next('buddy-online', (event) => event.account === bob);
    const { buddies } = await host.run('buddies', { account: alice });
    expect(buddies).toMatchObject([{ name: address('bob'), online: true, status: 'available' }]);
  });

  test('talk both ways, markup and all', async () => {
    await say(alice, address('bob'), 'a &lt; b &amp; <b>bold</b>');
    const got = await host.next(
      'write',
      ({ account, flags }) => account === bob && flags.includes('recv'),
    );
    expect(got.conversation).toBe(address('alice'));
    expect(got.html).toMatch(/^a &lt; b &amp; <span style="font-weight: bold;">bold<\/span>$/);
    await say(bob, address('alice'), 'fine');
    await heard(alice, 'fine');
  });

  test('see each other typing and change status', async () => {
    await host.run('typing', { account: bob, name: address('alice'), state: 1 });
    await host.next('typing', ({ account, state }) => account === alice && state === 'typing');
    await host.run('status', { account: bob, status: 'dnd', message: 'busy' });
    await host.next(
      'buddy-status',
      ({ account, status, message }) => account === alice && status === 'dnd' && message === 'busy',
    );
  });

  test('ask for each other by name', async () => {
    await host.run('info', { account: alice, name: address('bob') });
    const { rows } = await host.next('userinfo');
    expect(rows.some(({ label }) => label?.startsWith('Software'))).toBe(true);
  });

  test('an outage: the account stays, what is typed is delivered once when the link is back', async () => {
    const after = host.now;
    const before = server.sights.all.length;
    proxy.refuse();
    proxy.cut();
    await say(alice, address('bob'), 'while away');
    await host.next('write', ({ flags }) => flags.includes('system'), after);
    await proxy.accept();
    await heard(bob, 'while away', after);
    await server.sights.next('a resumed session', ({ event }) => event === 'resumed', {
      after: before,
    });
    const copies = host
      .all('write', after)
      .filter(({ account, html }) => account === bob && html === 'while away');
    expect(copies).toHaveLength(1);
    expect(host.all('disconnected', after)).toEqual([]);
  });

  test('sign off', async () => {
    const after = host.now;
    await host.run('account-enable', { account: alice, enabled: false });
    await host.next('buddy-offline', ({ account }) => account === bob, after);
    expect(await host.quit()).toBe(0);
    await eventually('every process to end', () =>
      workspace.residents().every(({ command }) => !command.includes('engine.cjs')),
    );
  });
});
