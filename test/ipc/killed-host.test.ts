// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { create, toBinary } from '@bufbuild/protobuf';
import { buildSync } from 'esbuild';
import { afterEach, expect, test } from 'vitest';
import { CommandSchema } from '../../src/contract/engine_pb.js';
import { frame } from '../../src/ipc/frames.js';
import { projectPath } from '../support/project.js';
import { Workspace } from '../support/workspace.js';

const workspace = new Workspace();
afterEach(() => workspace.close());

/** An engine that is busy until its standard input ends, and writes before it reads again. */
const ENGINE = `
import { readSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { EventSchema } from './src/contract/engine_pb.js';
import { HostSocket } from './src/ipc/host-socket.js';
import { Peer } from './src/ipc/peer.js';
const peer = new Peer(new HostSocket(3), {
  command({ id }) {
    process.stdout.write(id + ' ');
    if (id !== 'first') return;
    readSync(0, Buffer.alloc(1));
    peer.send(create(EventSchema, { body: { case: 'accepted', value: { id } } }));
  },
  broken: () => process.exit(1),
  gone: () => process.stdout.write('gone'),
});
`;

function command(id: string): Uint8Array {
  const value = { to: 'bob@home.example', body: id };
  return frame(
    toBinary(CommandSchema, create(CommandSchema, { id, body: { case: 'sendMessage', value } })),
  );
}

test('commands that a killed host wrote last are read though writing to it has failed', async () => {
  const stdin = { contents: ENGINE, resolveDir: projectPath(), loader: 'ts' as const };
  const built = buildSync({ stdin, bundle: true, platform: 'node', format: 'cjs', write: false });
  const script = workspace.write('engine.cjs', built.outputFiles[0]?.text ?? '');
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
  const [toChild, fromChild, , host] = child.stdio as unknown as [Writable, Readable, null, Socket];
  let printed = '';
  fromChild.setEncoding('utf8').on('data', (text: string) => (printed += text));
  host.write(command('first'));
  await once(fromChild, 'data');
  for (const id of ['second', 'third']) host.write(command(id));
  host.destroy();
  await once(host, 'close');
  toChild.end();
  await once(child, 'close');
  expect(printed).toBe('first second third gone');
});
