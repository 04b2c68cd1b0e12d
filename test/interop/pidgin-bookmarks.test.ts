// SPDX-License-Identifier: MIT
//
// Bookmarks in a real Pidgin, which enters the chats of its list at each sign-on by itself, as the engine
// does by their bookmarks. The parts of the story follow each other.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { peopleIn } from '../support/chat-people.js';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay } from '../support/pidgin.js';
import { RoomGuest } from '../support/room-guest.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { Home } from './home.js';
import * as person from './person.js';

const SERVICE = 'conference.home.example';
const DEN = `den@${SERVICE}`;
const NODE = 'urn:xmpp:bookmarks:1';
const CHAT = 2;

let home: Home;
let phone: XmppPeer;
let pidgin: Pidgin;
let account: number;
let asked = 0;

beforeAll(async () => {
  home = await Home.open({
    settings: `Component "${SERVICE}" "muc"\n  muc_room_default_persistent = true`,
  });
  const { domain, port } = home.server;
  const link = { domain, port, caFile: home.authority.certFile };
  phone = await XmppPeer.connect({
    ...{ ...link, user: 'alice', password: home.password, resource: 'phone' },
  });
  home.workspace.atEnd(() => phone.close());
  await RoomGuest.enter(home.bob, DEN, 'bob');
  const conference = `<conference xmlns='${NODE}' name='The Den' autojoin='true'/>`;
  await ask('set', `<publish node='${NODE}'><item id='${DEN}'>${conference}</item></publish>`);
  const display = await startDisplay(home.workspace);
  const settings = person.alice(home.byCertificate);
  pidgin = await Pidgin.start(home.workspace, display, { accounts: [settings] });
  account = await pidgin.account(settings);
  await pidgin.setStatus('available');
  await pidgin.signedOn(account);
});
afterAll(() => home.close());

async function ask(type: 'get' | 'set', payload: string): Promise<string> {
  const id = `phone-${String(++asked)}`;
  const pubsub = `<pubsub xmlns='http://jabber.org/protocol/pubsub'>${payload}</pubsub>`;
  phone.send(`<iq type='${type}' id='${id}'>${pubsub}</iq>`);
  const answer = await phone.stanzas.next(`the answer ${id}`, ({ attrs }) => attrs.id === id);
  if (answer.attrs.type !== 'result') throw new Error(`refused: ${JSON.stringify(answer)}`);
  return JSON.stringify(answer);
}

const stored = (): Promise<string> => ask('get', `<items node='${NODE}'/>`);

const conversation = () => pidgin.number('FindConversationWithAccount', CHAT, DEN, account);

async function people(): Promise<string[]> {
  const found = await conversation();
  if (found === 0) return [];
  const chat = await pidgin.number('ConversationGetChatData', found);
  return peopleIn(pidgin, chat);
}

async function chats(): Promise<number> {
  const found = await pidgin.call('GetChats');
  return Array.isArray(found) ? found.length : 0;
}

const inDen = () =>
  eventually('alice and bob in the den', async () => (await people()).join() === 'alice,bob');

const node = () => pidgin.number('BlistFindChat', account, DEN);

test('a bookmark is a chat of the list, and its room is open once', async () => {
  await inDen();
  expect(await chats()).toBe(1);
  expect(await pidgin.call('ChatGetName', await node())).toBe('The Den');
  expect(await pidgin.number('BlistNodeGetBool', await node(), 'gtk-autojoin')).toBe(1);
});

test('entered by Pidgin and by the engine at the next sign-on, it is one conversation', async () => {
  await pidgin.setStatus('offline');
  await eventually('signed off', async () => !(await pidgin.connected(account)));
  await pidgin.setStatus('available');
  await pidgin.signedOn(account);
  await inDen();
  expect(await chats()).toBe(1);
  expect(await stored()).toContain('"autojoin":"true"');
});

test('Auto-Join that is switched off in Pidgin is switched off in the bookmark', async () => {
  await pidgin.call('BlistNodeSetBool', await node(), 'gtk-autojoin', 0);
  await eventually('the bookmark changed', async () => !(await stored()).includes('autojoin'));
  expect(await stored()).toContain('The Den');
  expect(await people()).toEqual(['alice', 'bob']);
});
