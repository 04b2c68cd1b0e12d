// SPDX-License-Identifier: MIT
//
// To one occupant of a room alone (XEP-0045 §7.5).

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind, MessageState_State } from '../../src/contract/engine_pb.js';
import { DEN, Den } from './den.js';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

const error = { kind: Error_Kind.STANZA, condition: 'forbidden', text: 'You have no <voice>.' };

describe('a private message', () => {
  const WITH_BOB = `${DEN}/Bob/2 <b>`;

  test('goes to the occupant, and shows what becomes of it there', async () => {
    await den.enter({ nick: 'Bob/2 <b>' });
    const { realName } = await den.chat('Bob/2 <b>');
    expect(realName).toBe(WITH_BOB);
    await den.run('send', { name: realName, html: 'psst' });
    const { id, body } = await den.stage.engine.next('sendMessage');
    expect(body.value).toMatchObject({ to: WITH_BOB, body: 'psst', groupchat: false });
    await den.stage.tell(den.number, {
      case: 'messageState',
      value: { id, state: MessageState_State.FAILED, to: WITH_BOB, body: 'psst', inbox: 9, error },
    });
    expect(den.writes).toMatchObject([
      { conversation: WITH_BOB, html: 'psst', flags: ['send'] },
      { conversation: WITH_BOB, flags: ['error'] },
    ]);
  });

  test('of an occupant has a conversation for itself, told from others of the room', async () => {
    await den.enter();
    await den.whisper({ from: WITH_BOB, body: '<one>' });
    await den.whisper({ from: `${DEN}/carol`, body: 'two' });
    await den.whisper({ from: WITH_BOB, body: 'three' });
    expect(den.writes.map(({ conversation, html }) => [conversation, html])).toEqual([
      [WITH_BOB, '&lt;one&gt;'],
      [`${DEN}/carol`, 'two'],
      [WITH_BOB, 'three'],
    ]);
    expect(den.stage.host.all('conversation-opened')).toHaveLength(3);
  });

  test('from another device of ours is shown as sent', async () => {
    await den.whisper({
      from: 'alice@home.example/phone',
      to: WITH_BOB,
      outgoing: true,
      body: 'psst',
    });
    expect(den.writes).toMatchObject([
      { conversation: WITH_BOB, html: 'psst', flags: ['send', 'remote-send'] },
    ]);
  });

  test('of a room that is not joined is found again after it is', async () => {
    await den.run('conversation', { name: WITH_BOB });
    await den.whisper({ from: WITH_BOB, body: 'one' });
    await den.enter();
    await den.whisper({ from: WITH_BOB, body: 'two' });
    expect(den.html).toEqual(['one', 'two']);
    expect(den.stage.host.all('conversation-opened')).toMatchObject([
      { conversation: WITH_BOB },
      { conversation: DEN },
    ]);
    await den.run('conversation', { name: WITH_BOB, open: false });
    await den.whisper({ from: WITH_BOB, body: 'three' });
    expect(den.stage.host.all('conversation-opened')).toHaveLength(3);
  });

  test('and typing belong to the same conversation', async () => {
    await den.enter();
    await den.whisper({ from: WITH_BOB });
    const chatState = { from: WITH_BOB, state: 1 };
    await den.stage.tell(den.number, { case: 'chatState', value: chatState });
    expect(den.stage.host.all('typing')).toMatchObject([{ name: WITH_BOB, state: 'typing' }]);
  });

  test('of the room itself, both ways, is no line of the room', async () => {
    await den.enter();
    await den.whisper({ from: DEN, body: 'one' });
    await den.whisper({ from: 'alice@home.example/phone', to: DEN, outgoing: true, body: 'two' });
    await den.whisper({ from: DEN, body: '', setAside: true, keptIn: '/x/set-aside' });
    expect(den.writes.map(({ chat, flags }) => [chat, flags[0]])).toEqual([
      [undefined, 'recv'],
      [undefined, 'send'],
      [undefined, 'system'],
    ]);
    expect(den.stage.host.stderr).not.toContain('CRITICAL');
  });

  test('leaves the room its own names: a contact of another address is none of it', async () => {
    await den.enter();
    await den.stage.tell(den.number, {
      case: 'message',
      value: { from: 'bob@home.example/phone', body: 'hi', id: 'x', inbox: 99 },
    });
    expect(den.writes).toMatchObject([{ conversation: 'bob@home.example' }]);
  });
});
