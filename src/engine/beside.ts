// SPDX-License-Identifier: MIT

import type { Fault } from '../core/errors.js';
import type { TrialInput } from './effects.js';

/** What is done on the account's second link, beside its session. One at a time. */
export interface Beside {
  input(input: TrialInput): void;
  deadline(): number | undefined;
  /** Harmless at any time. */
  tick(): void;
  /** Lets the link go. @param cause what whoever waits for the outcome is told */
  drop(cause: Fault): void;
}
