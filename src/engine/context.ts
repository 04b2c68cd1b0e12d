// SPDX-License-Identifier: MIT

import type { Clock } from '../core/effects.js';
import type { Random, Tools } from '../core/tools.js';
import type { EventBody } from '../features/feature.js';
import type { AccountEffect } from './effects.js';

/** What the parts of one account share. */
export interface Context {
  readonly tools: Tools;
  readonly random: Random;
  /** The time of the input being handled. */
  clock(): Clock;
  /**
   * The earliest time at which what is read now can have come, Unix ms.
   * @param atLeast it is known otherwise that it was no earlier than this
   */
  since(atLeast?: number): number;
  effect(effect: AccountEffect): void;
  /** To the host if one is attached; otherwise lost. */
  tell(body: EventBody): void;
  log(level: 'debug' | 'info' | 'warning' | 'error', category: string, text: string): void;
}

/** The first of several deadlines, of which any may be absent. */
export function earliest(...deadlines: (number | undefined)[]): number | undefined {
  const known = deadlines.filter((deadline) => deadline !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
