// SPDX-License-Identifier: MIT
//
// What is told once, what is told again, and who may have an account.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../bindings/node/index.js';
import { eventually, type Observed } from '../support/observed.js';
import { Bench } from './bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
  bench.client.setTimes(60_000, 20);
});

afterEach(() => bench.close());

describe('a text that no engine takes', () => {
  it('is told as failed with its words, and not given to a later engine', async () => {
    bench.noEngine();
    bench.client.setTimes(100, 20);
    const seen = bench.watch();
    bench.attach();
    const id = bench.client.sendMessage(1, 'bob@home.example', 'are you there?');
    const contact = bench.client.setContact(1, 'bob@home.example', 'Bob', []);
    const failed = await seen.next('the failure', ({ type }) => type === 'message-state');
    expect(failed).toMatchObject({
      id,
      state: 'failed',
      to: 'bob@home.example',
      body: 'are you there?',
      error: { condition: 'no-engine', retry: 'never' },
    });
    const refused = await seen.next('the refusal', ({ type }) => type === 'refused');
    expect(refused).toMatchObject({ id: contact, error: { condition: 'no-engine' } });
    process.env.STEADFAST_ENGINE = bench.engine.script;
    bench.client.setTimes(60_000, 20);
    bench.attach();
    const next = bench.client.sendMessage(1, 'bob@home.example', 'now?');
    await seen.next('accepted', (event) => event.type === 'accepted' && event.id === next);
    expect(bench.engine.all('sendMessage').map((command) => command.id)).toEqual([next]);
  });

  it('says that an engine which died may have it', async () => {
    bench.engine.accepting = false;
    bench.client.setTimes(100, 20);
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.client.sendMessage(1, 'bob@home.example', 'perhaps');
    await bench.engine.next('sendMessage');
    bench.noEngine();
    bench.engine.die();
    const failed = await seen.next('the failure', ({ type }) => type === 'message-state');
    expect(failed).toMatchObject({
      state: 'failed',
      body: 'perhaps',
      error: { condition: 'engine-lost' },
    });
  });

  it('waits as long as an engine has the account', async () => {
    bench.engine.accepting = false;
    bench.client.setTimes(1, 20);
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const id = bench.client.sendMessage(1, 'bob@home.example', 'slow disk');
    await bench.engine.next('sendMessage');
    bench.engine.send(1, { case: 'accepted', value: { id } });
    await seen.next('accepted', ({ type }) => type === 'accepted');
    expect(seen.all.filter(({ type }) => type === 'message-state')).toEqual([]);
  });
});

it('the answer to a command is told although the program left the account meanwhile', async () => {
  bench.engine.accepting = false;
  const seen = bench.watch();
  bench.attach();
  await bench.engine.next('attach');
  const id = bench.client.sendMessage(1, 'bob@home.example', 'and goodbye');
  await bench.engine.next('sendMessage');
  bench.client.detach(1, 'park');
  await bench.engine.next('detach');
  bench.engine.send(1, { case: 'accepted', value: { id } });
  await seen.next('accepted', (event) => event.type === 'accepted' && event.id === id);
});

describe('durable events', () => {
  const message = (inbox: number, body: string) =>
    ({ case: 'message', value: { inbox, from: 'bob@home.example/x', body } }) as const;
  const bodies = (seen: Observed<Event>): string[] =>
    seen.all.flatMap((event) => (event.type === 'message' ? [event.body] : []));

  it('are confirmed one by one, others in lots', async () => {
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const first = bench.engine.send(1, message(1, 'a'));
    bench.engine.send(1, message(2, 'b'));
    bench.engine.send(1, {
      case: 'messageState',
      value: { id: 'x', state: 5, to: 'bob@home.example', body: 'c', inbox: 3 },
    });
    for (let n = 0; n < 10; n++)
      bench.engine.send(1, { case: 'chatState', value: { from: 'bob@home.example', state: 1 } });
    await bench.engine.next('handled', ({ body }) => body.value.seq === first + 12);
    const handled = bench.engine.all('handled').map(({ body }) => body.value.seq);
    expect(handled.filter((seq) => seq >= first && seq < first + 3)).toEqual([
      first,
      first + 1,
      first + 2,
    ]);
    expect(handled.filter((seq) => seq >= first + 3).length).toBeLessThan(10);
  });

  it('are asked for again from a new engine unless they were dealt with', async () => {
    const seen = bench.watch(bench.client, (event) => {
      if (event.type === 'message' && event.body === 'b') bench.engine.die();
    });
    bench.attach();
    await bench.engine.next('attach');
    const before = bench.engine.now;
    bench.engine.send(1, message(1, 'a'));
    bench.engine.send(1, message(2, 'b'));
    const attach = await bench.engine.next('attach', undefined, before);
    expect(attach.body.value.inboxTaken).toBe(2);
    bench.engine.send(1, message(3, 'c'));
    await seen.until('the third', () => bodies(seen).includes('c'));
    expect(bodies(seen)).toEqual(['a', 'b', 'c']);
  });

  it('are shown once when the program left and came back while they were under way', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const before = bench.engine.now;
    bench.engine.lettingGo = false;
    bench.engine.send(1, message(1, 'a'));
    await seen.until('the first', () => bodies(seen).length === 1);
    bench.client.detach(1, 'park');
    bench.attach();
    await bench.engine.next('attach', undefined, before);
    // The first two were written before the engine read the Detach, the rest after the Attach.
    bench.engine.send(1, message(2, 'b'));
    bench.engine.send(1, { case: 'link', value: { state: 4 } });
    bench.engine.send(1, { case: 'link', value: { state: 1, resumed: true } });
    bench.engine.send(1, message(2, 'b'));
    bench.engine.send(1, message(3, 'c'));
    await seen.until('the third', () => bodies(seen).includes('c'));
    expect(bodies(seen)).toEqual(['a', 'b', 'c']);
    const links = seen.all.flatMap((event) => (event.type === 'link' ? [event.state] : []));
    expect(links).toEqual(['online']);
  });

  it('count as taken when the program leaves with one in hand', async () => {
    bench.watch(bench.client, async ({ type }) => {
      if (type !== 'message') return;
      bench.client.detach(1);
      await new Promise(() => undefined); // the next one is never asked for
    });
    bench.attach();
    await bench.engine.next('attach');
    bench.engine.send(1, message(1, 'a'));
    await bench.engine.next('detach');
    const kinds = bench.engine.commands.all.map(({ body }) => body.case);
    expect(kinds.slice(-2)).toEqual(['handled', 'detach']);
  });

  it('are shown once, however many were under way', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const before = bench.engine.now;
    bench.engine.lettingGo = false;
    bench.client.detach(1, 'park');
    bench.attach();
    const attach = await bench.engine.next('attach', undefined, before);
    expect(attach.body.value.inboxTaken).toBe(0);
    const all = Array.from({ length: 600 }, (_, n) => `line ${n + 1}`);
    all.forEach((body, n) => bench.engine.send(1, message(n + 1, body)));
    bench.engine.send(1, { case: 'link', value: { state: 4 } });
    all.forEach((body, n) => bench.engine.send(1, message(n + 1, body)));
    await seen.until('the last', () => bodies(seen).includes('line 600'));
    expect(bodies(seen)).toEqual(all);
  });

  it('with the numbers of a state folder that was removed are new ones', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.engine.send(1, message(1, 'a'));
    bench.engine.send(1, message(1, 'another'));
    await seen.until('both', () => bodies(seen).length === 2);
    expect(bodies(seen)).toEqual(['a', 'another']);
  });
});

describe('two programs with one profile', () => {
  it('share no account: the second waits, says for whom, and follows', async () => {
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const other = bench.another(bench.state, 'Other 2.0');
    const seen = bench.watch(other);
    other.attach(7, { jid: 'alice@home.example/elsewhere' });
    const held = await seen.next('held', ({ type }) => type === 'account-held');
    expect(held).toMatchObject({ account: 7, program: 'Test 1.0', pid: process.pid });
    expect(held.error?.text).toContain(`Test 1.0 (process ${process.pid})`);
    bench.client.detach(1);
    await bench.engine.next('detach');
    await bench.engine.next('attach', ({ account }) => account === 7);
    expect(seen.all.filter(({ type }) => type === 'account-held')).toHaveLength(1);
  });

  const ended = { kind: 7, condition: 'let-go', text: 'Nobody came back.' };
  it.each<[string, () => void]>([
    ['is signed off', () => bench.client.detach(1)],
    [
      'is let go by its engine',
      () => bench.engine.send(1, { case: 'link', value: { state: 4, error: ended } }, 1),
    ],
  ])('share a parked account not before it %s', async (_, end) => {
    const first = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.client.detach(1, 'park');
    const detached = (): number =>
      first.all.filter((event) => event.type === 'link' && event.state === 'detached').length;
    await first.until('the last link', () => detached() === 1);
    const other = bench.another(bench.state, 'Other 2.0');
    const seen = bench.watch(other);
    other.attach(7, { jid: 'alice@home.example/elsewhere' });
    await seen.next('held', ({ type }) => type === 'account-held');
    end();
    await bench.engine.next('attach', ({ account }) => account === 7);
    expect(detached()).toBe(bench.engine.all('detach').length);
  });

  it('each have the accounts that the other does not use', async () => {
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const other = bench.another(bench.state, 'Other 2.0');
    bench.watch(other);
    other.attach(1, { jid: 'carol@home.example' });
    await bench.engine.next('attach', ({ body }) => body.value.jid === 'carol@home.example');
    await eventually('both', () => bench.engine.starts === 2);
  });
});
