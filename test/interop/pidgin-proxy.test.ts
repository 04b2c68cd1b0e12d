// SPDX-License-Identifier: MIT
//
// Stock Pidgin behind the proxy of its account editor: Debian's microsocks, with a password, which dies and comes back.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MESSAGE } from '../support/bus-host.js';
import { Pidgin, startDisplay, type Area } from '../support/pidgin.js';
import type { AccountSettings } from '../support/profile.js';
import { SocksProxy } from '../support/socks-proxy.js';
import { ALICE, BOB, Home } from './home.js';
import * as person from './person.js';

const TALK: Area = { x: 251, y: 0, width: 600, height: 440 };
const CONVERSATION = '^Bob$';
const SECRET = 'open-sesame';

let home: Home;
let pidgin: Pidgin;
let socks: SocksProxy;
let at: person.Person;

beforeAll(async () => {
  home = await Home.open();
  socks = await SocksProxy.start(home.workspace, `al:${SECRET}`);
  const way = { type: 'socks5' as const, host: '127.0.0.1', port: socks.port };
  const settings: AccountSettings = {
    ...person.alice(home.byPassword),
    password: home.password,
    proxy: { ...way, username: 'al', password: SECRET },
  };
  const display = await startDisplay(home.workspace);
  pidgin = await Pidgin.start(home.workspace, display, { accounts: [settings] });
  at = {
    ...{ home, host: pidgin, account: await pidgin.account(settings) },
    type: (text) => pidgin.type(CONVERSATION, text),
    enter: () => pidgin.keys(CONVERSATION, 'Return'),
    picture: (name) => pidgin.screenshot(person.pictureFile(name), TALK),
  };
});
afterAll(() => home.close());

test('signs in through it, and goes nowhere but where it was told to', async () => {
  await pidgin.setStatus('available');
  await pidgin.signedOn(at.account);
  expect(socks.connected()).toEqual([`127.0.0.1:${String(home.proxy.port)}`]);
  expect(pidgin.connectionErrors()).toEqual([]);
});

test('a conversation goes both ways', async () => {
  await person.bobSays(at, 'Are you behind it?');
  await pidgin.opened(CONVERSATION);
  await pidgin.place(CONVERSATION, TALK);
  await person.write(at, 'I am.');
  await home.bob.messages.next('alice at bob', ({ body }) => body === 'I am.');
});

test('what is typed and said while the proxy is dead arrives once it is back, and once', async () => {
  await socks.stop();
  await person.showsLine(at, MESSAGE.system, 'The connection is interrupted.');
  await person.write(at, 'Typed while it was dead.');
  home.bob.say(ALICE, 'Said while it was dead.');
  socks = await SocksProxy.start(home.workspace, `al:${SECRET}`, socks.port);
  await person.showsLine(at, MESSAGE.receive, 'Said while it was dead.');
  await home.bob.messages.next('the text', ({ body }) => body === 'Typed while it was dead.');
  await person.write(at, 'And now it is back.');
  await home.bob.messages.next('the last', ({ body }) => body === 'And now it is back.');
  await at.picture('pidgin-proxy');
  expect(person.heard(at)).toEqual(['I am.', 'Typed while it was dead.', 'And now it is back.']);
  const received = await person.lines(at, MESSAGE.receive);
  expect(received).toEqual(['Are you behind it?', 'Said while it was dead.']);
  expect(await pidgin.connected(at.account)).toBe(true);
  expect(await pidgin.number('FindConversationWithAccount', 1, BOB, at.account)).not.toBe(0);
});

test('its password stands in no line of Pidgin’s debug window', () => {
  expect(pidgin.debug.all.filter((line) => line.includes(SECRET))).toEqual([]);
  expect(pidgin.debug.all.some((line) => line.includes(String(socks.port)))).toBe(true);
});
