// SPDX-License-Identifier: MIT
//
// Bookmarks the whole way: libpurple, plugin, libsteadfast, engine and a real server, with another device
// of the account at them that knows private storage only (XEP-0049), as old clients do. Each server keeps
// them in its own way. The parts of the story follow each other.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import { Authority } from '../support/certificates.js';
import { Ejabberd } from '../support/ejabberd.js';
import { eventually } from '../support/observed.js';
import type { Node } from '../support/peer-xml.js';
import { Prosody } from '../support/prosody.js';
import { RoomGuest } from '../support/room-guest.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';

const DOMAIN = 'home.example';
const SERVICE = `rooms.${DOMAIN}`;
const DEN = `den@${SERVICE}`;
const HALL = `hall@${SERVICE}`;
const ATTIC = `attic@${SERVICE}`;
const USERS = { alice: 'wonderland', bob: 'builder' };
const NATIVE = 'urn:xmpp:bookmarks:1';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const EXTENSION = "<extensions><pinned xmlns='urn:phone:state'/></extensions>";
const settings = `Component "${SERVICE}" "muc"\nmuc_room_default_persistent = true`;

type Serve = (workspace: Workspace, authority: Authority) => Promise<number>;

const prosody =
  (...withoutModules: string[]): Serve =>
  async (workspace, authority) =>
    (await Prosody.start(workspace, { users: USERS, authority, settings, withoutModules })).port;

const ejabberd: Serve = async (workspace, authority) => {
  const domains = { [DOMAIN]: { users: USERS } };
  return (await Ejabberd.start(workspace, { domains, authority, rooms: SERVICE })).ports['TLSv1.3']
    .starttls;
};

describe.each<[string, Serve, string]>([
  ['Prosody', prosody(), 'XEP-0402'],
  ['ejabberd', ejabberd, 'XEP-0048 in a node'],
  [
    'Prosody without nodes',
    prosody('bookmarks', 'pep', 'vcard4', 'vcard_legacy'),
    'XEP-0048 in private storage',
  ],
])('on %s', (_, serve, way) => {
  const live = way !== 'XEP-0048 in private storage';
  let workspace: Workspace;
  let host: PurpleHost;
  let alice: number;
  let phone: XmppPeer;
  let bob: XmppPeer;
  let asked = 0;

  beforeAll(async () => {
    workspace = new Workspace();
    const authority = await Authority.create(workspace.path('ca'));
    const port = await serve(workspace, authority);
    const peer = async (user: keyof typeof USERS, resource: string): Promise<XmppPeer> => {
      const link = { domain: DOMAIN, port, caFile: authority.certFile };
      const one = await XmppPeer.connect({ ...link, user, password: USERS[user], resource });
      workspace.atEnd(() => one.close());
      return one;
    };
    phone = await peer('alice', 'phone');
    bob = await peer('bob', 'desk');
    await RoomGuest.enter(bob, DEN, 'bob');
    host = await PurpleHost.start(workspace, { ui: 'gtk-gaim', debug: true });
    alice = await host.account(
      `alice@${DOMAIN}/laptop`,
      { ca_file: authority.certFile, connect_server: '127.0.0.1', port },
      USERS.alice,
    );
  });
  afterAll(() => workspace.close());

  /** What the phone asks its server, and is told. */
  async function ask(type: 'get' | 'set', payload: string): Promise<Node> {
    const id = `phone-${String(++asked)}`;
    phone.send(`<iq type='${type}' id='${id}'>${payload}</iq>`);
    const { stanzas } = phone;
    const answer = await stanzas.next(`the answer ${id}`, ({ attrs }) => attrs.id === id);
    if (answer.attrs.type !== 'result') throw new Error(`refused: ${JSON.stringify(answer)}`);
    return answer;
  }

  const write = (...bookmarks: string[]): Promise<Node> =>
    ask(
      'set',
      `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'>${bookmarks.join('')}</storage></query>`,
    );

  /** As the phone reads them: `room|name|nick|autojoin`, sorted. */
  async function read(): Promise<string[]> {
    const query = "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>";
    const storage = (await ask('get', query)).children[0]?.children[0];
    return (storage?.children ?? [])
      .filter(({ name }) => name === 'conference')
      .map((one) => {
        const on = ['true', '1'].includes(one.attrs.autojoin ?? '');
        const nick = one.childText('nick') ?? '';
        return [one.attrs.jid, one.attrs.name ?? '', nick, on ? 'autojoin' : ''].join('|');
      })
      .sort();
  }

  const reads = (...wanted: string[]) =>
    eventually(`the phone to read ${wanted.join()}`, async () => {
      return (await read()).join() === [...wanted].sort().join();
    });

  /** The same of the buddy list. */
  async function chats(): Promise<string[]> {
    const { chats: all } = await host.run('chats', { account: alice });
    return all
      .map(({ alias, autojoin, components: { room, server, handle } }) =>
        [
          `${room ?? ''}@${server ?? ''}`,
          alias ?? '',
          handle ?? '',
          autojoin.length > 0 ? 'autojoin' : '',
        ].join('|'),
      )
      .sort();
  }

  const lists = (...wanted: string[]) =>
    eventually(`the buddy list to have ${wanted.join()}`, async () => {
      return (await chats()).join() === [...wanted].sort().join();
    });

  const enable = async (enabled: boolean): Promise<void> => {
    const after = host.now;
    // It was not to be remembered.
    await host.run('account-set', { account: alice, password: USERS.alice, options: {} });
    await host.run('account-enable', { account: alice, enabled });
    await host.next(enabled ? 'connected' : 'disconnected', () => true, after);
  };

  /** What the other device did becomes known here. */
  const news = async (): Promise<void> => {
    if (live) return;
    await enable(false);
    await enable(true);
  };

  const den = (attrs: string) =>
    `<conference jid='${DEN}' ${attrs}><nick>Alice L</nick></conference>`;
  const hall = `<conference jid='${HALL}' name='Hall'/>`;

  test('what the other device has kept comes into the buddy list, and its room is entered once', async () => {
    await write(den("name='The Den' autojoin='true'"));
    await enable(true);
    await host.next('chat-joined', ({ conversation }) => conversation === DEN);
    // As Pidgin enters the chats of its list at each sign-on.
    const components = { room: 'den', server: SERVICE, handle: 'Alice L' };
    await host.run('join-chat', { account: alice, components });
    await lists(`${DEN}|The Den|Alice L|autojoin`);
    expect(host.all('debug').some(({ text }) => text.includes(`Bookmarks by ${way}: 1.`))).toBe(
      true,
    );
    const { users } = await host.run('chat', { account: alice, name: DEN });
    expect(users.map(({ name }) => name).sort()).toEqual(['Alice L', 'bob']);
    expect(host.all('chat-joined')).toHaveLength(1);
  });

  test('what the other device adds comes at once, or with the next sign-in', async () => {
    await write(den("name='The Den' autojoin='true'"), hall);
    await news();
    await lists(`${DEN}|The Den|Alice L|autojoin`, `${HALL}|Hall||`);
  });

  test('what the person changes, adds and removes is there', async () => {
    if (way === 'XEP-0402') {
      const conference = `<conference xmlns='${NATIVE}' name='The Den' autojoin='true'><nick>Alice L</nick>${EXTENSION}</conference>`;
      await ask(
        'set',
        `<pubsub xmlns='${PUBSUB}'><publish node='${NATIVE}'><item id='${DEN}'>${conference}</item></publish></pubsub>`,
      );
    }
    await host.run('chat-change', { account: alice, name: DEN, alias: 'Die Höhle' });
    await host.run('chat-keep', {
      ...{ account: alice, name: ATTIC, alias: 'Attic' },
      components: { room: 'attic', server: SERVICE, handle: 'al' },
    });
    await host.run('chat-drop', { account: alice, name: HALL });
    await reads(`${DEN}|Die Höhle|Alice L|autojoin`, `${ATTIC}|Attic|al|`);
    if (way === 'XEP-0402') {
      const items = `<pubsub xmlns='${PUBSUB}'><items node='${NATIVE}'/></pubsub>`;
      expect(JSON.stringify(await ask('get', items))).toContain('urn:phone:state');
    }
    await lists(`${DEN}|Die Höhle|Alice L|autojoin`, `${ATTIC}|Attic|al|`);
    expect(host.all('chat-joined').filter(({ conversation }) => conversation === ATTIC)).toEqual(
      [],
    );
  });

  test('nobody else’s word counts', async () => {
    for (const [node, payload] of [
      [NATIVE, `<item id='${HALL}'><conference xmlns='${NATIVE}' autojoin='true'/></item>`],
      [
        'storage:bookmarks',
        `<item id='current'><storage xmlns='storage:bookmarks'>${hall}</storage></item>`,
      ],
    ] as const) {
      const event = `<event xmlns='${PUBSUB}#event'><items node='${node}'>${payload}</items></event>`;
      bob.send(`<message to='alice@${DOMAIN}/laptop' type='headline'>${event}</message>`);
    }
    bob.say(`alice@${DOMAIN}/laptop`, 'after that');
    await host.next('write', ({ html }) => html === 'after that');
    await lists(`${DEN}|Die Höhle|Alice L|autojoin`, `${ATTIC}|Attic|al|`);
  });

  test('the next sign-in finds all as it was, and enters the room once', async () => {
    await enable(false);
    const after = host.now;
    await enable(true);
    await host.next('chat-joined', ({ conversation }) => conversation === DEN, after);
    await lists(`${DEN}|Die Höhle|Alice L|autojoin`, `${ATTIC}|Attic|al|`);
    await reads(`${DEN}|Die Höhle|Alice L|autojoin`, `${ATTIC}|Attic|al|`);
    expect(host.all('chat-joined', after)).toHaveLength(1);
  });

  test('the other device leaves a room for this one, too', async () => {
    await write(den("name='Die Höhle'"));
    await news();
    // The chat that was made here stays without its bookmark.
    await lists(`${DEN}|Die Höhle|Alice L|`, `${ATTIC}|Attic|al|`);
    const out = async (): Promise<boolean> =>
      (await host.run('chat', { account: alice, name: DEN })).left;
    await eventually('the room left', out);
  });
});
