// SPDX-License-Identifier: MIT
//
// A room in a real Pidgin, by its dialogs and its keys. The parts of the story follow each other.

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MESSAGE } from '../support/bus-host.js';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay, type Area } from '../support/pidgin.js';
import { RoomGuest } from '../support/room-guest.js';
import { ALICE, Home } from './home.js';
import * as person from './person.js';

const SERVICE = 'conference.home.example';
const DEN = `den@${SERVICE}`;
const ATTIC = `attic@${SERVICE}`;
const LIST: Area = { x: 0, y: 0, width: 250, height: 440 };
const TALK: Area = { x: 251, y: 0, width: 600, height: 440 };
const BOTH: Area = { x: 0, y: 0, width: 851, height: 440 };
const BUDDY_LIST = '^Buddy List$';
const JOIN = '^Join a Chat$';
/** Of a question without a title of its own. */
const QUESTION = '^Pidgin$';
const OUTAGE_MS = 10_000;
const CHAT = 2;

let home: Home;
let pidgin: Pidgin;
let account: number;
let bob: RoomGuest;
let attic: RoomGuest;

beforeAll(async () => {
  home = await Home.open({
    users: { alice: null, bob: 'correct-horse' },
    settings: `Component "${SERVICE}" "muc"\n  modules_enabled = { "muc_mam" }\n  muc_log_by_default = true`,
  });
  const display = await startDisplay(home.workspace);
  const settings = person.alice(home.byCertificate);
  pidgin = await Pidgin.start(home.workspace, display, { accounts: [settings] });
  account = await pidgin.account(settings);
  await pidgin.setStatus('available');
  await pidgin.signedOn(account);
  await pidgin.place(BUDDY_LIST, LIST);
});
afterAll(() => home.close());

const picture = (name: string) =>
  pidgin.screenshot(person.pictureFile(`pidgin-room-${name}`), BOTH);

const conversation = (room: string) =>
  pidgin.number('FindConversationWithAccount', CHAT, room, account);

/** As `SENDER: text`. */
async function lines(room: string): Promise<string[]> {
  const found = await conversation(room);
  return (found === 0 ? [] : await pidgin.shownIn(found)).map(({ flags, sender, html }) => {
    const own = (flags & MESSAGE.send) !== 0;
    return `${own ? 'alice' : sender}: ${html}`;
  });
}

async function showsLine(room: string, line: string): Promise<void> {
  const there = async () => (await lines(room)).some((shown) => shown.includes(line));
  await eventually(`${room} to show ${line}`, there, 60_000);
}

async function people(room: string): Promise<string[]> {
  const chat = await pidgin.number('ConversationGetChatData', await conversation(room));
  const found = await pidgin.call('ConvChatGetUsers', chat);
  const names = (Array.isArray(found) ? found.map(Number) : []).map((one) =>
    pidgin.call('ConvChatCbGetName', one),
  );
  return (await Promise.all(names)).map(String).sort();
}

async function has(room: string, ...names: string[]): Promise<void> {
  const there = async () => (await people(room)).join() === names.join();
  await eventually(`${names.join()} in ${room}`, there);
}

/** By the dialog: the cursor is in the room's name, and Return joins. */
async function join(room: string): Promise<void> {
  await pidgin.keys(BUDDY_LIST, 'ctrl+c');
  await pidgin.opened(JOIN);
  await pidgin.type(JOIN, room);
  await pidgin.keys(JOIN, 'Return');
  await eventually('the dialog closed', async () => !(await pidgin.shows(JOIN)));
}

async function write(text: string): Promise<void> {
  await pidgin.type(`^${DEN}$`, text);
  await pidgin.keys(`^${DEN}$`, 'Return');
}

test('a room is joined by the dialog, and made by that', async () => {
  await join('den');
  await pidgin.place(`^${DEN}$`, TALK);
  await showsLine(DEN, 'This room is new');
  await has(DEN, 'alice');
});

test('who comes is listed, and lines go both ways', async () => {
  bob = await RoomGuest.enter(home.bob, DEN, 'bob');
  await has(DEN, 'alice', 'bob');
  await write('Is <anybody> here & awake?');
  await bob.hears('alice', 'Is <anybody> here & awake?');
  await showsLine(DEN, 'alice: Is &lt;anybody&gt; here &amp; awake?');
  bob.say('I am.');
  await showsLine(DEN, 'bob: I am.');
  await picture('talk');
});

test('an outage loses no line of either side, and shows none twice', async () => {
  const ended = delay(OUTAGE_MS);
  home.proxy.swallow();
  await write('Into the dark.');
  bob.say('You are quiet.');
  await showsLine(DEN, 'The connection is interrupted.');
  await write('Typed meanwhile.');
  await picture('outage');
  await ended;
  await home.proxy.heal();
  await bob.hears('alice', 'Typed meanwhile.');
  await showsLine(DEN, 'alice: Typed meanwhile.');
  await showsLine(DEN, 'bob: You are quiet.');
  expect(bob.heard('alice').slice(1)).toEqual(['Into the dark.', 'Typed meanwhile.']);
  const shown = (await lines(DEN)).filter((line) => /^(alice|bob): /.test(line));
  expect(new Set(shown).size).toBe(5);
  expect(shown).toHaveLength(5);
  await has(DEN, 'alice', 'bob');
  await picture('after');
});

test('an invitation is asked about, and leads into the room', async () => {
  attic = await RoomGuest.enter(home.bob, ATTIC, 'bob');
  attic.invite(ALICE, 'More <quiet> here');
  await pidgin.opened(QUESTION);
  await picture('invitation');
  await pidgin.keys(QUESTION, 'alt+a');
  await eventually('the attic open', async () => (await conversation(ATTIC)) !== 0);
  await has(ATTIC, 'alice', 'bob');
});

test('being put out is said, with the reason, and the room can be entered again', async () => {
  attic.kick('alice', 'Enough <for> today');
  await showsLine(ATTIC, 'Enough &lt;for&gt; today');
  await pidgin.keys(`^${DEN}$`, 'ctrl+Tab');
  await picture('kicked');
  await join('attic');
  await has(ATTIC, 'alice', 'bob');
  expect(pidgin.connectionErrors()).toEqual([]);
});
