// SPDX-License-Identifier: MIT
//
// What can be done in a room without commands: the menu of a chat in the buddy list, and its dialogs.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind, RoomFormKind } from '../../src/contract/engine_pb.js';
import {
  Affiliation,
  ALICE,
  BOB,
  COMPONENTS,
  DEN,
  Den,
  Role,
  Room_Why,
  type Occupant,
} from './den.js';

const HALL = 'hall@rooms.example';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
  await den.run('chat-keep', { components: COMPONENTS });
});
afterEach(() => den.close());

const choose = (item: string) => den.run('chat-menu', { choose: item });

/** The dialog of an item, answered; `changes` by label. */
async function answer(item: string, changes: Record<string, unknown>, ok = true) {
  const after = den.stage.host.now;
  await choose(item);
  const dialog = await den.stage.host.next('request', () => true, after);
  const ids = new Map((dialog.fields ?? []).map(({ label, id }) => [label, id]));
  const fields = Object.fromEntries(
    Object.entries(changes).map(([label, value]) => [ids.get(label) ?? '', value]),
  );
  await den.stage.host.run('answer', { request: dialog.request, ok, fields });
  return dialog;
}

/** What the engine was told of rights and ends since. */
async function asked(after: number): Promise<unknown[]> {
  // Commands arrive in order: once this one is there, what was before it is.
  await choose('Unregister');
  await den.stage.engine.next('unregisterRoom', () => true, after);
  return den.stage.engine.commands.all
    .slice(after)
    .map(({ body }) => body)
    .filter(({ case: kind = '' }) => /^(set|destroy)/.test(kind));
}

const notes = () => den.stage.host.all('notify').map(({ secondary }) => secondary);

const ALWAYS = ['Configure Room', 'Register Nick', 'Unregister', 'Show People...'];

test.each<[string, Occupant | undefined, string[]]>([
  ['we are not in', undefined, ['Change Rights...', 'Destroy Room...']],
  ['we have no voice in', { role: Role.VISITOR }, ['Ask for Voice']],
  ['we have voice in', { role: Role.PARTICIPANT }, []],
  ['we moderate', { role: Role.MODERATOR }, ['Change Rights...']],
  ['we are an admin of', { affiliation: Affiliation.ADMIN }, ['Change Rights...']],
  ['is ours', { affiliation: Affiliation.OWNER }, ['Change Rights...', 'Destroy Room...']],
])('the menu of a room that %s has what can be done there', async (_title, us, more) => {
  if (us !== undefined) {
    await den.enter();
    await den.all({ ...ALICE, role: Role.PARTICIPANT, ...us });
  }
  const { menu } = await choose('');
  expect(menu.filter((item) => !ALWAYS.includes(item ?? ''))).toEqual(more);
  expect(menu.filter((item) => ALWAYS.includes(item ?? ''))).toEqual(ALWAYS);
});

test.each([
  ['Configure Room', 'getRoomForm', { kind: RoomFormKind.CONFIGURE }],
  ['Register Nick', 'getRoomForm', { kind: RoomFormKind.REGISTER }],
  ['Unregister', 'unregisterRoom', {}],
] as const)('“%s” asks the room', async (item, command, value) => {
  await choose(item);
  const { body, id } = await den.stage.engine.next(command);
  expect(body.value).toMatchObject({ room: DEN, ...value });
  expect(id).not.toBe('');
});

test('one without voice asks for it, and is told where the room refuses that', async () => {
  await den.enter();
  await den.all({ ...ALICE, role: Role.VISITOR });
  den.stage.engine.accepting = false;
  await choose('Ask for Voice');
  const { id } = await den.stage.engine.next('requestVoice');
  const error = { kind: Error_Kind.STANZA, text: 'Not <you>.' };
  await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
  expect(notes()).toEqual(['Not <you>.']);
});

describe('rights', () => {
  test.each([
    ['Give voice', 'setRole', { nick: 'bob', role: Role.PARTICIPANT }],
    ['Take voice away', 'setRole', { nick: 'bob', role: Role.VISITOR }],
    ['Make a moderator', 'setRole', { nick: 'bob', role: Role.MODERATOR }],
    ['Put out of the room', 'setRole', { nick: 'bob', role: Role.ROLE_NONE }],
    ['Ban from the room', 'setAffiliation', { affiliation: Affiliation.OUTCAST }],
    ['Make a member', 'setAffiliation', { affiliation: Affiliation.MEMBER }],
    ['Make an admin', 'setAffiliation', { affiliation: Affiliation.ADMIN }],
    ['Make an owner', 'setAffiliation', { affiliation: Affiliation.OWNER }],
    ['Take any affiliation away', 'setAffiliation', { affiliation: Affiliation.AFFILIATION_NONE }],
  ] as const)('%s', async (what, command, value) => {
    const dialog = await answer('Change Rights...', {
      'Nick or address': ' bob ',
      'What?': [what],
      Reason: 'so <it> is',
    });
    expect(dialog).toMatchObject({ title: 'Rights in a Room', primary: DEN });
    const { body } = await den.stage.engine.next(command);
    expect(body.value).toMatchObject({ room: DEN, reason: 'so <it> is', ...value });
    if (body.case === 'setAffiliation') expect(body.value.jidOrNick).toBe('bob');
  });

  test('of nobody are told as that, and those of one who thinks again stay', async () => {
    const after = den.stage.engine.now;
    await answer('Change Rights...', { 'What?': ['Give voice'] });
    await answer('Change Rights...', { 'Nick or address': BOB }, false);
    expect(notes()).toEqual(['The nick is empty.']);
    expect(await asked(after)).toEqual([]);
  });
});

describe('the end of a room', () => {
  test('is asked for with all that is to be said', async () => {
    const { fields = [] } = await answer('Destroy Room...', {
      Reason: 'moved',
      'Address of a room to go to instead': ` ${HALL} `,
      'Password of that room': 'sesame',
    });
    expect(fields.map(({ masked }) => masked)).toEqual([false, false, true]);
    const { body } = await den.stage.engine.next('destroyRoom');
    expect(body.value).toMatchObject({
      room: DEN,
      reason: 'moved',
      alternate: HALL,
      password: 'sesame',
    });
  });

  test('needs no words', async () => {
    await answer('Destroy Room...', {});
    const { body } = await den.stage.engine.next('destroyRoom');
    expect(body.value).toMatchObject({ room: DEN, reason: '', alternate: '', password: '' });
  });

  test('is not asked for by one who thinks again', async () => {
    const after = den.stage.engine.now;
    await answer('Destroy Room...', {}, false);
    expect(await asked(after)).toEqual([]);
  });

  test('is told with the room to go to instead, which one question enters', async () => {
    await den.enter();
    await den.left(Room_Why.DESTROYED, { alternate: HALL, alternatePassword: 'sesame' });
    const { request, primary, secondary, actions } = await den.stage.host.next('request');
    expect([primary, secondary, actions]).toEqual([
      `The room ${DEN} was closed.`,
      `Do you want to enter ${HALL} instead?`,
      ['_OK', '_Cancel'],
    ]);
    const after = den.stage.engine.now;
    await den.stage.host.run('answer', { request, action: 0 });
    const { body } = await den.stage.engine.next('joinRoom', () => true, after);
    expect(body.value).toMatchObject({ room: HALL, nick: 'alice', password: 'sesame' });
  });

  test.each([
    ['it says nothing of another', {}],
    ['the other is no room', { alternate: 'rooms.example' }],
  ])('asks nothing where %s', async (_title, value) => {
    await den.enter();
    await den.left(Room_Why.DESTROYED, value);
    expect(den.stage.host.all('request')).toEqual([]);
  });

  test('that was there before we came is told, too', async () => {
    await den.ask();
    const error = { kind: Error_Kind.STANZA, condition: 'gone', text: 'It does not exist <now>.' };
    await den.left(Room_Why.DESTROYED, { error, alternate: HALL });
    expect(den.stage.host.all('chat-join-failed')).toHaveLength(1);
    expect(notes()).toEqual(['It does not exist <now>.']);
    expect(den.stage.host.all('request')).toMatchObject([
      { secondary: `Do you want to enter ${HALL} instead?` },
    ]);
  });
});

describe('the people of a room', () => {
  const tell = (value: object) =>
    den.stage.tell(den.number, { case: 'roomUsers', value: { room: DEN, ...value } });

  test.each([
    ['Moderators', { role: Role.MODERATOR }],
    ['Those with voice', { role: Role.PARTICIPANT }],
    ['Members', { affiliation: Affiliation.MEMBER }],
    ['Admins', { affiliation: Affiliation.ADMIN }],
    ['Owners', { affiliation: Affiliation.OWNER }],
    ['Those who are banned', { affiliation: Affiliation.OUTCAST }],
  ])('are asked for: %s', async (who, value) => {
    await answer('Show People...', { 'Who?': [who] });
    const { body } = await den.stage.engine.next('queryRoomUsers');
    expect(body.value).toMatchObject({ room: DEN, ...value });
  });

  test('are shown in the room, in one go', async () => {
    await den.enter();
    const affiliation = Affiliation.OUTCAST;
    await tell({ affiliation, users: [{ jid: BOB, nick: 'b<ob>', reason: 'so\n<loud>' }] });
    expect(den.html).toEqual([]);
    await tell({ affiliation, users: [{ jid: BOB }, { nick: 'carol' }], done: true });
    expect(den.writes).toMatchObject([
      {
        html: `Banned: <br>b&lt;ob&gt; (${BOB}): so &lt;loud&gt;<br>${BOB}<br>carol`,
        flags: ['system', 'no-log'],
      },
    ]);
  });

  test('of whom an engine had told a part are told anew by the next one', async () => {
    await den.enter();
    const affiliation = Affiliation.OWNER;
    await tell({ affiliation, users: [{ jid: BOB }] });
    const after = den.stage.engine.now;
    den.stage.engine.die();
    await den.stage.engine.next('attach', () => true, after);
    await tell({ affiliation, users: [{ jid: BOB }], done: true });
    expect(den.html.filter((html) => html.startsWith('Owners'))).toEqual([`Owners: <br>${BOB}`]);
  });

  test('may be nobody', async () => {
    await den.enter();
    await tell({ role: Role.MODERATOR, done: true });
    expect(den.html).toEqual(['Moderators: nobody']);
  });

  test('are shown by a window where we are not in the room', async () => {
    await tell({ affiliation: Affiliation.OWNER, users: [{ nick: '<b>' }], done: true });
    expect(den.stage.host.all('notify')).toMatchObject([
      { kind: 'formatted', title: 'Owners', primary: DEN, html: 'Owners: <br>&lt;b&gt;' },
    ]);
  });

  test('are not all shown where they are too many to read', async () => {
    await den.enter();
    const users = Array.from({ length: 200 }, (_, n) => ({ jid: `m${n}@home.example` }));
    const affiliation = Affiliation.MEMBER;
    for (let n = 0; n < 3; n++) await tell({ affiliation, users, done: n === 2, cut: n === 2 });
    const [html = ''] = den.html;
    expect(html.split('<br>')).toHaveLength(502);
    expect(html.endsWith('<br>and at least 100 more')).toBe(true);
  });
});

test('a host without dialogs says so', async () => {
  await den.close();
  den = await Den.open({ prompts: false });
  await den.run('chat-keep', { components: COMPONENTS });
  await choose('Destroy Room...');
  expect(notes()).toEqual(['This program cannot show forms.']);
  await den.enter();
  await den.left(Room_Why.DESTROYED, { alternate: HALL });
  expect(den.html).toEqual([`The room was closed.<br>The room to go to instead: ${HALL}`]);
});
