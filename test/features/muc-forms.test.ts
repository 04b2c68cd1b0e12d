// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  GetRoomFormSchema,
  RoomFormKind as Kind,
  SubmitRoomFormSchema,
  UnregisterRoomSchema,
} from '../../src/contract/engine_pb.js';
import { failure, RecordingHost, result, stanza } from './host.js';
import { ROOM, text } from './muc-stage.js';

const OWNER = ['query', 'http://jabber.org/protocol/muc#owner'] as const;
const REGISTER = ['query', 'jabber:iq:register'] as const;
const X = "<x xmlns='jabber:x:data' type='form'><title>Cave</title><field var='a' label='A'/></x>";

const kinds: [string, Kind, readonly [string, string]][] = [
  ['settings (XEP-0045 §10.2)', Kind.CONFIGURE, OWNER],
  ['registration (XEP-0045 §7.10)', Kind.REGISTER, REGISTER],
];

function host(): RecordingHost {
  return new RecordingHost().signedIn();
}

function get(of: RecordingHost, kind: Kind, room = ROOM): void {
  of.command('getRoomForm', GetRoomFormSchema, { room, kind }, 'g1');
}

function submit(of: RecordingHost, kind: Kind, cancelled = false): void {
  const values = cancelled ? [] : [{ var: 'a', values: ['1'] }];
  of.command('submitRoomForm', SubmitRoomFormSchema, { room: ROOM, kind, values, cancelled }, 's1');
}

describe.each(kinds)('the form for %s', (_title, kind, query) => {
  test('is asked of the room, and told', () => {
    const of = host();
    get(of, kind, `${ROOM.toUpperCase()}/nick`);
    const { to, type, payload, done } = of.take(...query);
    expect([to, type]).toEqual([ROOM, 'get']);
    expect(text(payload)).toBe(`<query xmlns="${query[1]}"/>`);
    done(result(`<query xmlns='${query[1]}'>${X}</query>`));
    expect(of.toldOf('roomForm')).toMatchObject([
      { room: ROOM, kind, form: { title: 'Cave', fields: [{ var: 'a' }] }, registered: false },
    ]);
    expect(of.accepted).toEqual(['g1']);
  });

  test('is given back to it', () => {
    const of = host();
    submit(of, kind);
    const { to, type, payload, done } = of.take(...query);
    expect([to, type]).toEqual([ROOM, 'set']);
    expect(text(payload)).toBe(
      `<query xmlns="${query[1]}"><x xmlns="jabber:x:data" type="submit"><field var="a"><value>1</value></field></x></query>`,
    );
    expect(of.accepted).toEqual([]);
    done(result());
    expect(of.accepted).toEqual(['s1']);
  });

  test('is given up', () => {
    const of = host();
    submit(of, kind, true);
    const { payload, done } = of.take(...query);
    expect(text(payload)).toContain('<x xmlns="jabber:x:data" type="cancel"/>');
    done(result());
    expect(of.accepted).toEqual(['s1']);
  });

  test('that is too large is refused', () => {
    const of = host();
    get(of, kind);
    const many = Array.from({ length: 501 }, (_, at) => `<field var='${String(at)}'/>`).join('');
    const x = `<x xmlns='jabber:x:data' type='form'>${many}</x>`;
    of.take(...query).done(result(`<query xmlns='${query[1]}'>${x}</query>`));
    expect([of.refused, of.told]).toMatchObject([
      [{ fault: { condition: 'policy-violation' } }],
      [],
    ]);
  });

  test.each(['', 'a b', 'chat.shakespeare.example'])('is not asked of “%s”', (room) => {
    const of = host();
    get(of, kind, room);
    expect(of.refused).toMatchObject([{ id: 'g1', fault: { condition: 'jid-malformed' } }]);
    expect(of.requests).toEqual([]);
  });

  test('is neither asked for nor given back without a link', () => {
    const of = host();
    of.online = false;
    get(of, kind);
    submit(of, kind);
    expect(of.refused).toMatchObject([
      { id: 'g1', fault: { condition: 'offline' } },
      { id: 's1', fault: { condition: 'offline' } },
    ]);
  });

  test('that was given back is not given back again in another session', () => {
    const of = host();
    submit(of, kind);
    of.newSession();
    expect(of.refused).toMatchObject([{ id: 's1', fault: { condition: 'no-answer' } }]);
    expect(() => of.take(...query)).toThrow();
  });

  test('is refused with words for what a room says, and with its own for the rest', () => {
    const of = host();
    get(of, kind);
    of.take(...query).done(failure('stanza', 'item-not-found'));
    get(of, kind);
    of.take(...query).done(failure('stanza', 'constructor'));
    get(of, kind);
    of.take(...query).done(failure('timeout', 'item-not-found'));
    expect(of.refused.map(({ fault }) => fault.text)).toEqual([
      'There is no such room.',
      'constructor',
      'item-not-found',
    ]);
  });

  test('of a kind that there is not is refused', () => {
    const of = host();
    get(of, 9 as Kind);
    expect(of.refused).toHaveLength(1);
  });
});

describe('settings that a room does not give', () => {
  test.each([
    ['none', result(`<query xmlns='${OWNER[1]}'/>`), 'The room has no settings to change.'],
    ['an empty answer', result(), 'The room has no settings to change.'],
    [
      'forbidden',
      failure('stanza', 'forbidden'),
      'Only owners of the room can see and change its settings.',
    ],
  ])('(%s) are refused', (_title, answer, words) => {
    const of = host();
    get(of, Kind.CONFIGURE);
    of.take(...OWNER).done(answer);
    expect(of.refused.map(({ fault }) => fault.text)).toEqual([words]);
    expect(of.told).toEqual([]);
  });
});

describe('a registration (XEP-0077 §3.1)', () => {
  test('that there is already is told, with its nickname', () => {
    const of = host();
    get(of, Kind.REGISTER);
    const known = '<registered/><username>third&lt;witch</username>';
    of.take(...REGISTER).done(result(`<query xmlns='${REGISTER[1]}'>${known}</query>`));
    expect(of.toldOf('roomForm')).toMatchObject([
      { registered: true, registeredNick: 'third<witch' },
    ]);
    expect(of.toldOf('roomForm')[0]?.form).toBeUndefined();
    expect(of.accepted).toEqual(['g1']);
  });

  test('that can be changed has both', () => {
    const of = host();
    get(of, Kind.REGISTER);
    of.take(...REGISTER).done(result(`<query xmlns='${REGISTER[1]}'><registered/>${X}</query>`));
    expect(of.toldOf('roomForm')).toMatchObject([
      { registered: true, registeredNick: '', form: { title: 'Cave' } },
    ]);
  });

  test.each([
    ['', 'The room has no form to register by.'],
    [
      '<instructions>Visit\n the web</instructions>',
      'The room has no form to register by: “Visit the web”',
    ],
  ])('without a form is refused with what the room says: %s', (content, words) => {
    const of = host();
    get(of, Kind.REGISTER);
    of.take(...REGISTER).done(result(`<query xmlns='${REGISTER[1]}'>${content}</query>`));
    expect(of.refused.map(({ fault }) => fault.text)).toEqual([words]);
  });

  test('for a nickname that somebody else has is refused', () => {
    const of = host();
    submit(of, Kind.REGISTER);
    of.take(...REGISTER).done(failure('stanza', 'conflict'));
    expect(of.refused.map(({ fault }) => fault.text)).toEqual([
      'This nickname is reserved for somebody else there.',
    ]);
  });
});

describe('a registration (XEP-0077 §3.2)', () => {
  function unregister(of: RecordingHost, room = ROOM): RecordingHost {
    of.command('unregisterRoom', UnregisterRoomSchema, { room }, 'u1');
    return of;
  }

  test('is taken back', () => {
    const of = unregister(host());
    const { to, type, payload, done } = of.take(...REGISTER);
    expect([to, type]).toEqual([ROOM, 'set']);
    expect(text(payload)).toBe(`<query xmlns="${REGISTER[1]}"><remove/></query>`);
    expect(of.accepted).toEqual([]);
    done(result());
    expect(of.accepted).toEqual(['u1']);
  });

  test('is taken back by a form where the room asks something first', () => {
    const of = unregister(host());
    const query = `<query xmlns='${REGISTER[1]}'>${X}</query>`;
    const refusal = stanza(`<iq type='error' id='r'>${query}</iq>`);
    of.take(...REGISTER).done({ ...failure('stanza', 'not-allowed'), stanza: refusal });
    expect(of.accepted).toEqual(['u1']);
    expect(of.toldOf('roomForm')).toMatchObject([
      { room: ROOM, kind: Kind.UNREGISTER, form: { title: 'Cave' } },
    ]);
    submit(of, Kind.UNREGISTER);
    const { payload, done } = of.take(...REGISTER);
    expect(text(payload)).toContain('<x xmlns="jabber:x:data" type="submit"><field var="a">');
    done({ ...failure('stanza', 'not-allowed'), stanza: refusal });
    expect(of.toldOf('roomForm')).toHaveLength(1);
    expect(of.refused).toMatchObject([{ id: 's1' }]);
  });

  test.each([
    ['registration-required', 'You are not registered there.'],
    ['unexpected-request', 'You are not registered there.'],
    ['not-allowed', 'The room does not let you take your registration back.'],
    ['service-unavailable', 'The room has no registration.'],
  ])('is not taken back where the room says %s', (condition, words) => {
    const of = unregister(host());
    of.take(...REGISTER).done(failure('stanza', condition));
    expect(of.refused.map(({ fault }) => fault.text)).toEqual([words]);
  });

  test('that nobody heard of is told as such, and not taken back again', () => {
    const of = unregister(host());
    of.newSession();
    expect(of.refused).toMatchObject([{ id: 'u1', fault: { condition: 'no-answer' } }]);
    expect(() => of.take(...REGISTER)).toThrow();
  });

  test('is not taken back from what is no room', () => {
    expect(unregister(host(), 'chat.example').refused).toMatchObject([
      { id: 'u1', fault: { condition: 'jid-malformed' } },
    ]);
  });
});

test.each([Kind.VOICE, Kind.UNREGISTER, 9 as Kind])('a form that comes by itself: %d', (kind) => {
  const of = host();
  get(of, kind);
  expect(of.refused).toMatchObject([{ id: 'g1', fault: { condition: 'bad-request' } }]);
});
