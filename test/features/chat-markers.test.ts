// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { SendMessageSchema } from '../../src/contract/engine_pb.js';
import { RecordingHost } from './host.js';

const MARKERS = 'urn:xmpp:chat-markers:0';
const JULIET = 'juliet@capulet.example';

function mark(content: string, type = 'chat'): RecordingHost {
  const host = new RecordingHost().signedIn(JULIET);
  host.receive(`<message from='${JULIET}/balcony' type='${type}'>${content}</message>`);
  return host;
}

test.each([
  ['received', false],
  ['displayed', true],
  ['acknowledged', true],
])('the marker %s says that a text has arrived; shown: %s (XEP-0333)', (name, displayed) => {
  const host = mark(`<${name} xmlns='${MARKERS}' id='m1'/>`);
  expect(host.receipts).toEqual([{ id: 'm1', from: `${JULIET}/balcony`, displayed }]);
  expect([...host.kept, ...host.told, ...host.sent]).toEqual([]);
});

test('of several markers that of the most holds', () => {
  const host = mark(
    `<received xmlns='${MARKERS}' id='m1'/><displayed xmlns='${MARKERS}' id='m1'/>`,
  );
  expect(host.receipts).toMatchObject([{ displayed: true }]);
});

test.each([
  ['in an error', `<displayed xmlns='${MARKERS}' id='m1'/>`, 'error'],
  ['in a room', `<displayed xmlns='${MARKERS}' id='m1'/>`, 'groupchat'],
  ['without an id', `<displayed xmlns='${MARKERS}'/>`, 'chat'],
  ['of another namespace', "<displayed xmlns='urn:example' id='m1'/>", 'chat'],
])('a marker %s says nothing', (_title, content, type) => {
  expect(mark(content, type).receipts).toEqual([]);
});

test('none is sent, asked for or announced', () => {
  const host = mark(`<body>x</body><markable xmlns='${MARKERS}'/>`);
  host.taken();
  host.command('sendMessage', SendMessageSchema, { to: JULIET, body: 'x' });
  const info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
  const answer = host.ask(`<iq type='get' id='1' from='${JULIET}/balcony'>${info}</iq>`);
  expect([...host.sent, host.queued[0]?.stanza, answer].join('')).not.toContain(MARKERS);
});
