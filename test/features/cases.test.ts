// SPDX-License-Identifier: MIT
//
// Each file of `cases/` is a stanza; the .json beside it is what the host gets to know.

import { readdirSync, readFileSync } from 'node:fs';
import { create, toJson } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { EventSchema } from '../../src/contract/engine_pb.js';
import { RecordingHost } from './host.js';

const folder = new URL('cases/', import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => name.slice(0, -'.xml'.length));

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8').trim();
}

describe('to romeo, who has juliet in his contact list, comes', () => {
  test.each(names)('%s', (name) => {
    const host = new RecordingHost().signedIn('juliet@capulet.example');
    host.receive(read(`${name}.xml`));
    const events = [...host.told, ...host.kept.map(({ body }) => body)];
    const told = events.map((body) => toJson(EventSchema, create(EventSchema, { body })));
    expect(told).toEqual(JSON.parse(read(`${name}.json`)));
  });
});
