// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ChatState_State,
  Error_Kind,
  Link_State,
  MessageState_State,
  Message_Type,
} from '../../src/contract/engine_pb.js';
import { Stage } from './stage.js';

const BOB = 'bob@home.example';

let stage: Stage;
let account: number;
let number: number;
let inbox = 0;

beforeEach(async () => {
  stage = await Stage.set();
  ({ account, number } = await stage.signIn());
});
afterEach(() => stage.close());

interface Received {
  from?: string;
  type?: Message_Type;
  body?: string;
  xhtml?: string;
  subject?: string;
  sentTimeMs?: bigint;
  maybeShown?: boolean;
  late?: boolean;
  setAside?: boolean;
  keptIn?: string;
  outgoing?: boolean;
  to?: string;
}

function receive(value: Received): Promise<void> {
  inbox++;
  return stage.tell(number, {
    case: 'message',
    value: { from: `${BOB}/phone`, body: 'hello', id: `m${inbox}`, inbox, ...value },
  });
}

async function send(
  html: string,
): Promise<{ id: string; body: string; xhtml: string; to: string }> {
  const after = stage.engine.now;
  await stage.host.run('send', { account, name: BOB, html });
  const { id, body } = await stage.engine.next('sendMessage', () => true, after);
  return { id, ...body.value };
}

function state(value: {
  id: string;
  state: MessageState_State;
  maybeTwice?: boolean;
  body?: string;
  inbox?: number;
}): Promise<void> {
  const error = { kind: Error_Kind.STANZA, condition: 'gone', text: 'Bob <is> gone.' };
  const failed = value.state === MessageState_State.FAILED ? { error } : {};
  return stage.tell(number, { case: 'messageState', value: { to: BOB, ...failed, ...value } });
}

function interrupt(): Promise<void> {
  return stage.tell(number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
}

test('a text that is too long is refused by that name', async () => {
  await stage.host.run('send', { account, name: BOB, html: 'x'.repeat(4 * 1024 * 1024 + 1) });
  const [notice] = [...stage.host.all('notify'), ...stage.host.all('write')];
  expect(JSON.stringify(notice)).toContain('too large');
  expect(stage.engine.all('sendMessage')).toEqual([]);
});

describe('a text that is refused when its account is signed off and its window closed', () => {
  test.each([
    ['account-enable', { enabled: false }],
    ['account-delete', {}],
  ] as const)('is quoted all the same after %s', async (command, args) => {
    stage.engine.accepting = false;
    const { id } = await send('precious <i>text</i>');
    await stage.host.run('conversation', { account, name: BOB, open: false });
    await stage.host.run(command, { account, ...args });
    await stage.host.next('disconnected');
    const error = { kind: Error_Kind.STORE, condition: 'disk-full', text: 'The disk is full.' };
    await stage.tell(number, { case: 'refused', value: { id, error } });
    expect(stage.host.all('notify')).toMatchObject([
      { kind: 'error', primary: BOB, secondary: 'Not delivered: The disk is full.\nprecious text' },
    ]);
    expect(stage.host.stderr).not.toContain('CRITICAL');
  });
});

describe('a text that comes in', () => {
  test.each([
    [
      'markup is shown as it was typed',
      '<b>&amp; "x" \'y\'',
      "&lt;b&gt;&amp;amp; &quot;x&quot; 'y'",
    ],
    ['lines are kept', 'one\ntwo\n\nthree', 'one<br>two<br><br>three'],
    ['a script is harmless', '<script>x</script>', '&lt;script&gt;x&lt;/script&gt;'],
  ])('%s', async (_title, body, html) => {
    await receive({ body });
    expect(stage.host.all('write')).toMatchObject([{ conversation: BOB, html, flags: ['recv'] }]);
  });

  test.each([
    ['<strong>a</strong> <em>b</em>', '<b>a</b> <i>b</i>'],
    ['<p>one</p><p>two</p>', 'one<br>two'],
    ['a<br/>b', 'a<br>b'],
    [
      "<a href='https://x.example/?a=1&amp;b'>x</a>",
      '<a href="https://x.example/?a=1&amp;b">x</a>',
    ],
    ["<a href='javascript:alert(1)'>x</a>", 'x'],
    ["<a href=' javascript:alert(1)'>x</a>", 'x'],
    [
      "<a href='https://x/&quot; onclick=&quot;y'>x</a>",
      '<a href="https://x/&quot; onclick=&quot;y">x</a>',
    ],
    ["<img src='https://x.example/p.png' alt='&lt;i&gt;'/>", '&lt;i&gt;'],
    [
      "<span style='color: #ff0000; position: fixed'>x</span>",
      '<span style="color: #ff0000;">x</span>',
    ],
    ["<span style='color: url(https://x)'>x</span>", 'x'],
    ["<span style='color:red\"&gt;&lt;b'>x</span>", 'x'],
    ['<unknown><b>x</b></unknown>', '<b>x</b>'],
    ['&lt;b&gt;', '&lt;b&gt;'],
    ['<ul><li>one</li><li>two</li></ul>', '• one<br>• two'],
    ['<h1>T</h1>text', '<b>T</b><br>text'],
    ['<blockquote>q</blockquote>', '&gt; q'],
  ])('formatted %s is shown as %s', async (xhtml, html) => {
    await receive({ body: 'plain', xhtml });
    expect(stage.host.all('write')).toMatchObject([{ html }]);
  });

  test('formatting that is not well formed gives way to the plain text', async () => {
    await receive({ body: 'plain', xhtml: '<b>x' });
    expect(stage.host.all('write')).toMatchObject([{ html: 'plain' }]);
  });

  test('nesting without end is cut', async () => {
    await receive({ body: 'plain', xhtml: '<b>'.repeat(500) + 'x' + '</b>'.repeat(500) });
    expect(stage.host.all('write')[0]?.html.length).toBeLessThan(500);
  });

  test('the time of sending is shown, a late one without a sound', async () => {
    await receive({ sentTimeMs: 1_700_000_000_500n });
    await receive({ sentTimeMs: 1_600_000_000_000n, late: true });
    expect(stage.host.all('write')).toMatchObject([
      { mtime: 1_700_000_000, flags: ['recv'] },
      { mtime: 1_600_000_000, flags: ['recv', 'delayed'] },
    ]);
  });

  test('one that may have been shown before is marked by a quiet line', async () => {
    await receive({ maybeShown: true });
    expect(stage.host.all('write')).toMatchObject([
      { html: 'hello', flags: ['recv'] },
      { html: 'The message above may have been shown before.', flags: ['system', 'no-log'] },
    ]);
  });

  const noon = BigInt(new Date(2023, 10, 14, 12, 3).getTime());
  const ended = 'could not be shown: it ended the program twice. It is kept in /a/&lt;b&gt;.';
  test.each<[string, Received, string, string]>([
    [
      'from somebody',
      { from: 'bob&b@home.example/x', sentTimeMs: noon },
      'bob&b@home.example',
      'from bob&amp;b@home.example of 2023-11-14 12:03',
    ],
    ['of which the time is not known', {}, BOB, `from ${BOB}`],
    [
      'from another device of ours',
      { outgoing: true, to: BOB, sentTimeMs: noon },
      BOB,
      `to ${BOB} of 2023-11-14 12:03`,
    ],
  ])('one that was set aside, %s, is told by one line', async (_, value, conversation, words) => {
    await receive({ body: '', setAside: true, keptIn: '/a/<b>', ...value });
    const html = `A message ${words} ${ended}`;
    expect(stage.host.all('write')).toMatchObject([{ conversation, html, flags: ['system'] }]);
  });

  test('one that could not be read is a notice, since nobody knows whose it is', async () => {
    await receive({ body: '', from: '', setAside: true, keptIn: '/a/b', sentTimeMs: noon });
    expect(stage.host.all('write')).toEqual([]);
    expect(JSON.stringify(stage.host.events.all)).toContain(
      'A message of 2023-11-14 12:03 could not be read. It is kept in /a/b.',
    );
  });

  test.each([Message_Type.NORMAL, Message_Type.HEADLINE])(
    'type %s is shown like a chat, its subject above it',
    async (type) => {
      await receive({ type, subject: 'a <b>' });
      expect(stage.host.all('write')).toMatchObject([{ html: '<b>a &lt;b&gt;</b><br>hello' }]);
    },
  );

  test('of a flood all is shown, in order, and commands are answered meanwhile', async () => {
    for (let i = 0; i < 1000; i++)
      stage.engine.send(number, {
        case: 'message',
        value: { from: `${BOB}/phone`, body: `text ${i}`, inbox: i + 1 },
      });
    await stage.host.run('account-get', { account });
    await stage.host.next('write', ({ html }) => html === 'text 999');
    expect(stage.host.all('write').map(({ html }) => html)).toEqual(
      Array.from({ length: 1000 }, (_, i) => `text ${i}`),
    );
  });
});

describe('a text that goes out', () => {
  test.each([
    ['a &amp; b &lt;c&gt;', 'a & b <c>', ''],
    ['one<br>two', 'one\ntwo', ''],
    ['<b>bold</b> x', 'bold x', "<span style='font-weight: bold;'>bold</span> x"],
    ['ünï 😀', 'ünï 😀', ''],
  ])('%s', async (html, body, xhtml) => {
    const sent = await send(html);
    expect(sent).toMatchObject({ to: BOB, body, xhtml });
    await stage.host.next('write', ({ flags }) => flags.includes('send'));
  });

  test('is echoed once and, while the link is up, without further words', async () => {
    const { id } = await send('hello');
    for (const one of [MessageState_State.QUEUED, MessageState_State.SENT])
      await state({ id, state: one });
    await state({ id, state: MessageState_State.AT_SERVER });
    expect(stage.host.all('write')).toMatchObject([{ html: 'hello', flags: ['send'] }]);
  });

  test('during an outage is taken, with one quiet line for each conversation and outage', async () => {
    await interrupt();
    const { id } = await send('one');
    await state({ id, state: MessageState_State.QUEUED });
    await state({ id: (await send('two')).id, state: MessageState_State.QUEUED });
    stage.engine.online(number, true);
    await interrupt();
    await state({ id: (await send('three')).id, state: MessageState_State.QUEUED });
    const kinds = stage.host
      .all('write')
      .map(({ flags, html }) => (flags[0] === 'send' ? html : flags.join()));
    // The second of them says that the connection is back.
    const quiet = 'system,no-log';
    expect(kinds).toEqual(['one', quiet, 'two', quiet, 'three', quiet]);
  });

  test('that failed is quoted in an error line, also when its conversation is closed', async () => {
    const { id } = await send('my &lt;text&gt;');
    await stage.host.run('conversation', { account, name: BOB, open: false });
    const after = stage.host.now;
    await state({ id, state: MessageState_State.FAILED, body: 'my <text>', inbox: 7 });
    expect(stage.host.all('conversation-opened', after)).toHaveLength(1);
    expect(stage.host.all('write', after)).toMatchObject([
      {
        conversation: BOB,
        flags: ['error'],
        html: 'Not delivered: Bob &lt;is&gt; gone.<br>my &lt;text&gt;',
      },
    ]);
  });

  test('that failed and was set aside is told without its words', async () => {
    const { id } = await send('my text');
    await state({ id, state: MessageState_State.FAILED, body: '', inbox: 7 });
    expect(stage.host.all('write').at(-1)?.html).toBe('Not delivered: Bob &lt;is&gt; gone.');
  });

  test('that was refused is quoted too, although the engine does not quote it', async () => {
    stage.engine.accepting = false;
    const { id } = await send('my text');
    const error = { kind: Error_Kind.STORE, condition: 'full', text: 'The disk is full.' };
    await stage.tell(number, { case: 'refused', value: { id, error } });
    expect(stage.host.all('write').at(-1)).toMatchObject({
      flags: ['error'],
      html: 'Not delivered: The disk is full.<br>my text',
    });
  });

  test('that may arrive twice is told by one quiet line', async () => {
    const { id } = await send('hello');
    await state({ id, state: MessageState_State.AT_SERVER, maybeTwice: true });
    expect(stage.host.all('write').at(-1)?.flags).toEqual(['system', 'no-log']);
    expect(stage.host.all('write').at(-1)?.html).toContain('may arrive twice');
  });

  test('that fails after the account went offline is still quoted', async () => {
    const { id } = await send('my text');
    await stage.host.run('account-connect', { account, connected: false });
    const after = stage.engine.now;
    await stage.host.run('account-connect', { account });
    await stage.engine.next('attach', () => true, after);
    await state({ id, state: MessageState_State.FAILED, body: 'my text', inbox: 9 });
    expect(stage.host.all('write').at(-1)).toMatchObject({ flags: ['error'] });
  });
});

describe('typing', () => {
  test.each([
    [1, ChatState_State.COMPOSING],
    [2, ChatState_State.PAUSED],
    [0, ChatState_State.ACTIVE],
  ])('state %i of libpurple is sent as %i, and need not be repeated', async (typing, wanted) => {
    expect(await stage.host.run('typing', { account, name: BOB, state: typing })).toEqual({
      again: 0,
    });
    const { body } = await stage.engine.next('sendChatState');
    expect(body.value).toMatchObject({ to: BOB, state: wanted });
  });

  test('closing the conversation says gone', async () => {
    await stage.host.run('conversation', { account, name: BOB });
    await stage.host.run('conversation', { account, name: BOB, open: false });
    await stage.engine.next(
      'sendChatState',
      ({ body }) => body.value.state === ChatState_State.GONE,
    );
  });

  test('of the other is shown while the conversation is open', async () => {
    await stage.host.run('conversation', { account, name: BOB });
    for (const one of [ChatState_State.COMPOSING, ChatState_State.PAUSED, ChatState_State.GONE])
      await stage.tell(number, { case: 'chatState', value: { from: `${BOB}/phone`, state: one } });
    expect(stage.host.all('typing').map(({ name, state: shown }) => [name, shown])).toEqual([
      [BOB, 'typing'],
      [BOB, 'typed'],
      [BOB, 'stopped'],
    ]);
  });
});
