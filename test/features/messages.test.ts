// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { Message_Type as Type, SendMessageSchema } from '../../src/contract/engine_pb.js';
import { NS } from '../../src/core/namespaces.js';
import { child, childText } from '../../src/core/xml.js';
import { ReducedElement } from '../../src/core/xml-reduced.js';
import { RecordingHost, stanza } from './host.js';

const JULIET = 'juliet@capulet.example';

function sendTo(to: string, body: string, xhtml = ''): RecordingHost {
  const host = new RecordingHost().signedIn(JULIET);
  host.command('sendMessage', SendMessageSchema, { to, body, xhtml }, 'm1');
  return host;
}

describe('a message to send', () => {
  test('is queued as a chat with the command id as id and origin-id (XEP-0359 §3.2)', () => {
    const [queued] = sendTo('Juliet@Capulet.example/Balcony', 'I <3 thee & thine').queued;
    expect(queued).toMatchObject({
      id: 'm1',
      to: `${JULIET}/Balcony`,
      body: 'I <3 thee & thine',
    });
    const sent = stanza(queued?.stanza ?? '');
    expect(sent.attrs).toMatchObject({ to: `${JULIET}/Balcony`, type: 'chat', id: 'm1' });
    expect(childText(sent, 'body', NS.client)).toBe('I <3 thee & thine');
    expect(child(sent, 'origin-id', NS.sid)?.attrs.id).toBe('m1');
    expect(child(sent, 'html', NS.xhtmlIm)).toBeUndefined();
  });

  test('is queued while there is no link', () => {
    const host = new RecordingHost();
    host.online = false;
    host.command('sendMessage', SendMessageSchema, { to: JULIET, body: 'x' }, 'm1');
    expect(host.queued).toHaveLength(1);
  });

  test.each([
    ['an address that is none', 'juliet@@capulet', 'x', 'jid-malformed'],
    ['no address', '', 'x', 'jid-malformed'],
    ['no text', JULIET, '', 'empty-body'],
    ['nothing but U+0000', JULIET, '\0\0', 'empty-body'],
    ['nothing but control characters', JULIET, '\u0001\u0002\u000b', 'empty-body'],
  ])('with %s is refused', (_title, to, body, condition) => {
    const host = sendTo(to, body);
    expect(host.queued).toEqual([]);
    expect(host.refused).toMatchObject([{ id: 'm1', fault: { kind: 'usage', condition } }]);
  });

  test('loses what XML cannot carry', () => {
    expect(sendTo(JULIET, 'a\0\u0001b').queued[0]?.body).toBe('ab');
  });

  test.each([
    [
      'markup of the profile goes along',
      "a <em>b</em><a href='http://c/'>d</a>",
      'a <em>b</em><a href="http://c/">d</a>',
    ],
    ['markup beyond the profile is reduced', "<u onclick='x'>a</u> <em>b</em>", 'a <em>b</em>'],
    ['markup that is not well-formed is dropped', '<em>a', undefined],
    ['markup that closes its own wrapper is dropped', '<em>a</em></body><body>', undefined],
    ['markup with an entity is dropped', '<em>a&nbsp;b</em>', undefined],
    ['markup with a comment is dropped', '<em>a<!-- b --></em>', undefined],
    ['markup that says no more than the text is dropped', 'a<br/>b', undefined],
    ['a huge markup is dropped', `<em>${'x'.repeat(70_000)}</em>`, undefined],
  ])('%s', (_title, xhtml, expected) => {
    const sent = stanza(sendTo(JULIET, 'a b', xhtml).queued[0]?.stanza ?? '');
    const html = child(sent, 'html', NS.xhtmlIm);
    const body = html === undefined ? undefined : child(html, 'body', NS.xhtml);
    expect(body?.children.map(String).join('')).toBe(expected);
  });
});

describe('a received message', () => {
  test.each([
    ['its id', "<message from='a@b/c' id='i'><body>x</body></message>", 'i'],
    [
      'its origin-id before its id',
      "<message from='a@b/c' id='i'><body>x</body><origin-id xmlns='urn:xmpp:sid:0' id='o'/></message>",
      'o',
    ],
    ['nothing', "<message from='a@b/c'><body>x</body></message>", ''],
  ])('is known again by %s', (_title, text, id) => {
    const host = new RecordingHost();
    host.receive(text);
    expect(host.kept[0]?.copy).toEqual({
      from: 'a@b/c',
      type: 'normal',
      id,
      body: 'x',
      path: 'live',
    });
  });

  test('from the offline store says so to the inbox', () => {
    const host = new RecordingHost();
    host.receive(
      "<message from='a@b/c' type='chat'><body>x</body><delay xmlns='urn:xmpp:delay' from='montague.example' stamp='2026-09-10T23:08:25Z'/></message>",
    );
    expect(host.kept[0]?.copy).toMatchObject({
      path: 'offline',
      stamp: 1_789_081_705_000,
    });
  });

  test('of nearly a megabyte is kept whole', () => {
    const host = new RecordingHost();
    const body = 'x'.repeat(900_000);
    host.receive(`<message from='a@b/c' type='chat'><body>${body}</body></message>`);
    expect(host.kept[0]?.body.value.body).toBe(body);
  });

  /** A message as the reader hands it over when it was past a limit. */
  function reduced(attrs: Record<string, string>): ReducedElement {
    return Object.assign(new ReducedElement('message'), { attrs: { xmlns: NS.client, ...attrs } });
  }

  test.each([
    ['chat', Type.CHAT],
    ['normal', Type.NORMAL],
    ['', Type.NORMAL],
  ])('that was too large or too complex is told with sender and time: %s', (type, expected) => {
    const host = new RecordingHost();
    const attrs = { from: `${JULIET}/b`, id: 'i', ...(type === '' ? {} : { type }) };
    expect(host.receive(reduced(attrs))).toBe(true);
    expect(host.kept).toMatchObject([
      {
        body: {
          value: {
            type: expected,
            from: `${JULIET}/b`,
            body:
              `A message from ${JULIET} was too large or too complex to be shown. ` +
              'What it said is lost here: ask for it in another way.',
            sentTimeMs: BigInt(host.now.wall),
          },
        },
        copy: { path: 'live', id: 'i' },
      },
    ]);
    expect(host.kept[0]?.copy.stamp).toBeUndefined();
  });

  test('that was too large or too complex and comes from our account is told as a copy', () => {
    const host = new RecordingHost();
    expect(host.receive(reduced({ from: 'romeo@montague.example' }))).toBe(true);
    expect(host.kept[0]?.body.value.body).toMatch(/^A copy of a message was too large/);
  });

  test.each([
    ['of a room', { from: 'room@chat.example/x', type: 'groupchat' }],
    ['a headline', { from: 'news.example', type: 'headline' }],
    ['of nobody', { type: 'chat' }],
  ])('that was too large or too complex and is %s is told to nobody', (_title, attrs) => {
    const host = new RecordingHost();
    host.receive(reduced(attrs));
    expect(host.kept).toEqual([]);
  });

  test('that was too large or too complex and is an error fails the message it names', () => {
    const host = new RecordingHost();
    expect(host.receive(reduced({ from: JULIET, type: 'error', id: 'm1' }))).toBe(true);
    expect(host.failed).toMatchObject([{ id: 'm1' }]);
  });

  test('that is an error fails the message it names (RFC 6121 §5.2.2)', () => {
    const host = new RecordingHost();
    const taken = host.receive(
      `<message from='${JULIET}' type='error' id='m1'><body>x</body><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    );
    expect(taken).toBe(true);
    expect(host.failed).toMatchObject([{ id: 'm1', fault: { condition: 'service-unavailable' } }]);
    expect(host.kept).toEqual([]);
  });

  test('of another namespace is nobody’s', () => {
    const host = new RecordingHost();
    expect(host.receive("<message xmlns='urn:example' from='a@b'><body>x</body></message>")).toBe(
      false,
    );
    expect(host.kept).toEqual([]);
  });
});
