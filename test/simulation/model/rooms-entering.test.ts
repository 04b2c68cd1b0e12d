// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { ask, enter, leave, ROOM, scene, told } from './telling.js';

const HISTORY = ['one', 'two', 'three', 'four'];

describe('somebody who enters a room of the model server', () => {
  it('is told who is there, himself last, then history, then the subject (XEP-0045 §7.1)', () => {
    const { carol, client } = scene();
    carol.enter(ROOM);
    carol.say(ROOM, 'before', 'c1');
    const [bob, alice] = [client('bob'), client('alice')];
    enter(bob, 'bob');
    told(bob);
    enter(alice, 'alice');
    expect(told(alice)).toEqual([
      ...['+ carol', '+ bob', '+ alice 110'],
      ...['late carol: before #c1 =m1', 'room subject: '],
    ]);
    expect(told(bob)).toEqual(['+ alice']);
  });

  it('hears what is said from then on behind all that', () => {
    const { carol, client } = scene();
    const alice = client('alice');
    enter(alice, 'alice');
    carol.say(ROOM, 'live', 'c1');
    alice.pass();
    expect(told(alice)).toEqual([
      '+ alice 110',
      'room subject: ',
      '+ carol',
      'carol: live #c1 =m1',
    ]);
  });

  it('has made the room if it was not there, and lets nobody in before he has set it up', () => {
    const { client } = scene({ locks: true });
    const [alice, bob] = [client('alice'), client('bob')];
    const room = 'new@rooms.model.test';
    enter(alice, 'alice', '', room);
    expect(told(alice)).toEqual(['+ alice 201 110', 'room subject: ']);
    enter(bob, 'bob', '', room);
    expect(told(bob)).toEqual(['presence # error item-not-found']);
    const setup = (type: string) =>
      `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='${type}'/></query>`;
    ask(bob, room, setup('submit'), 'set');
    expect(told(bob)).toEqual(['iq #q error forbidden']);
    ask(alice, room, setup('submit'), 'set');
    enter(bob, 'bob', '', room);
    expect(told(alice)).toEqual(['iq #q result', '+ bob']);
    expect(told(bob)).toEqual(['+ alice', '+ bob 110', 'room subject: ']);
  });

  it.each([
    ['', HISTORY],
    ["maxstanzas='0'", []],
    ["maxstanzas='2'", ['three', 'four']],
    ["maxchars='0'", []],
    ["maxchars='800'", ['three', 'four']],
    ["since='2026-01-01T00:00:20Z'", ['three', 'four']],
    ["since='2026-01-01T00:00:20Z' maxstanzas='1'", ['four']],
    ["seconds='15'", ['four']],
  ])('gets of four lines, ten seconds apart, with <history %s/>: %j', (history, bodies) => {
    const { server, carol, client } = scene();
    const alice = client('alice');
    for (const [i, body] of HISTORY.entries()) {
      server.world.run(i * 10_000 + 1_000);
      carol.say(ROOM, body);
    }
    server.world.run(40_000);
    enter(alice, 'alice', history);
    const late = told(alice).filter((words) => words.startsWith('late'));
    expect(late.map((words) => /: (\w+)/.exec(words)?.[1])).toEqual(bodies);
  });

  it('may do so again, and is told everything again (XEP-0045 §7.2.1)', () => {
    const { carol, client } = scene();
    const alice = client('alice');
    carol.enter(ROOM);
    enter(alice, 'alice');
    const first = told(alice);
    enter(alice, 'alice');
    expect(told(alice)).toEqual(first);
  });

  it.each([
    ['the nick is somebody else’s', 'carol', 'presence # error conflict'],
    ['he has no nick', '', 'presence # error jid-malformed'],
  ])('is refused when %s', (_, nick, words) => {
    const { carol, client } = scene();
    carol.enter(ROOM);
    const alice = client('alice');
    enter(alice, nick);
    expect(told(alice)).toEqual([words]);
  });

  it('is refused with the word that a test gives, for as long as it does', () => {
    const { server, client } = scene();
    const alice = client('alice');
    const room = server.rooms.all.get(ROOM);
    room?.barred.set('alice@model.test', { type: 'auth', condition: 'registration-required' });
    enter(alice, 'alice');
    expect(told(alice)).toEqual(['presence # error registration-required']);
    room?.barred.clear();
    enter(alice, 'alice');
    expect(told(alice)[0]).toBe('+ alice 110');
  });

  it.each([
    [true, ['+ alice 110', 'room subject: ']],
    [false, ['presence # error conflict']],
  ])('with a second session under his own nick: allowed is %s', (sharedNicks, words) => {
    const { client } = scene({ sharedNicks });
    const [one, two] = [client('alice', 'one'), client('alice', 'two')];
    enter(one, 'alice');
    enter(two, 'alice');
    expect(told(two)).toEqual(words);
    told(one);
    leave(one, 'alice');
    expect(told(one)).toEqual(['- alice 110']);
    // He is there as long as one of his sessions is.
    expect(told(two)).toEqual([]);
  });

  it.each([
    [undefined, ['- alice 110 307 333']],
    ['error' as const, ['presence # error item-not-found']],
    ['enter' as const, ['+ alice 110', 'room subject: ']],
  ])('without asking for it gets, where stray presences are %s: %j', (stray, words) => {
    const { client } = scene(stray === undefined ? {} : { stray });
    const alice = client('alice');
    alice.send(`<presence to='${ROOM}/alice'/>`);
    expect(told(alice)).toEqual(words);
  });

  it.each([
    [{}, false],
    [{ nonAnonymous: true }, true],
  ])('sees real JIDs with %j: %s', (options, sees) => {
    const { carol, client } = scene(options);
    carol.enter(ROOM);
    const alice = client('alice');
    enter(alice, 'alice');
    const [other, self] = alice.take().map((stanza) => stanza.toString());
    expect(other?.includes('carol@model.test/c')).toBe(sees);
    expect(self).toContain('jid="alice@model.test/raw"');
    expect(self?.includes('code="100"')).toBe(sees);
  });
});

describe('somebody in a room of the model server', () => {
  it('leaves, and he and all others hear of it with his last words', () => {
    const { carol, client } = scene();
    const alice = client('alice');
    carol.enter(ROOM);
    enter(alice, 'alice');
    told(alice);
    alice.send(`<presence to='${ROOM}/alice' type='unavailable'><status>bye</status></presence>`);
    expect(told(alice)).toEqual(['- alice 110']);
    expect(carol.stanzas.at(-1)?.toString()).toMatch(/unavailable.*<status>bye<\/status>/);
  });

  it('leaves when he says that he is away from everything (RFC 6121 §4.6.3)', () => {
    const { server, client } = scene();
    const alice = client('alice');
    enter(alice, 'alice');
    alice.send("<presence type='unavailable'/>");
    expect(server.rooms.all.get(ROOM)?.occupants).toEqual([]);
  });

  it('takes another nick, which all hear as two presences (XEP-0045 §7.6)', () => {
    const { carol, client } = scene();
    const [alice, bob] = [client('alice'), client('bob')];
    carol.enter(ROOM);
    enter(alice, 'alice');
    enter(bob, 'bob');
    told(alice);
    told(bob);
    alice.send(`<presence to='${ROOM}/carol'/>`);
    expect(told(alice)).toEqual(['presence # error conflict']);
    alice.send(`<presence to='${ROOM}/alicia'/>`);
    expect(told(alice)).toEqual(['- alice 303 110 -> alicia', '+ alicia 110']);
    expect(told(bob)).toEqual(['- alice 303 -> alicia', '+ alicia']);
  });

  it('tells all what he does, and those who come later, too', () => {
    const { client } = scene();
    const [alice, bob] = [client('alice'), client('bob')];
    enter(alice, 'alice');
    alice.send(`<presence to='${ROOM}/alice'><show>dnd</show></presence>`);
    enter(bob, 'bob');
    expect(bob.take()[0]?.toString()).toContain('<show>dnd</show>');
    expect(told(alice).slice(2)).toEqual(['+ alice 110', '+ bob']);
  });
});
