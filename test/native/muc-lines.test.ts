// SPDX-License-Identifier: MIT
//
// What is said in rooms.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind, Link_State, MessageState_State } from '../../src/contract/engine_pb.js';
import { COMPONENTS, DEN, Den, Room_Why } from './den.js';
import { interrupted } from './stage.js';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

async function send(html: string): Promise<{ id: string; body: string; xhtml: string }> {
  const after = den.stage.engine.now;
  await den.run('chat-send', { html });
  const { id, body } = await den.stage.engine.next('sendMessage', () => true, after);
  expect(body.value).toMatchObject({ to: DEN, groupchat: true });
  return { id, ...body.value };
}

const error = { kind: Error_Kind.STANZA, condition: 'forbidden', text: 'You have no <voice>.' };

describe('a line that comes in', () => {
  beforeEach(() => den.enter({ nick: 'bob' }));

  test.each([
    ['is shown as it was typed', { body: '<b>&' }, '&lt;b&gt;&amp;'],
    ['keeps its lines', { body: 'one\ntwo' }, 'one<br>two'],
    ['keeps its formatting', { xhtml: '<em>a</em><blink>x</blink>' }, '<i>a</i>x'],
    ['with control characters is shown', { body: 'a\u{1}\u{202e}b' }, 'a&#x1;\u{202e}b'],
  ])('%s', async (_title, value, html) => {
    await den.line(value);
    expect(den.writes).toMatchObject([{ conversation: DEN, name: 'bob', html, flags: ['recv'] }]);
  });

  test('that has our nick in it is marked for the host', async () => {
    await den.line({ body: 'hello alice' });
    expect(den.writes).toMatchObject([{ flags: ['recv', 'nick'] }]);
  });

  test('carries its time, and is muted if it is late', async () => {
    await den.line({ sentTimeMs: 1_600_000_000_000n, late: true });
    expect(den.writes).toMatchObject([{ mtime: 1_600_000_000, flags: ['recv', 'delayed'] }]);
  });

  test('of the room itself is a line of the system', async () => {
    await den.line({ from: DEN, body: '<logged> now' });
    expect(den.writes).toMatchObject([{ html: '&lt;logged&gt; now', flags: ['system'] }]);
  });

  test('that may have been shown before is marked by a quiet line', async () => {
    await den.line({ maybeShown: true });
    expect(den.html).toEqual(['hello', 'The message above may have been shown before.']);
  });

  test.each(['ALICE', 'alice/x', 'Ａlice'])('of %s does not pass for ours', async (nick) => {
    await den.line({ from: `${DEN}/${nick}` });
    expect(den.writes).toMatchObject([{ name: nick, flags: ['recv'] }]);
  });

  test('of a nick with markup in it leaves it to the host to show that', async () => {
    await den.line({ from: `${DEN}/<i>bob</i> the "2nd"` });
    expect(den.writes).toMatchObject([{ name: '<i>bob</i> the "2nd"', html: 'hello' }]);
  });

  test('set aside is told in the room', async () => {
    await den.line({ body: '', setAside: true, keptIn: '/x/set-aside' });
    expect(den.writes).toMatchObject([{ conversation: DEN, flags: ['system'] }]);
    expect(den.html[0]).toContain(`A message from ${DEN}/bob could not be shown`);
    expect(den.stage.host.all('conversation-opened')).toHaveLength(1);
  });
});

describe('a line whose room is not open', () => {
  test('while we are on the way in opens it', async () => {
    await den.ask();
    await den.line();
    expect(den.html).toEqual(['hello']);
    await den.joined();
    expect(den.stage.host.all('chat-joined')).toHaveLength(1);
    expect(await den.chat()).toMatchObject({ left: false });
  });

  test('and that nobody asked for is shown in a conversation that has ended', async () => {
    await den.line();
    expect(den.writes).toMatchObject([{ conversation: DEN, name: 'bob', html: 'hello' }]);
    expect(await den.chat()).toMatchObject({ left: true });
    await den.joined();
    await den.line({ body: 'two' });
    expect(den.html).toEqual(['hello', 'two']);
    expect(den.stage.host.all('conversation-opened')).toHaveLength(1);
  });

  test('since we were kicked out of it is shown where we were', async () => {
    await den.enter();
    await den.left(Room_Why.KICKED);
    await den.line({ body: 'from before' });
    expect(den.html.at(-1)).toBe('from before');
    expect(await den.chat()).toMatchObject({ left: true });
    expect(den.stage.host.all('chat-joined')).toHaveLength(1);
  });

  test('as the account was offline is shown where we were', async () => {
    await den.enter();
    await den.run('network', { available: false });
    await den.stage.host.next('disconnected');
    const after = den.stage.engine.now;
    await den.run('network', { available: true });
    await den.stage.engine.next('attach', () => true, after);
    den.stage.engine.online(den.number);
    await den.line({ body: 'meanwhile' });
    expect(den.html.at(-1)).toBe('meanwhile');
    expect(den.stage.host.all('conversation-opened')).toHaveLength(1);
  });

  test('set aside, of a room that we are not in, is a notice', async () => {
    await den.line({ body: '', setAside: true, keptIn: '/x/set-aside' });
    expect(den.stage.host.all('notify')).toMatchObject([{ kind: 'warning' }]);
  });
});

describe('our own line', () => {
  test('is shown when the room reflects it, once and as ours', async () => {
    await den.enter({ nick: 'bob' });
    const { id, body, xhtml } = await send('one <b>two</b>');
    expect(body).toBe('one two');
    expect(xhtml).not.toBe('');
    expect(den.writes).toEqual([]);
    await den.line({ from: `${DEN}/alice`, outgoing: true, id, body, xhtml });
    const value = { id, state: MessageState_State.AT_SERVER, to: DEN };
    await den.stage.tell(den.number, { case: 'messageState', value });
    expect(den.writes).toMatchObject([{ conversation: DEN, name: 'alice', flags: ['send'] }]);
    expect(den.html[0]).toContain('bold');
  });

  test('from before a change of nick is ours all the same', async () => {
    await den.enter();
    await den.line({ from: `${DEN}/earlier`, outgoing: true });
    expect(den.writes).toMatchObject([{ name: 'earlier', flags: ['send'] }]);
  });

  test('in an outage is kept, which is said once', async () => {
    await den.enter();
    await den.stage.tell(den.number, interrupted);
    const after = den.stage.host.now;
    for (const html of ['one', 'two']) {
      const { id } = await send(html);
      await den.stage.tell(den.number, {
        case: 'messageState',
        value: { id, state: MessageState_State.QUEUED, to: DEN },
      });
    }
    expect(den.stage.host.all('write', after)).toMatchObject([
      {
        conversation: DEN,
        html: 'The connection is interrupted. Your message is kept and sent when it is back.',
        flags: ['system', 'no-log'],
      },
    ]);
    den.stage.engine.online(den.number, true);
    await den.stage.host.next('write', ({ html }) => html === 'The connection is back.');
  });

  test('before we are in the room is kept, which is said once for each time', async () => {
    const waits = 'You are not in the room yet. Your message is kept and sent when you are.';
    await den.enter();
    await den.room({ state: 0, nick: 'alice' });
    for (const html of ['one', 'two']) await send(html);
    await den.stage.host.next('write');
    await den.joined();
    await send('three');
    await den.room({ state: 0, nick: 'alice' });
    await send('four');
    await den.stage.host.events.until('two lines', () => den.html.length === 2);
    expect(den.html).toEqual([waits, waits]);
  });

  test('that failed is quoted as an error', async () => {
    await den.enter();
    const { id, body } = await send('precious &lt;text&gt;');
    await den.stage.tell(den.number, {
      case: 'messageState',
      value: { id, state: MessageState_State.FAILED, to: DEN, body, inbox: 1, error },
    });
    expect(den.writes).toMatchObject([
      {
        conversation: DEN,
        html: 'Not delivered: You have no &lt;voice&gt;.<br>precious &lt;text&gt;',
        flags: ['error'],
      },
    ]);
  });

  test('that was refused is quoted as an error, in a room that we are out of too', async () => {
    den.stage.engine.accepting = false;
    await den.enter();
    const { id } = await send('precious');
    await den.left(Room_Why.KICKED);
    await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
    expect(den.writes.at(-1)).toMatchObject({
      html: 'Not delivered: You have no &lt;voice&gt;.<br>precious',
      flags: ['error'],
    });
  });

  test('that failed after its window was closed is quoted in a notice', async () => {
    await den.enter();
    const { id, body } = await send('precious');
    await den.run('leave-chat');
    await den.stage.tell(den.number, {
      case: 'messageState',
      value: { id, state: MessageState_State.FAILED, to: DEN, body, inbox: 1, error },
    });
    expect(den.stage.host.all('notify')).toMatchObject([
      { kind: 'error', secondary: 'Not delivered: You have no <voice>.\nprecious' },
    ]);
    expect(den.stage.host.all('conversation-opened')).toHaveLength(1);
  });

  test('that may arrive twice has one quiet line', async () => {
    await den.enter();
    const { id } = await send('precious');
    await den.stage.tell(den.number, {
      case: 'messageState',
      value: { id, state: MessageState_State.AT_SERVER, to: DEN, maybeTwice: true },
    });
    expect(den.writes).toMatchObject([{ conversation: DEN, flags: ['system', 'no-log'] }]);
    expect(den.html[0]).toContain('it may arrive twice');
  });

  test('that is too long is refused by that name', async () => {
    await den.enter();
    await den.run('chat-send', { html: 'x'.repeat(4 * 1024 * 1024 + 1) });
    expect(JSON.stringify(den.writes)).toContain('too large');
    expect(den.stage.engine.all('sendMessage')).toEqual([]);
  });
});

test('an outage that lasts is told in rooms too', async () => {
  await den.enter();
  await den.stage.tell(den.number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
  const { html } = await den.stage.host.next('write', ({ conversation }) => conversation === DEN);
  expect(html).toContain('You stay signed in');
  expect(den.stage.engine.all('joinRoom').map(({ body }) => body.value.nick)).toEqual([
    COMPONENTS.handle,
  ]);
});

describe('after a restart of the program', () => {
  test('a line that failed is told as one to a room, and opens no talk with a person', async () => {
    await den.stage.tell(den.number, {
      case: 'messageState',
      value: {
        id: 'old',
        state: MessageState_State.FAILED,
        to: DEN,
        body: 'typed <before>',
        error,
        groupchat: true,
      },
    });
    expect(den.stage.host.all('conversation-opened')).toEqual([]);
    expect(den.stage.host.all('notify')).toMatchObject([
      { kind: 'error', secondary: expect.stringContaining('typed <before>') as string },
    ]);
  });
});
