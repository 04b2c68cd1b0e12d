// SPDX-License-Identifier: MIT
//
// Writes what is safe on disk, in the order of its numbers, once an input has been dealt with: all at
// once, or one message at a time while one of them is suspected of ending the stream.

import type { Fault } from '../core/errors.js';
import type { Session } from '../core/session.js';
import { Suspicion } from '../delivery/suspicion.js';
import type { Context } from './context.js';

export interface Writing {
  readonly text: string;
  /** The message's, if it is one. */
  readonly handle?: string | undefined;
}

export class Writer {
  private ready: Writing[] = [];
  /** Messages written on this link and not acknowledged. */
  private outstanding: string[] = [];
  private readonly suspicion = new Suspicion();

  constructor(
    private readonly context: Context,
    private readonly session: Session,
  ) {}

  push(...writings: readonly Writing[]): void {
    this.ready.push(...writings);
  }

  /** Messages go one at a time. */
  get careful(): boolean {
    return this.suspicion.careful;
  }

  /** @param idle no message waits anywhere */
  flush(idle: boolean): void {
    if (this.ready.length === 0) {
      if (idle && this.outstanding.length === 0) {
        this.suspicion.drained();
      }
      return;
    }
    const writings = this.suspicion.careful ? this.next() : this.ready.splice(0);
    const handles = writings.flatMap(({ handle }) => handle ?? []);
    this.outstanding.push(...handles);
    this.session.write(
      writings.map(({ text }) => text),
      this.context.clock(),
    );
    if (this.suspicion.careful && handles.length > 0) {
      this.session.probe(this.context.clock());
    }
  }

  acknowledged(handles: readonly string[]): void {
    this.suspicion.acknowledged(handles);
    if (this.outstanding.length > 0) {
      this.outstanding = this.outstanding.filter((handle) => !handles.includes(handle));
    }
  }

  /**
   * The link is gone.
   * @returns the message that the server will not have
   */
  closed(cause: Fault | undefined): string | undefined {
    this.ready = [];
    return this.suspicion.closed(this.outstanding.splice(0), cause);
  }

  /** Everything up to the next message, if none is awaited. */
  private next(): Writing[] {
    const at = this.ready.findIndex(({ handle }) => handle !== undefined);
    if (at < 0) {
      return this.ready.splice(0);
    }
    return this.ready.splice(0, this.outstanding.length > 0 ? at : at + 1);
  }
}
