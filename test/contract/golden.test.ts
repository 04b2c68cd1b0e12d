// SPDX-License-Identifier: MIT
//
// Frames kept in files: what one release wrote, the next one reads, in both languages. A changed
// file is a changed contract. `UPDATE_GOLDEN=1` writes the files of new samples.

import {
  create,
  fromBinary,
  toBinary,
  type DescField,
  type DescMessage,
  type Message,
} from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CommandSchema, EventSchema } from '../../src/contract/engine_pb.js';
import { frame } from '../../src/ipc/frames.js';
import { builtPath, projectPath } from '../support/project.js';
import { commands, events } from './samples.js';

const folder = projectPath('test', 'contract', 'golden');
const program = builtPath('test', 'golden');

type Json = string | number | boolean | Json[] | { [name: string]: Json };

/** Field by field, as test/contract/golden.c prints it. */
function plain(message: ReflectMessage): Json {
  const found: Record<string, Json> = {};
  for (const field of message.desc.fields) {
    if (field.oneof !== undefined && !message.isSet(field)) continue;
    if (field.fieldKind === 'message' && !message.isSet(field)) continue;
    found[field.name] =
      field.fieldKind === 'list' ? list(message, field) : scalar(message.get(field));
  }
  return found;
}

function list(message: ReflectMessage, field: DescField & { fieldKind: 'list' }): Json {
  return [...message.get(field)].map(scalar);
}

function scalar(value: unknown): Json {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return plain(value as ReflectMessage);
}

function inC(kind: string, how: 'json' | 'frame', bytes: Uint8Array): Buffer {
  const { status, stdout } = spawnSync(program, [kind, how], { input: bytes });
  expect(status).toBe(0);
  return stdout;
}

function check<T extends DescMessage>(
  kind: string,
  schema: T,
  name: string,
  message: Message,
): void {
  const path = `${folder}/${kind}-${name}`;
  if (process.env.UPDATE_GOLDEN === '1' && !existsSync(`${path}.bin`)) {
    writeFileSync(`${path}.bin`, frame(toBinary(schema, message as never)));
    writeFileSync(
      `${path}.json`,
      `${JSON.stringify(plain(reflect(schema, message as never)), null, 2)}\n`,
    );
  }
  const bytes = readFileSync(`${path}.bin`);
  const meaning = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as Json;
  const read = fromBinary(schema, bytes.subarray(4));
  expect(plain(reflect(schema, read)), 'read by TypeScript').toEqual(meaning);
  expect(plain(reflect(schema, message as never)), 'the sample').toEqual(meaning);
  expect(Buffer.from(frame(toBinary(schema, read))), 'written by TypeScript').toEqual(bytes);
  expect(JSON.parse(inC(kind, 'json', bytes).toString()), 'read by C').toEqual(meaning);
  expect(inC(kind, 'frame', bytes), 'written by C').toEqual(bytes);
}

describe('golden frames mean the same to TypeScript and to C', () => {
  it.each(Object.keys(commands))('command %s', (name) => {
    check('command', CommandSchema, name, create(CommandSchema, commands[name]));
  });

  it.each(Object.keys(events))('event %s', (name) => {
    check('event', EventSchema, name, create(EventSchema, events[name]));
  });

  it('there is one for each case of both envelopes, and no other file', () => {
    const names = (schema: DescMessage, kind: string): string[] =>
      schema.oneofs[0]?.fields.flatMap(({ name }) => {
        const base = `${kind}-${name.replaceAll('_', '-')}`;
        return [`${base}.bin`, `${base}.json`];
      }) ?? [];
    const expected = [...names(CommandSchema, 'command'), ...names(EventSchema, 'event')];
    expect(readdirSync(folder).sort()).toEqual(expected.sort());
  });
});
