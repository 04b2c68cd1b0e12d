// SPDX-License-Identifier: MIT

import type { Dial } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { Session } from '../core/session.js';
import { Backoff } from './backoff.js';
import type { Reached } from './backoff.js';
import type { Context } from './context.js';
import type { AttachOptions } from './options.js';
import { dialOf, parseLocation } from './options.js';

/** Someone else signed in with our resource: give way this long before taking another. */
const CONFLICT_WAIT_MS = 30_000;

/** How the next link is asked for: when, where, and under which resource. */
export class Redial {
  private readonly backoff: Backoff;
  private conflicts = 0;
  /** What is added to our resource since somebody insists on that. */
  private suffix = '';
  /** The last link had TLS from its first byte. */
  private direct = false;
  private locationTried = false;

  constructor(
    private readonly context: Context,
    private readonly session: Session,
  ) {
    this.backoff = new Backoff(context.random);
  }

  /** The host wants to be online now, whatever happened before. */
  startOver(): void {
    this.conflicts = 0;
    this.suffix = '';
    this.hint();
  }

  /** Something changed for the better: the next attempts are eager again. */
  hint(): void {
    this.backoff.hint(this.context.clock().now);
  }

  succeeded(): void {
    this.locationTried = false;
    this.backoff.succeeded(this.context.clock().now);
  }

  /** The server took a text, or a part of the archive was read: neither is to be done again. */
  progressed(): void {
    this.backoff.progressed();
  }

  /**
   * The link failed.
   * @returns how long to wait, or nothing when somebody insists on our place for the second time
   */
  delayAfter(cause: Fault, reached: Reached): number | undefined {
    if (cause.condition !== 'conflict') {
      return this.backoff.failed(this.context.clock().now, reached);
    }
    return ++this.conflicts > 1 ? undefined : CONFLICT_WAIT_MS;
  }

  /** The link ended in order, and another one is wanted. @returns how long that is to wait */
  delayAfterEnd(): number {
    return this.backoff.ended(this.context.clock().now);
  }

  /** A link is open. */
  opened(direct: boolean): void {
    this.direct = direct;
  }

  dial(options: AttachOptions): Dial {
    this.backoff.started(this.context.clock().now);
    return { ...dialOf(options, this.context.tools), ...this.location() };
  }

  /** Another one than ours when somebody insists on that: taking turns would go on for ever. */
  resource(ours: string): string {
    if (this.conflicts > 0 && this.suffix === '') {
      const [a = 0, b = 0] = this.context.random(2);
      this.suffix = `-${String(a * 256 + b)}`;
    }
    return ours + this.suffix;
  }

  /** Where the server wants the session to be resumed: tried first, and once (XEP-0198 §5). */
  private location(): Partial<Dial> {
    const location = this.session.management?.location;
    if (location === undefined || this.locationTried) {
      return {};
    }
    this.locationTried = true;
    return { ...parseLocation(location), tls: this.direct ? 'direct' : 'starttls' };
  }
}
