// SPDX-License-Identifier: MIT
//
// Rooms the whole way: libpurple, plugin, libsteadfast, engine, TLS, Prosody; and back.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { PurpleHost } from './host.js';
import type { HostEventOf } from './host-events.js';

const ROOM = 'den@rooms.home.example';

let workspace: Workspace;
let proxy: CuttingProxy;
let host: PurpleHost;
let alice: number;
let bob: number;

beforeAll(async () => {
  workspace = new Workspace();
  const authority = await Authority.create(workspace.path('ca'));
  const server = await Prosody.start(workspace, {
    users: { alice: 'wonderland', bob: 'builder' },
    authority,
    settings: 'Component "rooms.home.example" "muc"\nmuc_room_default_public = true',
  });
  proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  host = await PurpleHost.start(workspace);
  const settings = { ca_file: authority.certFile, connect_server: '127.0.0.1' };
  const throughProxy = { ...settings, port: proxy.port };
  alice = await host.account('alice@home.example/laptop', throughProxy, 'wonderland');
  const direct = { ...settings, port: server.port };
  bob = await host.account('bob@home.example/phone', direct, 'builder');
  for (const account of [alice, bob]) {
    await host.run('account-enable', { account, enabled: true });
    await host.next('connected', (event) => event.account === account);
  }
});
afterAll(() => workspace.close());

const join = (account: number, handle: string) =>
  host.run('join-chat', {
    account,
    components: { room: 'den', server: 'rooms.home.example', handle },
  });

const say = (account: number, html: string) => host.run('chat-send', { account, name: ROOM, html });

function shown(account: number, html: string, flag: string): Promise<HostEventOf<'write'>> {
  return host.next(
    'write',
    (event) =>
      event.account === account &&
      event.conversation === ROOM &&
      event.html === html &&
      event.flags.includes(flag as 'send'),
  );
}

const users = async (account: number): Promise<string[]> =>
  (await host.run('chat', { account, name: ROOM })).users.map(({ name }) => name).sort();

describe('two people in a room of a real server', () => {
  test('enter it and see each other', async () => {
    await join(alice, 'Alice Liddell');
    // Nobody else can enter a new room before it is opened (XEP-0045 §10.1.2).
    await host.next('write', ({ html }) => html.startsWith('This room is new'));
    await join(bob, 'bob');
    await host.next('chat-joined', ({ account }) => account === bob);
    await host.next(
      'chat-users',
      (event) => event.account === alice && event.users.some(({ name }) => name === 'bob'),
    );
    await host.next(
      'chat-users',
      (event) => event.account === bob && event.users.some(({ name }) => name === 'Alice Liddell'),
    );
    for (const account of [alice, bob])
      expect(await users(account)).toEqual(['Alice Liddell', 'bob']);
  });

  test('find it in the list of their server’s rooms', async () => {
    await host.run('room-list', { account: bob });
    const { request, value } = await host.next('request', ({ kind }) => kind === 'input');
    expect(value).toBe('rooms.home.example');
    await host.run('answer', { request, ok: true, value });
    await host.next('room-list-progress', ({ running }) => !running);
    expect(host.all('room-listed')).toMatchObject([
      { name: 'den', fields: { room: 'den', server: 'rooms.home.example' } },
    ]);
    await host.run('room-list-close');
  });

  test('change its settings, as its owner alone may', async () => {
    const after = host.now;
    const configure = async (account: number) => {
      const components = { room: 'den', server: 'rooms.home.example', handle: 'x' };
      await host.run('chat-keep', { account, name: ROOM, components });
      await host.run('chat-menu', { account, name: ROOM, choose: 'Configure Room' });
    };
    await configure(bob);
    const told = await host.next('notify', () => true, after);
    expect(told.secondary).toBe('Only owners of the room can see and change its settings.');
    await configure(alice);
    const { request, fields = [] } = await host.next(
      'request',
      ({ title }) => title === 'Configure Room',
      after,
    );
    const members = fields.find(({ label }) => label.startsWith('Only allow members'));
    expect(members).toMatchObject({ type: 3, ticked: false });
    const name = fields.find(({ label, type }) => type === 1 && /title|name/i.test(label));
    const changed = host.now;
    await host.run('answer', { request, ok: true, fields: { [name?.id ?? '']: 'Die Höhle' } });
    // Asked by her, it cannot overtake the change.
    await host.run('room-list', { account: alice });
    const list = await host.next('request', ({ kind }) => kind === 'input', changed);
    await host.run('answer', { request: list.request, ok: true, value: list.value });
    await host.next('room-listed', ({ fields: all }) => all.description === 'Die Höhle', changed);
    await host.run('room-list-close');
  });

  test('register with it, once', async () => {
    const register = async (account: number) => {
      const after = host.now;
      await host.run('chat-menu', { account, name: ROOM, choose: 'Register Nick' });
      return after;
    };
    const refused = await host.next('notify', () => true, await register(bob));
    expect(refused.secondary).toBe('The room lets only its members register. Ask its owner.');
    const { request, fields = [] } = await host.next(
      'request',
      ({ title }) => title === 'Register Nick',
      await register(alice),
    );
    const nick = fields.find(({ required }) => required);
    await host.run('answer', { request, ok: true, fields: { [nick?.id ?? '']: 'Alice Liddell' } });
    const { primary, secondary } = await host.next('notify', () => true, await register(alice));
    expect(primary).toBe(`You are registered with ${ROOM} already.`);
    expect(secondary).toBe('Your nick there is Alice Liddell.');
  });

  test('talk, each line once for both', async () => {
    await say(alice, 'one &amp; two');
    await shown(alice, 'one &amp; two', 'send');
    await shown(bob, 'one &amp; two', 'recv');
    await say(bob, 'hello Alice Liddell');
    await shown(bob, 'hello Alice Liddell', 'send');
    expect((await shown(alice, 'hello Alice Liddell', 'recv')).flags).toContain('nick');
    const lines = host.all('write').filter(({ flags }) => !flags.includes('system'));
    expect(lines).toHaveLength(4);
  });

  test('set the subject', async () => {
    await host.run('topic', { account: alice, name: ROOM, topic: 'Tea <at> 5' });
    const { topic, who } = await host.next(
      'topic',
      (event) => event.account === bob && event.topic !== null && event.topic !== '',
    );
    expect([topic, who]).toEqual(['Tea <at> 5', 'Alice Liddell']);
  });

  test('whisper to each other', async () => {
    const { realName } = await host.run('chat', {
      account: bob,
      name: ROOM,
      nick: 'Alice Liddell',
    });
    await host.run('send', { account: bob, name: realName, html: 'psst' });
    const { conversation } = await host.next(
      'write',
      ({ account, html, flags }) => account === alice && html === 'psst' && flags.includes('recv'),
    );
    expect(conversation).toBe(`${ROOM}/bob`);
  });

  test('go on over a cut, without a flicker', async () => {
    const after = host.now;
    proxy.cut();
    await say(alice, 'over the gap');
    await shown(alice, 'over the gap', 'send');
    await shown(bob, 'over the gap', 'recv');
    expect(host.all('chat-left', after)).toEqual([]);
    expect(host.all('chat-users', after)).toEqual([]);
    const copies = host.all('write', after).filter(({ html }) => html === 'over the gap');
    expect(copies).toHaveLength(2);
  });

  test('have their roles, and voice is asked for and given (XEP-0045 §8.6)', async () => {
    const after = host.now;
    await host.run('command', { account: alice, name: ROOM, text: 'role visitor bob' });
    const lost = 'You have no voice in this room now: what you write is not shown to the others.';
    await host.next('write', ({ account, html }) => account === bob && html === lost, after);
    await host.run('chat-menu', { account: bob, name: ROOM, choose: 'Ask for Voice' });
    const { request, fields = [] } = await host.next(
      'request',
      ({ account, title }) => account === alice && title === 'Voice Request',
      after,
    );
    expect(fields.some(({ value }) => value === 'bob')).toBe(true);
    const grant = fields.find(({ type }) => type === 3);
    await host.run('answer', { request, ok: true, fields: { [grant?.id ?? '']: true } });
    await host.next(
      'write',
      ({ account, html }) => account === bob && html === 'You have voice in this room now.',
      after,
    );
  });

  test('are listed', async () => {
    await host.run('command', { account: alice, name: ROOM, text: 'affiliate owner' });
    await host.next('write', ({ html }) => /^Owners: .*alice@home\.example/.test(html));
    const after = host.now;
    await host.run('command', { account: bob, name: ROOM, text: 'affiliate outcast' });
    const { secondary } = await host.next('notify', () => true, after);
    expect(secondary).toBe('The room does not show you this list.');
  });

  test('are known with their addresses by one who may see them', async () => {
    const after = host.now;
    await host.run('info', { account: alice, name: `${ROOM}/bob` });
    const { rows } = await host.next('userinfo', () => true, after);
    expect(rows.find(({ label }) => label === 'XMPP address')?.value).toMatch(/^bob@home\.example/);
  });

  test('leave it', async () => {
    await host.run('leave-chat', { account: bob, name: ROOM });
    await host.next('chat-users', (event) => event.account === alice && event.change === 'removed');
    expect(await users(alice)).toEqual(['Alice Liddell']);
  });

  test('see its end, and where to go instead', async () => {
    const after = host.now;
    const other = 'hall@rooms.home.example';
    const refused = 'Only owners of the room can destroy it.';
    const destroy = async (account: number) => {
      const before = host.now;
      await host.run('chat-menu', { account, name: ROOM, choose: 'Destroy Room...' });
      const { request, fields = [] } = await host.next('request', () => true, before);
      const [reason, alternate] = fields.map(({ id }) => id);
      const answers = { [reason ?? '']: 'moved', [alternate ?? '']: other };
      await host.run('answer', { request, ok: true, fields: answers });
    };
    await destroy(bob);
    await host.next('notify', ({ secondary }) => secondary === refused, after);
    await destroy(alice);
    const { html } = await host.next(
      'write',
      (event) => event.account === alice && event.html.startsWith('The room was closed'),
      after,
    );
    expect(html).toBe(`The room was closed: moved<br>The room to go to instead: ${other}`);
    const { request } = await host.next('request', ({ title }) => title === 'Another Room', after);
    await host.run('answer', { request, action: 0 });
    await host.next('chat-joined', ({ conversation }) => conversation === other, after);
  });
});
