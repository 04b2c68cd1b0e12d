// SPDX-License-Identifier: MIT
//
// Runs an XML reader over bytes and tells what came out, in every way the bytes can be cut.

import { expect } from 'vitest';
import { XmlReader } from '../../src/core/xml-reader.js';
import type { XmlLimits } from '../../src/core/xml-reader.js';
import { serialise } from '../../src/core/xml.js';
import { ReducedElement } from '../../src/core/xml-reduced.js';
import { nodeTools } from './tools.js';

export const head =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' " +
  "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
export const tail = '</stream:stream>';

export function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === 'string' ? nodeTools.utf8(input) : input;
}

export function join(...parts: (string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map(bytesOf)));
}

export interface Reading {
  readonly reader: XmlReader;
  readonly events: string[];
}

export function newReading(limits: Partial<XmlLimits> = {}): Reading {
  const events: string[] = [];
  const reader = new XmlReader(
    {
      open: (root) => events.push(`open ${root.name}`),
      element: (element) =>
        events.push(`${element instanceof ReducedElement ? 'reduced ' : ''}${serialise(element)}`),
      end: () => events.push('end'),
      fault: (fault) => events.push(`fault ${fault.kind} ${fault.condition}`),
    },
    nodeTools,
    limits,
  );
  return { reader, events };
}

/** The outcome of the input in one piece, after making sure that no other cut has another one. */
export function read(input: string | Uint8Array, limits: Partial<XmlLimits> = {}): string[] {
  const bytes = bytesOf(input);
  const whole = outcome([bytes], limits);
  const expected = whole.join('\n');
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const halves = outcome([bytes.subarray(0, cut), bytes.subarray(cut)], limits);
    // Compared here first: an assertion for each cut takes longer than all the reading.
    if (halves.join('\n') !== expected) {
      expect(halves, `cut after byte ${String(cut)}`).toEqual(whole);
    }
  }
  const single = outcome(
    Array.from(bytes, (byte) => Uint8Array.of(byte)),
    limits,
  );
  expect(single, 'byte by byte').toEqual(whole);
  return whole;
}

function outcome(chunks: readonly Uint8Array[], limits: Partial<XmlLimits>): string[] {
  const { reader, events } = newReading(limits);
  for (const chunk of chunks) reader.write(chunk);
  return events;
}

export const message = (content: string): string =>
  `<message xmlns="jabber:client">${content}</message>`;
export const opened = 'open stream:stream';
