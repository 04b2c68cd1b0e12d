// SPDX-License-Identifier: MIT
//
// Rooms as a program of libsteadfast sees them, with the engine played by the test.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events } from '../contract/samples.js';
import { Bench } from './bench.js';

const DEN = 'den@rooms.example';
const HALL = 'hall@rooms.example';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

afterEach(() => bench.close());

describe('commands of rooms', () => {
  it('reach the engine with all they carry', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const { client } = bench;
    client.joinRoom(1, DEN, 'Älice', 'sesame');
    client.leaveRoom(1, HALL, 'bye');
    const ids = [
      client.sendRoomMessage(1, DEN, 'héllo', '<b>héllo</b>'),
      client.setRoomSubject(1, DEN, 'Grüße'),
      client.setRole(1, DEN, 'bob', 'none', 'noise'),
      client.setAffiliation(1, DEN, 'bob', 'outcast', 'noise'),
      client.invite(1, DEN, 'bob@home.example', 'come'),
      client.getRoomForm(1, DEN, 'register'),
      client.submitRoomForm(1, DEN, 'configure', { a: ['1', '', 'Größe'], b: [] }),
      client.submitRoomForm(1, DEN, 'register', null),
      client.setBookmark(1, DEN, { name: 'Höhle', nick: 'Älice', password: 'x', autojoin: true }),
      client.setBookmark(1, HALL, {}),
      client.removeBookmark(1, HALL),
      client.submitRoomForm(1, DEN, 'voice', { a: ['1'] }),
      client.requestVoice(1, DEN),
      client.queryUsersByRole(1, DEN, 'moderator'),
      client.queryUsersByAffiliation(1, DEN, 'outcast'),
      client.destroyRoom(1, DEN, 'moved', HALL, 'sesame'),
      client.destroyRoom(1, DEN),
      client.unregisterRoom(1, DEN),
    ];
    await bench.engine.next('unregisterRoom');
    const sent = bench.engine.commands.all.slice(2).filter(({ body }) => body.case !== 'handled');
    expect(sent.map(({ id }) => id)).toEqual(['', '', ...ids]);
    expect(sent.map(({ body }) => body)).toMatchObject([
      { case: 'joinRoom', value: { room: DEN, nick: 'Älice', password: 'sesame' } },
      { case: 'leaveRoom', value: { room: HALL, text: 'bye' } },
      {
        case: 'sendMessage',
        value: { to: DEN, body: 'héllo', xhtml: '<b>héllo</b>', groupchat: true },
      },
      { case: 'setRoomSubject', value: { room: DEN, subject: 'Grüße' } },
      { case: 'setRole', value: { room: DEN, nick: 'bob', role: 0, reason: 'noise' } },
      {
        case: 'setAffiliation',
        value: { room: DEN, jidOrNick: 'bob', affiliation: 1, reason: 'noise' },
      },
      { case: 'invite', value: { room: DEN, jid: 'bob@home.example', reason: 'come' } },
      { case: 'getRoomForm', value: { room: DEN, kind: 1 } },
      {
        case: 'submitRoomForm',
        value: {
          room: DEN,
          kind: 0,
          values: [
            { var: 'a', values: ['1', '', 'Größe'] },
            { var: 'b', values: [] },
          ],
          cancelled: false,
        },
      },
      { case: 'submitRoomForm', value: { room: DEN, kind: 1, values: [], cancelled: true } },
      {
        case: 'setBookmark',
        value: {
          bookmark: { room: DEN, name: 'Höhle', nick: 'Älice', password: 'x', autojoin: true },
        },
      },
      {
        case: 'setBookmark',
        value: { bookmark: { room: HALL, name: '', nick: '', password: '', autojoin: false } },
      },
      { case: 'removeBookmark', value: { room: HALL } },
      { case: 'submitRoomForm', value: { room: DEN, kind: 2, cancelled: false } },
      { case: 'requestVoice', value: { room: DEN } },
      { case: 'queryRoomUsers', value: { room: DEN, role: 3, affiliation: 0 } },
      { case: 'queryRoomUsers', value: { room: DEN, role: 0, affiliation: 1 } },
      {
        case: 'destroyRoom',
        value: { room: DEN, reason: 'moved', alternate: HALL, password: 'sesame' },
      },
      { case: 'destroyRoom', value: { room: DEN, reason: '', alternate: '', password: '' } },
      { case: 'unregisterRoom', value: { room: DEN } },
    ]);
    for (const id of ids)
      await seen.next('accepted', (event) => event.type === 'accepted' && event.id === id);
  });

  it('that ask for rooms reach it only while there is one to answer', async () => {
    const { client } = bench;
    bench.watch();
    bench.attach();
    expect(() => client.queryRooms(1, 7)).toThrow(/not signed in/);
    await bench.engine.next('attach');
    expect(() => client.queryRooms(1, 7, 'x'.repeat(4_000))).toThrow(/address/);
    client.queryRooms(1, 7, 'rooms.example');
    client.findRoomService(1, 8);
    client.stopQueryRooms(1, 7);
    await bench.engine.next('queryRooms', ({ body }) => body.value.stop);
    expect(
      bench.engine.all('queryRooms').map(({ id, body }) => ({ id, ...body.value })),
    ).toMatchObject([
      { id: '', query: 7, service: 'rooms.example', serviceOnly: false, stop: false },
      { query: 8, service: '', serviceOnly: true, stop: false },
      { query: 7, stop: true },
    ]);
  });

  it('fail at once where the library cannot take them', () => {
    const { client } = bench;
    expect(() => client.joinRoom(1, DEN)).toThrow(/not attached/);
    bench.attach();
    expect(() => client.joinRoom(1, '')).toThrow(/address/);
    expect(() => client.joinRoom(1, `${DEN}/alice`)).toThrow(/no nick/);
    expect(() => client.joinRoom(1, DEN, 'x'.repeat(1024))).toThrow(/too long/);
    expect(() => client.joinRoom(1, DEN, 'alice', 'x'.repeat(4097))).toThrow(/too long/);
    expect(() => client.leaveRoom(1, `${DEN}/alice`)).toThrow(/no nick/);
    expect(() => client.sendRoomMessage(1, DEN, '')).toThrow(/empty/);
    expect(() => client.sendRoomMessage(1, `${DEN}/bob`, 'x')).toThrow(/no nick/);
    expect(() => client.setRole(1, DEN, '', 'none')).toThrow(/nick is empty/);
    expect(() => client.setRole(1, DEN, 'bob', 'king' as 'none')).toThrow(/no such role/);
    expect(() => client.setAffiliation(1, DEN, 'bob', 'king' as 'none')).toThrow(/affiliation/);
    expect(() => client.invite(1, DEN, '')).toThrow(/address/);
    expect(() => client.setBookmark(1, `${DEN}/bob`, {})).toThrow(/no nick/);
    expect(() => client.setBookmark(1, DEN, { nick: 'x'.repeat(1024) })).toThrow(/too long/);
    expect(() => client.setBookmark(1, DEN, { password: 'x'.repeat(4097) })).toThrow(/too long/);
    expect(() => client.removeBookmark(1, '')).toThrow(/address/);
    expect(() => client.getRoomForm(1, `${DEN}/bob`, 'register')).toThrow(/no nick/);
    expect(() => client.getRoomForm(1, DEN, 'destroy' as 'register')).toThrow(/no such form/);
    expect(() => client.getRoomForm(1, DEN, 'voice')).toThrow(/no such form/);
    expect(() => client.requestVoice(1, `${DEN}/bob`)).toThrow(/no nick/);
    expect(() => client.unregisterRoom(1, '')).toThrow(/address/);
    expect(() => client.queryUsersByRole(1, DEN, 'none')).toThrow(/no list/);
    expect(() => client.queryUsersByAffiliation(1, DEN, 'none')).toThrow(/no list/);
    expect(() => client.destroyRoom(1, DEN, 'x', `${HALL}/bob`)).toThrow(/no nick/);
    expect(() => client.destroyRoom(1, DEN, 'x', HALL, 'x'.repeat(4097))).toThrow(/too long/);
    expect(() => client.submitRoomForm(1, DEN, 'configure', { '': ['x'] })).toThrow(/UTF-8/);
    expect(() =>
      client.submitRoomForm(1, DEN, 'configure', { a: ['x'.repeat(4 * 1024 * 1024 + 1)] }),
    ).toThrow(/too long/);
  });
});

describe('events of rooms', () => {
  /** What differs from the sample: its words, its error, and what it leaves out. */
  const told: Record<string, object> = {
    room: {
      state: 'left',
      why: 'destroyed',
      error: { kind: 'sasl', condition: 'not-authorized', byPeer: true, retry: 'never' },
    },
    'room-occupants': {
      occupants: [
        {
          nick: 'bob',
          role: 'moderator',
          affiliation: 'owner',
          jid: 'bob@home.example/phone',
          show: 'away',
          status: 'away',
          self: true,
          departure: 'renamed',
          newNick: 'bobby',
          actor: 'carol',
          reason: 'bye',
          hats: ['Host', 'Judge'],
          occupantId: 'dd72603d',
        },
        { nick: 'carol', role: 'none', affiliation: 'none', departure: 'no', jid: '', hats: [] },
      ],
    },
    'room-subject': { setTimeMs: 5 },
    'room-notice': {},
    invitation: {},
    'room-list': {
      rooms: [
        { jid: 'den@rooms.example', name: 'Die Höhle' },
        { jid: 'hall@rooms.example', name: '' },
      ],
      error: { kind: 'sasl', condition: 'not-authorized', byPeer: true, retry: 'never' },
    },
    'room-users': {
      role: 'moderator',
      affiliation: 'outcast',
      users: [
        {
          jid: 'bob@home.example/phone',
          nick: 'bob',
          role: 'moderator',
          affiliation: 'owner',
          reason: 'noise',
        },
        { jid: '', nick: '', role: 'none', affiliation: 'none', reason: '' },
      ],
    },
    'room-form': {
      kind: 'register',
      form: {
        title: 'Die Höhle',
        instructions: 'One\nTwo',
        fields: [
          {
            type: 'list-single',
            var: 'a',
            label: 'Who?',
            description: 'Choose one',
            required: true,
            values: ['x', ''],
            options: [
              { label: 'X', value: 'x' },
              { label: '', value: '' },
            ],
          },
          { type: 'text-private', var: 'b', required: false, values: [], options: [] },
        ],
      },
    },
  };

  it('bookmarks come with all they carry', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const body = events.bookmarks?.body;
    if (body?.case !== 'bookmarks') throw new Error('there is no sample of bookmarks');
    bench.engine.send(1, body);
    const event = await seen.next('bookmarks', ({ type }) => type === 'bookmarks');
    expect(event).toMatchObject({
      ...{ begin: true, end: true, removed: ['attic@rooms.example', 'cellar@rooms.example'] },
      bookmarks: [
        { room: DEN, name: 'Die Höhle', nick: 'Älice', password: 'sesame', autojoin: true },
        { room: HALL, name: '', nick: '', password: '', autojoin: false },
      ],
    });
  });

  it.each(Object.keys(told))('%s comes with all it carries', async (name) => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const body = events[name]?.body;
    if (body === undefined) throw new Error(`there is no sample of ${name}`);
    bench.engine.send(1, body);
    const event = await seen.next(name, ({ type }) => type === name);
    expect(event).toMatchObject({ ...body.value, ...told[name] });
  });

  it('a line of a room and a private message are told from others', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const value = { from: `${DEN}/bob`, body: 'hi' };
    bench.engine.send(1, { case: 'message', value: { ...value, inbox: 1, id: 'a', type: 3 } });
    bench.engine.send(1, {
      case: 'message',
      value: { ...value, inbox: 2, id: 'b', privateMessage: true },
    });
    await seen.next('the second', (event) => event.type === 'message' && event.inbox === 2);
    expect(seen.all.filter(({ type }) => type === 'message')).toMatchObject([
      { kind: 'groupchat', privateMessage: false },
      { kind: 'chat', privateMessage: true },
    ]);
  });
});
