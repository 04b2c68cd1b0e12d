// SPDX-License-Identifier: MIT

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Command, Event } from '../contract/engine_pb.js';
import { CommandSchema, EventSchema } from '../contract/engine_pb.js';
import { ContractError } from './frames.js';

/**
 * @throws ContractError if the bytes are no Command, hold a string that is not UTF-8 or has U+0000 in
 *         it, or name no command at all
 */
export function decodeCommand(bytes: Uint8Array): Command {
  let command: Command;
  try {
    command = fromBinary(CommandSchema, bytes);
  } catch (error) {
    throw new ContractError('bad-message', `a command could not be read: ${String(error)}`);
  }
  // Every string of C ends at U+0000, so the two sides would read two different values.
  if (holdsNul(command)) throw new ContractError('bad-string', 'a command has U+0000 in a string');
  return command;
}

export function encodeEvent(event: Event): Uint8Array {
  return toBinary(EventSchema, event);
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.entries(value).some(([key, inner]) => !key.startsWith('$') && holdsNul(inner));
}
