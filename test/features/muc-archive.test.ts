// SPDX-License-Identifier: MIT
//
// The archive and the history of a room (XEP-0313 §5.1, XEP-0045 §7.2.13): when they are asked for, who is
// believed, and when our lines go.
import { describe, expect, test } from 'vitest';
import { Message_Type as Type } from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { ReducedElement } from '../../src/core/xml-reduced.js';
import { roomLinesOf } from '../../src/features/muc-lines.js';
import { AT, Hall, line, ROOM, WHEN } from './hall.js';
import { failure } from './host.js';
import { ROOM as COVEN, Stage } from './muc-stage.js';

describe('what is asked for at joining', () => {
  const since = new Date(AT - 600_000).toISOString();

  test.each<[string, string | undefined, { id: string; at: number } | undefined, string, boolean]>([
    ['of a room that is new', undefined, undefined, 'maxstanzas=20', true],
    ['of one without an archive', 'no', undefined, 'maxstanzas=20', false],
    ['of one that was heard', 'no', { id: '', at: AT }, `since=${since}`, false],
    ['of one with an archive', 'yes', { id: 'a', at: AT }, 'maxstanzas=0', true],
    ['of one of which that was forgotten', undefined, { id: 'a', at: AT }, `since=${since}`, true],
  ])('%s', (_, known, cursor, asked, holds) => {
    const host = new Hall(
      known === undefined ? [] : [['room-archives', `x@y no\n${ROOM} ${known}`]],
    );
    host.settings = { ...host.settings, archive: true };
    if (cursor !== undefined) host.desk.cursors.set(ROOM, cursor);
    expect(host.enter()).toBe(asked);
    expect(host.desk.holding).toBe(holds);
  });

  test('is the history where the user wants no archive read', () => {
    const host = new Hall([['room-archives', `${ROOM} yes`]]);
    expect(host.enter()).toBe('maxstanzas=20');
    host.described(NS.mam);
    expect([host.desk.isOpen, host.requests.length]).toEqual([true, 0]);
  });

  test('is kept for the next time', () => {
    const host = new Hall().within(true);
    expect(new Hall(host.files).load('room-archives')).toBe(`${ROOM} yes`);
  });
});

describe('the archive of a room', () => {
  test('is asked at the room, from where it was read last, and its ids are of that room', () => {
    const host = new Hall().within(true);
    expect(host.archives([line('juliet', 'missed')])).toMatch(
      new RegExp(`^${ROOM} .*<after>a0</after>`),
    );
    expect(host.desk.texts[0]?.copy).toMatchObject({
      ...{ path: 'archive', archive: ROOM, archiveId: `${ROOM} a1`, stamp: AT },
    });
    expect(host.desk.cursors.get(ROOM)).toEqual({ id: 'a1', at: AT });
    expect(host.desk.holding).toBe(false);
  });

  test('that is new gives its last twenty lines, and nothing before them', () => {
    const host = new Hall();
    host.settings = { ...host.settings, archive: true };
    host.enter();
    host.described(NS.mam);
    expect(host.archives([line('juliet', 'one')])).toContain('<max>20</max><before></before>');
    expect(host.requests).toEqual([]);
    expect(host.desk.cursors.get(ROOM)?.id).toBe('a1');
  });

  test.each([
    ['our account', 'romeo@montague.example'],
    ['an occupant', `${ROOM}/eve`],
    ['another room', 'other@muc.example'],
  ])('is not believed from %s', (_, from) => {
    const host = new Hall().within(true);
    host.archives([line('juliet', 'forged')], from);
    expect(host.desk.texts).toEqual([]);
  });

  test('does not hold what is not of that room', () => {
    const host = new Hall().within(true);
    host.archives([
      line('juliet', 'true'),
      line('juliet', 'private').replace('groupchat', 'chat'),
      line('juliet', 'elsewhere').replace(ROOM, 'other@muc.example'),
    ]);
    expect(host.desk.texts.map(({ body }) => body.value.body)).toEqual(['true']);
  });

  test('that is refused is told as a gap, and the history asked for the next time', () => {
    const host = new Hall([['room-archives', `${ROOM} yes`]]).within(true);
    const refused = failure('stanza', 'forbidden');
    host
      .take('query', NS.mam)
      .done({ ...refused, fault: { ...faultOf(refused), retry: 'never' } } as typeof refused);
    expect(host.toldOf('roomNotice')).toHaveLength(1);
    expect(host.desk.holding).toBe(false);
    expect(host.enter()).toMatch(/^since=/);
    host.described(NS.mam);
    expect(host.requests).toEqual([]);
  });
});

function faultOf(answer: ReturnType<typeof failure>) {
  return answer.type === 'error' ? answer.fault : undefined;
}

describe('a room without an archive', () => {
  test.each([
    ['', 0, 0],
    [', which may have waited in a sleep', 20_000, 20_000],
    [', which can have waited no longer than we are in it', 60_000, 30_000],
  ])('is heard up to the line that came last%s', (_, waitedMs, before) => {
    const host = new Hall().within(false);
    host.pass(30_000);
    host.waitedMs = waitedMs;
    host.said('juliet', '<body>one</body>');
    expect(host.kept[0]?.beside?.heard).toEqual({ room: ROOM, at: host.now.wall - before });
  });

  test.each([
    ['a line that we know', true, 0],
    ['none', false, 1],
  ])('that gives a history with %s leaves a gap: %s', (_, known, notices) => {
    const host = new Hall([['room-archives', `${ROOM} no`]]);
    host.desk.cursors.set(ROOM, { id: '', at: AT });
    host.enter();
    if (known) host.desk.known.push(() => true);
    host.said(
      'juliet',
      `<body>x</body><delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='${WHEN}'/>`,
    );
    host.described();
    expect(host.toldOf('roomNotice')).toHaveLength(notices);
  });
});

describe('two lines of a history that are alike', () => {
  const inner = `<body>x</body><delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='${WHEN}'/>`;

  test.each([
    ['are two where the room was asked once', 1, 2],
    ['are one where it was asked again, as it did not answer', 2, 1],
  ])('%s', (_, entrances, lines) => {
    const host = new Hall();
    for (let n = 1; n < entrances; n++) roomLinesOf(host).joining(host.room);
    host.enter();
    host.said('juliet', inner);
    host.said('juliet', inner);
    expect(host.kept).toHaveLength(lines);
    roomLinesOf(host).left(host.room);
    host.enter();
    host.said('juliet', inner);
    expect(host.kept).toHaveLength(lines + 1);
  });
});

describe('our lines go', () => {
  test('once the room is joined and has said what it can, which comes behind its history', () => {
    const host = new Hall();
    host.enter();
    expect(host.desk.isOpen).toBe(false);
    host.described();
    expect([host.desk.isOpen, host.desk.verdicts]).toEqual([true, ['none']]);
  });

  test('even if the room does not say what it can', () => {
    const host = new Hall();
    host.enter();
    roomLinesOf(host).described(host.room, failure('timeout', 'no-answer'));
    expect(host.desk.isOpen).toBe(true);
  });
});

test('a line that is too complex in the archive alone is said in the room, not as a message to us', () => {
  const host = new Stage().inside('hag');
  const outline = new ReducedElement('message', { xmlns: 'jabber:client', from: COVEN });
  expect(host.receive(outline)).toBe(true);
  expect(host.kept).toMatchObject([
    {
      body: {
        value: {
          type: Type.GROUPCHAT,
          from: COVEN,
          body:
            'A line in the room’s archive was too large or too complex to be shown. What it said is ' +
            'lost here: ask for it in another way. If it came before, it was shown then.',
        },
      },
      copy: { path: 'live', archive: COVEN },
    },
  ]);
});
