// SPDX-License-Identifier: MIT
//
// Which message makes the server end the stream? Once it ended while messages were unacknowledged,
// they go one at a time, each awaiting its acknowledgement, so that there is one to blame.

import type { Fault } from '../core/errors.js';

/** Said of what was read last: one is enough (RFC 6120 §4.9.3). */
const NAMED: ReadonlySet<string> = new Set([
  'policy-violation',
  'bad-format',
  'not-well-formed',
  'invalid-xml',
  'restricted-xml',
  'unsupported-encoding',
]);
/** Said of the server, or of somebody else's doing: no message is to blame. */
const INNOCENT: ReadonlySet<string> = new Set([
  'conflict',
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'see-other-host',
  'system-shutdown',
]);
/** Without a name, closing so often on one and the same message is no coincidence. */
const CLOSES = 3;

export class Suspicion {
  /** Messages go one at a time. */
  careful = false;
  private readonly closes = new Map<string, number>();

  /**
   * The link is gone.
   * @param outstanding messages written on it and not acknowledged
   * @returns the message that is to blame
   */
  closed(outstanding: readonly string[], cause: Fault | undefined): string | undefined {
    const [first] = outstanding;
    if (cause?.kind !== 'stream' || INNOCENT.has(cause.condition) || first === undefined) {
      return undefined;
    }
    const alone = this.careful && outstanding.length === 1;
    this.careful = true;
    if (!alone) {
      return undefined;
    }
    const closes = (this.closes.get(first) ?? 0) + 1;
    this.closes.set(first, closes);
    return NAMED.has(cause.condition) || closes >= CLOSES ? first : undefined;
  }

  /** These were innocent. */
  acknowledged(handles: readonly string[]): void {
    for (const handle of handles) {
      this.closes.delete(handle);
    }
  }

  /** Nothing is left that could be to blame. */
  drained(): void {
    this.careful = false;
  }
}
