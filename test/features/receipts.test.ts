// SPDX-License-Identifier: MIT
//
// XEP-0184, with the hints of XEP-0334.

import { describe, expect, test } from 'vitest';
import { SendMessageSchema } from '../../src/contract/engine_pb.js';
import { tools } from '../../src/engine/tools-node.js';
import { capsHash } from '../../src/features/caps-hash.js';
import { RecordingHost, result } from './host.js';

const RECEIPTS = 'urn:xmpp:receipts';
const INFO = 'http://jabber.org/protocol/disco#info';
const JULIET = 'juliet@capulet.example';
const BALCONY = `${JULIET}/balcony`;
const request = `<request xmlns='${RECEIPTS}'/>`;
const delay =
  "<delay xmlns='urn:xmpp:delay' from='montague.example' stamp='2026-09-10T23:08:25Z'/>";

function off(host: RecordingHost): RecordingHost {
  host.settings = { ...host.settings, receipts: false };
  return host;
}

function write(host: RecordingHost, to: string): string {
  host.command('sendMessage', SendMessageSchema, { to, body: 'x' }, 'm1');
  return host.queued.at(-1)?.stanza ?? '';
}

/** Juliet's balcony runs software with these features. */
function running(features: readonly string[]): RecordingHost {
  const host = new RecordingHost().signedIn(JULIET);
  const ver = capsHash({ identities: [], features, forms: [] }, tools);
  const c = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='${ver}'/>`;
  host.receive(`<presence from='${BALCONY}'>${c}</presence>`);
  const vars = features.map((feature) => `<feature var='${feature}'/>`).join('');
  host.take('query', INFO).done(result(`<query xmlns='${INFO}'>${vars}</query>`));
  return host;
}

interface Heard {
  readonly from?: string;
  readonly type?: string;
  readonly id?: string;
}

/** A text comes in and the host takes it. */
function hear(host: RecordingHost, content: string, how: Heard = {}): void {
  const { from = BALCONY, type = 'chat', id = 'theirs' } = how;
  host.receive(`<message from='${from}' type='${type}' id='${id}'>${content}</message>`);
  host.taken();
}

describe('a receipt for a text of ours', () => {
  test('is asked for', () => {
    expect(write(new RecordingHost().signedIn(JULIET), JULIET)).toContain(
      `<request xmlns="${RECEIPTS}"/>`,
    );
  });

  test.each([
    ['the user does not want it', off(new RecordingHost().signedIn(JULIET)), JULIET],
    ['the one client it goes to cannot give it (§5.2)', running(['urn:example']), BALCONY],
  ])('is not asked for where %s', (_title, host, to) => {
    expect(write(host, to)).not.toContain(RECEIPTS);
  });

  test.each([
    ['the client it goes to can give it', running([RECEIPTS]), BALCONY],
    ['others of theirs may be able to give it', running(['urn:example']), JULIET],
    ['nothing is known of the client', running([]), `${JULIET}/other`],
  ])('is asked for where %s', (_title, host, to) => {
    expect(write(host, to)).toContain(RECEIPTS);
  });

  test('is not asked for with a chat state', () => {
    const host = running(['http://jabber.org/protocol/chatstates', RECEIPTS]);
    write(host, JULIET);
    expect(host.sent.join('')).not.toContain(RECEIPTS);
  });

  test.each([
    ['alone', `<received xmlns='${RECEIPTS}' id='m1'/>`, 'chat'],
    ['of another type than the text (§7)', `<received xmlns='${RECEIPTS}' id='m1'/>`, 'normal'],
    ['that was stored', `<received xmlns='${RECEIPTS}' id='m1'/>${delay}`, 'chat'],
  ])('%s says that it has arrived, and is shown to nobody', (_title, content, type) => {
    const host = new RecordingHost().signedIn(JULIET);
    host.receive(`<message from='${BALCONY}' type='${type}' id='r1'>${content}</message>`);
    expect(host.receipts).toEqual([{ id: 'm1', from: BALCONY, displayed: false }]);
    expect([...host.kept, ...host.told, ...host.sent]).toEqual([]);
  });

  test('beside a text leaves the text as it is', () => {
    const host = new RecordingHost().signedIn(JULIET);
    hear(host, `<body>x</body><received xmlns='${RECEIPTS}' id='m1'/>${request}`);
    expect(host.receipts).toHaveLength(1);
    // §5.4: or two would answer each other for ever.
    expect(host.sent).toEqual([]);
  });

  test.each([
    ['in an error', `<received xmlns='${RECEIPTS}' id='m1'/>`, 'error'],
    ['in a room', `<received xmlns='${RECEIPTS}' id='m1'/>`, 'groupchat'],
    ['without an id', `<received xmlns='${RECEIPTS}'/>`, 'chat'],
    ['of another namespace', "<received xmlns='urn:example' id='m1'/>", 'chat'],
  ])('%s says nothing', (_title, content, type) => {
    const host = new RecordingHost().signedIn(JULIET);
    host.receive(`<message from='${BALCONY}' type='${type}'>${content}</message>`);
    expect(host.receipts).toEqual([]);
  });
});

describe('a receipt that is asked of us', () => {
  const given = (type: string): string =>
    `<message to="${BALCONY}" type="${type}" id="id1"><received xmlns="${RECEIPTS}" id="theirs"/><store xmlns="urn:xmpp:hints"/></message>`;

  test('is given once the host has taken the text, and no earlier', () => {
    const host = new RecordingHost().signedIn(JULIET);
    host.receive(
      `<message from='${BALCONY}' type='chat' id='theirs'><body>x</body>${request}</message>`,
    );
    expect(host.kept[0]?.body.value.receiptRequested).toBe(true);
    expect(host.sent).toEqual([]);
    host.taken();
    expect(host.sent.map((text) => text.replace(/id="id\d+"/, 'id="id1"'))).toEqual([
      given('chat'),
    ]);
  });

  test.each([
    ['of a text of type normal', {}, `<body>x</body>${request}`, 'normal'],
    ['of a text from the offline store', {}, `<body>x</body>${request}${delay}`, 'chat'],
  ])('%s is given too, in its type', (_title, how, content, type) => {
    const host = new RecordingHost().signedIn(JULIET);
    hear(host, content, { ...how, type });
    expect(host.sent.map((text) => text.replace(/id="id\d+"/, 'id="id1"'))).toEqual([given(type)]);
  });

  // Who asks so learns that we are there, or makes us write to many (XEP-0184 §8).
  test.each<[string, Heard, string]>([
    ['by a stranger', { from: 'tybalt@capulet.example/x' }, request],
    ['by nobody we can name', { from: 'capulet.example' }, request],
    ['by a device of ours', { from: 'romeo@montague.example/garden' }, request],
    ['in a room', { type: 'groupchat' }, request],
    ['in an error', { type: 'error' }, request],
    ['in a headline', { type: 'headline' }, request],
    ['without an id', { id: '' }, request],
    ['in another namespace', {}, "<request xmlns='urn:example'/>"],
    ['not at all', {}, ''],
  ])('%s is not given', (_title, how, content) => {
    const host = new RecordingHost().signedIn(JULIET);
    hear(host, `<body>x</body>${content}`, how);
    expect(host.sent).toEqual([]);
  });

  test.each(['none', 'to'])(
    'is not given to a contact with the subscription %s',
    (subscription) => {
      const host = new RecordingHost();
      host.moment('started');
      host.roster(`<item jid='${JULIET}' subscription='${subscription}'/>`);
      host.forget();
      hear(host, `<body>x</body>${request}`);
      expect(host.sent).toEqual([]);
    },
  );

  test('is not given for history that an archive or another device brings', () => {
    const host = new RecordingHost().signedIn(JULIET);
    const message = `<message xmlns='jabber:client' from='${BALCONY}' to='romeo@montague.example/garden' type='chat' id='theirs'><body>x</body>${request}</message>`;
    const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'>${delay}${message}</forwarded>`;
    for (const wrapped of [
      `<received xmlns='urn:xmpp:carbons:2'>${forwarded}</received>`,
      `<result xmlns='urn:xmpp:mam:2' id='a'>${forwarded}</result>`,
    ]) {
      host.receive(`<message from='romeo@montague.example'>${wrapped}</message>`);
    }
    host.taken();
    expect(host.sent).toEqual([]);
  });

  test('is not given where the user does not want it, and not announced', () => {
    const host = off(new RecordingHost().signedIn(JULIET));
    hear(host, `<body>x</body>${request}`);
    expect(host.sent).toEqual([]);
    const info = `<iq type='get' id='1' from='${BALCONY}'><query xmlns='${INFO}'/></iq>`;
    expect(host.ask(info)).not.toContain(RECEIPTS);
    expect(new RecordingHost().ask(info)).toContain(RECEIPTS);
  });

  test.each(['resumed', 'started'] as const)('waits for the link until %s', (moment) => {
    const host = new RecordingHost().signedIn(JULIET);
    host.online = false;
    hear(host, `<body>x</body>${request}`, { id: 'one' });
    hear(host, `<body>y</body>${request}`, { id: 'two' });
    host.online = true;
    host.moment(moment);
    const ids = host.sent.flatMap((text) => /<received .*?id="(\w+)"/.exec(text)?.[1] ?? []);
    expect(ids).toEqual(['one', 'two']);
    host.sent.length = 0;
    host.moment('resumed');
    expect(host.sent).toEqual([]);
  });

  test('is forgotten behind a thousand others', () => {
    const host = new RecordingHost().signedIn(JULIET);
    host.online = false;
    for (let n = 0; n <= 1_000; n += 1) {
      hear(host, `<body>x</body>${request}`, { id: `i${String(n)}` });
    }
    host.online = true;
    host.moment('resumed');
    expect(host.sent).toHaveLength(1_000);
    expect(host.sent[0]).toContain('id="i1"');
  });
});
