// SPDX-License-Identifier: MIT
//
// Who is in a room.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Show } from '../../src/contract/engine_pb.js';
import {
  Affiliation,
  ALICE,
  BOB,
  COMPONENTS,
  DEN,
  Den,
  Occupant_Departure,
  Role,
  type Occupant,
} from './den.js';

const { GONE, KICKED, BANNED, EXCLUDED, RENAMED } = Occupant_Departure;
const { MEMBERS_ONLY, CONNECTION_LOST, SHUT_DOWN } = Occupant_Departure;
const many = (count: number): Occupant[] =>
  Array.from({ length: count }, (_, n) => ({ nick: `guest-${n}`, role: Role.PARTICIPANT }));

let den: Den;
beforeEach(async () => {
  den = await Den.open();
  await den.ask();
  await den.joined();
});
afterEach(() => den.close());

describe('the list of occupants', () => {
  test.each<[string, Occupant, string[]]>([
    ['a visitor', { role: Role.VISITOR }, []],
    ['a participant', { role: Role.PARTICIPANT }, ['voice']],
    ['a moderator', { role: Role.MODERATOR }, ['op']],
    ['an admin', { role: Role.PARTICIPANT, affiliation: Affiliation.ADMIN }, ['op']],
    ['an owner', { role: Role.MODERATOR, affiliation: Affiliation.OWNER }, ['founder', 'op']],
    ['one who is away', { role: Role.PARTICIPANT, show: 2 }, ['voice', 'away']],
    ['one who is busy', { role: Role.PARTICIPANT, show: 4 }, ['voice']],
  ])('shows %s by flags', async (_title, occupant, flags) => {
    await den.all({ nick: 'bob', ...occupant });
    expect((await den.chat()).users).toEqual([{ name: 'bob', flags }]);
  });

  test('comes in three parts, and is shown in one go without a line', async () => {
    const all = [ALICE, ...many(449)];
    await den.part(all.slice(0, 200), true);
    await den.part(all.slice(200, 400));
    expect(den.changes()).toEqual([]);
    await den.part(all.slice(400), false, true);
    expect(await den.users()).toHaveLength(450);
    expect(den.stage.host.all('chat-users').every(({ change }) => change === 'added')).toBe(true);
    expect(den.writes).toEqual([]);
  });

  test('that begins anew before it ended counts from there', async () => {
    await den.part([{ nick: 'old' }], true);
    await den.all(ALICE);
    expect(await den.users()).toEqual(['alice voice']);
  });

  test('without anybody is an empty one', async () => {
    await den.all(ALICE);
    await den.all();
    expect(await den.users()).toEqual([]);
  });

  test('a nick that is named twice, and one without letters, do no harm', async () => {
    await den.all({ nick: 'bob' }, { nick: 'bob', role: Role.MODERATOR }, { nick: '' });
    expect(await den.users()).toEqual(['bob op']);
  });

  test('that is not shown when its window goes is left alone', async () => {
    const value = { room: DEN, occupants: many(5000), begin: true, end: true };
    den.stage.engine.send(den.number, { case: 'roomOccupants', value });
    await den.stage.host.next('chat-users');
    await den.run('leave-chat');
    await den.ask(COMPONENTS);
    await den.left(0);
    await den.joined();
    await den.all(ALICE);
    expect(await den.users()).toEqual(['alice voice']);
  });

  test('that is not shown when its account goes is left alone', async () => {
    const value = { room: DEN, occupants: many(5000), begin: true, end: true };
    den.stage.engine.send(den.number, { case: 'roomOccupants', value });
    await den.stage.host.next('chat-users');
    await den.run('account-enable', { enabled: false });
    await den.stage.host.next('disconnected');
    expect(await den.stage.host.run('account-get', { account: den.account })).toMatchObject({
      connected: false,
    });
  });
});

describe('an occupant', () => {
  beforeEach(() => den.all(ALICE, { nick: 'bob', role: Role.PARTICIPANT }));

  test('who comes has a line', async () => {
    await den.part([{ nick: '<carol>', role: Role.VISITOR, jid: 'carol@home.example' }]);
    expect(await den.users()).toContain('<carol>');
    expect(den.html).toEqual(['&lt;carol&gt; [<I>carol@home.example</I>] entered the room.']);
  });

  test('who changes gets other flags without a line', async () => {
    const after = den.stage.host.now;
    await den.part([{ nick: 'bob', role: Role.MODERATOR }]);
    await den.part([{ nick: 'bob', role: Role.MODERATOR }]);
    expect(den.changes(after)).toEqual(['updated: bob op']);
    expect(den.html).toEqual([]);
  });

  test.each<[string, Occupant_Departure, Occupant, string]>([
    ['leaves', GONE, {}, 'bob left the room.'],
    ['leaves with words', GONE, { reason: 'so\n<long>' }, 'bob left the room (so &lt;long&gt;).'],
    [
      'is kicked',
      KICKED,
      { actor: 'al&l', reason: 'noise' },
      'bob left the room (kicked by al&amp;l: noise).',
    ],
    ['is kicked by nobody', KICKED, {}, 'bob left the room (kicked).'],
    ['is banned', BANNED, { reason: 'noise' }, 'bob left the room (banned: noise).'],
    [
      'is put out by a change of affiliation',
      EXCLUDED,
      { actor: 'al&l' },
      'bob left the room (affiliation changed by al&amp;l).',
    ],
    ['is no member', MEMBERS_ONLY, {}, 'bob left the room (only members may be in the room now).'],
    ['is lost', CONNECTION_LOST, {}, 'bob left the room (the connection was lost).'],
    [
      'goes with the service',
      SHUT_DOWN,
      { reason: '<soon> back' },
      'bob left the room (the room&apos;s service shuts down: &lt;soon&gt; back).',
    ],
  ])('who %s is taken off the list with a line', async (_title, departure, value, html) => {
    await den.departed('bob', departure, value);
    expect(await den.users()).toEqual(['alice voice']);
    expect(den.html).toEqual([html]);
  });

  test('who was not there cannot leave', async () => {
    const after = den.stage.host.now;
    await den.departed('carol', GONE);
    await den.departed('carol', RENAMED, { newNick: 'dave' });
    expect(den.changes(after)).toEqual([]);
    expect(den.html).toEqual([]);
  });

  test('who takes another nick keeps the flags, which the next entry may change', async () => {
    await den.part([
      { nick: 'bob', departure: RENAMED, newNick: 'b<ob>' },
      { nick: 'b<ob>', role: Role.MODERATOR },
    ]);
    expect(await den.users()).toEqual(['alice voice', 'b<ob> op']);
    expect(den.html).toEqual(['bob is now known as b&lt;ob&gt;']);
  });

  test('with a nick that libpurple would cut in its line is renamed all the same', async () => {
    const newNick = '"'.repeat(1000);
    await den.departed('bob', RENAMED, { newNick });
    expect(await den.users()).toEqual([newNick + ' voice', 'alice voice'].sort());
    expect(den.html[0]).toBe(`bob left the room (now known as ${'&quot;'.repeat(1000)}).`);
  });

  test('who looks like us to libpurple does not take our nick along', async () => {
    await den.part([{ nick: 'ALICE', role: Role.PARTICIPANT }]);
    await den.departed('ALICE', RENAMED, { newNick: 'mallory' });
    expect(await den.chat()).toMatchObject({ nick: 'alice' });
    expect(await den.users()).toContain('mallory voice');
  });
});

describe('we ourselves', () => {
  beforeEach(() => den.all(ALICE, { nick: 'bob' }));

  test('under another nick are told so, and known by it', async () => {
    await den.departed('alice', RENAMED, { newNick: 'ali', self: true });
    expect(den.html).toEqual(['You are now known as ali']);
    expect(await den.chat()).toMatchObject({ nick: 'ali' });
    await den.line({ from: `${DEN}/ali`, outgoing: true, body: 'mine' });
    expect(den.writes.at(-1)).toMatchObject({ html: 'mine', flags: ['send'] });
  });

  test('are not taken off the list: where we stand is told for the room', async () => {
    await den.departed('alice', KICKED, { self: true });
    expect(await den.users()).toEqual(['alice voice', 'bob']);
    expect(den.html).toEqual([]);
  });
});

test('occupants of a room that we are not in are nobody', async () => {
  const value = { room: 'hall@rooms.example', occupants: [ALICE], begin: true, end: true };
  await den.stage.tell(den.number, { case: 'roomOccupants', value });
  expect(den.changes()).toEqual([]);
});

describe('what is known of an occupant', () => {
  const HAT = '<Judge>';

  beforeEach(() => den.all(ALICE));

  const info = async (nick: string) => {
    const after = den.stage.host.now;
    await den.run('info', { name: `${DEN}/${nick}` });
    const { name, rows } = await den.stage.host.next('userinfo', () => true, after);
    return { name, rows: rows.map(({ label, value }) => `${label ?? ''}: ${value ?? ''}`) };
  };

  test('is shown to one who asks, with his address and titles where the room shows them', async () => {
    await den.part([
      {
        nick: 'b<ob>',
        jid: 'bob@home.example/<phone>',
        role: Role.MODERATOR,
        affiliation: Affiliation.OWNER,
        show: Show.XA,
        status: 'so <long>',
        hats: [HAT, 'Host'],
      },
    ]);
    expect(await info('b<ob>')).toEqual({
      name: `${DEN}/b<ob>`,
      rows: [
        'Nick: b&lt;ob&gt;',
        'XMPP address: bob@home.example/&lt;phone&gt;',
        'Status: Extended away',
        'Message: so &lt;long&gt;',
        'Title: &lt;Judge&gt;, Host',
        'Role: moderator',
        'Affiliation: owner',
      ],
    });
    // Nobody is asked for what only a person's own client could answer.
    expect(den.stage.engine.all('queryContact')).toEqual([]);
  });

  test('follows him through a change of nick, and a list that is told anew', async () => {
    await den.part([{ nick: 'bob', jid: BOB }]);
    await den.departed('bob', RENAMED, { newNick: 'bobby' });
    expect((await info('bobby')).rows).toContain(`XMPP address: ${BOB}`);
    await den.all(ALICE, { nick: 'bobby', jid: `${BOB}/x` });
    expect((await info('bobby')).rows).toContain(`XMPP address: ${BOB}/x`);
  });

  test('is nothing of one who is not there', async () => {
    expect((await info('nobody')).rows).toEqual(['Nick: nobody', 'Status: Not in the room now']);
  });
});

describe('our own rights', () => {
  beforeEach(() => den.all(ALICE));

  const us = (role: Role, affiliation = Affiliation.AFFILIATION_NONE) =>
    den.part([{ ...ALICE, role, affiliation }]);

  test('are told when they change, and not when we come', async () => {
    await us(Role.PARTICIPANT);
    expect(den.html).toEqual([]);
    await us(Role.VISITOR);
    await us(Role.PARTICIPANT);
    await us(Role.MODERATOR);
    await us(Role.PARTICIPANT, Affiliation.MEMBER);
    expect(den.html).toEqual([
      'You have no voice in this room now: what you write is not shown to the others.',
      'You have voice in this room now.',
      'You are a moderator of this room now.',
      'You are no moderator of this room any more.',
      'Your affiliation with this room is member now.',
    ]);
  });
});
