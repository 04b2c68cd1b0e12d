// SPDX-License-Identifier: MIT

import type { Dial } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { Session } from '../core/session.js';
import { Backoff } from './backoff.js';
import type { Reached } from './backoff.js';
import type { Context } from './context.js';
import type { AttachOptions } from './options.js';
import { dialOf, parseLocation } from './options.js';
import { webSocketTarget } from '../transport/web-address.js';
import type { LinkOpen } from './web-link.js';

/** Someone else signed in with our resource: give way this long before taking another. */
const CONFLICT_WAIT_MS = 30_000;

/** Who takes our place after this long does not insist on it, and is given way to like the first one. */
const PEACE_MS = 3_600_000;

/** A server that sends us on and on is left for the usual way, until we were online again. */
const MOST_SENT_AWAY = 3;

/** How the next link is asked for: when, where, and under which resource. */
export class Redial {
  private readonly backoff: Backoff;
  private conflicts = 0;
  /** The last one's time, on the monotonic clock. */
  private conflictAt = 0;
  /** What is added to our resource since somebody insists on that. */
  private suffix = '';
  /** The last link had TLS from its first byte. */
  private direct = false;
  private locationTried = false;
  /** The same dial knows of other places to try. */
  private more = false;
  /** A silent server of this dial was left sooner than it may have answered; and of the last one. */
  private hasty = false;
  private patient = false;
  /** What the server says now comes from inside TLS, with its certificate judged. */
  private safe = false;
  /** The next dial goes there, or where the server sent us. */
  private detour: Partial<Dial> = {};
  /** Where the last dial went, beside the usual, and by which settings. */
  private way: Partial<Dial> = {};
  private by: AttachOptions | undefined;
  /** A server said something in this dial, even if it was not the last one that was tried. */
  private heard: Reached = 'none';
  private sentAway = 0;

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
    this.sentAway = 0;
    this.hasty = false;
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
    const far = this.heard === 'server' ? this.heard : reached;
    this.heard = 'none';
    const { now } = this.context.clock();
    if (cause.condition !== 'conflict' || !this.heeds) return this.backoff.failed(now, far);
    if (now - this.conflictAt > PEACE_MS) {
      this.conflicts = 0;
      this.suffix = '';
    }
    this.conflictAt = now;
    return ++this.conflicts > 1 ? undefined : CONFLICT_WAIT_MS;
  }

  /** The link ended in order, and another one is wanted. @returns how long that is to wait */
  delayAfterEnd(): number {
    return this.backoff.ended(this.context.clock().now);
  }

  /** A link is open. */
  opened({ direct, more = false, webSocket }: LinkOpen): void {
    // A WebSocket says nothing of how a host is reached otherwise.
    this.direct = direct && webSocket === undefined;
    this.more = more;
    this.safe = false;
  }

  /** Another server can be tried; but one that is only slow is to get its time at last. */
  get hurries(): boolean {
    return this.more && !this.direct && !this.patient;
  }

  /** TLS is there: from now on it is this server that we talk with. */
  secured(): void {
    this.safe = true;
  }

  /**
   * Before TLS has shown who speaks, anybody on the way may have said it: nothing of that ends an account.
   * @returns the fault as far as it may be believed
   */
  believed(cause: Fault): Fault {
    const { kind, by, retry, text } = cause;
    const said = by === 'peer' && (kind === 'stream' || kind === 'tls');
    if (this.heeds || !said || retry === 'later') return cause;
    const doubt = 'That came before TLS, so it may not have been the server. Trying again.';
    return { ...cause, retry: 'later', text: `${text} ${doubt}` };
  }

  /**
   * The link fell, or did not come to be. Before TLS is there that may be one dead server of several, and the next one is tried
   * in the same dial (RFC 6120 §3.2.1, its last steps).
   * @returns whether to dial again at once
   */
  goesOn(cause: Fault, reached: Reached): boolean {
    // A place that the server named may be of no use to us (below .onion without Tor, say). That ends
    // nothing: there is still the usual way.
    const astray = cause.retry === 'never' && !this.safe && this.way.host !== undefined;
    if (((!this.more || this.safe) && !astray) || cause.kind === 'sasl') return false;
    if (reached === 'server') this.heard = 'server';
    else this.hasty ||= this.hurries;
    return this.nextPlace();
  }

  /**
   * Who was reached is not trusted.
   * @returns whether to dial again at once, to what else the dial knew or, from a place that the server named, the usual way
   */
  passesBy(): boolean {
    this.safe = false;
    if (!this.more && this.way.host === undefined) return false;
    this.heard = 'server';
    return this.nextPlace();
  }

  /**
   * The server wants us elsewhere (RFC 6120 §4.9.3.19, RFC 7395 §3.6.1). That is for one dial and remembered nowhere; it
   * changes nothing about whose certificate is asked for, and counts only from inside TLS.
   * @returns how long to wait before going there; nothing when we are not to
   */
  sentTo({ place = '' }: Fault, options: AttachOptions | undefined): number | undefined {
    const web = webSocketTarget(place);
    const where = web ?? parseLocation(place);
    if (!this.safe || where.host === undefined || this.sentAway >= MOST_SENT_AWAY) return undefined;
    this.sentAway++;
    if (web !== undefined) {
      this.detour = { host: web.host, port: web.port, tls: 'direct', webSocket: web.http };
      return this.delayAfterEnd();
    }
    // A port that is not named is the usual one, on which TLS does not come first.
    const direct = options?.security === 'old_ssl' || (this.direct && where.port !== 5222);
    this.detour = { ...where, tls: direct ? 'direct' : 'starttls' };
    return this.delayAfterEnd();
  }

  /**
   * The last dial is to be made once more, to the same place, for what could not be done on its link.
   * @returns how long that is to wait: the server answered, so that it counts like any other link
   */
  again(): number {
    this.detour = { ...this.way, again: true };
    return this.delayAfterEnd();
  }

  dial(options: AttachOptions): Dial {
    this.backoff.started(this.context.clock().now);
    this.more = false;
    this.safe = false;
    // Other settings may lead elsewhere: there is nothing to repeat by them.
    const stale = this.detour.again === true && options !== this.by;
    const detour = stale ? {} : this.detour;
    if (detour.rest !== true) {
      this.patient = this.hasty;
      this.hasty = false;
    }
    this.detour = {};
    this.way = Object.keys(detour).length > 0 ? detour : this.location(options);
    this.by = options;
    return { ...dialOf(options, this.context.tools), ...this.way };
  }

  /** Another one than ours when somebody insists on that: taking turns would go on for ever. */
  resource(ours: string): string {
    if (this.conflicts > 0 && this.suffix === '') {
      const [a = 0, b = 0] = this.context.random(2);
      this.suffix = `-${String(a * 256 + b)}`;
    }
    return ours + this.suffix;
  }

  /** An account that may go without TLS has nobody else to believe. */
  private get heeds(): boolean {
    return this.safe || this.by?.security === 'opportunistic_tls';
  }

  private nextPlace(): true {
    this.detour = this.more ? { rest: true } : {};
    this.more = false;
    return true;
  }

  /** Where the server wants the session to be resumed: tried first, and once (XEP-0198 §5). */
  private location({ security }: AttachOptions): Partial<Dial> {
    const location = this.session.management?.location;
    if (location === undefined || this.locationTried) {
      return {};
    }
    this.locationTried = true;
    const direct = this.direct || security === 'old_ssl';
    return { ...parseLocation(location), tls: direct ? 'direct' : 'starttls' };
  }
}
