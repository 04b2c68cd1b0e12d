// SPDX-License-Identifier: MIT
//
// Rooms in a real Finch, by its keys. The parts of the story follow each other.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Finch } from '../support/finch.js';
import { eventually } from '../support/observed.js';
import { RoomGuest } from '../support/room-guest.js';
import { ALICE } from './home.js';
import * as person from './person.js';
import { ATTIC, DEN, LIBRARY, LIBRARY_NAME, RoomHouse } from './room-house.js';
import { sitOutInRoom } from './room-outage.js';
import { RoomPerson } from './room-person.js';
import { paintTerminal } from './terminal-picture.js';

const SIZE = { columns: 100, rows: 42 };
/** Cursor keys, as terminfo's `screen` has them for applications. */
const DOWN = ['-H', '1b', '4f', '42'];
const RIGHT = ['-H', '1b', '4f', '43'];
/** What a question without a title of its own is called. */
const QUESTION = '<gnt>';

let house: RoomHouse;
let finch: Finch;
let rooms: RoomPerson;
let attic: RoomGuest;

beforeAll(async () => {
  house = await RoomHouse.open();
  const { home } = house;
  const settings = person.alice(home.byCertificate);
  finch = await Finch.start(home.workspace, { accounts: [settings] });
  const { columns, rows } = SIZE;
  await finch.terminal.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  const account = await finch.account(settings);
  rooms = new RoomPerson({
    ...{ home, host: finch, account, picture },
    type: (text) => finch.type(text),
    enter: () => finch.keys('Enter'),
  });
  await finch.setStatus('available');
  await finch.signedOn(account);
  await shows('Buddy List');
});
afterAll(() => house.close());

async function picture(name: string): Promise<void> {
  const screen = await finch.terminal.tmux('capture-pane', '-e', '-N', '-p');
  await paintTerminal(screen, SIZE, person.pictureFile(`finch-room-${name}`));
}

/** Waits until the terminal shows it. */
async function shows(text: string | RegExp): Promise<void> {
  await eventually(`${text} on the screen`, async () => (await finch.screen()).search(text) >= 0);
}

/** By the dialog of the menu. */
async function join(room: string): Promise<void> {
  await finch.front('Buddy List');
  await finch.keys('F10');
  await shows('Join Chat...');
  await finch.keys('j');
  await finch.front('Join a Chat');
  await finch.type(room);
  await finch.button('Join');
}

test('a room is found in the list of rooms, and entered from there', async () => {
  await finch.keys('M-a');
  await finch.press(DOWN, 'Room List in the menu', (looks) => looks.includes('[44mRoom List'));
  await finch.keys('Enter');
  await finch.front('Room List');
  // Its window opens too small for its buttons.
  await finch.keys('M-r');
  await finch.press(DOWN, 'its end', (looks) => /┌──────┐.*\n.*\n.*\n└/.test(looks));
  await finch.press(RIGHT, 'its buttons', (looks) => / Close (?:\S*m)?│/.test(looks));
  await finch.keys('Enter');
  await finch.button('Get');
  await finch.front('Find Rooms');
  await picture('service');
  await finch.button('Find Rooms');
  await finch.front('Room List');
  await shows(/\blibrary\b/);
  // From the buttons to the list, in which it is the only one.
  await finch.press(['Tab'], 'the list', (looks) => /\[1m\S*\[44mlibrary/.test(looks));
  await shows(LIBRARY_NAME);
  await picture('list');
  await finch.keys('Enter');
  await rooms.has(LIBRARY, 'alice', 'bob', 'carol');
});

test('lines go both ways', async () => {
  await finch.front('Room List');
  await finch.keys('M-c');
  await finch.front('library@');
  await finch.keys('M-m');
  await finch.press(RIGHT, 'it beside the list', (looks) => /├─*┐\S* {2,}/.test(looks));
  await finch.keys('Enter');
  await rooms.write('Is <anybody> here & awake?');
  await house.bob.hears('alice', 'Is <anybody> here & awake?');
  await rooms.shows(LIBRARY, 'alice: Is <anybody> here & awake?');
  house.bob.say('I am, & so is <carol>.');
  await shows('bob: I am, & so is <carol>.');
  await picture('talk');
});

test('the topic is set by a command', async () => {
  await rooms.write('/topic Tea & <time>');
  await house.bob.hearsSubject('alice', 'Tea & <time>');
  await shows('alice has set the topic to: Tea & <time>');
  expect(await rooms.topic(LIBRARY)).toBe('Tea & <time>');
  await picture('topic');
});

test('an invitation is asked about, and leads into the room', async () => {
  attic = await RoomGuest.enter(house.home.bob, ATTIC, 'bob');
  attic.invite(ALICE, 'More <quiet> here');
  await finch.front(QUESTION);
  await shows('More <quiet> here');
  await picture('invitation');
  await finch.button('Accept');
  await rooms.has(ATTIC, 'alice', 'bob');
});

test('being put out is said, with the reason, and the room can be entered again', async () => {
  await finch.front('attic@');
  await attic.kick('alice', 'Enough <for> today');
  await shows('Enough <for> today');
  expect(await rooms.hasLeft(ATTIC)).toBe(true);
  await picture('kicked');
  await join('attic');
  await rooms.has(ATTIC, 'alice', 'bob');
  expect(await rooms.hasLeft(ATTIC)).toBe(false);
});

test('a room is made by entering it, and has one window though half its name was typed', async () => {
  await join('den');
  await rooms.shows(DEN, 'This room is new');
  await rooms.has(DEN, 'alice');
  expect(await rooms.open()).toEqual([ATTIC, DEN, LIBRARY]);
  expect((await finch.screen()).split('attic@')).toHaveLength(2);
});

test('its settings are changed by its form', async () => {
  await finch.front('New Room');
  await picture('new');
  await finch.button('Configure Room');
  await finch.front('Configure Room');
  await finch.type('The cosy <den>');
  await finch.keys('Tab');
  await finch.type('Cushions & tea');
  // Past the language to “Persistent”.
  await finch.keys('Tab', 'Tab', 'Space');
  await shows(/\[X\] Persistent/);
  await picture('settings');
  await finch.button('Save');
  await eventually('the settings at the server', async () => {
    const { name, features, fields } = await house.about(DEN);
    return (
      name === 'The cosy <den>' &&
      fields.description === 'Cushions & tea' &&
      features.includes('muc_persistent')
    );
  });
});

test('an outage of 30 s loses and doubles nothing, and nobody is out of place afterwards', async () => {
  await finch.front('library@');
  await sitOutInRoom(rooms, house);
});

test('no error was shown in all of this', async () => {
  expect(finch.connectionErrors()).toEqual([]);
  expect(await finch.screen()).not.toMatch(/Error|Disconnected/);
});
