// SPDX-License-Identifier: MIT
//
// Into rooms and out of them (XEP-0045).

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind, Link_State } from '../../src/contract/engine_pb.js';
import { ALICE, COMPONENTS, DEN, Den, Room_State, Room_Why } from './den.js';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

const refused = (condition: string, text = 'The room said <no>.') =>
  den.left(Room_Why.REFUSED, { error: { kind: Error_Kind.STANZA, condition, text } });

describe('joining a room', () => {
  test('asks the engine by address, nick and password', async () => {
    const asked = await den.ask({ ...COMPONENTS, room: ' Den ', password: 'sesame' });
    expect(asked).toMatchObject({ room: DEN, nick: 'alice', password: 'sesame' });
    expect(den.stage.host.all('conversation-opened')).toEqual([]);
  });

  test('opens one conversation when the room has let us in', async () => {
    await den.ask();
    await den.room({ state: Room_State.JOINING });
    expect(den.stage.host.all('chat-joined')).toEqual([]);
    await den.joined();
    expect(den.stage.host.all('conversation-opened')).toMatchObject([
      { conversation: DEN, chat: true },
    ]);
    expect(den.stage.host.all('chat-joined')).toHaveLength(1);
    expect(await den.chat()).toMatchObject({ left: false, nick: 'alice' });
    expect(den.html).toEqual([]);
  });

  test('takes over a window that the program opened under half of its name', async () => {
    await den.run('join-chat', { components: COMPONENTS, window: 'den' });
    await den.joined();
    expect(den.stage.host.all('conversation-opened')).toHaveLength(1);
    expect(await den.chat()).toMatchObject({ left: false, nick: 'alice' });
  });

  test('that has a window closes one that the program opened under half of its name', async () => {
    await den.enter();
    await den.run('join-chat', { components: COMPONENTS, window: 'den' });
    expect(den.stage.host.all('conversation-closed')).toHaveLength(1);
    expect(await den.chat()).toMatchObject({ left: false });
  });

  test('says once that it is new and that everybody sees our address, when that is known', async () => {
    await den.ask();
    await den.joined();
    await den.joined({ created: true });
    await den.joined({ created: true, nonAnonymous: true });
    await den.joined();
    await den.joined({ created: true, nonAnonymous: true });
    expect(den.html).toEqual([
      'This room is new: you made it by entering it.',
      'Everybody in this room can see your address.',
    ]);
  });

  test('that we are in already does nothing', async () => {
    await den.enter();
    const after = den.stage.host.now;
    for (const handle of ['alice', ''])
      await den.run('join-chat', { components: { ...COMPONENTS, handle } });
    expect(den.stage.engine.all('joinRoom')).toHaveLength(1);
    expect(den.stage.host.all('conversation-opened', after)).toEqual([]);
    expect(den.changes(after)).toEqual([]);
  });

  test('that we are in already, by another nick, asks for that nick', async () => {
    await den.enter();
    expect(await den.ask({ ...COMPONENTS, handle: 'alice2' })).toMatchObject({ nick: 'alice2' });
  });

  test.each([
    ['no server', { room: 'den', handle: 'alice' }],
    ['a blank in the name', { ...COMPONENTS, room: 'the den' }],
    ['a nick in the name', { ...COMPONENTS, room: 'den@rooms.example/x' }],
  ])('with %s fails at once, and says so', async (_title, components) => {
    await den.run('join-chat', { components });
    expect(den.stage.host.all('chat-join-failed')).toMatchObject([{ components }]);
    expect(den.stage.host.all('notify')).toMatchObject([{ kind: 'error' }]);
    expect(den.stage.engine.all('joinRoom')).toEqual([]);
  });
});

describe('a room that does not let us in', () => {
  test.each([
    ['registration-required', 'The room said <no>.'],
    ['conflict', 'Somebody there has the nick alice already. Choose another one.'],
  ])('for %s is told in plain words', async (condition, secondary) => {
    await den.ask();
    await refused(condition);
    expect(den.stage.host.all('chat-join-failed')).toMatchObject([{ components: COMPONENTS }]);
    expect(den.stage.host.all('notify')).toMatchObject([
      { kind: 'error', primary: `You could not enter ${DEN}.`, secondary },
    ]);
    expect(den.stage.host.all('conversation-opened')).toEqual([]);
  });

  test('for want of a password asks for it', async () => {
    await den.ask();
    await refused('not-authorized', 'A password is needed.');
    const { request, masked } = await den.stage.host.next('request');
    expect(masked).toBe(true);
    const after = den.stage.engine.now;
    await den.stage.host.run('answer', { request, ok: true, value: 'sesame' });
    const { body } = await den.stage.engine.next('joinRoom', () => true, after);
    expect(body.value).toMatchObject({ room: DEN, nick: 'alice', password: 'sesame' });
    await den.joined();
    expect(await den.chat()).toMatchObject({ left: false });
  });

  test('for want of a password leaves it be when the person gives none', async () => {
    await den.ask();
    await refused('not-authorized');
    const { request } = await den.stage.host.next('request');
    await den.stage.host.run('answer', { request, ok: false });
    expect(den.stage.engine.all('joinRoom')).toHaveLength(1);
  });

  test('closes the prompt with the account', async () => {
    await den.ask();
    await refused('not-authorized');
    await den.stage.host.next('request');
    await den.run('account-enable', { enabled: false });
    await den.stage.host.next('request-closed');
  });

  test('again after it had is told in its conversation', async () => {
    await den.enter();
    await refused('forbidden', 'You are <banned>.');
    expect(den.html.at(-1)).toContain('You are &lt;banned&gt;.');
    expect(await den.chat()).toMatchObject({ left: true, users: [] });
    expect(den.stage.host.all('notify')).toEqual([]);
  });
});

describe('a room that cannot be entered for now', () => {
  const trouble = (text: string) => ({
    error: { kind: Error_Kind.STANZA, condition: 'remote-server-not-found', text },
  });

  test('is told once to one who waits for it, and opens when it can be', async () => {
    await den.ask();
    await den.room(trouble('Its server is <away>.'));
    await den.room(trouble('Its server is <away>.'));
    expect(den.stage.host.all('notify')).toMatchObject([
      { kind: 'info', primary: `${DEN} is not entered yet.`, secondary: 'Its server is <away>.' },
    ]);
    expect(den.stage.host.all('chat-join-failed')).toEqual([]);
    await den.joined();
    expect(await den.chat()).toMatchObject({ left: false });
  });

  test('though we were in it has one quiet line each time', async () => {
    await den.enter();
    await den.room(trouble('Its server is <away>.'));
    await den.joined(trouble('Its server is <away>.'));
    await den.joined();
    await den.room(trouble('Its server is <away>.'));
    const line = { html: 'Its server is &lt;away&gt;.', flags: ['system', 'no-log'] };
    expect(den.writes).toMatchObject([line, line]);
    expect(den.stage.host.all('notify')).toEqual([]);
    expect(den.stage.host.all('chat-left')).toEqual([]);
  });
});

describe('out of a room', () => {
  test.each([
    [Room_Why.KICKED, {}, 'You were kicked out of the room.'],
    [
      Room_Why.KICKED,
      { actor: 'b<o>b', reason: 'too\nloud & <rude>' },
      'You were kicked out of the room by b&lt;o&gt;b: too loud &amp; &lt;rude&gt;',
    ],
    [Room_Why.BANNED, { actor: 'bob' }, 'You were banned from the room by bob.'],
    [
      Room_Why.EXCLUDED,
      { actor: 'bob' },
      'You are out of the room: your affiliation with it was changed by bob.',
    ],
    [Room_Why.MEMBERS_ONLY, {}, 'You are out of the room: only members may be in it now.'],
    [
      Room_Why.DESTROYED,
      { reason: '<moved>', alternate: 'hall@rooms.example' },
      'The room was closed: &lt;moved&gt;<br>The room to go to instead: hall@rooms.example',
    ],
  ])('for reason %d the conversation says why, and ends', async (why, value, html) => {
    await den.enter({ nick: 'bob' });
    await den.left(why, value);
    expect(den.writes).toMatchObject([{ conversation: DEN, html, flags: ['system'] }]);
    expect(den.stage.host.all('chat-left')).toHaveLength(1);
    expect(await den.chat()).toMatchObject({ left: true, users: [] });
  });

  test('closing the window leaves it, once', async () => {
    await den.enter();
    await den.run('leave-chat');
    const { body } = await den.stage.engine.next('leaveRoom');
    expect(body.value).toMatchObject({ room: DEN, text: '' });
    await den.left(Room_Why.ASKED);
    expect(den.stage.engine.all('leaveRoom')).toHaveLength(1);
    expect(den.stage.host.all('chat-left')).toHaveLength(1);
    expect(den.writes).toEqual([]);
  });

  test('what was still under way from it opens no window', async () => {
    await den.enter();
    await den.run('leave-chat');
    const after = den.stage.host.now;
    await den.line();
    await den.joined();
    await den.all(ALICE);
    await den.left(Room_Why.ASKED);
    await den.line();
    expect(den.stage.host.all('conversation-opened', after)).toEqual([]);
  });

  test('and in again is one stay more', async () => {
    await den.enter();
    await den.run('leave-chat');
    await den.left(Room_Why.ASKED);
    await den.enter({ nick: 'bob' });
    await den.line();
    expect(den.stage.host.all('chat-joined')).toHaveLength(2);
    expect(await den.users()).toEqual(['alice voice', 'bob']);
    expect(den.html).toEqual(['hello']);
  });
});

describe('a fresh session', () => {
  test('that joins the room again changes nothing that stayed the same', async () => {
    await den.enter({ nick: 'bob' });
    const after = den.stage.host.now;
    await den.stage.tell(den.number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
    den.stage.engine.online(den.number);
    await den.joined();
    await den.all(ALICE, { nick: 'bob' });
    expect(den.changes(after)).toEqual([]);
    expect(den.stage.host.all('chat-left')).toEqual([]);
    expect(den.stage.host.all('chat-joined')).toHaveLength(1);
    expect(den.writes).toEqual([]);
  });

  test('shows who came and went meanwhile without a line for each', async () => {
    await den.enter({ nick: 'bob' });
    const after = den.stage.host.now;
    await den.joined();
    await den.all(ALICE, { nick: 'carol' });
    expect(den.changes(after)).toEqual(['removed: bob', 'added: carol']);
    expect(await den.users()).toEqual(['alice voice', 'carol']);
    expect(den.writes).toEqual([]);
  });

  test('after the engine died finds the room named in the new Attach', async () => {
    await den.ask({ ...COMPONENTS, password: 'sesame' });
    await den.joined();
    const after = den.stage.engine.now;
    den.stage.engine.die();
    const { body } = await den.stage.engine.next('attach', () => true, after);
    expect(body.value.rooms).toMatchObject([{ room: DEN, nick: 'alice', password: 'sesame' }]);
    await den.joined();
    expect(den.stage.host.all('chat-joined')).toHaveLength(1);
    expect(den.stage.host.all('chat-left')).toEqual([]);
  });
});

describe('a host that is offline for a while', () => {
  const back = async (): Promise<number> => {
    const after = den.stage.engine.now;
    await den.run('network', { available: true });
    await den.stage.engine.next('attach', () => true, after);
    den.stage.engine.online(den.number);
    await den.stage.host.events.until(
      'two sign-ins',
      () => den.stage.host.all('connected').length === 2,
    );
    return after;
  };

  beforeEach(async () => {
    await den.ask();
    await den.joined({ nick: 'alice_' });
    await den.all({ ...ALICE, nick: 'alice_' });
    await den.run('network', { available: false });
    await den.stage.host.next('disconnected');
  });

  test('has not left the room, and enters it again under the nick that it had', async () => {
    expect(den.stage.engine.all('leaveRoom')).toEqual([]);
    const after = await back();
    expect(den.stage.engine.all('attach', after)[0]?.body.value.rooms).toMatchObject([
      { room: DEN },
    ]);
    await den.run('join-chat');
    const again = await den.stage.engine.next('joinRoom', () => true, after);
    expect(again.body.value).toMatchObject({ room: DEN, nick: 'alice_' });
    await den.joined({ nick: 'alice_' });
    await den.joined({ nick: 'alice_' });
    await den.all({ ...ALICE, nick: 'alice_' });
    await den.all({ ...ALICE, nick: 'alice_' });
    expect(den.stage.host.all('chat-joined')).toHaveLength(2);
    expect(await den.users()).toEqual(['alice_ voice']);
    expect(den.stage.host.all('conversation-opened')).toHaveLength(1);
  });

  test('leaves a room whose window is closed meanwhile', async () => {
    await den.run('leave-chat');
    const after = await back();
    const { body } = await den.stage.engine.next('leaveRoom', () => true, after);
    expect(body.value).toMatchObject({ room: DEN });
    await den.joined({ nick: 'alice_' });
    await den.left(Room_Why.ASKED);
    expect(den.stage.host.all('conversation-opened')).toHaveLength(1);
    expect(await den.ask()).toMatchObject({ room: DEN });
  });
});
