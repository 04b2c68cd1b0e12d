// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { InviteSchema } from '../../src/contract/engine_pb.js';
import { MUC_USER, ROOM, Stage } from './muc-stage.js';

function mediated(from: string, type = '', inside = ''): string {
  const kind = type === '' ? '' : ` type='${type}'`;
  const invite = `<invite from='crone1@shakespeare.example/desktop'><reason> Come! </reason></invite>`;
  const x = `<x xmlns='${MUC_USER}'>${invite}<password>cauldronburn</password></x>`;
  return `<message from='${from}'${kind}>${inside}${x}</message>`;
}

function direct(room: string, attrs = '', body = ''): string {
  const x = `<x xmlns='jabber:x:conference' jid='${room}' ${attrs}/>`;
  return `<message from='juliet@capulet.example/b'>${x}${body}</message>`;
}

describe('an invitation', () => {
  test('through the room is told, and nothing is joined (XEP-0045 §7.8.2)', () => {
    const host = new Stage();
    const old = `<x xmlns='jabber:x:conference' jid='${ROOM}'>Come!</x><body>Come in</body>`;
    expect(host.receive(mediated(ROOM, '', old))).toBe(true);
    expect(host.toldOf('invitation')).toMatchObject([
      {
        room: ROOM,
        from: 'crone1@shakespeare.example/desktop',
        reason: 'Come!',
        password: 'cauldronburn',
      },
    ]);
    expect(host.sent).toEqual([]);
    expect(host.kept).toEqual([]);
  });

  test('by a person is told (XEP-0249 §2)', () => {
    const host = new Stage();
    host.receive(direct(`${ROOM}/x`, "password='cauldronburn' reason='Hey &lt;you&gt;'"));
    expect(host.toldOf('invitation')).toMatchObject([
      {
        room: ROOM,
        from: 'juliet@capulet.example/b',
        reason: 'Hey <you>',
        password: 'cauldronburn',
      },
    ]);
  });

  test('with its words in the text instead is told with them', () => {
    const host = new Stage();
    host.receive(direct(ROOM, '', '<body>Come in</body>'));
    expect(host.toldOf('invitation')).toMatchObject([{ reason: 'Come in' }]);
  });

  test.each([
    ['an occupant, as if by the room', mediated(`${ROOM}/hag`)],
    ['a contact, as if by a room', mediated('juliet@capulet.example/b')],
    ['a person to no address', direct('')],
    ['a person to something that is no address', direct('@@')],
  ])('by %s is dropped, with a line in the log', (_title, message) => {
    const host = new Stage().inside('hag');
    expect(host.receive(message)).toBe(true);
    expect(host.told).toEqual([]);
    expect(host.kept).toEqual([]);
    expect(host.logged).toHaveLength(1);
  });

  test.each([
    ['a line', 'groupchat'],
    ['an error', 'error'],
  ])('in %s is none', (_title, type) => {
    const host = new Stage().inside();
    host.receive(mediated(ROOM, type));
    host.receive(mediated('heath@chat.shakespeare.example', type));
    expect(host.toldOf('invitation')).toEqual([]);
  });

  test('to a server is none', () => {
    const host = new Stage();
    host.receive(direct('chat.shakespeare.example'));
    expect(host.told).toEqual([]);
  });

  test('into a room that we are in is no news (XEP-0249 §4)', () => {
    const host = new Stage().inside();
    host.receive(mediated(ROOM));
    host.receive(direct(ROOM));
    expect(host.told).toEqual([]);
  });

  test('that comes both ways, or again and again, is told once an hour', () => {
    const host = new Stage();
    for (let n = 0; n < 10_000; n += 1) host.receive(n % 2 === 0 ? mediated(ROOM) : direct(ROOM));
    expect(host.toldOf('invitation')).toHaveLength(1);
    host.pass(3_600_000);
    host.receive(direct(ROOM));
    expect(host.toldOf('invitation')).toHaveLength(2);
  });

  test('into thousands of rooms fills no memory, with one line in the log', () => {
    const host = new Stage();
    for (let n = 0; n < 3_000; n += 1) host.receive(direct(`r${String(n)}@evil.example`));
    expect(host.toldOf('invitation')).toHaveLength(1_000);
    expect(host.logged).toHaveLength(1);
  });

  test('of a megabyte is shortened', () => {
    const host = new Stage();
    host.receive(direct(ROOM, `reason='${'x'.repeat(500_000)}' password='${'y'.repeat(5_000)}'`));
    expect(host.toldOf('invitation')[0]?.reason).toHaveLength(1_000);
    expect(host.toldOf('invitation')[0]?.password).toHaveLength(1_000);
  });
});

describe('inviting somebody', () => {
  const invite = { room: ROOM, jid: 'hecate@shakespeare.example/x', reason: 'Hey <you>' };

  test('goes through the room that we are in, and its refusal is told (XEP-0045 §7.8.2)', () => {
    const host = new Stage().inside();
    host.command('invite', InviteSchema, invite, 'i1');
    expect(host.accepted).toEqual(['i1']);
    expect(host.sent).toEqual([
      `<message to="${ROOM}" id="i1"><x xmlns="${MUC_USER}"><invite to="hecate@shakespeare.example">` +
        '<reason>Hey &lt;you&gt;</reason></invite></x></message>',
    ]);
    const error =
      "<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    host.receive(`<message from='${ROOM}' type='error' id='i1'>${error}</message>`);
    expect(host.toldOf('roomNotice')).toMatchObject([
      { text: 'hecate@shakespeare.example was not invited: You are not allowed to do that.' },
    ]);
  });

  test('goes to him directly where we are not in it (XEP-0249 §2)', () => {
    const host = new Stage();
    host.command('invite', InviteSchema, invite, 'i1');
    expect(host.accepted).toEqual(['i1']);
    expect(host.sent).toEqual([
      `<message to="hecate@shakespeare.example" id="i1"><x xmlns="jabber:x:conference" jid="${ROOM}" ` +
        'reason="Hey &lt;you&gt;"/></message>',
    ]);
  });

  test.each([
    ['him', { ...invite, jid: '@' }],
    ['the room', { ...invite, room: '@' }],
  ])('is refused if the address of %s is none', (_title, value) => {
    const host = new Stage();
    host.command('invite', InviteSchema, value, 'i1');
    expect(host.refused).toMatchObject([{ id: 'i1', fault: { condition: 'jid-malformed' } }]);
  });

  test('is refused without a link', () => {
    const host = new Stage().inside();
    host.online = false;
    host.command('invite', InviteSchema, invite, 'i1');
    expect(host.refused).toMatchObject([{ id: 'i1' }]);
  });

  test('who declines is told, by the room that we are in and nobody else', () => {
    const host = new Stage().inside('hag');
    const decline = "<decline from='hecate@shakespeare.example'><reason>Busy</reason></decline>";
    const x = `<x xmlns='${MUC_USER}'>${decline}</x>`;
    for (const from of [ROOM, `${ROOM}/hag`, 'heath@chat.shakespeare.example']) {
      host.receive(`<message from='${from}'>${x}</message>`);
    }
    expect(host.toldOf('roomNotice')).toMatchObject([
      { text: 'hecate@shakespeare.example does not come: “Busy”' },
    ]);
  });
});
