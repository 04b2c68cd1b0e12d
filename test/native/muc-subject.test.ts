// SPDX-License-Identifier: MIT
//
// The subject of a room, and what the room itself says.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Error_Kind } from '../../src/contract/engine_pb.js';
import { DEN, Den } from './den.js';

let den: Den;
beforeEach(async () => {
  den = await Den.open();
});
afterEach(() => den.close());

const error = { kind: Error_Kind.STANZA, condition: 'forbidden', text: 'You have no <voice>.' };

describe('the subject', () => {
  beforeEach(() => den.enter());

  test.each([
    [
      { subject: '<b>Tea</b>\nat 5', nick: 'b<o>b' },
      '<b>Tea</b> at 5',
      'b&lt;o&gt;b has set the topic to: &lt;b&gt;Tea&lt;/b&gt; at 5',
    ],
    [{ subject: 'Tea\u{7}' }, 'Tea', 'The topic is: Tea'],
  ])('%j is shown, with a line', async (value, topic, html) => {
    await den.subject({ ...value, setTimeMs: 1_700_000_000_000n });
    expect(await den.chat()).toMatchObject({ topic });
    expect(den.writes).toMatchObject([{ html, flags: ['system'], mtime: 1_700_000_000 }]);
  });

  test('that is shown already gets no further line; none at all gets none', async () => {
    await den.subject({ subject: '' });
    await den.subject({ subject: 'Tea' });
    await den.subject({ subject: 'Tea' });
    await den.subject({ subject: '', nick: 'bob' });
    expect(den.html).toEqual(['The topic is: Tea', 'bob has taken the topic away.']);
    expect(await den.chat()).toMatchObject({ topic: '' });
  });

  test('that the person sets goes to the engine, and is told if the room refuses it', async () => {
    den.stage.engine.accepting = false;
    await den.run('topic', { topic: 'Coffee' });
    const { id, body } = await den.stage.engine.next('setRoomSubject');
    expect(body.value).toMatchObject({ room: DEN, subject: 'Coffee' });
    await den.stage.tell(den.number, { case: 'refused', value: { id, error } });
    expect(den.stage.host.all('notify')).toMatchObject([
      { primary: DEN, secondary: 'You have no <voice>.' },
    ]);
  });
});

test('a subject that is too long to be sent is told as that', async () => {
  await den.enter();
  await den.run('topic', { topic: 'x'.repeat(5_000_000) });
  expect(den.stage.host.all('notify')).toMatchObject([
    { kind: 'error', primary: DEN, secondary: 'The text is too long.' },
  ]);
});

test('a notice of the room is a quiet line', async () => {
  await den.notice('before');
  await den.enter();
  await den.notice('It is <logged> now.');
  expect(den.writes).toMatchObject([
    { html: 'It is &lt;logged&gt; now.', flags: ['system', 'no-log'] },
  ]);
});
