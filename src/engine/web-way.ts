// SPDX-License-Identifier: MIT
//
// When a server is looked for by host-meta (XEP-0156 §2.2: only once the usual ways are exhausted).

import type { Dial } from '../core/effects.js';
import type { LinkFault } from '../transport/types.js';

/** A web server is not asked more often than that until it was of help, and a server that restarts not given up sooner. */
const apartMs = 60_000;

/** Where no other way can help either, or the web server would be reached just as badly. */
const hopeless: ReadonlySet<string> = new Set([
  ...['dns-failure', 'network-unreachable', 'certificate-changed'],
  ...['proxy-unreachable', 'proxy-timeout', 'proxy-closed', 'proxy-not-understood'],
]);

/** The web server was there, and it was in vain all the same. */
const nothingThere: ReadonlySet<string> = new Set(['host-meta-refused', 'no-websocket']);

export class WebWay {
  /** How the server was last reached, as far as TLS with it was complete. */
  private last: 'usual' | 'web' | undefined;
  /** Since when nothing of the usual ways has led there. */
  private failingSince: number | undefined;
  private askedAt: number | undefined;
  /** Since when the web server has answered, and named no WebSocket. */
  private emptySince: number | undefined;
  /** The link that is under way was opened, and had no TLS yet. */
  private half = false;

  /** TCP is there, by the usual ways: somebody may take it who is not the server. */
  opened(): void {
    this.half = true;
  }

  /** TLS is complete. */
  reached(how: 'usual' | 'web'): void {
    this.half = false;
    this.last = how;
    this.emptySince = undefined;
    if (how === 'usual') this.failingSince = undefined;
  }

  /** Host-meta was of no help. One that restarts is asked again soon, one that has nothing any more is not. */
  unhelpful({ condition }: LinkFault, now: number): void {
    if (!nothingThere.has(condition)) return;
    this.emptySince ??= now;
    if (now - this.emptySince >= apartMs) this.last = undefined;
  }

  /**
   * Whether a dial begins with host-meta: where the last ones were taken by somebody who then said nothing, they
   * never fail.
   * @param now monotonic milliseconds, here and below
   */
  first(dial: Dial, now: number): boolean {
    // What that dial left over is tried before anything is said of it.
    if (dial.rest === true) return false;
    const { half } = this;
    this.half = false;
    // An account that may go without TLS has never been further.
    if (!half || dial.tls === 'starttls') return false;
    this.failingSince ??= now;
    return usual(dial) && this.due(now);
  }

  /** Whether a dial that failed goes on with host-meta. */
  next(dial: Dial, { kind, condition, retry }: LinkFault, now: number): boolean {
    this.failingSince ??= now;
    if (!usual(dial) || kind === 'usage' || retry === 'never' || hopeless.has(condition))
      return false;
    return this.due(now);
  }

  private due(now: number): boolean {
    // Where a server was reached just now it most likely restarts; nothing is gained by another way to it.
    const patience = this.last === 'usual' ? apartMs : 0;
    const waited = now - (this.failingSince ?? now) >= patience;
    const asked = this.last !== 'web' && now - (this.askedAt ?? -Infinity) < apartMs;
    if (!waited || asked) return false;
    this.askedAt = now;
    return true;
  }
}

/** A place that a person or the server named is that place and no other. */
function usual({ host, rest, again }: Dial): boolean {
  return host === undefined && rest !== true && again !== true;
}
