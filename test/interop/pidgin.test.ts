// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay, type Area } from '../support/pidgin.js';
import { ALICE, BOB, Home } from './home.js';
import { sitOut } from './outage.js';
import * as person from './person.js';

const LIST: Area = { x: 0, y: 0, width: 250, height: 440 };
const TALK: Area = { x: 251, y: 0, width: 600, height: 440 };
const BOTH: Area = { x: 0, y: 0, width: 851, height: 440 };
const BUDDY_LIST = '^Buddy List$';
const CONVERSATION = '^Bob$';

let home: Home;
let pidgin: Pidgin;
let at: person.Person;
const settings = (): Parameters<Pidgin['account']>[0] => person.alice(home.byCertificate);

beforeAll(async () => {
  home = await Home.open({
    ...{ users: { alice: null, bob: 'correct-horse' }, modules: ['steadfast_wire'] },
  });
  const display = await startDisplay(home.workspace);
  pidgin = await Pidgin.start(home.workspace, display, { accounts: [settings()] });
  at = {
    ...{ home, host: pidgin, account: await pidgin.account(settings()) },
    type: (text) => pidgin.type(CONVERSATION, text),
    enter: () => pidgin.keys(CONVERSATION, 'Return'),
    picture: (name) => pidgin.screenshot(person.pictureFile(name), BOTH),
  };
});
afterAll(() => home.close());

test('signing in with a certificate asks nothing and opens nothing but the list', async () => {
  await pidgin.setStatus('available');
  await pidgin.signedOn(at.account);
  await pidgin.opened(BUDDY_LIST);
  await pidgin.place(BUDDY_LIST, LIST);
  expect(pidgin.connectionErrors()).toEqual([]);
  expect(await pidgin.shows('Password|Certificate|Error|Accounts')).toBe(false);
});

test('a contact is in the list with its presence, and again when that changes', async () => {
  await eventually('bob there', async () => (await person.bobInList(at))[0] === 'available');
  home.bob.send('<presence><show>away</show><status>At lunch &lt;until 2&gt;</status></presence>');
  await eventually('bob away', async () => (await person.bobInList(at))[0] === 'away');
  expect(await person.bobInList(at)).toEqual(['away', 'At lunch <until 2>']);
  home.bob.send('<presence/>');
  await eventually('bob back', async () => (await person.bobInList(at))[0] === 'available');
});

test('a conversation is opened from the list with the mouse, and goes both ways', async () => {
  await pidgin.click(70, 65, 2);
  await pidgin.opened(CONVERSATION);
  await pidgin.place(CONVERSATION, TALK);
  await person.write(at, 'Hello Bob, are you <there> & well?');
  await home.bob.messages.next('alice at bob', () => true);
  expect(person.heard(at)).toEqual(['Hello Bob, are you <there> & well?']);
  await person.bobSays(at, 'Hello Alice, I am.');
  await at.picture('pidgin-talk');
});

test('typing is shown on both sides', async () => {
  person.bobIs(at, 'composing');
  await person.bobSeenTyping(at, true);
  await at.picture('pidgin-typing');
  person.bobIs(at, 'active');
  await person.bobSeenTyping(at, false);
  const before = home.bob.stanzas.all.length;
  await at.type('Let us talk');
  await person.toldComposing(at, before);
  await at.enter();
  await home.bob.messages.next('the message', ({ body }) => body === 'Let us talk');
});

test('the tooltip of a contact names its address, presence and the connection', async () => {
  home.bob.send('<presence><show>away</show><status>At lunch</status></presence>');
  await eventually('bob away', async () => (await person.bobInList(at))[0] === 'away');
  const before = pidgin.signals.all.length;
  await pidgin.point(60, 65);
  await pidgin.signals.next('a tooltip', (s) => s.member === 'DrawingTooltip', { after: before });
  await at.picture('pidgin-tooltip');
  await pidgin.point(700, 500);
});

test('an outage of 30 s is not a sign-off: nothing goes afterwards but what was typed, and once', async () => {
  await sitOut(at, 'pidgin');
});

test('the account editor shows the settings and keeps those it was opened with', async () => {
  const { options = {} } = settings();
  await pidgin.keys(BUDDY_LIST, 'ctrl+a');
  await pidgin.opened('^Accounts$');
  await pidgin.click(180, 56, 2);
  await pidgin.opened('^Modify Account$');
  const editor = { x: 0, y: 0, width: 640, height: 460 };
  await pidgin.place('^Modify Account$', editor);
  await pidgin.screenshot(person.pictureFile('pidgin-account-basic'), editor);
  await pidgin.keys('^Modify Account$', 'ctrl+Next');
  await pidgin.screenshot(person.pictureFile('pidgin-account-advanced'), editor);
  // There Alt+S is "Sign in with", too.
  await pidgin.keys('^Modify Account$', 'ctrl+Prior', 'alt+s');
  await eventually('the editor closed', async () => !(await pidgin.shows('^Modify Account$')));
  for (const [key, value] of Object.entries(options)) {
    const [getter, none] = typeof value === 'number' ? ['GetInt', 0] : ['GetString', ''];
    expect(await pidgin.call(`Account${getter}`, at.account, key, none), key).toBe(value);
  }
  expect(await pidgin.connected(at.account)).toBe(true);
});

test('nothing was said twice, and no error was shown, in all of this', async () => {
  expect(pidgin.connectionErrors()).toEqual([]);
  expect(await pidgin.shows('Error|Disconnected|Crash')).toBe(false);
  expect(await person.lines(at, 0x200)).toEqual([]);
  expect(new Set(person.heard(at)).size).toBe(person.heard(at).length);
  expect(await pidgin.number('FindConversationWithAccount', 1, BOB, at.account)).not.toBe(0);
  expect(await pidgin.call('AccountGetUsername', at.account)).toBe(`${ALICE}/desk`);
});
