// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { SendMessageSchema, SetRoomSubjectSchema } from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { child } from '../../src/core/xml.js';
import { result, stanza } from './host.js';
import { DISCO, MUC_USER, ROOM, Stage } from './muc-stage.js';

function said(content: string, nick = '', type = 'groupchat', room = ROOM): string {
  const from = nick === '' ? room : `${room}/${nick}`;
  return `<message from='${from}' type='${type}' id='m'>${content}</message>`;
}

function status(...codes: readonly number[]): string {
  const all = codes.map((code) => `<status code='${String(code)}'/>`).join('');
  return `<x xmlns='${MUC_USER}'>${all}</x>`;
}

function delay(from: string): string {
  return `<delay xmlns='urn:xmpp:delay' from='${from}' stamp='2010-04-20T00:00:00Z'/>`;
}

describe('the subject of a room (XEP-0045 §7.2.15, §8.1)', () => {
  test('is told with who set it and when, and ends the history', () => {
    const host = new Stage().inside('hag');
    host.receive(said('<body>old</body>', 'hag'));
    host.receive(said(`<subject>Fire &amp; Burn</subject>${delay(ROOM)}`, 'hag'));
    expect(host.toldOf('roomSubject')).toMatchObject([
      { room: ROOM, subject: 'Fire & Burn', nick: 'hag', setTimeMs: 1_271_721_600_000n },
    ]);
    expect(host.traffic.calls).toEqual(['line hag', 'history ended']);
    host.receive(said('<subject>Cauldron</subject>', 'hag'));
    expect(host.traffic.calls).toHaveLength(2);
    expect(host.toldOf('roomSubject').at(-1)).toMatchObject({ subject: 'Cauldron', setTimeMs: 0n });
  });

  test('may be none', () => {
    const host = new Stage().inside();
    host.receive(said('<subject/>'));
    expect(host.toldOf('roomSubject')).toMatchObject([{ subject: '', nick: '' }]);
  });

  test('is not what a line, or a thread, has beside it', () => {
    const host = new Stage().inside();
    host.receive(said('<subject>x</subject><body>y</body>', 'hag'));
    host.receive(said('<subject>x</subject><thread>y</thread>', 'hag'));
    expect(host.toldOf('roomSubject')).toEqual([]);
    expect(host.traffic.calls).toEqual(['line hag', 'line hag']);
  });

  test('was set when the room says so, and nobody else', () => {
    const host = new Stage().inside();
    host.receive(said(`<subject>x</subject>${delay('hag@evil.example')}`, 'hag'));
    expect(host.toldOf('roomSubject')).toMatchObject([{ setTimeMs: 0n }]);
  });

  test('of a megabyte is shortened', () => {
    const host = new Stage().inside();
    host.receive(said(`<subject>${'x'.repeat(1_000_000)}</subject>`, 'hag'));
    expect(host.toldOf('roomSubject')[0]?.subject).toHaveLength(10_000);
  });

  test('is set by us, and the room’s refusal is told (§8.1)', () => {
    const host = new Stage().inside();
    host.command('setRoomSubject', SetRoomSubjectSchema, { room: ROOM, subject: 'a<b' }, 's1');
    expect(host.accepted).toEqual(['s1']);
    expect(host.sent).toEqual([
      `<message to="${ROOM}" type="groupchat" id="s1"><subject>a&lt;b</subject></message>`,
    ]);
    const error =
      "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    const answer = `<message from='${ROOM}' type='error' id='s1'>${error}</message>`;
    expect(host.receive(answer)).toBe(true);
    expect(host.toldOf('roomNotice')).toMatchObject([
      { text: 'The subject was not changed: You are not allowed to do that.' },
    ]);
    host.receive(answer);
    expect(host.toldOf('roomNotice')).toHaveLength(1);
    expect(host.failed).toMatchObject([{ id: 's1' }]);
  });

  test.each([
    ['no room of ours', (host: Stage) => host],
    ['not joined yet', (host: Stage) => host.join()],
    ['without a link', (host: Stage) => Object.assign(host.inside(), { online: false })],
  ])('is not set in a room that is %s', (_title, make) => {
    const host = make(new Stage());
    host.command('setRoomSubject', SetRoomSubjectSchema, { room: ROOM, subject: 'x' }, 's1');
    expect(host.refused).toMatchObject([{ id: 's1', fault: { condition: 'not-joined' } }]);
    expect(host.sent.filter((sent) => sent.includes('<subject'))).toEqual([]);
  });
});

describe('a status code (XEP-0045 §15.6.2)', () => {
  test.each([
    [100, 'Everybody in the room can see your address.'],
    [102, 'The room shows members who are not there, too, from now on.'],
    [103, 'The room does not show members who are not there any more.'],
    [104, 'The settings of the room were changed.'],
    [170, 'What is said in the room is logged from now on.'],
    [171, 'What is said in the room is not logged any more.'],
    [172, 'Everybody in the room can see the addresses of all others from now on.'],
    [173, 'Only moderators can see the addresses of those in the room from now on.'],
    [174, 'Nobody can see the addresses of those in the room from now on.'],
  ])('%d of the room itself is told in words', (code, text) => {
    const host = new Stage().inside();
    host.receive(said(status(code)));
    expect(host.toldOf('roomNotice')).toMatchObject([{ room: ROOM, text }]);
    expect(host.traffic.calls).toEqual([]);
    expect(host.requests).toHaveLength(1);
  });

  test('101 comes by a message of its own', () => {
    const host = new Stage().inside();
    host.receive(said(status(101), '', 'normal'));
    expect(host.toldOf('roomNotice')).toHaveLength(1);
  });

  test.each([
    ['172', 172, true],
    ['173', 173, false],
  ])('%s changes what is known of the room', (_title, code, nonAnonymous) => {
    const host = new Stage().join().admit('romeo', nonAnonymous ? [110] : [100, 110]);
    host.forget();
    host.receive(said(status(code)));
    expect(host.toldOf('room')).toMatchObject([{ nonAnonymous }]);
  });

  test.each([
    ['an occupant’s line', said(`<body>x</body>${status(104, 110, 301)}`, 'hag')],
    ['an occupant’s private message', said(`<body>x</body>${status(104, 301)}`, 'hag', 'chat')],
    ['a stranger’s message', said(status(104, 301), '', 'groupchat', 'coven@evil.example')],
    ['a contact’s message', said(status(104, 101), 'b', 'chat', 'juliet@capulet.example')],
    ['a message of the room, where it belongs into a presence', said(status(110, 301, 307, 332))],
  ])('in %s means nothing', (_title, message) => {
    const host = new Stage().inside('hag');
    host.receive(message);
    expect(host.told).toEqual([]);
    expect(host.room?.joined).toBe(true);
  });

  test('beside a text of the room is told with it', () => {
    const host = new Stage().inside();
    host.receive(said(`<body>x</body>${status(104)}`));
    expect(host.toldOf('roomNotice')).toHaveLength(1);
    expect(host.traffic.calls).toEqual(['line ']);
  });
});

describe('a line', () => {
  test('goes to the delivery with who said it', () => {
    const host = new Stage().inside('hag');
    for (const nick of ['hag', 'romeo', '']) host.receive(said('<body>x</body>', nick));
    expect(host.traffic.calls).toEqual(['line hag', 'line romeo self', 'line ']);
    expect(host.kept).toEqual([]);
  });

  test.each([
    ['no room of ours', new Stage(), 'x@evil.example'],
    ['a contact', new Stage(), 'juliet@capulet.example'],
    ['a room on the way in', new Stage().join(), ROOM],
  ])('of %s is dropped, with one line in the log', (_title, host, from) => {
    host.forget();
    for (let n = 0; n < 3; n += 1) {
      expect(host.receive(said('<body>x</body>', 'hag', 'groupchat', from))).toBe(true);
    }
    expect(host.kept).toEqual([]);
    expect(host.told).toEqual([]);
    expect(host.traffic.calls).toEqual([]);
    expect(host.logged).toHaveLength(1);
  });

  test('of a thousand rooms that are none fills no log', () => {
    const host = new Stage();
    for (let n = 0; n < 1_000; n += 1) host.receive(said('', '', 'groupchat', `r${String(n)}@x.y`));
    expect(host.logged).toHaveLength(100);
  });
});

describe('a private message (XEP-0045 §7.5)', () => {
  test.each(['', `<x xmlns='${MUC_USER}'/>`])('is told as one, with “%s” beside it', (x) => {
    const host = new Stage().inside('hag');
    host.receive(said(`<body>I’ll give thee a wind.</body>${x}`, 'hag', 'chat'));
    expect(host.kept).toMatchObject([
      { body: { value: { from: `${ROOM}/hag`, privateMessage: true } } },
    ]);
  });

  test.each([
    ['a contact', 'juliet@capulet.example', 'b'],
    ['one in a room that is not ours', 'heath@chat.shakespeare.example', 'hag'],
    ['the room itself', ROOM, ''],
  ])('is not what comes from %s', (_title, from, nick) => {
    const host = new Stage().inside('hag');
    host.receive(said(`<body>x</body><x xmlns='${MUC_USER}'/>`, nick, 'chat', from));
    expect(host.kept).toMatchObject([{ body: { value: { privateMessage: false } } }]);
  });

  test('is sent with a mark for our other devices', () => {
    const host = new Stage().inside('hag');
    host.command('sendMessage', SendMessageSchema, { to: `${ROOM}/hag`, body: 'x' }, 'p1');
    host.command('sendMessage', SendMessageSchema, { to: 'a@b.example/c', body: 'x' }, 'p2');
    const marks = host.queued.map((one) => child(stanza(one.stanza), 'x', NS.mucUser));
    expect(marks.map((mark) => mark !== undefined)).toEqual([true, false]);
  });

  test('to somebody who is not there any more comes back', () => {
    const host = new Stage().inside();
    const error = "<error><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    host.receive(said(error, 'hag', 'error'));
    expect(host.failed).toMatchObject([{ id: 'm', fault: { condition: 'item-not-found' } }]);
  });
});

test('what the room refused is told by the room, and not by an occupant who has seen its id', () => {
  const host = new Stage().inside('hag');
  host.command('setRoomSubject', SetRoomSubjectSchema, { room: ROOM, subject: 'Fire' }, 's1');
  const error = (from: string) =>
    `<message from='${from}' type='error' id='s1'><error type='auth'>` +
    "<forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>";
  host.receive(error(`${ROOM}/hag`));
  expect(host.toldOf('roomNotice')).toEqual([]);
  host.receive(error(ROOM));
  expect(host.toldOf('roomNotice')).toMatchObject([
    { text: 'The subject was not changed: You are not allowed to do that.' },
  ]);
});

test('settings that change without end are asked about by one question at a time', () => {
  const host = new Stage().inside();
  for (let n = 0; n < 100; n += 1) host.receive(said(status(104)));
  expect(host.requests).toHaveLength(1);
  host.take(...DISCO).done(result());
  expect(host.requests).toHaveLength(1);
  host.take(...DISCO).done(result());
  expect(host.requests).toHaveLength(0);
});
