// SPDX-License-Identifier: MIT
//
// What the program hears, and what a new engine is given, when an engine dies or cannot be started.

import { create, toBinary } from '@bufbuild/protobuf';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../bindings/node/index.js';
import { EventSchema } from '../../src/contract/engine_pb.js';
import { frame } from '../../src/ipc/frames.js';
import type { Observed } from '../support/observed.js';
import { Bench } from './bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
  bench.client.setTimes(60_000, 20);
});

afterEach(() => bench.close());

type Engine = Event & { type: 'engine' };

async function engineEvent(
  seen: Observed<Event>,
  state: Engine['state'],
  after = 0,
): Promise<Engine> {
  const fits = (event: Event): boolean => event.type === 'engine' && event.state === state;
  return (await seen.next(`engine ${state}`, fits, { after })) as Engine;
}

/** A script that says these bytes and stays. */
function speaker(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `const s = new (require('node:net').Socket)({ fd: 3 });
s.on('data', () => {}).on('close', () => process.exit());
s.write(Buffer.from('${hex}', 'hex'));`;
}

const hello = (version: number): Uint8Array =>
  frame(
    toBinary(
      EventSchema,
      create(EventSchema, {
        seq: 1,
        body: { case: 'hello', value: { version, program: 'Odd 0.1' } },
      }),
    ),
  );

describe('an engine that cannot be started', () => {
  it.each<[string, () => string, string, RegExp, 'never' | 'later']>([
    [
      'is missing',
      () => bench.noEngine(),
      'engine-missing',
      /STEADFAST_ENGINE names .*missing\/engine/,
      'never',
    ],
    [
      'has no Node.js',
      () => bench.noNode(),
      'node-missing',
      /STEADFAST_NODE names .*missing\/node/,
      'never',
    ],
    [
      'speaks an older contract',
      () => bench.run(speaker(hello(0))),
      'version-mismatch',
      /other-engine\.cjs is too old .* version 0 .* version 1/,
      'never',
    ],
    [
      'speaks a newer contract',
      () => bench.run(speaker(hello(2))),
      'version-mismatch',
      /is too new .*Install both from one release/,
      'never',
    ],
    [
      'crashes at once',
      () => bench.run("throw new TypeError('no such luck')"),
      'engine-not-started',
      /TypeError: no such luck.*Node\.js 20/,
      'later',
    ],
    [
      'ends without a word',
      () => bench.run(''),
      'engine-not-started',
      /ended at once \(it said nothing\)/,
      'later',
    ],
  ])('is told once and clearly when it %s', async (_, arrange, condition, words, retry) => {
    const path = arrange();
    const seen = bench.watch();
    bench.attach();
    const { error, retryInMs } = await engineEvent(seen, 'failed');
    expect(error).toMatchObject({ kind: 'contract', condition, retry, byPeer: false });
    expect(error?.text).toMatch(words);
    expect(error?.text).toContain(path);
    expect(retryInMs).toBe(0);
  });

  it('is told by version when Node.js is too old to run it', async () => {
    const node = bench.workspace.write(
      'old-node',
      "#!/bin/sh\necho \"SyntaxError: Unexpected token '??='\" >&2\necho 'Node.js v18.20.4' >&2\nexit 1\n",
      0o700,
    );
    process.env.STEADFAST_NODE = node;
    const seen = bench.watch();
    bench.attach();
    const { error } = await engineEvent(seen, 'failed');
    expect(error).toMatchObject({ condition: 'node-too-old', retry: 'never' });
    expect(error?.text).toContain(`${node} is Node.js v18.20.4`.replace('v18', '18'));
  });

  it('is tried again when the account is attached again', async () => {
    const script = process.env.STEADFAST_ENGINE;
    bench.noEngine();
    const seen = bench.watch();
    bench.attach();
    await engineEvent(seen, 'failed');
    process.env.STEADFAST_ENGINE = script;
    bench.attach();
    await engineEvent(seen, 'started');
  });

  it('is tried again by itself, ever slower, when that may help', async () => {
    bench.run('');
    const seen = bench.watch();
    bench.attach();
    await seen.until(
      'four tries',
      () => seen.all.filter(({ type }) => type === 'engine').length === 4,
    );
    const waits = seen.all.flatMap((event) => (event.type === 'engine' ? [event.retryInMs] : []));
    expect(waits).toEqual([0, 20, 40, 80]);
  });
});

describe('an engine that sends what it must not', () => {
  const event = (hex: string): Uint8Array => frame(Buffer.from(hex, 'hex'));
  it.each<[string, Uint8Array]>([
    ['a frame longer than the cap', Buffer.from('01000001', 'hex')],
    ['an empty frame', Buffer.from('00000000', 'hex')],
    ['bytes that are no event', event('ffffff')],
    ['a string that is not UTF-8', event('1003' + '3a05' + '1203' + 'c0af61')],
    ['a string with U+0000', event('1003' + '3a05' + '1203' + '610062')],
    ['a word the contract does not have', event('1003' + '3a02' + '0863')],
    ['a second Hello', hello(1)],
  ])('is left for a new one: %s', async (_, bytes) => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const before = bench.engine.now;
    bench.engine.write(bytes);
    const { error } = await engineEvent(seen, 'died');
    expect(error).toMatchObject({ kind: 'contract', retry: 'later' });
    await bench.engine.next('attach', undefined, before);
  });
});

describe('an engine that dies', () => {
  it('is started again, attached again, and given what was not answered, in order', async () => {
    bench.engine.accepting = false;
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const ids = ['one', 'two'].map((body) => bench.client.sendMessage(1, 'bob@home.example', body));
    ids.push(bench.client.setContact(1, 'bob@home.example', 'Bob', []));
    ids.push(bench.client.sendMessage(1, 'bob@home.example', 'three'));
    await bench.engine.next('sendMessage', ({ id }) => id === ids[3]);
    bench.engine.send(1, { case: 'accepted', value: { id: ids[1] ?? '' } });
    await seen.next('accepted', ({ type }) => type === 'accepted');
    const before = bench.engine.now;
    bench.engine.die();
    await engineEvent(seen, 'died');
    await bench.engine.next('sendMessage', ({ id }) => id === ids[3], before);
    const again = bench.engine.commands.all
      .slice(before)
      .filter(({ body }) => body.case !== 'handled');
    expect(again.map(({ body }) => body.case)).toEqual([
      'hello',
      'attach',
      'sendMessage',
      'setContact',
      'sendMessage',
    ]);
    expect(again.slice(2).map(({ id }) => id)).toEqual([ids[0], ids[2], ids[3]]);
    expect(bench.engine.starts).toBe(2);
  });

  it('is followed by one that hears the newest password and presence, and that we were online', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.client.answerSecret(1, 'password', 'first-secret');
    bench.client.setPresence(1, { show: 'xa', status: 'gone fishing' });
    bench.engine.send(1, { case: 'link', value: { state: 1, jid: 'alice@home.example/x' } });
    await seen.next('online', (event) => event.type === 'link' && event.state === 'online');
    const before = bench.engine.now;
    bench.engine.die();
    const attach = await bench.engine.next('attach', undefined, before);
    expect(attach.body.value).toMatchObject({
      password: 'first-secret',
      online: true,
      presence: { show: 3, status: 'gone fishing' },
    });
  });

  it('is told with the reason of its Goodbye', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.engine.send(0, {
      case: 'goodbye',
      value: { reason: { kind: 9, condition: 'disk-full', text: 'The disk is full.', retry: 1 } },
    });
    bench.engine.die();
    const { error } = await engineEvent(seen, 'died');
    expect(error).toMatchObject({
      kind: 'store',
      condition: 'disk-full',
      text: 'The disk is full.',
    });
  });

  it('killed, is missed as fast as its socket ends and leaves no zombie', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const { pid } = bench.engineProcess();
    process.kill(pid, 'SIGKILL');
    const { error } = await engineEvent(seen, 'died');
    expect(error).toMatchObject({ condition: 'engine-ended', retry: 'later' });
    await engineEvent(seen, 'started', seen.all.findIndex(({ type }) => type === 'engine') + 1);
    expect(() => readFileSync(`/proc/${pid}/stat`)).toThrow();
  });
});
