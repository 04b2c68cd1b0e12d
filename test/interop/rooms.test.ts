// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Prosody } from '../support/prosody.js';
import { RoomGuest } from '../support/room-guest.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';

// The whole way, in a room: libpurple, plugin, libsteadfast, engine, Prosody; bob's client shares no
// code with it. The parts of the story follow each other.

const DOMAIN = 'home.example';
const SERVICE = `rooms.${DOMAIN}`;
const DEN = `den@${SERVICE}`;
/** A session without a link is given up after this. */
const HIBERNATION_MS = 2_000;

let workspace: Workspace;
let authority: Authority;
let server: Prosody;
let proxy: CuttingProxy;
let host: PurpleHost;
let alice: number;
let bob: RoomGuest;

beforeAll(async () => {
  workspace = new Workspace();
  authority = await Authority.create(workspace.path('ca'));
  server = await Prosody.start(workspace, {
    users: { alice: 'wonderland', bob: 'builder' },
    authority,
    hibernationMs: HIBERNATION_MS,
    settings: [
      `Component "${SERVICE}" "muc"`,
      '  modules_enabled = { "muc_mam" }',
      '  muc_log_by_default = true',
      '  muc_room_default_persistent = true',
    ].join('\n'),
  });
  proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  host = await PurpleHost.start(workspace);
  alice = await host.account(
    `alice@${DOMAIN}/laptop`,
    { ca_file: authority.certFile, connect_server: '127.0.0.1', port: proxy.port },
    'wonderland',
  );
  await come();
  await host.run('account-enable', { account: alice, enabled: true });
  await host.next('connected');
});
afterAll(() => workspace.close());

/** Bob enters, as the room's first. */
async function come(): Promise<void> {
  const peer = await XmppPeer.connect({
    ...{ domain: DOMAIN, user: 'bob', password: 'builder', port: server.port },
    caFile: authority.certFile,
  });
  workspace.atEnd(() => peer.close());
  bob = await RoomGuest.enter(peer, DEN, 'bob');
}

async function aliceSays(html: string): Promise<string> {
  await host.run('chat-send', { account: alice, name: DEN, html });
  return html;
}

/** Lines of the room in alice's host since then: `nick: text`. */
const shown = (after = 0): string[] =>
  host
    .all('write', after)
    .filter(({ conversation, flags }) => conversation === DEN && !flags.includes('system'))
    .map(({ name, html }) => `${name ?? ''}: ${html}`);

const shows = (text: string, after = 0) =>
  host.next('write', ({ conversation, html }) => conversation === DEN && html === text, after);

const hears = (text: string) => bob.hears('alice', text);

async function members(): Promise<string[]> {
  const { users } = await host.run('chat', { account: alice, name: DEN });
  return users.map(({ name }) => name).sort();
}

describe('a room on a real server', () => {
  test('is joined, and its people are listed', async () => {
    await host.run('join-chat', {
      account: alice,
      components: { room: 'den', server: SERVICE, handle: 'alice' },
    });
    await host.next('chat-joined', ({ conversation }) => conversation === DEN);
    expect(await members()).toEqual(['alice', 'bob']);
  });

  test('carries lines both ways; our own are shown when it has them', async () => {
    await aliceSays('hello &lt;all&gt;');
    await hears('hello <all>');
    await shows('hello &lt;all&gt;');
    bob.say('hi');
    await shows('hi');
    expect(shown()).toEqual(['alice: hello &lt;all&gt;', 'bob: hi']);
  });

  test('shows its subject, and says why we may not set it', async () => {
    bob.subject('tea & time');
    await host.next('topic', ({ topic }) => topic === 'tea & time');
    const after = host.now;
    await host.run('topic', { account: alice, name: DEN, topic: 'mine' });
    await host.next('write', ({ html }) => html.includes('subject was not'), after);
  });

  test('sees nothing of a short outage, and has all that was said in it', async () => {
    const after = host.now;
    proxy.refuse();
    proxy.cut();
    await aliceSays('a1');
    await aliceSays('a2');
    await shows(
      'The connection is interrupted. Your message is kept and sent when it is back.',
      after,
    ).catch(() => undefined);
    bob.say('b1');
    bob.say('b2');
    await proxy.accept();
    await shows('a2', after);
    await shows('b2', after);
    await hears('a2');
    expect(bob.heard('alice').slice(-2)).toEqual(['a1', 'a2']);
    expect(shown(after).filter((line) => line.startsWith('bob'))).toEqual(['bob: b1', 'bob: b2']);
    expect(shown(after).filter((line) => line.startsWith('alice'))).toEqual([
      'alice: a1',
      'alice: a2',
    ]);
    expect(host.all('chat-left', after)).toEqual([]);
  });

  test('is entered again in a fresh session, and what was missed is read from its archive', async () => {
    const [after, sights] = [host.now, server.sights.all.length];
    proxy.refuse();
    proxy.cut();
    await aliceSays('a3');
    const missed = ['b3', 'b4', 'b5'].map((text) => bob.say(text));
    await server.sights.next(
      'the session given up',
      ({ event, user }) => event === 'unbound' && user === 'alice',
      {
        after: sights,
      },
    );
    missed.push(bob.say('b6'));
    await aliceSays('a4');
    await proxy.accept();
    await shows('a4', after);
    await hears('a4');
    expect(bob.heard('alice')).toEqual(['hello <all>', 'a1', 'a2', 'a3', 'a4']);
    expect(shown(after)).toEqual([
      ...missed.map((text) => `bob: ${text}`),
      'alice: a3',
      'alice: a4',
    ]);
    expect(host.all('chat-left', after)).toEqual([]);
    expect(await members()).toEqual(['alice', 'bob']);
  });

  test('outlives its server', async () => {
    const after = host.now;
    const typed = aliceSays('a5');
    await server.kill();
    await typed;
    await aliceSays('a6');
    await server.restart();
    await come();
    bob.say('b7');
    await shows('b7', after);
    await shows('a6', after);
    await hears('a6');
    expect(shown(after).filter((line) => line === 'alice: a5')).toHaveLength(1);
    expect(shown(after).filter((line) => line === 'alice: a6')).toHaveLength(1);
    expect(await members()).toEqual(['alice', 'bob']);
  });

  test('that puts us out says so', async () => {
    await bob.kick('alice', 'enough');
    await host.next('chat-left', ({ conversation }) => conversation === DEN);
    expect(host.all('write').at(-1)?.html).toContain('enough');
  });
});
