// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { NS } from '../../src/core/namespaces.js';
import { mucLines } from '../../src/features/muc-lines.js';
import { ROOM, Stage } from './muc-stage.js';

const WITCH = `${ROOM}/witch`;
const REASON = 'Not\n here <b>';

interface Said {
  readonly id?: string;
  readonly by?: string;
  readonly reason?: string;
}

/** As version 0.3 of the XEP has it, and as those before did. */
const versions: Readonly<Record<string, (said: Said) => string>> = {
  'urn:xmpp:message-moderate:1': ({ id = 's1', by = WITCH, reason = '' }) =>
    `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'>` +
    `<moderated xmlns='urn:xmpp:message-moderate:1' by='${by}'/>` +
    `<reason>${reason}</reason></retract>`,
  'urn:xmpp:message-moderate:0': ({ id = 's1', by = WITCH, reason = '' }) =>
    `<apply-to xmlns='urn:xmpp:fasten:0' id='${id}'>` +
    `<moderated xmlns='urn:xmpp:message-moderate:0' by='${by}'>` +
    `<retract xmlns='urn:xmpp:message-retract:0'/><reason>${reason}</reason></moderated></apply-to>`,
};

function message(content: string, nick = '', type = 'groupchat', room = ROOM): string {
  const from = nick === '' ? room : `${room}/${nick}`;
  return `<message from='${from}' type='${type}' id='m'>${content}</message>`;
}

/** In a room whose lines go where they belong. */
function inside(): Stage {
  const host = new Stage();
  mucLines.attach(host);
  host.inside('hag');
  return host;
}

function say(host: Stage, id: string, by = ROOM): void {
  const stanzaId = `<stanza-id xmlns='${NS.sid}' by='${by}' id='${id}'/>`;
  host.receive(message(`<body>DM me</body>${stanzaId}`, 'hag'));
}

const notices = (host: Stage) => host.toldOf('roomNotice').map(({ text }) => text);

describe.each(Object.entries(versions))(
  'a line that was taken back (XEP-0425, %s)',
  (_namespace, taken) => {
    test('is told with whose it was, by whom and why, and stays where it was shown', () => {
      const host = inside();
      say(host, 's1');
      host.receive(message(taken({ reason: REASON.replaceAll('<', '&lt;') })));
      expect(notices(host)).toEqual([
        'The moderator witch has taken a line of hag back: “Not here <b>”',
      ]);
      expect(host.kept).toHaveLength(1);
    });

    test.each<[string, Said, string]>([
      ['nobody in particular', { by: '' }, 'A moderator has taken a line of hag back.'],
      ['the room itself', { by: ROOM }, 'A moderator has taken a line of hag back.'],
      [
        'somebody elsewhere',
        { by: 'witch@shakespeare.example' },
        'The moderator witch@shakespeare.example has taken a line of hag back.',
      ],
    ])('is told when it was taken back by %s', (_title, said, text) => {
      const host = inside();
      say(host, 's1');
      host.receive(message(taken(said)));
      expect(notices(host)).toEqual([text]);
    });

    test('is told once, however often the room says so', () => {
      const host = inside();
      for (let n = 0; n < 3; n += 1) host.receive(message(taken({})));
      expect(notices(host)).toEqual(['The moderator witch has taken an earlier line back.']);
    });

    test('is nobody’s by an id that the room did not give it', () => {
      const host = inside();
      say(host, 's1', 'hag66@shakespeare.example');
      host.receive(message(taken({})));
      expect(notices(host)).toEqual(['The moderator witch has taken an earlier line back.']);
    });

    test('is no news in a history, unless it was shown', () => {
      const host = inside();
      const delay = `<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2010-04-20T00:00:00Z'/>`;
      host.receive(message(`${taken({})}${delay}`));
      expect(notices(host)).toEqual([]);
      say(host, 's1');
      host.receive(message(`${taken({})}${delay}`));
      expect(notices(host)).toHaveLength(1);
    });

    test('of which the room says more is told by our words alone', () => {
      const host = inside();
      host.receive(message(`${taken({})}<body>tried to retract a message</body>`));
      expect(notices(host)).toHaveLength(1);
      expect(host.kept).toEqual([]);
    });

    test.each([
      ['an occupant', (content: string) => message(content, 'hag')],
      ['the moderator himself', (content: string) => message(content, 'witch')],
      [
        'a room that we are not in',
        (content: string) => message(content, '', 'groupchat', 'x@y.z'),
      ],
      ['the room in a message to us alone', (content: string) => message(content, '', 'chat')],
      ['a contact', (content: string) => message(content, 'x', 'chat', 'juliet@capulet.example')],
    ])('is not what %s says', (_title, from) => {
      const host = inside();
      say(host, 's1');
      host.receive(from(taken({})));
      expect(notices(host)).toEqual([]);
      expect(host.kept).toHaveLength(1);
    });

    test('without an id is none', () => {
      const host = inside();
      host.receive(message(taken({ id: '' })));
      expect(notices(host)).toEqual([]);
    });
  },
);

test('what its author takes back himself is no moderation (XEP-0424)', () => {
  const host = inside();
  host.receive(message("<retract xmlns='urn:xmpp:message-retract:1' id='s1'/>"));
  host.receive(message("<retract xmlns='urn:xmpp:message-retract:1' id='s1'/>", 'hag'));
  expect(notices(host)).toEqual([]);
});
