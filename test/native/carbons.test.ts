// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Link_State, type MessageSchema } from '../../src/contract/engine_pb.js';
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

/** What alice wrote on her phone. */
function wrote(value: MessageInitShape<typeof MessageSchema> = {}): Promise<void> {
  inbox++;
  const [from, to] = ['alice@home.example/phone', BOB];
  return stage.tell(number, {
    case: 'message',
    value: { from, to, outgoing: true, body: 'hello', id: `m${inbox}`, inbox, ...value },
  });
}

describe('a text that was written on another device', () => {
  test.each([BOB, `${BOB}/phone`])('is shown as sent in the conversation with %s', async (to) => {
    await wrote({ to });
    expect(stage.host.all('conversation-opened')).toMatchObject([{ account, conversation: BOB }]);
    expect(stage.host.all('write')).toMatchObject([
      { account, conversation: BOB, html: 'hello', flags: ['send', 'remote-send'] },
    ]);
  });

  test('goes into the conversation that is open, in its place', async () => {
    await stage.host.run('conversation', { account, name: BOB });
    await wrote({ body: 'one' });
    await wrote({ from: `${BOB}/phone`, to: '', outgoing: false, body: 'two' });
    await wrote({ body: 'three' });
    expect(stage.host.all('conversation-opened')).toHaveLength(1);
    expect(stage.host.all('write').map(({ html, flags }) => [html, flags[0]])).toEqual([
      ['one', 'send'],
      ['two', 'recv'],
      ['three', 'send'],
    ]);
  });

  test.each([
    ['<b>&amp; "x"', '', '&lt;b&gt;&amp;amp; &quot;x&quot;'],
    ['one\ntwo', '', 'one<br>two'],
    ['plain', "<strong>a</strong><a href='javascript:alert(1)'>x</a>", '<b>a</b>x'],
  ])('%j is escaped as one that was received', async (body, xhtml, html) => {
    await wrote({ body, xhtml });
    expect(stage.host.all('write')).toMatchObject([{ html }]);
  });

  test('carries its time, and is muted if it is late', async () => {
    await wrote({ sentTimeMs: 1_700_000_000_500n });
    await wrote({ sentTimeMs: 1_600_000_000_000n, late: true });
    expect(stage.host.all('write')).toMatchObject([
      { mtime: 1_700_000_000, flags: ['send', 'remote-send'] },
      { mtime: 1_600_000_000, flags: ['send', 'delayed', 'remote-send'] },
    ]);
  });

  test('that may have been shown before is marked by a quiet line', async () => {
    await wrote({ maybeShown: true });
    expect(stage.host.all('write')).toMatchObject([
      { html: 'hello' },
      { html: 'The message above may have been shown before.', flags: ['system', 'no-log'] },
    ]);
  });

  test('is not sent again from here, and says nothing of an outage', async () => {
    await stage.tell(number, { case: 'link', value: { state: Link_State.INTERRUPTED } });
    await wrote();
    expect(stage.engine.all('sendMessage')).toEqual([]);
    expect(stage.host.all('write')).toHaveLength(1);
  });

  test('to an address that libpurple cannot normalize is shown all the same', async () => {
    await wrote({ to: 'b\u{2028}b@home.example' });
    expect(stage.host.all('write')).toMatchObject([{ html: 'hello' }]);
  });
});
