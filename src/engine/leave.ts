// SPDX-License-Identifier: MIT

import type { Session } from '../core/session.js';
import type { Context } from './context.js';
import type { LinkTeller } from './link-teller.js';

/** Servers may keep a user who quits waiting for so long; the closing handshake comes after that. */
const LAST_ANSWERS_MS = 3_000;

/** A `sign-out` leaves the account to what comes behind it. */
export type Why = 'sign-off' | 'sign-out' | 'release';

/** Why an account comes to its end, how it gets there, and what the host hears when it has. */
export class Leave {
  private why: Why | undefined;
  /** The account does not end with the session: this comes instead. */
  private over: (() => void) | undefined;
  /** Until when answers are awaited before the session is closed, on the monotonic clock. */
  private until: number | undefined;
  private answered = false;
  /** The last words are said; the server's are awaited. */
  private closing = false;
  /** Counts leaves: an answer to an earlier one ends nothing. */
  private turn = 0;

  /** @param ask puts the last questions; false if there are none, else the callback follows later */
  constructor(
    private readonly context: Context,
    private readonly session: Session,
    private readonly teller: LinkTeller,
    private readonly ask: (answered: () => void) => boolean,
  ) {}

  get underWay(): boolean {
    return this.why !== undefined;
  }

  /** It is on its way: what the server says until its closing tag is still taken. */
  get ending(): boolean {
    return this.closing;
  }

  /** @param over called when there is no session any more, instead of the account's end */
  begin(why: Why, over?: () => void): void {
    this.why = why;
    this.over = over;
  }

  /** Closes a session that is online: at once, or when what only it can ask for is here. */
  close(): void {
    if (this.until !== undefined) {
      // Asked already: a host says Goodbye right behind its Detach.
      return;
    }
    const { turn } = this;
    const asked =
      this.why !== 'release' &&
      this.ask(() => {
        this.answered ||= turn === this.turn;
      });
    if (asked) {
      this.until = this.context.clock().now + LAST_ANSWERS_MS;
    } else {
      this.end();
    }
  }

  /** Only once all that came is on disk: the last `<a/>` then covers it. */
  proceed(ready: boolean): void {
    if (this.answered && ready) {
      this.end();
    }
  }

  deadline(): number | undefined {
    return this.until;
  }

  tick(now: number): void {
    if (this.until !== undefined && now >= this.until) {
      this.end();
    }
  }

  /** A host that is back before its sign-off is done gets the last word of that all the same. */
  overtaken(): void {
    if (this.why === 'sign-off') {
      this.teller.detached();
    }
    this.forget();
  }

  done(): void {
    const { over } = this;
    if (over !== undefined) {
      this.forget();
      return over();
    }
    const last = this.why === 'sign-off' ? this.teller.farewell() : this.teller.released();
    this.forget();
    this.context.effect({ type: 'ended', last });
  }

  private end(): void {
    this.until = undefined;
    this.answered = false;
    this.closing = true;
    this.session.end(this.context.clock());
  }

  private forget(): void {
    this.why = undefined;
    this.over = undefined;
    this.until = undefined;
    this.answered = false;
    this.closing = false;
    this.turn++;
  }
}
