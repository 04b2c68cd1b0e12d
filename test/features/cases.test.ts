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

/** By the first word of the file names. */
const topics: readonly [first: string, specification: string][] = [
  ['message', 'RFC 6121 §5, XEP-0066, XEP-0071'],
  ['delay', 'XEP-0203'],
  ['carbon', 'XEP-0280, XEP-0297'],
  ['presence', 'RFC 6121 §4, XEP-0319'],
  ['subscription', 'RFC 6121 §3, XEP-0172'],
  ['chat', 'XEP-0085'],
  ['invitation', 'XEP-0045 §7.8, XEP-0249'],
];

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8').trim();
}

function of(topic: string): string[] {
  return names.filter((name) => name.startsWith(`${topic}-`));
}

describe.each(topics)('%s stanzas reach the host as events (%s)', (topic) => {
  test.each(of(topic))('%s', (name) => {
    const host = new RecordingHost().signedIn('juliet@capulet.example');
    host.receive(read(`${name}.xml`));
    const events = [...host.told, ...host.kept.map(({ body }) => body)];
    const told = events.map((body) => toJson(EventSchema, create(EventSchema, { body })));
    expect(told).toEqual(JSON.parse(read(`${name}.json`)));
  });
});

test('every case belongs to a topic', () => {
  expect(topics.flatMap(([topic]) => of(topic)).sort()).toEqual([...names].sort());
});
