// SPDX-License-Identifier: MIT
//
// A contact and a room in a real BitlBee, from an IRC program. The parts of the story follow each other.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { BitlBee, CONTROL } from '../support/bitlbee.js';
import { ALICE } from './home.js';
import { LIBRARY, RoomHouse } from './room-house.js';

const CHANNEL = '#library';
/** BitlBee has one nick for each of those it shows: “bob” is the contact, “alice” the person herself. */
const BOB_IN_ROOM = 'bob_';

let house: RoomHouse;
let bee: BitlBee;

beforeAll(async () => {
  house = await RoomHouse.open();
  bee = await BitlBee.start(house.home.workspace, 'alice');
});
afterAll(() => house.close());

/** Joins as a person does, and waits until BitlBee lists the others. */
async function join(): Promise<void> {
  const after = bee.lines.all.length;
  bee.send(`JOIN ${CHANNEL}`);
  for (const nick of ['alice', BOB_IN_ROOM, 'carol']) await bee.sees('JOIN', nick, CHANNEL, after);
}

test('an account is added, and signs in with a certificate', async () => {
  await bee.order(`account add steadfast ${ALICE}/irc unused`, 'Account successfully added');
  for (const [key, value] of Object.entries(house.home.byCertificate))
    await bee.order(`account steadfast set ${key} ${value}`, `${key} = \`${value}'`);
  await bee.order('account steadfast on', 'Logged in');
  await bee.sees('JOIN', 'bob', CONTROL);
});

test('a talk with a contact goes both ways', async () => {
  bee.say('bob', 'Hello <Bob> & all');
  await house.home.bob.messages.next('alice at bob', ({ body }) => body === 'Hello <Bob> & all');
  house.home.bob.say(ALICE, 'Hello <Alice> & others');
  await bee.hears('bob', 'alice', 'Hello <Alice> & others');
});

test('a text that comes back is told, with its words', async () => {
  await bee.order('add -tmp steadfast ghost@home.example ghost', 'Temporarily assigned');
  bee.say('ghost', 'Is <anybody> there?');
  await bee.told('ghost@home.example: Not delivered:');
  await bee.told('Is <anybody> there?');
});

test('a room is added as a chat, and joined as a channel with its people', async () => {
  await bee.order(`chat add steadfast ${LIBRARY}`, 'Chatroom successfully added');
  await join();
});

test('lines go both ways, and our own are shown once', async () => {
  bee.say(CHANNEL, 'Is <anybody> here & awake?');
  await house.bob.hears('alice', 'Is <anybody> here & awake?');
  house.bob.say('I am, & so is <carol>.');
  await bee.hears(BOB_IN_ROOM, CHANNEL, 'I am, & so is <carol>.');
  const said = bee.lines.all.filter(({ command, params }) => {
    return command === 'PRIVMSG' && params[0] === CHANNEL;
  });
  expect(said.map(({ from }) => from)).toEqual([BOB_IN_ROOM]);
});

test('the topic goes both ways, though BitlBee has no other place for that of others than its control channel', async () => {
  house.bob.subject('Silence, <please>');
  await bee.told(`${LIBRARY}: bob has set the topic to: Silence, <please>`);
  bee.send(`TOPIC ${CHANNEL} :Tea & <time>`);
  await house.bob.hearsSubject('alice', 'Tea & <time>');
  await bee.told(`${LIBRARY}: alice has set the topic to: Tea & <time>`);
});

test('being put out is said, and the room can be joined again', async () => {
  const after = bee.lines.all.length;
  await house.bob.kick('alice', 'Enough <for> today');
  await bee.told(`${LIBRARY}: You were kicked out of the room by bob: Enough <for> today`);
  await bee.lines.next(
    'the channel closed',
    ({ command, params }) =>
      command === 'KICK' && params.slice(0, 2).join(' ') === `${CHANNEL} alice`,
    { after },
  );
  await join();
  bee.say(CHANNEL, 'Here again.');
  await house.bob.hears('alice', 'Here again.');
});

test('an outage loses and doubles no line of either side', async () => {
  const { proxy } = house.home;
  const before = house.bob.heard('alice');
  const after = bee.lines.all.length;
  proxy.refuse();
  proxy.cut();
  bee.say(CHANNEL, 'Into the dark.');
  house.bob.say('You are quiet.');
  await bee.told(`${LIBRARY}: The connection is interrupted.`, after);
  bee.say(CHANNEL, 'Typed meanwhile.');
  await proxy.accept();
  await bee.hears(BOB_IN_ROOM, CHANNEL, 'You are quiet.');
  await house.bob.hears('alice', 'Typed meanwhile.');
  await bee.told(`${LIBRARY}: The connection is back.`, after);
  expect(house.bob.heard('alice')).toEqual([...before, 'Into the dark.', 'Typed meanwhile.']);
  expect(bee.texts(BOB_IN_ROOM, CHANNEL)).toEqual(['I am, & so is <carol>.', 'You are quiet.']);
  const moves = bee.lines.all.slice(after).filter(({ command }) => /^(JOIN|PART)$/.test(command));
  expect(moves).toEqual([]);
});

test('voice is asked for by a question, since BitlBee has neither menus of a chat nor commands', async () => {
  await house.bob.configure({ moderatedroom: '1' });
  await house.bob.giveRole('alice', 'visitor');
  await bee.told(`${LIBRARY}: You have no voice in this room now`);
  bee.say(CHANNEL, 'May I <speak>?');
  await bee.told('May I <speak>?');
  await bee.told(`You may not speak in ${LIBRARY}.`);
  const after = house.bob.peer.stanzas.all.length;
  bee.say(CONTROL, 'yes');
  await house.bob.peer.stanzas.next(
    'a request for voice',
    (node) => node.attrs.from === LIBRARY && node.child('x', 'jabber:x:data') !== undefined,
    { after },
  );
  await house.bob.giveRole('alice', 'participant');
  await bee.told(`${LIBRARY}: You have voice in this room now.`);
  bee.say(CHANNEL, 'Thank you.');
  await house.bob.hears('alice', 'Thank you.');
});

test('leaving the channel leaves the room', async () => {
  const after = house.bob.peer.stanzas.all.length;
  bee.send(`PART ${CHANNEL}`);
  await house.bob.peer.stanzas.next(
    'alice gone',
    ({ attrs }) => attrs.type === 'unavailable' && attrs.from === `${LIBRARY}/alice`,
    { after },
  );
});
