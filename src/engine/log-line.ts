// SPDX-License-Identifier: MIT

import { create } from '@bufbuild/protobuf';
import { Log_Level as Level, LogSchema } from '../contract/engine_pb.js';
import type { EventBody } from '../features/feature.js';
import type { AccountEffect } from './effects.js';
import type { Redactor } from './redact.js';

const levels = {
  debug: Level.DEBUG,
  info: Level.INFO,
  warning: Level.WARNING,
  error: Level.ERROR,
} as const;

/** A line for the host's log, without the secrets in it. */
export function logLine(
  line: Pick<Extract<AccountEffect, { type: 'log' }>, 'level' | 'category' | 'text'>,
  redactor: Redactor,
): EventBody {
  const { level, category, text } = line;
  const value = create(LogSchema, { level: levels[level], category, text: redactor.redact(text) });
  return { case: 'log', value };
}
