// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  ChatState_State as State,
  SendChatStateSchema,
  SendMessageSchema,
} from '../../src/contract/engine_pb.js';
import { capsHash } from '../../src/features/caps-hash.js';
import { tools } from '../../src/engine/tools-node.js';
import { RecordingHost, result } from './host.js';

const STATES = 'http://jabber.org/protocol/chatstates';
const INFO = 'http://jabber.org/protocol/disco#info';
const JULIET = 'juliet@capulet.example';
const active = `<active xmlns='${STATES}'/>`;

function contactOnline(features?: readonly string[]): RecordingHost {
  const host = new RecordingHost().signedIn(JULIET);
  const ver = capsHash({ identities: [], features: features ?? [], forms: [] }, tools);
  const c = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='${ver}'/>`;
  host.receive(`<presence from='${JULIET}/balcony'>${features === undefined ? '' : c}</presence>`);
  if (features !== undefined) {
    const vars = features.map((feature) => `<feature var='${feature}'/>`).join('');
    host.take('query', INFO).done(result(`<query xmlns='${INFO}'>${vars}</query>`));
  }
  host.forget();
  return host;
}

function type(host: RecordingHost, state: State, to = JULIET): void {
  host.command('sendChatState', SendChatStateSchema, { to, state });
}

function say(host: RecordingHost, to = JULIET): string {
  host.command('sendMessage', SendMessageSchema, { to, body: 'x' });
  return host.queued.at(-1)?.stanza ?? '';
}

function hear(host: RecordingHost, content: string, from = `${JULIET}/balcony`): void {
  host.receive(`<message from='${from}' type='chat'>${content}</message>`);
}

function notified(host: RecordingHost): string[] {
  return host.sent.map((text) => /<(\w+) xmlns/.exec(text)?.[1] ?? '');
}

describe('a chat state on its own', () => {
  test('goes to a contact whose software is known to take it', () => {
    const host = contactOnline([STATES]);
    type(host, State.COMPOSING);
    expect(host.sent).toEqual([
      `<message to="${JULIET}" type="chat"><composing xmlns="${STATES}"/><no-store xmlns="urn:xmpp:hints"/></message>`,
    ]);
  });

  test.each([
    ['nothing is known of their software', undefined],
    ['their software does not know it', ['urn:example']],
  ])('is not sent while %s', (_title, features) => {
    const host = contactOnline(features);
    type(host, State.COMPOSING);
    say(host);
    type(host, State.COMPOSING);
    expect(host.sent).toEqual([]);
  });

  test.each([
    ['an answer with a state', `<body>y</body>${active}`],
    ['a notification', `<composing xmlns='${STATES}'/>`],
  ])('is sent after %s from them (XEP-0085 §5.1)', (_title, content) => {
    const host = contactOnline();
    hear(host, content);
    type(host, State.COMPOSING);
    expect(notified(host)).toEqual(['composing']);
  });

  test('is not sent after an answer without one (§5.1), until there is one with it', () => {
    const host = contactOnline([STATES]);
    hear(host, '<body>y</body>');
    type(host, State.COMPOSING);
    expect(host.sent).toEqual([]);
    hear(host, `<body>y</body>${active}`);
    type(host, State.COMPOSING);
    expect(notified(host)).toEqual(['composing']);
  });

  test('is not repeated (§5.3)', () => {
    const host = contactOnline([STATES]);
    for (const state of [
      State.COMPOSING,
      State.COMPOSING,
      State.PAUSED,
      State.PAUSED,
      State.COMPOSING,
    ]) {
      type(host, state);
    }
    expect(notified(host)).toEqual(['composing', 'paused', 'composing']);
  });

  test('is told anew after a message, which said that we are active', () => {
    const host = contactOnline([STATES]);
    type(host, State.COMPOSING);
    say(host);
    type(host, State.ACTIVE);
    type(host, State.COMPOSING);
    expect(notified(host)).toEqual(['composing', 'composing']);
  });

  test.each([State.ACTIVE, State.PAUSED, State.INACTIVE, State.GONE])(
    'of value %s does not open a chat',
    (state) => {
      const host = contactOnline([STATES]);
      type(host, state);
      expect(host.sent).toEqual([]);
    },
  );

  test('does not go to a contact who is not there, whom it could only reach later', () => {
    const host = contactOnline();
    hear(host, `<body>y</body>${active}`);
    host.receive(`<presence from='${JULIET}/balcony' type='unavailable'/>`);
    type(host, State.COMPOSING);
    expect(host.sent).toEqual([]);
  });

  test('does not tell a stranger that we are there, before we have answered', () => {
    const host = contactOnline();
    const stranger = 'mallory@evil.example';
    hear(host, `<body>y</body>${active}`, `${stranger}/x`);
    type(host, State.COMPOSING, stranger);
    expect(host.sent).toEqual([]);
    say(host, stranger);
    type(host, State.COMPOSING, stranger);
    expect(notified(host)).toEqual(['composing']);
  });

  test('is dropped without a link, and nothing is known in a new session', () => {
    const host = contactOnline();
    hear(host, `<body>y</body>${active}`);
    host.online = false;
    type(host, State.COMPOSING);
    host.online = true;
    host.moment('resumed');
    expect(host.sent).toEqual([]);
    host.newSession();
    host.forget();
    type(host, State.COMPOSING);
    expect(host.sent).toEqual([]);
  });

  test.each(['@', ''])('to %j goes nowhere', (to) => {
    const host = contactOnline([STATES]);
    type(host, State.COMPOSING, to);
    expect(host.sent).toEqual([]);
  });
});

describe('a message', () => {
  test('says that we are active, first of all (XEP-0085 §5.1)', () => {
    expect(say(contactOnline())).toContain(`<active xmlns="${STATES}"/>`);
    expect(say(contactOnline([STATES]))).toContain('<active');
  });

  test('says nothing of it to software that does not know it', () => {
    expect(say(contactOnline(['urn:example']))).not.toContain('<active');
  });

  test('says nothing of it after an answer without a state', () => {
    const host = contactOnline([STATES]);
    say(host);
    hear(host, '<body>y</body>');
    expect(say(host)).not.toContain('<active');
  });

  test('that was stored is no answer', () => {
    const host = contactOnline();
    hear(host, "<body>y</body><delay xmlns='urn:xmpp:delay' stamp='2026-09-10T23:08:25Z'/>");
    expect(say(host)).toContain('<active');
  });
});

test('the chats of 10,000 strangers do not push out what is in use', () => {
  const host = contactOnline();
  hear(host, '<body>y</body>');
  for (let n = 0; n < 10_000; n += 1) {
    hear(host, `<body>y</body>${active}`, `s${String(n)}@evil.example/x`);
    if (n % 500 === 0) say(host);
  }
  expect(say(host)).not.toContain('<active');
});
