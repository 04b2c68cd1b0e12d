// SPDX-License-Identifier: MIT
//
// A program that is too busy to take what the engine says, and an engine that dies meanwhile.

import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { existsSync, writeFileSync } from 'node:fs';
import ref from 'ref-napi';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { load } from '../../bindings/node/library.js';
import { EventSchema } from '../../src/contract/engine_pb.js';
import { frame } from '../../src/ipc/frames.js';
import { eventually } from '../support/observed.js';
import { builtPath } from '../support/project.js';
import { Bench } from './bench.js';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const steadfast = load(builtPath('lib', 'libsteadfast.so.0'));
const bytesOf = (init: MessageInitShape<typeof EventSchema>): Uint8Array =>
  frame(toBinary(EventSchema, create(EventSchema, init)));

/** Says hello; the first of its kind says much more than is taken, and dies when that is stuck. */
function flooding(): { stuck: string } {
  const hello = bytesOf({
    seq: 1,
    body: { case: 'hello', value: { version: 1, program: 'Flood 1.0' } },
  });
  const flood = Array.from({ length: 1500 }, (_, n) => {
    const value = { inbox: n + 1, from: 'bob@home.example/x', body: `${n} `.padEnd(4096, 'x') };
    return bytesOf({ account: 1, seq: n + 2, body: { case: 'message', value } });
  });
  const stuck = bench.path('stuck');
  writeFileSync(bench.path('hello.bin'), hello);
  writeFileSync(bench.path('flood.bin'), Buffer.concat(flood));
  bench.run(`const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const s = new (require('node:net').Socket)({ fd: 3 });
s.on('data', () => {}).on('error', () => process.exit()).on('close', () => process.exit());
s.write(readFileSync(${JSON.stringify(bench.path('hello.bin'))}));
if (!existsSync(${JSON.stringify(stuck)})) {
  const bytes = readFileSync(${JSON.stringify(bench.path('flood.bin'))});
  let at = 0;
  let before = -1;
  const more = () => s.write(bytes.subarray(at, (at += 65536)), () => at < bytes.length && more());
  more();
  setInterval(() => {
    if (at === before) {
      writeFileSync(${JSON.stringify(stuck)}, String(at));
      process.exit();
    }
    before = at;
  }, 500);
}`);
  return { stuck };
}

it('is told of the death, and served by a new engine, although its queue was full', async () => {
  const { stuck } = flooding();
  const client = steadfast.stead_client_new('Test 1.0', bench.path('flooded'), ref.NULL);
  const options = steadfast.stead_options_new();
  steadfast.stead_options_set_string(options, 1, 'alice@home.example');
  steadfast.stead_attach(client, 1, options);
  steadfast.stead_options_free(options);
  await eventually('an engine that cannot get rid of its words', () => {
    steadfast.stead_client_dispatch(client);
    return existsSync(stuck);
  });
  const states: number[] = [];
  await eventually('a second engine', () => {
    steadfast.stead_client_dispatch(client);
    for (;;) {
      const event = steadfast.stead_client_next(client);
      if (event === null || ref.isNull(event)) break;
      if (steadfast.stead_event_type(event) === 1)
        states.push(steadfast.stead_event_engine_state(event));
    }
    return states.length === 3;
  });
  expect(states).toEqual([0, 1, 0]);
  steadfast.stead_client_close(client);
});
