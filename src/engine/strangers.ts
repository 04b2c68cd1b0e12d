// SPDX-License-Identifier: MIT

import type { SessionOutput } from '../core/session-output.js';

/** A server whose certificate is not trusted, as the session judged it. */
export interface Stranger extends Omit<Extract<SessionOutput, { type: 'untrusted' }>, 'type'> {
  /** The address of the WebSocket that it is; nothing where it is TCP. */
  readonly webSocket: string | undefined;
}

/**
 * Those whom a dial met before one that is trusted. It goes on without them, and what is wrong with the first
 * one is said only once nobody better is found.
 */
export class Strangers {
  private first: Stranger | undefined;

  met(stranger: Stranger): void {
    this.first ??= stranger;
  }

  /** Another dial begins, or a server that is trusted was found. */
  forget(): void {
    this.first = undefined;
  }

  /** Nobody better is left. */
  take(): Stranger | undefined {
    const { first } = this;
    this.first = undefined;
    return first;
  }
}
