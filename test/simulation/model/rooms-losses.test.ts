// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { RoomOptions } from '../../support/model/room-options.js';
import type { ServerOptions } from '../../support/model/profiles.js';
import { enter, ROOM, say, scene, told } from './telling.js';

function inside(rooms: RoomOptions = {}, options: Partial<ServerOptions> = {}) {
  const all = scene(rooms, options);
  all.carol.enter(ROOM);
  const alice = all.client('alice');
  enter(alice, 'alice');
  told(alice);
  const lines = all.server.rooms.all.get(ROOM)?.lines;
  if (lines === undefined) throw new Error('there is no room');
  return { ...all, alice, lines };
}

const ALICE = 'alice@model.test';

describe('a session of an occupant that has no link', () => {
  it('gets what was said, and who came, when it is resumed, in order', () => {
    const { alice, carol, client } = inside();
    alice.cut();
    carol.say(ROOM, 'one', 'c1');
    enter(client('bob'), 'bob');
    carol.say(ROOM, 'two', 'c2');
    alice.resume();
    expect(told(alice)).toEqual(['carol: one #c1 =m1', '+ bob', 'carol: two #c2 =m2']);
  });

  it.each([
    ['runs out', (scene: ReturnType<typeof inside>) => scene.alice.pass(61_000)],
    [
      'is replaced by a new one',
      ({ alice }: ReturnType<typeof inside>) => {
        alice.connect();
        alice.bind();
      },
    ],
    [
      'is ended in order',
      ({ alice }: ReturnType<typeof inside>) => {
        alice.resume();
        alice.send('</stream:stream>');
      },
    ],
  ])('that %s leaves the room for the others, and is in it no more', (_, end) => {
    const all = inside();
    all.alice.cut();
    all.carol.say(ROOM, 'missed');
    end(all);
    const last = all.carol.stanzas.at(-1)?.toString();
    expect(last).toMatch(new RegExp(`^<presence .*from="${ROOM}/alice".*type="unavailable"`));
    const room = all.server.rooms.all.get(ROOM);
    expect(room?.occupants.map(({ nick }) => nick)).toEqual(['carol']);
  });

  it('and ends leaves unsure whether it got the lines that it had not acknowledged', () => {
    const { alice, carol, lines } = inside();
    carol.say(ROOM, 'got');
    // Acknowledged when the server asks, at every fifth stanza.
    for (let i = 0; i < 5; i++) say(alice, `own ${String(i)}`);
    alice.cut();
    carol.say(ROOM, 'missed');
    alice.pass(61_000);
    const unsure = lines.all.filter((line) => line.unsure.has(ALICE)).map(({ body }) => body);
    expect(unsure).toContain('missed');
    expect(unsure).not.toContain('got');
  });
});

describe('a model server that is killed', () => {
  it.each([
    ['keeps the archive and the history', {}, {}, ['old', 'new'], ['old', 'new']],
    ['loses the end of both', {}, { killLosesMs: 2_000 }, ['old'], ['old']],
    ['loses the history', { killLosesHistory: true }, {}, ['old', 'new'], []],
    [
      'loses the history, and the end of the archive',
      { killLosesHistory: true },
      { killLosesMs: 2_000 },
      ['old'],
      [],
    ],
  ])('%s', (_, rooms, options, archived, repeated) => {
    const { server, alice, carol, lines } = inside(rooms, options);
    const forgotten: string[] = [];
    server.rooms.watch.forgotten = ({ body }) => forgotten.push(body);
    carol.say(ROOM, 'old');
    alice.pass(10_000);
    carol.say(ROOM, 'new');
    alice.pass(1_000);
    server.kill();
    expect(lines.archive.messages.map(({ text }) => /<body>(\w+)/.exec(text)?.[1])).toEqual(
      archived,
    );
    expect(forgotten).toEqual(archived.includes('new') ? [] : ['new']);
    expect(lines.all.map((line) => line.forgotten)).toEqual([false, !archived.includes('new')]);
    alice.connect();
    alice.bind();
    enter(alice, 'alice');
    const late = told(alice).filter((words) => words.startsWith('late'));
    expect(late.map((words) => /: (\w+)/.exec(words)?.[1])).toEqual(repeated);
  });

  it('has nobody in its rooms afterwards, and says so to nobody', () => {
    const { server, alice, carol } = inside();
    const before = carol.stanzas.length;
    server.kill();
    expect(server.rooms.all.get(ROOM)?.occupants).toEqual([]);
    expect(carol.stanzas).toHaveLength(before);
    // A client that never fails comes back by itself.
    alice.pass(2_000);
    expect(carol.isIn(ROOM)).toBe(true);
  });
});

describe('a room service that is started again', () => {
  it('tells all who are inside that they are not (332), or is silent', () => {
    const { server, alice, carol } = inside();
    server.rooms.stop(true);
    expect(carol.isIn(ROOM)).toBe(false);
    alice.pass();
    expect(told(alice)).toEqual(['- alice 332 110']);
    enter(alice, 'alice');
    told(alice);
    server.rooms.stop(false);
    alice.pass();
    expect(told(alice)).toEqual([]);
    say(alice, 'x');
    expect(told(alice)).toEqual(['message #id-x error not-acceptable']);
  });

  it('sends nothing to one whom it has forgotten, until he enters again', () => {
    const { server, alice, carol } = inside();
    server.rooms.stop(false);
    alice.pass(2_000);
    carol.say(ROOM, 'missed', 'c1');
    alice.pass();
    expect(told(alice)).toEqual([]);
    enter(alice, 'alice');
    expect(told(alice)).toEqual([
      ...['+ carol', '+ alice 110', 'late carol: missed #c1 =m1', 'room subject: '],
    ]);
  });

  it('of a server that stops in order is told, too', () => {
    const { server, alice } = inside();
    server.restart(false);
    alice.pass();
    expect(told(alice)).toEqual(['- alice 332 110']);
  });
});

describe('an occupant who is put out', () => {
  it.each([
    ['kicked', {}, '307'],
    ['banned', { codes: [301] }, '301'],
    ['excluded', { codes: [321] }, '321'],
  ])('and %s hears it, as all others do', (_, removal, code) => {
    const { server, alice, client } = inside();
    const bob = client('bob');
    enter(bob, 'bob');
    told(bob);
    told(alice);
    server.rooms.kick(ROOM, 'alice', { ...removal, actor: 'carol', reason: 'noise' });
    alice.pass();
    expect(told(bob)).toEqual([`- alice ${code}`]);
    const [stanza] = alice.take().map((one) => one.toString());
    expect(stanza).toContain('<actor nick="carol"/><reason>noise</reason>');
    enter(alice, 'alice');
    const again = code === '301' ? 'presence # error forbidden' : '+ bob';
    expect(told(alice)).toContain(again);
  });

  it('because the room is gone hears where to go instead', () => {
    const { server, alice } = inside();
    server.rooms.destroy(ROOM, 'other@rooms.model.test', 'moved');
    alice.pass();
    const [stanza] = alice.take().map((one) => one.toString());
    expect(stanza).toContain('<destroy jid="other@rooms.model.test"><reason>moved</reason>');
  });
});
