// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../support/model/profiles.js';
import { enter, ROOM, say, scene, told } from './telling.js';

const ORIGIN = "<origin-id xmlns='urn:xmpp:sid:0' id='o1'/>";

function inside(options: Parameters<typeof scene>[0] = {}) {
  const all = scene(options);
  all.carol.enter(ROOM);
  const [alice, bob] = [all.client('alice'), all.client('bob')];
  enter(alice, 'alice');
  enter(bob, 'bob');
  for (const client of [alice, bob]) told(client);
  return { ...all, alice, bob };
}

describe('a line in a room of the model server', () => {
  it('comes to all who are inside, its sender included, in one order', () => {
    const { alice, bob, carol } = inside();
    say(alice, 'one');
    say(bob, 'two');
    carol.say(ROOM, 'three', 'c1');
    alice.pass();
    const lines = ['alice: one #id-one =m1', 'bob: two #id-two =m2', 'carol: three #c1 =m3'];
    expect(told(alice)).toEqual(lines);
    expect(told(bob)).toEqual(lines);
    expect(carol.heard(ROOM).map(({ nick, body, id }) => [nick, body, id])).toEqual([
      ...[
        ['alice', 'one', 'id-one'],
        ['bob', 'two', 'id-two'],
      ],
      ['carol', 'three', 'c1'],
    ]);
  });

  it('is refused with its id and its words when its sender is outside (XEP-0045 §7.4)', () => {
    const { server, client } = scene();
    const alice = client('alice');
    say(alice, 'hello');
    const [error] = alice.take();
    expect(error?.toString()).toMatch(/id="id-hello" type="error".*<body>hello<\/body>/);
    expect(error?.toString()).toContain('<not-acceptable ');
    expect(server.rooms.all.get(ROOM)?.lines.all).toEqual([]);
  });

  it('is counted against a client that did not ask to enter in this session', () => {
    const { server, alice } = inside();
    server.rooms.stop(false);
    // He was inside in this session, and nobody told him that he is not.
    say(alice, 'honest');
    expect(server.rooms.premature).toEqual([]);
    alice.connect();
    alice.bind();
    say(alice, 'too early');
    expect(told(alice).at(-1)).toBe('message #id-too early error not-acceptable');
    expect(server.rooms.premature).toEqual([
      { room: ROOM, jid: 'alice@model.test/raw', body: 'too early' },
    ]);
  });

  it.each([
    [{}, 'id-x', 'o1', 'm1'],
    [{ archive: false }, 'id-x', 'o1', undefined],
    [{ rewritesIds: true }, 'w1', 'o1', 'm2'],
    [{ rewritesIds: true, stripsOrigins: true }, 'w1', undefined, 'm2'],
  ])('with %j has the id %s, the origin-id %s and the stanza-id %s', (options, id, origin, sid) => {
    const { alice, bob } = inside(options);
    const forged = `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='forged'/>`;
    say(alice, 'x', 'id-x', ORIGIN + forged);
    const [text] = bob.take().map((stanza) => stanza.toString());
    const [, got] = /^<message .*?\bid="([^"]*)"/.exec(text ?? '') ?? [];
    const [, gotOrigin] = /<origin-id [^>]*id="([^"]*)"/.exec(text ?? '') ?? [];
    const sids = [...(text ?? '').matchAll(/<stanza-id [^>]*id="([^"]*)"/g)].map(([, one]) => one);
    expect([got, gotOrigin, sids]).toEqual([id, origin, sid === undefined ? [] : [sid]]);
  });

  it('without words goes to all, and is kept nowhere', () => {
    const { server, alice, bob } = inside();
    const composing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
    alice.send(`<message to='${ROOM}' type='groupchat'>${composing}</message>`);
    expect(bob.take()[0]?.toString()).toContain('<composing');
    expect(server.rooms.all.get(ROOM)?.lines.all).toEqual([]);
  });

  it('is known to those who judge: whose it is, who was inside, and how it is kept', () => {
    const { server, alice } = inside();
    say(alice, 'x');
    expect(server.rooms.all.get(ROOM)?.lines.all).toMatchObject([
      ...[{ nick: 'alice', user: 'alice@model.test', id: 'id-x', body: 'x', archived: 'm1' }],
    ]);
    const [line] = server.rooms.all.get(ROOM)?.lines.all ?? [];
    expect([...(line?.to ?? [])]).toEqual(['carol', 'alice', 'bob'].map((n) => `${n}@model.test`));
  });
});

describe('a private message in a room of the model server', () => {
  it('comes to one occupant alone, in the name of the other, and to both archives', () => {
    const { server, alice, bob, carol } = inside();
    alice.send(`<message to='${ROOM}/bob' type='chat' id='p1'><body>psst</body></message>`);
    const kept = (name: string) => server.archiveOf(`${name}@model.test`).messages;
    expect(kept('alice').map(({ text }) => text)).toEqual([
      expect.stringContaining(`to="${ROOM}/bob"`),
    ]);
    const [{ id = 'none' } = {}, ...more] = kept('bob');
    expect(told(bob)).toEqual([`private alice: psst #p1 =${id}`]);
    expect([told(alice), carol.got, more]).toEqual([[], [], []]);
    expect(server.rooms.all.get(ROOM)?.lines.archive.messages).toEqual([]);
  });

  it.each([
    ['nobody', 'chat', 'item-not-found'],
    ['bob', 'groupchat', 'bad-request'],
  ])('to %s of type %s is refused: %s', (nick, type, condition) => {
    const { alice } = inside();
    alice.send(`<message to='${ROOM}/${nick}' type='${type}' id='p1'><body>psst</body></message>`);
    expect(told(alice)).toEqual([`message #p1 error ${condition}`]);
  });

  it('is stored when the session that it was for is over', () => {
    const { server, alice, bob, carol } = inside();
    bob.cut();
    carol.whisper(ROOM, 'bob', 'psst');
    carol.say(ROOM, 'to all');
    alice.pass(61_000);
    const stored = server.offline.get('bob@model.test')?.map(({ text }) => text);
    expect(stored).toEqual([expect.stringContaining('psst')]);
  });
});

describe('the subject of a room of the model server', () => {
  it('is changed by those who may, and told to all, and to those who come later', () => {
    const { alice, bob, client } = inside({ subjectByAll: true });
    alice.send(`<message to='${ROOM}' type='groupchat'><subject>bread</subject></message>`);
    expect([told(alice), told(bob)]).toEqual([['alice subject: bread'], ['alice subject: bread']]);
    const dave = client('dave');
    enter(dave, 'dave');
    expect(told(dave).at(-1)).toBe('alice subject: bread');
  });

  it('is not changed by others', () => {
    const { alice, bob } = inside();
    alice.send(`<message to='${ROOM}' type='groupchat' id='s'><subject>x</subject></message>`);
    expect([told(alice), told(bob)]).toEqual([['message #s error forbidden'], []]);
  });
});

describe('every profile of the model server', () => {
  it.each(Object.entries(PROFILES))('%s lets a line through', (_, { rooms }) => {
    const { alice, bob } = inside(rooms);
    say(alice, 'x');
    expect(told(bob)).toEqual([expect.stringMatching(/^alice: x #(id-x|w1)( =m\d)?$/)]);
  });
});
