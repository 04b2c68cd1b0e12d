// SPDX-License-Identifier: MIT
//
// How rooms are named in the host, and invitations into them.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind } from '../../src/contract/engine_pb.js';
import { BOB, COMPONENTS, DEN, Den, Room_Why } from './den.js';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

describe('the names of rooms', () => {
  test('have the fields of prpl-jabber', async () => {
    const { fields } = await den.stage.host.run('chat-naming', { account: den.account });
    expect(fields).toEqual([
      { label: '_Room:', identifier: 'room', required: true, secret: false },
      { label: '_Server:', identifier: 'server', required: true, secret: false },
      { label: '_Handle:', identifier: 'handle', required: true, secret: false },
      { label: '_Password:', identifier: 'password', required: false, secret: true },
    ]);
  });

  test.each([
    ['Den@Rooms.example', COMPONENTS],
    [undefined, { server: 'conference.home.example', handle: 'alice' }],
  ])('for %s the fields are filled in', async (name, components) => {
    expect(await den.stage.host.run('chat-naming', { account: den.account, name })).toMatchObject({
      components,
    });
  });

  test.each([
    [{ room: 'Den', server: 'Rooms.example' }, DEN],
    [{ room: DEN, server: 'other.example' }, DEN],
    [{ room: 'den' }, null],
  ])('are made of %j', async (components, name) => {
    expect(await den.run('chat-naming', { components })).toMatchObject({ name });
  });

  test('find the chat in the buddy list', async () => {
    expect(await den.run('chat-keep')).toEqual({ found: null });
    const kept = await den.run('chat-keep', { components: COMPONENTS, alias: 'The den' });
    expect(kept).toEqual({ found: 'The den' });
  });
});

describe('an invitation', () => {
  const invite = (value = {}) =>
    den.stage.tell(den.number, {
      case: 'invitation',
      value: { room: DEN, from: `${BOB}/phone`, reason: 'a <b>talk</b>', password: 'pw', ...value },
    });

  test('asks the person, as plain text, and enters the room when it is accepted', async () => {
    await invite();
    const { request, secondary } = await den.stage.host.next('request');
    expect(secondary).toContain(`${BOB} has invited`);
    expect(secondary).toContain(`${DEN}:\na <b>talk</b>`);
    await den.stage.host.run('answer', { request, action: 0 });
    const { body } = await den.stage.engine.next('joinRoom');
    expect(body.value).toMatchObject({ room: DEN, nick: 'alice', password: 'pw' });
  });

  test('that names an occupant says which', async () => {
    await invite({ from: `${DEN}/bob` });
    const { request, secondary } = await den.stage.host.next('request');
    expect(secondary).toContain(`${DEN}/bob has invited`);
    await den.stage.host.run('answer', { request, action: 1 });
  });

  test('that is turned down leads to nothing', async () => {
    await invite();
    const { request } = await den.stage.host.next('request');
    await den.stage.host.run('answer', { request, action: 1 });
    expect(den.stage.engine.all('joinRoom')).toEqual([]);
  });

  test('into a room that we are in is not shown', async () => {
    await den.enter();
    await invite();
    expect(den.stage.host.all('request')).toEqual([]);
  });

  test('of a friend goes through the room', async () => {
    await den.enter();
    await den.run('invite', { who: BOB, text: 'come' });
    const { body } = await den.stage.engine.next('invite');
    expect(body.value).toMatchObject({ room: DEN, jid: BOB, reason: 'come' });
  });

  test('that the room refuses is told', async () => {
    den.stage.engine.accepting = false;
    await den.enter();
    await den.run('invite', { who: BOB, text: '' });
    const { id } = await den.stage.engine.next('invite');
    const error = { kind: Error_Kind.STANZA, condition: 'forbidden', text: 'Not <you>.' };
    await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
    expect(den.stage.host.all('notify')).toMatchObject([{ primary: BOB, secondary: 'Not <you>.' }]);
  });
});

test('a host without prompts is told of an invitation, and of a password', async () => {
  await den.close();
  den = await Den.open({ prompts: false });
  await den.stage.tell(den.number, { case: 'invitation', value: { room: DEN, from: BOB } });
  await den.ask();
  const text = 'A password is needed.';
  await den.left(Room_Why.REFUSED, {
    error: { kind: Error_Kind.STANZA, condition: 'not-authorized', text },
  });
  expect(den.stage.host.all('notify')).toMatchObject([
    { kind: 'info', primary: `${BOB} invites you to the room ${DEN}.` },
    { kind: 'error', secondary: 'A password is needed.' },
  ]);
});
