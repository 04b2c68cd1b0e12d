// SPDX-License-Identifier: MIT
//
// What can be typed in a room.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind, RoomFormKind } from '../../src/contract/engine_pb.js';
import { Affiliation, BOB, DEN, Den, Role, Room_Why } from './den.js';

const LIDDELL = 'Alice Liddell';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
  await den.enter({ nick: 'bob' }, { nick: 'Alice' }, { nick: LIDDELL }, { nick: '"x' });
});
afterEach(() => den.close());

/** Types it; what the engine is told, without what a link leads to. */
async function type(text: string) {
  const after = den.stage.engine.now;
  const { status, wrong } = await den.run('command', { text });
  // Commands arrive in order: once this mark is there, what was before it is.
  await den.run('topic', { topic: 'mark' });
  await den.stage.engine.next('setRoomSubject', ({ body }) => body.value.subject === 'mark', after);
  const told = den.stage.engine.commands.all
    .slice(after)
    .map(({ body }) => body)
    .filter(({ case: kind }) => kind !== 'handled')
    .slice(0, -1);
  return { status, wrong, told };
}

const role = (nick: string, what: Role, reason = '') => ({
  case: 'setRole',
  value: { room: DEN, nick, role: what, reason },
});
const affiliation = (jidOrNick: string, what: Affiliation, reason = '') => ({
  case: 'setAffiliation',
  value: { room: DEN, jidOrNick, affiliation: what, reason },
});
const users = (value: object) => ({ case: 'queryRoomUsers', value: { room: DEN, ...value } });
const form = (kind: RoomFormKind) => ({ case: 'getRoomForm', value: { room: DEN, kind } });
const message = (nick: string, body: string) => ({
  case: 'sendMessage',
  value: { to: `${DEN}/${nick}`, body, groupchat: false },
});

describe('a command in a room', () => {
  test.each<[string, object[]]>([
    ['config', [form(RoomFormKind.CONFIGURE)]],
    ['configure', [form(RoomFormKind.CONFIGURE)]],
    ['register', [form(RoomFormKind.REGISTER)]],
    ['nick Alice B.', [{ case: 'joinRoom', value: { room: DEN, nick: 'Alice B.', password: '' } }]],
    ['topic A <b> & c', [{ case: 'setRoomSubject', value: { subject: 'A <b> & c' } }]],
    ['ban bob', [affiliation('bob', Affiliation.OUTCAST)]],
    [`ban ${BOB} so much noise`, [affiliation(BOB, Affiliation.OUTCAST, 'so much noise')]],
    ['kick bob', [role('bob', Role.ROLE_NONE)]],
    [`kick ${LIDDELL} noise`, [role(LIDDELL, Role.ROLE_NONE, 'noise')]],
    ['kick Alice noise', [role('Alice', Role.ROLE_NONE, 'noise')]],
    ['kick Alice', [role('Alice', Role.ROLE_NONE)]],
    ['kick Alicex Liddell', [role('Alicex', Role.ROLE_NONE, 'Liddell')]],
    ['kick "gone already"  noise', [role('gone already', Role.ROLE_NONE, 'noise')]],
    ['kick "x noise', [role('"x', Role.ROLE_NONE, 'noise')]],
    ['kick "y noise', [role('"y', Role.ROLE_NONE, 'noise')]],
    ['role moderator bob', [role('bob', Role.MODERATOR)]],
    [
      `role visitor bob ${LIDDELL} Alice`,
      ['bob', LIDDELL, 'Alice'].map((nick) => role(nick, Role.VISITOR)),
    ],
    [`affiliate owner bob ${BOB}`, ['bob', BOB].map((who) => affiliation(who, Affiliation.OWNER))],
    ['affiliate none bob', [affiliation('bob', Affiliation.AFFILIATION_NONE)]],
    ['role moderator', [users({ role: Role.MODERATOR })]],
    ['role participant ', [users({ role: Role.PARTICIPANT })]],
    ['affiliate owner', [users({ affiliation: Affiliation.OWNER })]],
    ['affiliate outcast', [users({ affiliation: Affiliation.OUTCAST })]],
    [
      `invite ${BOB} come in`,
      [{ case: 'invite', value: { room: DEN, jid: BOB, reason: 'come in' } }],
    ],
    [
      'join hall sesame',
      [
        {
          case: 'joinRoom',
          value: { room: 'hall@rooms.example', nick: 'alice', password: 'sesame' },
        },
      ],
    ],
    [
      'join hall@other.example',
      [{ case: 'joinRoom', value: { room: 'hall@other.example', nick: 'alice', password: '' } }],
    ],
    ['msg bob a <b> & c', [message('bob', 'a <b> & c')]],
    [`msg ${LIDDELL} hello`, [message(LIDDELL, 'hello')]],
  ])('is done: /%s', async (text, told) => {
    const typed = await type(text);
    expect([typed.status, typed.wrong]).toEqual([0, null]);
    expect(typed.told).toMatchObject(told);
    expect(typed.told).toHaveLength(told.length);
  });

  test.each([
    ['nick', 'Which nick?'],
    ['ban', 'Who is to be banned?'],
    ['kick ', 'Who is to be kicked?'],
    ['role', 'Which role? none, visitor, participant or moderator.'],
    ['role king bob', 'Which role? none, visitor, participant or moderator.'],
    ['role none', 'Who is to have it?'],
    ['affiliate king bob', 'Which affiliation? none, outcast, member, admin or owner.'],
    ['affiliate none ', 'Who is to have it?'],
    ['invite', 'Who is to be invited?'],
    ['join', 'Which room?'],
    ['msg', 'To whom, and what?'],
    ['msg bob', 'To whom, and what?'],
    [`kick ${'x'.repeat(2_000)}`, 'The nick or the password is too long.'],
    [`nick ${'x'.repeat(2_000)}`, 'The nick or the password is too long.'],
    [`affiliate owner ${'x'.repeat(4_000)} bob`, 'The address is empty, too long or not UTF-8.'],
  ])('says what is missing: /%s', async (text, wrong) => {
    expect(await type(text)).toEqual({ status: 1, wrong, told: [] });
  });

  test('leaves the room, with a line to those who stay', async () => {
    await den.run('command', { text: 'part see you' });
    const { body } = await den.stage.engine.next('leaveRoom');
    expect(body.value).toMatchObject({ room: DEN, text: 'see you' });
    expect(await den.chat()).toMatchObject({ left: true });
  });

  test('leaves the room without a line that is too long to be sent', async () => {
    await den.run('command', { text: `part ${'x'.repeat(5_000_000)}` });
    const { body } = await den.stage.engine.next('leaveRoom');
    expect(body.value).toMatchObject({ room: DEN, text: '' });
    expect(await den.chat()).toMatchObject({ left: true });
  });

  test('shows the topic, as it is', async () => {
    await den.run('command', { text: 'topic' });
    await den.subject({ subject: '<b>&', nick: 'bob' });
    await den.run('command', { text: 'topic' });
    expect(den.html[0]).toBe('There is no topic.');
    expect(den.html.at(-1)).toBe('The topic is: &lt;b&gt;&amp;');
    expect(den.stage.engine.all('setRoomSubject')).toEqual([]);
  });

  test('that the room refuses is told', async () => {
    den.stage.engine.accepting = false;
    await den.run('command', { text: 'kick bob' });
    const { id } = await den.stage.engine.next('setRole');
    const error = { kind: Error_Kind.STANZA, text: 'Not <you>.' };
    await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
    expect(den.stage.host.all('notify')).toMatchObject([
      { kind: 'error', secondary: 'Not <you>.' },
    ]);
  });

  test('is gone when the protocol is unloaded', async () => {
    const plugin = 'prpl-steadfast';
    expect((await den.run('command', { help: 'affiliate' })).help).toHaveLength(1);
    await den.run('account-enable', { enabled: false });
    expect(await den.run('plugin', { plugin, unload: true })).toMatchObject({ loaded: false });
    expect((await den.run('command', { help: 'affiliate' })).help).toEqual([]);
  });

  test('is gone when the protocol is unloaded from under a connection, which ends', async () => {
    const unload = { plugin: 'prpl-steadfast', unload: true };
    expect(await den.run('plugin', unload)).toMatchObject({ loaded: false });
    expect((await den.run('command', { help: 'affiliate' })).help).toEqual([]);
    expect(den.stage.host.all('disconnected')).toHaveLength(1);
  });

  test('is not done in a room that we are out of', async () => {
    await den.left(Room_Why.KICKED);
    expect(await den.run('command', { text: 'kick bob' })).toMatchObject({
      status: 1,
      wrong: 'You are not in this room now.',
    });
    expect(den.stage.engine.all('setRole')).toEqual([]);
  });

  test.each([
    ...['config', 'configure', 'nick', 'part', 'register', 'topic', 'ban', 'affiliate', 'role'],
    ...['invite', 'join', 'kick', 'msg'],
  ])('has help that is HTML: /%s', async (help) => {
    const [line = ''] = (await den.run('command', { help })).help;
    expect(line).toMatch(new RegExp(`^${help}\\b.*:  `));
    expect(line.replaceAll(/&(lt|gt);/g, '')).not.toMatch(/[<>&]/);
  });
});
