// SPDX-License-Identifier: MIT
//
// What others would like to be taken for the word of a room, of its moderators or of ourselves. We are in one
// room, where hag is too; juliet is a contact; everybody else is a stranger.

import { describe, expect, test } from 'vitest';
import { Occupant_Departure as Departure, RoomFormKind } from '../../src/contract/engine_pb.js';
import { mucLines } from '../../src/features/muc-lines.js';
import { ME, MUC_USER, presence, ROOM, Stage } from './muc-stage.js';

const HAG = `${ROOM}/hag`;
const HEATH = 'heath@chat.shakespeare.example';
/** The last letter of the first label is Cyrillic. */
const LOOK_ALIKE = 'cove\u043f@chat.shakespeare.example';
const JULIET = 'juliet@capulet.example';
const EVE = 'eve@evil.example/x';

const line = (from: string, content: string, type = 'groupchat') =>
  `<message from='${from}' type='${type}' id='m'>${content}</message>`;
const codes = (...all: readonly number[]) =>
  `<x xmlns='${MUC_USER}'>${all.map((code) => `<status code='${String(code)}'/>`).join('')}</x>`;
const inX = (content: string) => `<x xmlns='${MUC_USER}'>${content}</x>`;
const there = (from: string, ...all: readonly number[]) =>
  `<presence from='${from}'>${codes(...all)}</presence>`;
const gone = (from: string, content: string) =>
  `<presence from='${from}' type='unavailable'>${content}</presence>`;
const BODY = '<body>x</body>';
const OUT = inX(
  "<item affiliation='outcast' role='none'/><status code='110'/><status code='301'/>",
);
const DESTROY = inX("<destroy jid='trap@evil.example'/><status code='110'/>");
const VOICE =
  "<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE' type='hidden'>" +
  '<value>http://jabber.org/protocol/muc#request</value></field></x>';
const MODERATION =
  "<retract xmlns='urn:xmpp:message-retract:1' id='s1'>" +
  `<moderated xmlns='urn:xmpp:message-moderate:1' by='${HAG}'/></retract>`;
const ARCHIVED =
  `<result xmlns='urn:xmpp:mam:2' queryid='q' id='1'><forwarded xmlns='urn:xmpp:forward:0'>` +
  `<message xmlns='jabber:client' from='${HAG}' type='groupchat'>${BODY}</message>` +
  '</forwarded></result>';

/** In the room, with lines going where they belong. */
function inside(): Stage {
  const host = new Stage();
  mucLines.attach(host);
  return host.inside('hag');
}

/** What a person sees of a text: who says it, and whether it is ours or to us alone. */
const shown = (host: Stage) =>
  host.kept.map(({ body: { value } }) =>
    [value.from, value.outgoing && 'ours', value.privateMessage && 'private']
      .filter((word) => word !== false)
      .join(' '),
  );

describe('nothing is shown, and nothing changes, by', () => {
  test.each([
    // Codes of presence inside messages.
    ['codes of a presence in a message of the room', line(ROOM, codes(110, 301, 307, 321, 332))],
    ['codes of settings in a message of a stranger', line(EVE, codes(100, 104, 170), 'normal')],
    ['codes of settings in a line of no room', line(HEATH, codes(104, 170))],
    ['codes of settings in a message of a contact', line(JULIET, codes(101, 172), 'chat')],
    ['codes of settings in an empty line of an occupant', line(HAG, codes(104, 173))],
    // Presence of rooms that we are not in.
    ['our entering a room that we did not ask for', there(`${HEATH}/romeo`, 110, 201)],
    ['our ban from a room that we are not in', gone(`${HEATH}/romeo`, OUT)],
    ['our ban from a room that looks like ours', gone(`${LOOK_ALIKE}/romeo`, OUT)],
    ['the end of a room that looks like ours', gone(LOOK_ALIKE, DESTROY)],
    ['our ban by a contact', gone(`${JULIET}/romeo`, OUT)],
    ['our ban by a stranger', gone(EVE, OUT)],
    ['an ambiguous presence', gone(ME, OUT + inX('<item/>'))],
    // Lines, subjects and settings of somewhere else.
    ['a line of a room that we are not in', line(`${HEATH}/hag`, BODY)],
    ['a line of a room that looks like ours', line(`${LOOK_ALIKE}/hag`, BODY)],
    ['a line of a contact', line(`${JULIET}/balcony`, BODY)],
    ['a line of our own account', line('romeo@montague.example/phone', BODY)],
    ['a subject of a room that looks like ours', line(`${LOOK_ALIKE}/hag`, '<subject>x</subject>')],
    ['a subject to us alone', line(ROOM, '<subject>x</subject>', 'normal')],
    ['a subject by an occupant to us alone', line(HAG, '<subject>x</subject>', 'chat')],
    // Archives.
    ['an archived line that nobody asked for', line(ROOM, ARCHIVED, 'normal')],
    ['an archived line by another room', line(HEATH, ARCHIVED, 'normal')],
    ['an archived line by an occupant', line(HAG, ARCHIVED, 'normal')],
    // What only the room says to us alone.
    ['an invitation by an occupant', line(HAG, inX(`<invite from='${JULIET}'/>`), 'normal')],
    ['an invitation by a stranger', line(EVE, inX(`<invite from='${JULIET}'/>`), 'normal')],
    ['an answer to one by an occupant', line(HAG, inX(`<decline from='${JULIET}'/>`), 'normal')],
    ['an answer to one by no room', line(HEATH, inX(`<decline from='${JULIET}'/>`), 'normal')],
    ['a request for voice by an occupant', line(HAG, VOICE, 'normal')],
    ['a request for voice by no room', line(HEATH, VOICE, 'normal')],
    ['a moderation by an occupant', line(HAG, MODERATION)],
    ['a moderation by no room', line(HEATH, MODERATION)],
  ])('%s', (_title, text) => {
    const host = inside();
    host.receive(text);
    expect([host.told, host.kept, host.sent]).toEqual([[], [], []]);
    expect([host.room?.joined, host.room?.nick, host.room?.has('hag')]).toEqual([
      true,
      'romeo',
      true,
    ]);
  });
});

describe('what is said is only what its sender says:', () => {
  test.each([
    ['codes beside a line', line(HAG, BODY + codes(104, 110, 301)), HAG],
    ['codes beside a private message', line(HAG, BODY + codes(301), 'chat'), `${HAG} private`],
    ['a moderation beside a line', line(HAG, BODY + MODERATION), HAG],
    ['a subject beside a line', line(HAG, `<subject>x</subject>${BODY}`), HAG],
    [
      'a mark of private messages by a stranger',
      line(EVE, BODY + codes(), 'chat'),
      'eve@evil.example/x',
    ],
    [
      'a mark of private messages by one in another room',
      line(`${HEATH}/hag`, BODY + codes(), 'chat'),
      `${HEATH}/hag`,
    ],
    ['a mark of private messages by the room', line(ROOM, BODY + codes(), 'chat'), ROOM],
    ['a line under a nick like ours, in capitals', line(`${ROOM}/ROMEO`, BODY), `${ROOM}/ROMEO`],
    [
      'a line under a nick like ours, with a Cyrillic letter',
      line(`${ROOM}/rоmeo`, BODY),
      `${ROOM}/rоmeo`,
    ],
    [
      'a line under a nick like ours, with a blank',
      line(`${ROOM}/romeo\u00a0x`, BODY),
      `${ROOM}/romeo x`,
    ],
    [
      'a line under a nick that is our address',
      line(`${ROOM}/romeo@montague.example`, BODY),
      `${ROOM}/romeo@montague.example`,
    ],
    [
      'a line with an occupant id in a room that announces none',
      line(HAG, `${BODY}<occupant-id xmlns='urn:xmpp:occupant-id:0' id='r1'/>`),
      HAG,
    ],
  ])('%s', (_title, text, expected) => {
    const host = inside();
    host.receive(text);
    expect(shown(host)).toEqual([expected]);
    expect(host.told).toEqual([]);
    expect(host.kept[0]?.body.value.occupantId).toBe('');
    expect(host.room?.joined).toBe(true);
  });
});

describe('what an occupant makes the room say of him is said of him alone:', () => {
  const changes = (host: Stage) =>
    host.toldOf('roomOccupants').flatMap(({ occupants }) => occupants);

  test.each([
    ['his end with the end of the room', gone(HAG, inX("<destroy jid='trap@evil.example'/>"))],
    ['his end as that of ours', gone(HAG, inX("<item nick='romeo'/><status code='301'/>"))],
  ])('%s', (_title, text) => {
    const host = inside();
    host.receive(text);
    expect(host.toldOf('room')).toEqual([]);
    expect(changes(host)).toMatchObject([{ nick: 'hag', self: false }]);
    expect(changes(host)[0]?.departure).not.toBe(Departure.NO);
    expect(host.room?.joined).toBe(true);
  });

  test.each([
    ['capitals', 'ROMEO'],
    ['a Cyrillic letter', 'r\u043emeo'],
    ['a letter of full width', '\uff52omeo'],
    ['an accent', 'rom\u00e9o'],
    ['markup', '<b>romeo</b>'],
    ['a slash', 'romeo/romeo'],
    ['our address', 'romeo@montague.example/orchard'],
    ['1023 bytes', 'x'.repeat(1_023)],
  ])('a nick like ours with %s is another’s, whole and as it is', (_title, nick) => {
    const host = inside();
    const escaped = nick.replaceAll('<', '&lt;');
    host.receive(presence(escaped, { item: "role='moderator' affiliation='owner'" }));
    expect(changes(host).map((one) => [one.nick, one.self])).toEqual([[nick, false]]);
    expect(host.room?.isSelf(nick)).toBe(false);
    host.receive(gone(`${ROOM}/${escaped}`, inX("<item/><status code='307'/>")));
    expect(changes(host).at(-1)).toMatchObject({ nick, departure: Departure.KICKED });
    expect(host.room?.joined).toBe(true);
  });

  test('words without end are cut, and are words', () => {
    const host = inside();
    const words = '&lt;b>x'.repeat(5_000);
    host.receive(presence('hag', { beside: `<status>${words}</status>` }));
    host.receive(line(HAG, `<subject>${words}</subject>`));
    host.receive(
      gone(
        HAG,
        inX(`<item><actor nick='${words}'/><reason>${words}</reason></item><status code='307'/>`),
      ),
    );
    const [subject] = host.toldOf('roomSubject');
    const last = changes(host).at(-1);
    expect(changes(host)[0]?.status).toHaveLength(500);
    expect([last?.actor.length, last?.reason.length, subject?.subject.length]).toEqual([
      100, 1_000, 10_000,
    ]);
    expect(subject?.subject.startsWith('<b>x<b>x')).toBe(true);
  });
});

test('a form of the room is not one of another room or kind', () => {
  const host = inside();
  host.receive(line(ROOM, VOICE, 'normal'));
  expect(host.toldOf('roomForm')).toMatchObject([{ room: ROOM, kind: RoomFormKind.VOICE }]);
});
