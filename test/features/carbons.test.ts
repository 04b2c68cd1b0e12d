// SPDX-License-Identifier: MIT
//
// XEP-0280. What each carbon is worth is in cases/carbon-*.xml.

import { describe, expect, test } from 'vitest';
import { ChatState_State as State, SendMessageSchema } from '../../src/contract/engine_pb.js';
import { failure, RecordingHost, result } from './host.js';

const CARBONS = 'urn:xmpp:carbons:2';
const STATES = 'http://jabber.org/protocol/chatstates';
const JULIET = 'juliet@capulet.example';
const ROMEO = 'romeo@montague.example';

function wanting(): RecordingHost {
  const host = new RecordingHost();
  host.settings = { ...host.settings, carbons: true };
  host.moment('started');
  return host;
}

const enabling = ({ requests }: RecordingHost): number =>
  requests.filter(({ payload }) => payload.getNS() === CARBONS).length;

interface Copied {
  readonly direction?: 'received' | 'sent';
  readonly envelope?: string;
  readonly from?: string;
  readonly to?: string;
  readonly type?: string;
}

function copy(content: string, how: Copied = {}): string {
  const { direction = 'received', envelope = ROMEO, type = 'chat' } = how;
  const { from = `${JULIET}/balcony`, to = `${ROMEO}/garden` } = how;
  const message = `<message xmlns='jabber:client' from='${from}' to='${to}' type='${type}' id='i'>${content}</message>`;
  return `<message from='${envelope}' type='chat'><${direction} xmlns='${CARBONS}'><forwarded xmlns='urn:xmpp:forward:0'>${message}</forwarded></${direction}></message>`;
}

describe('carbons', () => {
  test('are asked for in each fresh session, ahead of the presence that makes us seen', () => {
    const host = wanting();
    expect(host.wire).toEqual(['iq', 'iq', 'presence']);
    const { to, type, payload } = host.take('enable', CARBONS);
    expect([to, type, payload.toString()]).toEqual([
      undefined,
      'set',
      `<enable xmlns="${CARBONS}"/>`,
    ]);
    host.newSession();
    expect(enabling(host)).toBe(1);
  });

  test('are not asked for where the user does not want them', () => {
    const host = new RecordingHost();
    host.moment('started');
    host.moment('resumed');
    expect(enabling(host)).toBe(0);
  });

  test.each([
    ['granted', result()],
    ['refused', failure('stanza', 'forbidden')],
  ])('that are %s are not asked for again in this session', (_title, answer) => {
    const host = wanting();
    host.moment('resumed');
    expect(enabling(host)).toBe(1);
    host.take('enable', CARBONS).done(answer);
    host.moment('resumed');
    expect(enabling(host)).toBe(0);
  });

  test('are asked for again on a resumed stream if the request was given up meanwhile', () => {
    const host = wanting();
    host.take('enable', CARBONS).done(failure('timeout', 'no-answer'));
    host.moment('resumed');
    expect(enabling(host)).toBe(1);
  });
});

describe('a carbon', () => {
  test.each([
    [
      'received',
      copy('<body>x</body>'),
      { from: `${JULIET}/balcony`, type: 'chat', id: 'i', body: 'x', path: 'carbon' },
    ],
    [
      'sent',
      copy("<body>x</body><origin-id xmlns='urn:xmpp:sid:0' id='o'/>", {
        direction: 'sent',
        from: `${ROMEO}/garden`,
        to: JULIET,
      }),
      { from: `${ROMEO}/garden`, type: 'chat', id: 'o', body: 'x', path: 'carbon' },
    ],
    [
      'with a stamp that its sender wrote',
      copy("<body>x</body><delay xmlns='urn:xmpp:delay' stamp='2026-09-10T23:08:25Z'/>"),
      { path: 'carbon', resent: 1_789_081_705_000 },
    ],
  ])('%s is known again by what its message says', (_title, stanza, expected) => {
    const host = new RecordingHost();
    expect(host.receive(stanza)).toBe(true);
    expect(host.kept).toMatchObject([{ copy: expected }]);
    expect(host.kept[0]?.copy).not.toHaveProperty('stamp');
  });

  const receipt = "<received xmlns='urn:xmpp:receipts' id='mine'/>";
  const displayed = "<displayed xmlns='urn:xmpp:chat-markers:0' id='mine'/>";

  test.each([
    ['receipt', receipt, false],
    ['marker', displayed, true],
  ])('with a %s tells that a text of ours has arrived', (_title, content, shown) => {
    const host = new RecordingHost();
    host.receive(copy(content));
    expect(host.receipts).toEqual([{ id: 'mine', from: `${JULIET}/balcony`, displayed: shown }]);
    expect(host.kept).toEqual([]);
  });

  test.each([
    ['of a contact', { envelope: JULIET }],
    ['of a device of ours', { envelope: `${ROMEO}/garden` }],
    ['of an error', { type: 'error' }],
    ['of a room', { type: 'groupchat' }],
    ['to somebody else', { to: 'tybalt@capulet.example' }],
    ['that we sent', { direction: 'sent', from: `${ROMEO}/garden` }],
  ] as const)('%s tells nothing of our texts', (_title, how) => {
    const host = new RecordingHost();
    host.receive(copy(receipt, how));
    host.receive(copy(displayed, how));
    expect(host.receipts).toEqual([]);
  });

  test.each([
    ['a contact', copy('<body>x</body>', { envelope: JULIET })],
    ['the server', copy('<body>x</body>', { envelope: 'montague.example' })],
    ['a device of ours', copy('<body>x</body>', { envelope: `${ROMEO}/garden` })],
    ['our account that holds another', copy(`<body>x</body><sent xmlns='${CARBONS}'/>`)],
  ])('of %s is dropped with one line in the log', (_title, stanza) => {
    const host = new RecordingHost();
    expect(host.receive(stanza)).toBe(true);
    expect(host.kept).toEqual([]);
    expect(host.logged).toHaveLength(1);
    expect(host.logged[0]).toContain('carbon was dropped');
  });

  test('that bounces is an error like others (RFC 6120 §8.3.1)', () => {
    const host = new RecordingHost();
    host.receive(copy('<body>x</body>').replace("type='chat'", "type='error' id='mine'"));
    expect(host.failed).toMatchObject([{ id: 'mine' }]);
    expect(host.kept).toEqual([]);
  });
});

describe('the other’s chat state in a carbon (XEP-0280 §10.2)', () => {
  test.each([
    ['composing', []],
    ['paused', []],
    ['active', [State.ACTIVE]],
    ['inactive', [State.INACTIVE]],
    ['gone', [State.GONE]],
  ])('%s can end a typing notice, and starts none', (name, expected) => {
    const host = new RecordingHost().signedIn(JULIET);
    host.command('sendMessage', SendMessageSchema, { to: JULIET, body: 'x' });
    host.receive(copy(`<${name} xmlns='${STATES}'/>`));
    expect(host.toldOf('chatState').map(({ state }) => state)).toEqual(expected);
  });

  test('means nothing where there is no chat, in old news, and of ourselves', () => {
    const host = new RecordingHost().signedIn(JULIET);
    const gone = `<gone xmlns='${STATES}'/>`;
    host.receive(copy(gone));
    host.command('sendMessage', SendMessageSchema, { to: JULIET, body: 'x' });
    host.receive(copy(`${gone}<delay xmlns='urn:xmpp:delay' stamp='2026-09-10T23:08:25Z'/>`));
    host.receive(copy(gone, { direction: 'sent', from: `${ROMEO}/garden`, to: JULIET }));
    expect(host.told).toEqual([]);
  });
});
