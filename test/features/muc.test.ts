// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  JoinRoomSchema,
  LeaveRoomSchema,
  Room_State as State,
  Room_Why as Why,
  Show,
} from '../../src/contract/engine_pb.js';
import { create } from '@bufbuild/protobuf';
import { NS } from '../../src/core/namespaces.js';
import { child, childText, xml } from '../../src/core/xml.js';
import { features } from '../../src/features/index.js';
import { failure, RecordingHost, result } from './host.js';
import { away, DISCO, INSTANT, ME, presence, ROOM, Stage, text } from './muc-stage.js';

describe('entering a room (XEP-0045 §7.2)', () => {
  test('is a presence to room and nick, with what is said of us and what we can', () => {
    const host = new Stage();
    host.setPresence(Show.AWAY);
    host.traffic.history = xml('history', { maxstanzas: '5' });
    host.join('', 'cauldronburn');
    const sent = host.lastSent;
    expect(sent.attrs).toMatchObject({ to: ME });
    expect(sent.attrs.type).toBeUndefined();
    const x = child(sent, 'x', NS.muc);
    expect(x && child(x, 'history', NS.muc)?.attrs.maxstanzas).toBe('5');
    expect(x && childText(x, 'password', NS.muc)).toBe('cauldronburn');
    expect(childText(sent, 'show', NS.client)).toBe('away');
    expect(child(sent, 'c', NS.caps)).toBeDefined();
    expect(host.toldOf('room')).toMatchObject([
      { room: ROOM, state: State.JOINING, nick: 'romeo' },
    ]);
  });

  test('tells nothing until our own presence, and then everybody in parts of 200', () => {
    const host = new Stage().join('thirdwitch');
    host.forget();
    for (let n = 0; n < 450; n += 1) host.receive(presence(`witch ${String(n)}`));
    expect(host.told).toEqual([]);
    host.receive(presence('thirdwitch', { codes: [100, 110, 170] }));
    expect(host.events).toEqual([
      'room',
      ...['roomOccupants', 'roomOccupants', 'roomOccupants'],
      ...['roomNotice', 'roomNotice'],
    ]);
    expect(host.toldOf('room')).toMatchObject([
      { state: State.JOINED, nick: 'thirdwitch', nonAnonymous: true, created: false },
    ]);
    const parts = host.toldOf('roomOccupants');
    expect(parts.map(({ begin, end, occupants }) => [begin, end, occupants.length])).toEqual([
      [true, false, 200],
      [false, false, 200],
      [false, true, 51],
    ]);
    expect(parts[2]?.occupants.at(-1)).toMatchObject({ nick: 'thirdwitch', self: true });
    expect(host.traffic.calls).toEqual(['joined thirdwitch']);
    expect(host.room).toMatchObject({ joined: true, nick: 'thirdwitch', joins: 1 });
  });

  test('ends with our own nick where a server leaves code 110 out', () => {
    const host = new Stage().join().admit('romeo', []);
    expect(host.room?.joined).toBe(true);
    expect(host.toldOf('roomOccupants')[0]?.occupants).toMatchObject([{ self: true }]);
  });

  test('may give us another nick (code 210)', () => {
    const host = new Stage().join('RoMeO').admit('romeo', [110, 210]);
    expect(host.room?.nick).toBe('romeo');
    expect(host.toldOf('room').at(-1)).toMatchObject({ state: State.JOINED, nick: 'romeo' });
    expect(host.toldOf('roomNotice')).toMatchObject([{ text: 'The room calls you “romeo”.' }]);
    host.forget();
    host.join('RoMeO');
    expect(host.sent).toEqual([]);
  });

  test('comes behind our presence to the server (RFC 6121 §4.2.1)', () => {
    const host = new RecordingHost();
    host.online = false;
    host.attach(create(JoinRoomSchema, { room: ROOM }));
    host.online = true;
    host.moment('started');
    expect(host.sent.map((sent) => sent.includes(ROOM))).toEqual([false, true]);
  });

  test('waits for a session', () => {
    const host = new Stage();
    host.online = false;
    host.join();
    expect(host.toldOf('room')).toMatchObject([{ state: State.JOINING }]);
    expect(host.sent).toEqual([]);
    host.newSession();
    expect(host.lastSent.attrs.to).toBe(ME);
  });

  test('makes a room that nobody has made yet, and opens it to others (§10.1.2, code 201)', () => {
    const host = new Stage().join().admit('romeo', [110, 201]);
    const { to, type, payload, done } = host.take(...INSTANT);
    expect([to, type]).toEqual([ROOM, 'set']);
    expect(text(payload)).toContain('<x xmlns="jabber:x:data" type="submit"/>');
    expect(host.toldOf('room').at(-1)?.created).toBe(false);
    done(result());
    expect(host.toldOf('room').at(-1)).toMatchObject({ state: State.JOINED, created: true });
  });

  test('tells where a new room could not be opened', () => {
    const host = new Stage().join().admit('romeo', [110, 201]);
    host.take(...INSTANT).done(failure('stanza', 'forbidden'));
    expect(host.toldOf('roomNotice')).toMatchObject([
      { text: 'The new room is not open to others yet: forbidden' },
    ]);
  });

  test('that we stayed in all the while, and that was made anew, is told by a line', () => {
    const host = new Stage().join().admit('romeo', [110, 201]);
    host.take(...INSTANT).done(result());
    host.newSession();
    host.forget();
    host.admit('romeo', [110, 201]);
    host.take(...INSTANT).done(result());
    expect(host.toldOf('room')).toEqual([]);
    expect(host.toldOf('roomNotice')).toMatchObject([
      { text: expect.stringContaining('was made anew') as string },
    ]);
  });

  test('learns the room’s name (§6.4)', () => {
    const host = new Stage().join().admit();
    const identity = "<identity category='conference' type='text' name='A Dark Cave'/>";
    const info = `<query xmlns='${NS.discoInfo}'>${identity}</query>`;
    host.take(...DISCO).done(result(info));
    expect(host.toldOf('room').at(-1)).toMatchObject({ state: State.JOINED, name: 'A Dark Cave' });
  });

  test('asks the room once what it is and what it can', () => {
    const host = new Stage().join().admit();
    const answer = host.take(...DISCO);
    expect(() => host.take(...DISCO)).toThrow();
    answer.done(result());
    expect(host.traffic.calls).toEqual(['joining 1', 'joined romeo', 'described romeo result']);
  });

  test.each([
    [
      'we have left it',
      (host: Stage) => host.command('leaveRoom', LeaveRoomSchema, { room: ROOM }),
    ],
    ['it is joined again', (host: Stage) => (host.room?.rejoin(), host.admit())],
  ])('takes no answer from an earlier stay when %s', (_title, leave) => {
    const host = new Stage().join().admit();
    const answer = host.take(...DISCO);
    leave(host);
    host.forget();
    answer.done(result());
    expect(host.traffic.calls).toEqual([]);
  });

  test.each([
    ['not an address', 'coven@', ''],
    ['a server', 'chat.shakespeare.example', ''],
    ['ourselves', 'romeo@montague.example', ''],
    ['with a nick of spaces', ROOM, '  '],
    ['with a nick that cannot be', ROOM, 'a\u0007'],
    ['with a nick of a kilobyte', ROOM, 'x'.repeat(1_024)],
  ])('is refused without asking: %s', (_title, room, nick) => {
    const host = new Stage();
    host.command('joinRoom', JoinRoomSchema, { room, nick });
    expect(host.toldOf('room')).toMatchObject([
      { room, state: State.LEFT, why: Why.REFUSED, error: { condition: 'jid-malformed' } },
    ]);
    expect(host.sent).toEqual([]);
  });
});

describe('JoinRoom for a room that we are in', () => {
  test('is answered by everything known of it', () => {
    const host = new Stage().inside('hag');
    host.receive(`<message type='groupchat' from='${ROOM}/hag'><subject>Fire</subject></message>`);
    host.forget();
    host.join();
    expect(host.events).toEqual(['room', 'roomOccupants', 'roomSubject']);
    expect(host.toldOf('room')).toMatchObject([{ state: State.JOINED, nick: 'romeo' }]);
    expect(host.sent).toEqual([]);
    expect(host.requests).toEqual([]);
  });

  test('by another nick changes that first (§7.6)', () => {
    const host = new Stage().inside();
    host.join('montague');
    expect(host.lastSent.attrs.to).toBe(`${ROOM}/montague`);
    expect(child(host.lastSent, 'x', NS.muc)).toBeUndefined();
    expect(host.told).toEqual([]);
    host.join('montague');
    expect(host.sent).toHaveLength(1);
    host.receive(away('romeo', { item: "nick='montague' role='participant'", codes: [303, 110] }));
    host.receive(presence('montague', { codes: [110] }));
    expect(host.events).toEqual(['roomOccupants', 'room', 'room', 'roomOccupants']);
    expect(host.toldOf('room').at(-1)).toMatchObject({ state: State.JOINED, nick: 'montague' });
    expect(host.room?.isSelf('montague')).toBe(true);
    expect(host.traffic.calls).toEqual([]);
  });

  test.each([
    ['conflict', 'somebody else has this nickname there.'],
    ['not-acceptable', 'it wants you to use the nickname that is reserved for you.'],
    ['not-allowed', 'Nobody is allowed to do that.'],
  ])('by a nick that is refused as %s keeps ours, and says so', (condition, why) => {
    const host = new Stage().inside();
    host.join('hag');
    host.deny(condition);
    expect(host.toldOf('roomNotice')).toMatchObject([
      { text: `Your nickname was not changed: ${why}` },
    ]);
    expect(host.toldOf('room')).toMatchObject([{ state: State.JOINED, nick: 'romeo' }]);
  });

  test('by a nick of which the room says nothing is answered after a minute', () => {
    const host = new Stage().inside();
    host.join('hag');
    host.pass(60_000);
    expect(host.toldOf('roomNotice')).toHaveLength(1);
    expect(host.toldOf('room')).toMatchObject([{ nick: 'romeo' }]);
  });

  test('by a nick that is none keeps ours, and says so', () => {
    const host = new Stage().inside();
    host.join(' ');
    expect(host.events).toEqual(['roomNotice', 'room', 'roomOccupants']);
    expect(host.sent).toEqual([]);
  });

  test('by another nick without a link changes it on the next one, or in the next session', () => {
    const host = new Stage().inside();
    host.online = false;
    host.join('montague');
    host.online = true;
    host.moment('resumed', 1_000);
    expect(host.lastSent.attrs.to).toBe(`${ROOM}/montague`);
    host.newSession();
    expect(host.lastSent.attrs.to).toBe(`${ROOM}/montague`);
  });

  test('on the way in is answered by that, and a new password is tried at once', () => {
    const host = new Stage().join();
    host.forget();
    host.join();
    expect(host.toldOf('room')).toMatchObject([{ state: State.JOINING }]);
    expect(host.sent).toEqual([]);
    host.join('', 'secret');
    expect(text(host.lastSent)).toContain('<password>secret</password>');
  });
});

describe('leaving a room (§7.14)', () => {
  test('is told to the room and to the host', () => {
    const host = new Stage().inside();
    host.command('leaveRoom', LeaveRoomSchema, { room: ROOM, text: 'gone <home>' });
    expect(host.lastSent.attrs).toMatchObject({ to: ME, type: 'unavailable' });
    expect(childText(host.lastSent, 'status', NS.client)).toBe('gone <home>');
    expect(host.toldOf('room')).toMatchObject([{ state: State.LEFT, why: Why.ASKED }]);
    expect(host.traffic.calls).toEqual(['left']);
    host.forget();
    host.receive(away('romeo', { codes: [110] }));
    host.newSession();
    expect(host.told.filter(({ case: name }) => name !== 'presence')).toEqual([]);
    expect(host.sent.filter((sent) => sent.includes(ROOM))).toEqual([]);
  });

  test('without a link is told to the room when there is one', () => {
    const host = new Stage().inside();
    host.online = false;
    host.command('leaveRoom', LeaveRoomSchema, { room: ROOM });
    host.online = true;
    host.moment('resumed', 100_000);
    expect(host.sent).toHaveLength(1);
    expect(host.lastSent.attrs).toMatchObject({ to: ME, type: 'unavailable' });
  });

  test('that we are not in is no error', () => {
    const host = new Stage();
    host.command('leaveRoom', LeaveRoomSchema, { room: ROOM });
    expect(host.toldOf('room')).toMatchObject([{ room: ROOM, state: State.LEFT, why: Why.ASKED }]);
  });

  test('is what signing off does to all of them, without a word to the host', () => {
    const host = new Stage().inside();
    host.leaving(() => undefined);
    expect(host.lastSent.attrs.type).toBe('unavailable');
    expect(host.told).toEqual([]);
    expect(host.traffic.calls).toEqual(['left']);
    expect(host.room).toBeUndefined();
  });
});

describe('a host that joins', () => {
  test('is told of each room once, and its rooms are entered', () => {
    const host = new Stage().inside('hag');
    const other = 'heath@chat.shakespeare.example';
    host.attach(create(JoinRoomSchema, { room: ROOM }), create(JoinRoomSchema, { room: other }));
    expect(host.toldOf('room')).toMatchObject([
      { room: other, state: State.JOINING },
      { room: ROOM, state: State.JOINED },
    ]);
    expect(host.toldOf('roomOccupants')).toMatchObject([{ begin: true, end: true }]);
    expect(host.sent).toHaveLength(1);
  });

  test('gets the old list while the room is entered again', () => {
    const host = new Stage().inside('hag');
    host.newSession();
    host.forget();
    host.moment('attached');
    expect(host.toldOf('room')).toMatchObject([{ state: State.JOINED }]);
    expect(host.toldOf('roomOccupants')[0]?.occupants.map(({ nick }) => nick)).toEqual([
      'hag',
      'romeo',
    ]);
  });
});

test('service discovery announces what we know of rooms (XEP-0045 §6.7, XEP-0249 §3, XEP-0425)', () => {
  const muc = features.find(({ name }) => name === 'muc');
  expect(muc?.namespaces).toEqual([NS.muc, 'jabber:x:conference', 'urn:xmpp:message-moderate:1']);
});
