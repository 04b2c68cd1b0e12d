// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  FormField_Type as Type,
  RequestVoiceSchema,
  RoomFormKind as Kind,
  SubmitRoomFormSchema,
} from '../../src/contract/engine_pb.js';
import { ME, ROOM, Stage } from './muc-stage.js';

const REQUEST = 'http://jabber.org/protocol/muc#request';
const HAG = 'hag66@shakespeare.example/pda';

function field(name: string, value: string, type = 'text-single'): string {
  return `<field var='${name}' type='${type}' label='${name}'><value>${value}</value></field>`;
}

/** Example 65 of the XEP. */
function approval(nick = 'thirdwitch', jid = HAG, formType = REQUEST, type = 'form'): string {
  return `<x xmlns='jabber:x:data' type='${type}'><title>Voice request</title>${[
    field('FORM_TYPE', formType, 'hidden'),
    field('muc#role', 'participant', 'list-single'),
    field('muc#jid', jid, 'jid-single'),
    field('muc#roomnick', nick),
    field('muc#request_allow', 'false', 'boolean'),
  ].join('')}</x>`;
}

function message(content: string, from = ROOM, attributes = ''): string {
  return `<message from='${from}' id='approve' ${attributes}>${content}</message>`;
}

/** The person’s answer to that form. */
function answer(host: Stage, id: string, cancelled = false, nick = 'thirdwitch', jid = HAG): void {
  const values = [
    { var: 'FORM_TYPE', values: [REQUEST] },
    { var: 'muc#role', values: ['participant'] },
    { var: 'muc#jid', values: [jid] },
    { var: 'muc#roomnick', values: [nick] },
    { var: 'muc#request_allow', values: ['1'] },
  ];
  const value = { room: ROOM, kind: Kind.VOICE, values: cancelled ? [] : values, cancelled };
  host.command('submitRoomForm', SubmitRoomFormSchema, value, id);
}

const forms = (host: Stage) => host.toldOf('roomForm');

describe('voice (XEP-0045 §7.13)', () => {
  test('is asked for by a form to the room', () => {
    const host = new Stage().inside();
    host.command('requestVoice', RequestVoiceSchema, { room: ROOM }, 'v1');
    expect(host.accepted).toEqual(['v1']);
    expect(host.sent).toEqual([
      `<message to="${ROOM}" id="v1"><x xmlns="jabber:x:data" type="submit">` +
        `<field var="FORM_TYPE" type="hidden"><value>${REQUEST}</value></field>` +
        '<field var="muc#role"><value>participant</value></field></x></message>',
    ]);
  });

  test('that the room lets nobody ask for is told', () => {
    const host = new Stage().inside();
    host.command('requestVoice', RequestVoiceSchema, { room: ROOM }, 'v1');
    const error = "<error><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    host.receive(`<message from='${ROOM}' id='v1' type='error'>${error}</message>`);
    expect(host.toldOf('roomNotice')).toMatchObject([
      { text: 'Voice was not asked for: You are not allowed to do that.' },
    ]);
  });

  test.each([
    ['no room of ours', (host: Stage) => host],
    ['on the way in', (host: Stage) => host.join()],
    ['without a link', (host: Stage) => Object.assign(host.inside(), { online: false })],
  ])('is not asked for in a room that is %s', (_title, make) => {
    const host = make(new Stage());
    host.command('requestVoice', RequestVoiceSchema, { room: ROOM }, 'v1');
    expect(host.refused).toMatchObject([{ id: 'v1', fault: { condition: 'not-joined' } }]);
  });
});

describe('a request for voice (XEP-0045 §8.6)', () => {
  test('is told to a moderator as the form it is', () => {
    const host = new Stage().inside();
    expect(host.receive(message(approval()))).toBe(true);
    expect(forms(host)).toMatchObject([
      {
        room: ROOM,
        kind: Kind.VOICE,
        form: {
          title: 'Voice request',
          fields: [
            { var: 'FORM_TYPE', type: Type.HIDDEN },
            { var: 'muc#role' },
            { var: 'muc#jid', values: [HAG] },
            { var: 'muc#roomnick', values: ['thirdwitch'] },
            { var: 'muc#request_allow', type: Type.BOOLEAN, values: ['false'] },
          ],
        },
      },
    ]);
  });

  test('is answered to the room, with all of its fields', () => {
    const host = new Stage().inside();
    host.receive(message(approval()));
    answer(host, 'v2');
    expect(host.accepted).toEqual(['v2']);
    const [sent = ''] = host.sent;
    expect(sent).toMatch(new RegExp(`^<message to="${ROOM}" id="v2"><x [^>]*type="submit">`));
    expect(sent).toContain(`<field var="muc#jid"><value>${HAG}</value></field>`);
    expect(sent).toContain('<field var="muc#request_allow"><value>1</value></field>');
  });

  test('that is left alone is answered to nobody', () => {
    const host = new Stage().inside();
    host.receive(message(approval()));
    answer(host, 'v2', true);
    expect([host.accepted, host.sent]).toEqual([['v2'], []]);
  });

  test('is shown once until it is answered, and no flood of them is', () => {
    const host = new Stage().inside();
    host.receive(message(approval()));
    host.receive(message(approval()));
    expect(forms(host)).toHaveLength(1);
    answer(host, 'v2');
    for (let n = 0; n < 100; n += 1) host.receive(message(approval(`witch${String(n)}`)));
    expect(forms(host)).toHaveLength(21);
    host.moment('attached');
    host.receive(message(approval()));
    expect(forms(host)).toHaveLength(22);
  });

  test('cannot be answered without a link', () => {
    const host = new Stage().inside();
    host.receive(message(approval()));
    host.online = false;
    answer(host, 'v2');
    expect(host.refused).toMatchObject([{ id: 'v2', fault: { condition: 'not-joined' } }]);
  });

  test.each([
    ['an occupant', message(approval(), ME)],
    ['a room that we are not in', message(approval(), 'heath@chat.shakespeare.example')],
    ['a contact', message(approval(), 'juliet@capulet.example')],
    ['the room in a line for all', message(approval(), ROOM, "type='groupchat'")],
    ['the room as an error', message(approval(), ROOM, "type='error'")],
    ['the room by another form', message(approval('x', HAG, 'urn:x'))],
    ['the room by a form that is no question', message(approval('x', HAG, REQUEST, 'submit'))],
  ])('is not what comes from %s', (_title, text) => {
    const host = new Stage().inside();
    host.receive(text);
    expect(forms(host)).toEqual([]);
  });
});
