// SPDX-License-Identifier: MIT
//
// Lines of rooms (XEP-0045 §7.4), read and written; and those that a room does not show or take.
import { describe, expect, test } from 'vitest';
import { Message_Type as Type, SendMessageSchema } from '../../src/contract/engine_pb.js';
import { child } from '../../src/core/xml.js';
import { ReducedElement } from '../../src/core/xml-reduced.js';
import { NS } from '../../src/core/namespaces.js';
import { roomLinesOf } from '../../src/features/muc-lines.js';
import { AT, Hall, line, ROOM, WHEN } from './hall.js';
import { jidOf, stanza } from './host.js';

describe('a line that comes live', () => {
  test('is told with its room and nick, and is of its room', () => {
    const host = new Hall().within(true);
    host.said('juliet', '<body>hello</body>');
    expect(host.kept[0]).toMatchObject({
      body: {
        value: { type: Type.GROUPCHAT, from: `${ROOM}/juliet`, body: 'hello', outgoing: false },
      },
      copy: { from: `${ROOM}/juliet`, type: 'groupchat', path: 'live', archive: ROOM },
    });
    expect(host.kept[0]?.body.value.sentTimeMs).toBe(0n);
  });

  test('of the room itself is from the room', () => {
    const host = new Hall().within(true);
    host.said('', '<body>welcome</body>');
    expect(host.kept[0]?.body.value.from).toBe(ROOM);
  });

  const by = (jid: string, id: string) => `<stanza-id xmlns='${NS.sid}' by='${jid}' id='${id}'/>`;
  test.each([
    ['of the room is believed, and is of that room alone', by(ROOM, '7'), `${ROOM} 7`],
    ['of somebody else is not', by('eve@evil.example', '7'), undefined],
    ['of our own account is not', by('romeo@montague.example', '7'), undefined],
    ['of an occupant is not', by(`${ROOM}/eve`, '7'), undefined],
    ['that is there twice is not', by(ROOM, '7') + by(ROOM, '8'), undefined],
  ])('with a stanza-id %s (XEP-0359)', (_, ids, archiveId) => {
    const host = new Hall().within(true);
    host.said('juliet', `<body>hello</body>${ids}`);
    expect(host.kept[0]?.copy.archiveId).toBe(archiveId);
  });

  const delay = (from: string) => `<delay xmlns='urn:xmpp:delay' ${from} stamp='${WHEN}'/>`;
  test.each([
    ['of the room is history, and its time holds', `from='${ROOM}'`, 'history', AT, undefined],
    ['of an occupant is what he says himself', `from='${ROOM}/eve'`, 'live', undefined, AT],
    ['of nobody is what its sender says', '', 'live', undefined, AT],
    ['of our own server is what its sender says', "from='montague.example'", 'live', undefined, AT],
  ])('with a stamp %s (XEP-0203)', (_, from, path, stamp, resent) => {
    const host = new Hall().within(true);
    host.said('juliet', `<body>hello</body>${delay(from)}`);
    const { copy, body } = host.kept[0] ?? {};
    expect([copy?.path, copy?.stamp, copy?.resent]).toEqual([path, stamp, resent]);
    expect(body?.value.sentTimeMs).toBe(BigInt(stamp ?? 0));
    expect(copy?.join).toBe(path === 'history' ? 1 : undefined);
  });

  test.each([
    ['did not come before this stay', 60_000, '', 60_000],
    [
      'nor before the time at which our server got it',
      -60_000,
      delay("from='montague.example'"),
      0,
    ],
    ['nor by what somebody else says of that', -60_000, delay("from='mercury.example'"), -60_000],
  ])('%s', (_, entered, stamp, came) => {
    const host = new Hall();
    host.now = { now: 1_000, wall: AT + entered };
    host.within(true);
    host.pass(120_000);
    host.said('juliet', `<body>hello</body>${stamp}`);
    expect(host.kept[0]?.copy.earliest).toBe(AT + came);
  });

  test('and could not be read is told by its sender', () => {
    const host = new Hall().within(true);
    const huge = new ReducedElement('message', {
      ...{ xmlns: 'jabber:client', from: `${ROOM}/juliet`, type: 'groupchat', id: 'i' },
    });
    roomLinesOf(host).line(huge, host.room, 'juliet');
    expect(host.kept[0]?.body.value).toMatchObject({ from: `${ROOM}/juliet`, id: 'i' });
  });
});

describe('a line of ours', () => {
  test('is queued for the room as groupchat, by its id and origin-id (XEP-0359 §3.2)', () => {
    const host = new Hall();
    const init = { to: ROOM, body: 'hello', groupchat: true };
    host.command('sendMessage', SendMessageSchema, init, 'm1');
    const [queued] = host.queued;
    expect(queued).toMatchObject({ id: 'm1', to: ROOM, body: 'hello' });
    const sent = stanza(queued?.stanza ?? '');
    expect(sent.attrs).toMatchObject({ to: ROOM, type: 'groupchat', id: 'm1' });
    expect(child(sent, 'origin-id', NS.sid)?.attrs.id).toBe('m1');
    // Neither a receipt nor a state of typing is asked of a room, or told to it.
    expect(sent.children).toHaveLength(2);
  });

  test('to an occupant as if to all is refused', () => {
    const host = new Hall();
    const init = { to: `${ROOM}/juliet`, body: 'hello', groupchat: true };
    host.command('sendMessage', SendMessageSchema, init, 'm1');
    expect(host.refused).toMatchObject([{ id: 'm1', fault: { condition: 'jid-malformed' } }]);
  });

  const origin = (id: string) => `<origin-id xmlns='${NS.sid}' id='${id}'/>`;
  test.each<[string, string, string, string, string | undefined, boolean]>([
    ['by its id', 'romeo', 'm1', '', 'm1', true],
    ['by its origin-id', 'romeo', 'x', origin('m1'), 'm1', true],
    ['by what it says, the first of those', 'romeo', 'x', '', 'm0', true],
    ['not by another’s id', 'romeo', 'x', origin('phone'), undefined, true],
    ['not from another, with its very id', 'eve', 'm1', origin('m1'), undefined, false],
    ['not from another who says the same', 'eve', 'x', '', undefined, false],
  ])('is known %s', (_, nick, id, more, settles, outgoing) => {
    const host = new Hall().within(true);
    host.own('same', 'same');
    host.said(nick, `<body>same</body>${more}`, `id='${id}'`);
    expect(host.kept[0]?.beside?.settles).toBe(settles);
    expect(host.kept[0]?.body.value.outgoing).toBe(outgoing);
    if (settles !== undefined) expect(host.kept[0]?.body.value.id).toBe(settles);
  });

  test.each([
    ['that says so', (host: Hall) => host.within(true).enter() && host.described(NS.mam, STABLE)],
    ['that was seen to do so', (host: Hall) => seenToKeep(host.within(true))],
  ])('is not known by what it says in a room %s that it keeps ids', (_, begin) => {
    const host = new Hall();
    begin(host);
    host.own('first', 'same');
    host.said('romeo', '<body>same</body>', "id='of-another-device'");
    expect(host.kept.at(-1)?.beside?.settles).toBeUndefined();
  });

  test('in the archive is shown as ours and settles; of equal ones each once', () => {
    const host = new Hall().within(true);
    host.own('known', 'same', 'same');
    host.archives([
      line('romeo', 'known', 'm0'),
      line('romeo', 'same', 'x'),
      line('romeo', 'same', 'y'),
      line('romeo', 'from a telephone', 'z'),
      line('juliet', 'other', 'm2'),
    ]);
    const found = host.desk.texts.map(({ settles, body }) => [settles, body.value.outgoing]);
    // That the room keeps ids, as the first shows, tells that the others are of another device.
    expect(found).toEqual([
      ['m0', true],
      [undefined, false],
      [undefined, false],
      [undefined, false],
      [undefined, false],
    ]);
    const rewriting = new Hall().within(true);
    rewriting.own('same', 'same');
    rewriting.archives([line('romeo', 'same', 'x'), line('romeo', 'same', 'y')]);
    expect(rewriting.desk.texts.map(({ settles }) => settles)).toEqual(['m0', 'm1']);
  });

  test('in the archive under an earlier nick is known by id and words together', () => {
    const host = new Hall().within(true);
    host.own('mine', 'other');
    host.archives([line('montague', 'mine', 'm0'), line('montague', 'else', 'm1')]);
    expect(host.desk.texts.map(({ settles }) => settles)).toEqual(['m0', undefined]);
  });
});

describe('a line of a room that tells who wrote it (XEP-0421)', () => {
  const id = (text: string) => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${text}'/>`;

  function telling(own: string): Hall {
    const host = new Hall().within(true);
    host.room.identifies = true;
    host.room.ownId = own;
    host.own('same');
    return host;
  }

  test('is told with it, and of others it is not', () => {
    const host = telling('r1');
    host.said('juliet', `<body>hello</body>${id('j1')}`);
    host.room.identifies = false;
    host.said('juliet', `<body>hello</body>${id('j1')}`, "id='i2'");
    expect(host.kept.map(({ body }) => body.value.occupantId)).toEqual(['j1', '']);
  });

  test.each<[string, string, string, string, boolean, boolean]>([
    // Live: our nick and our id.
    ['live, by our nick and id', 'live', 'romeo', 'r1', true, true],
    ['live, of another device under its own nick', 'live', 'montague', 'r1', false, false],
    ['live, with our nick and another’s id', 'live', 'romeo', 'e1', false, false],
    // An archive: whoever has had our nick, and whatever nick we had.
    ['archived, under an earlier nick of ours', 'archive', 'montague', 'r1', true, true],
    ['archived, of another who had our nick', 'archive', 'romeo', 'e1', false, false],
    ['archived, without an id', 'archive', 'romeo', '', true, true],
  ])('is ours or not: %s', (_title, path, nick, by, settles, outgoing) => {
    const host = telling('r1');
    const more = by === '' ? '' : id(by);
    // The room rewrites ids, so that only what it says tells whose line it is.
    if (path === 'live') host.said(nick, `<body>same</body>${more}`, "id='x'");
    else host.archives([line(nick, 'same', 'x', more)]);
    const found = path === 'live' ? host.kept[0] : host.desk.texts[0];
    const settled = path === 'live' ? host.kept[0]?.beside?.settles : host.desk.texts[0]?.settles;
    expect([settled, found?.body.value.outgoing]).toEqual([settles ? 'm0' : undefined, outgoing]);
  });

  test('that another device of ours wrote before is shown as ours', () => {
    const host = telling('r1');
    host.archives([line('montague', 'from a telephone', 'z', id('r1'))]);
    expect(host.desk.texts).toMatchObject([{ body: { value: { outgoing: true } } }]);
  });

  test('is known by our nick while our own id is not known', () => {
    const host = telling('');
    host.said('romeo', `<body>same</body>${id('e1')}`, "id='x'");
    expect(host.kept[0]?.beside?.settles).toBe('m0');
  });
});

const STABLE = 'http://jabber.org/protocol/muc#stable_id';
function seenToKeep(host: Hall): void {
  host.own('first', 'same');
  host.said('romeo', '<body>first</body>', "id='m0'");
}

describe('a line that the room does not show', () => {
  const wrote = (host: Hall) => {
    host.own('unheard');
    roomLinesOf(host).send('m0', jidOf(ROOM), stanza('<message/>'), 'unheard');
    host.desk.awaited = host.now.now;
  };

  test.each<[string, boolean | undefined, number, (boolean | undefined)[]]>([
    ['is in doubt where we are in it', true, 0, [true]],
    ['waits for the room to be joined again where we are not', false, 1, [false]],
    ['waits on where that cannot be known', undefined, 0, [false]],
  ])('%s', (_, inside, rejoins, doubted) => {
    const host = new Hall().within(false);
    wrote(host);
    host.pass(29_000);
    expect(host.room.checks).toBe(0);
    host.room.inside = inside;
    host.pass(1_000);
    expect([host.room.checks, host.room.rejoins]).toEqual([1, rejoins]);
    expect(host.desk.lines.map((own) => own.doubted)).toEqual(doubted);
    expect(host.desk.isOpen).toBe(inside !== false);
  });

  test('is no reason to ask while our server does not have it, or nothing is under way', () => {
    const host = new Hall().within(false);
    wrote(host);
    host.desk.awaited = undefined;
    host.pass(60_000);
    expect(host.room.checks).toBe(0);
    host.desk.lines = [];
    host.pass(120_000);
    expect(host.room.checks).toBe(0);
  });
});

describe('an error for a line', () => {
  const bounce = (from: string, condition: string) =>
    `<message from='${from}' type='error' id='m0'><error type='auth'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;

  test.each([
    ['that we are not in the room brings it back', ROOM, 'not-acceptable', true],
    ['that it may not be said is one', ROOM, 'forbidden', false],
    ['by an occupant is not the room’s', `${ROOM}/eve`, 'not-acceptable', false],
  ])('%s', (_, from, condition, again) => {
    const host = new Hall().within(false);
    host.own('unheard');
    host.desk.ours.add('m0');
    host.receive(bounce(from, condition));
    expect(host.desk.done).toEqual(again ? ['returned m0'] : []);
    expect(host.failed).toHaveLength(again ? 0 : 1);
    expect(host.room.rejoins).toBe(again ? 1 : 0);
  });

  test('of a room where we never were leaves it waiting', () => {
    const host = new Hall();
    host.desk.ours.add('m0');
    host.receive(bounce(ROOM, 'not-acceptable'));
    expect([host.desk.done, host.failed]).toEqual([['returned m0'], []]);
  });
});
