// SPDX-License-Identifier: MIT
//
// Rooms in a real Pidgin, by its windows, its dialogs and its keys. The parts of the story follow each
// other.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/observed.js';
import { Pidgin, startDisplay, type Area } from '../support/pidgin.js';
import { RoomGuest } from '../support/room-guest.js';
import { ALICE } from './home.js';
import * as person from './person.js';
import { ATTIC, DEN, LIBRARY, RoomHouse, SERVICE } from './room-house.js';
import { sitOutInRoom } from './room-outage.js';
import { RoomPerson } from './room-person.js';

const LIST: Area = { x: 0, y: 0, width: 250, height: 440 };
const TALK: Area = { x: 251, y: 0, width: 600, height: 440 };
const BOTH: Area = { x: 0, y: 0, width: 851, height: 440 };
const BUDDY_LIST = '^Buddy List$';
const ROOM_LIST = '^Room List$';
const FIND_ROOMS = '^Find Rooms$';
const JOIN = '^Join a Chat$';
const NEW_ROOM = '^New Room$';
const SETTINGS = '^Configure Room$';
/** Of a question without a title of its own. */
const QUESTION = '^Pidgin$';
/** All rooms are tabs of one window. */
const ROOMS = `@${SERVICE}$`;

let house: RoomHouse;
let pidgin: Pidgin;
let rooms: RoomPerson;
let attic: RoomGuest;

beforeAll(async () => {
  house = await RoomHouse.open();
  const { home } = house;
  const settings = person.alice(home.byCertificate);
  const display = await startDisplay(home.workspace);
  pidgin = await Pidgin.start(home.workspace, display, { accounts: [settings] });
  const account = await pidgin.account(settings);
  rooms = new RoomPerson({
    ...{ home, host: pidgin, account, picture },
    type: (text) => pidgin.type(ROOMS, text),
    enter: () => pidgin.keys(ROOMS, 'Return'),
  });
  await pidgin.setStatus('available');
  await pidgin.signedOn(account);
  await pidgin.place(BUDDY_LIST, LIST);
});
afterAll(() => house.close());

const picture = (name: string, area = BOTH) =>
  pidgin.screenshot(person.pictureFile(`pidgin-room-${name}`), area);

const closed = (title: string) =>
  eventually(`${title} closed`, async () => !(await pidgin.shows(title)));

/** By the dialog: the cursor is in the room's name, and Return joins. */
async function join(room: string): Promise<void> {
  await pidgin.keys(BUDDY_LIST, 'ctrl+c');
  await pidgin.opened(JOIN);
  await pidgin.type(JOIN, room);
  await pidgin.keys(JOIN, 'Return');
  await closed(JOIN);
}

/** The first room that was entered is the first tab. */
async function toLibrary(): Promise<void> {
  await pidgin.keys(ROOMS, 'alt+1');
  await pidgin.opened(`^${LIBRARY}$`);
}

test('a room is found in the list of rooms, and entered from there', async () => {
  await pidgin.keys(BUDDY_LIST, 'alt+t', 'o');
  await pidgin.place(ROOM_LIST, TALK);
  await pidgin.keys(ROOM_LIST, 'alt+g');
  await pidgin.opened(FIND_ROOMS);
  await picture('service');
  await pidgin.keys(FIND_ROOMS, 'Return');
  await closed(FIND_ROOMS);
  const row: Area = { x: TALK.x + 30, y: 86, width: 300, height: 16 };
  await eventually('a room in the list', async () => !(await pidgin.isBlank(row)));
  const unselected = await pidgin.colour(row);
  await pidgin.click(row.x + 30, row.y + 8);
  await eventually('it selected', async () => (await pidgin.colour(row)) !== unselected);
  await picture('list');
  await pidgin.keys(ROOM_LIST, 'alt+j');
  await rooms.has(LIBRARY, 'alice', 'bob', 'carol');
  await pidgin.keys(ROOM_LIST, 'alt+c');
  await closed(ROOM_LIST);
  await pidgin.place(ROOMS, TALK);
});

test('lines go both ways', async () => {
  await rooms.write('Is <anybody> here & awake?');
  await house.bob.hears('alice', 'Is <anybody> here & awake?');
  await rooms.shows(LIBRARY, 'alice: Is <anybody> here & awake?');
  house.bob.say('I am, & so is <carol>.');
  await rooms.shows(LIBRARY, 'bob: I am, & so is <carol>.');
  await picture('talk');
});

test('the topic is set where it is shown', async () => {
  await pidgin.click(TALK.x + 140, 48, 2);
  await pidgin.type(ROOMS, 'Tea & <time>');
  await pidgin.keys(ROOMS, 'Return');
  await house.bob.hearsSubject('alice', 'Tea & <time>');
  await rooms.shows(LIBRARY, 'alice has set the topic to: Tea & <time>');
  expect(await rooms.topic(LIBRARY)).toBe('Tea & <time>');
  await picture('topic');
});

test('an invitation is asked about, and leads into the room', async () => {
  attic = await RoomGuest.enter(house.home.bob, ATTIC, 'bob');
  attic.invite(ALICE, 'More <quiet> here');
  await pidgin.opened(QUESTION);
  await picture('invitation');
  await pidgin.keys(QUESTION, 'alt+a');
  await rooms.has(ATTIC, 'alice', 'bob');
});

test('being put out is said, with the reason, and the room can be entered again', async () => {
  await attic.kick('alice', 'Enough <for> today');
  await rooms.shows(ATTIC, 'Enough <for> today');
  expect(await rooms.hasLeft(ATTIC)).toBe(true);
  await pidgin.keys(ROOMS, 'alt+2');
  await pidgin.opened(`^\\(?${ATTIC}\\)?$`);
  await picture('kicked');
  await join('attic');
  await rooms.has(ATTIC, 'alice', 'bob');
  expect(await rooms.hasLeft(ATTIC)).toBe(false);
});

test('a room is made by entering it, and its settings are changed by its form', async () => {
  await join('den');
  await rooms.shows(DEN, 'This room is new');
  await rooms.has(DEN, 'alice');
  await pidgin.opened(NEW_ROOM);
  await picture('new');
  await pidgin.keys(NEW_ROOM, 'alt+c');
  const dialog = { x: 0, y: 0, width: 800, height: 700 };
  await pidgin.place(SETTINGS, dialog);
  await pidgin.click(600, 135);
  await pidgin.type(SETTINGS, 'The <cosy> den');
  await pidgin.keys(SETTINGS, 'Tab');
  await pidgin.type(SETTINGS, 'Cushions & tea');
  // Past the language to “Persistent”.
  await pidgin.keys(SETTINGS, 'Tab', 'Tab', 'space');
  await picture('settings', dialog);
  await pidgin.keys(SETTINGS, 'alt+s');
  await closed(SETTINGS);
  await eventually('the settings at the server', async () => {
    const { name, features, fields } = await house.about(DEN);
    return (
      name === 'The <cosy> den' &&
      fields.description === 'Cushions & tea' &&
      features.includes('muc_persistent')
    );
  });
});

test('an outage of 30 s loses and doubles nothing, and nobody is out of place afterwards', async () => {
  await toLibrary();
  await sitOutInRoom(rooms, house);
});

test('no error was shown in all of this', async () => {
  expect(pidgin.connectionErrors()).toEqual([]);
  expect(await pidgin.shows('Error|Disconnected|Crash|^Pidgin$')).toBe(false);
});
