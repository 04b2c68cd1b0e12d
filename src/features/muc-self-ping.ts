// SPDX-License-Identifier: MIT
//
// Are we still in the room? A room that has lost us says nothing, as one in which nothing happens does
// (XEP-0410).

import { xml } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { Alarm } from './alarm.js';
import type { Answer, FeatureHost } from './feature.js';

/** §3.2: an adequate amount of silence. */
const SILENCE_MS = 15 * 60_000;
/** So long without a link, and the room's server may have given us up. */
const OUTAGE_MS = 60_000;
/** Between questions that nobody answers. */
const AGAIN_MS = 120_000;

/** The room forwarded the question to a client of ours, so we are in it (§3.2). */
const inside: ReadonlySet<string> = new Set([
  'feature-not-implemented',
  'service-unavailable',
  // Another device of ours has just changed the nick.
  'item-not-found',
]);
const undecided: ReadonlySet<string> = new Set([
  'remote-server-not-found',
  'remote-server-timeout',
]);

type Done = (inside: boolean | undefined) => void;

export class SelfPing {
  readonly #host: FeatureHost;
  readonly #occupant: () => Jid | undefined;
  readonly #lost: () => void;
  readonly #alarm: Alarm;
  #waiting: Done[] = [];
  #heardAt = 0;
  /** Counts stays: an answer of an earlier one says nothing of this. */
  #stay = 0;
  #watching = false;
  /** Nobody answered, and nothing was heard since. */
  #doubt = false;

  /**
   * @param occupant our own address in the room; nothing while it is being changed (§4)
   * @param lost called when the room says that we are not in it
   */
  constructor(host: FeatureHost, occupant: () => Jid | undefined, lost: () => void) {
    this.#host = host;
    this.#occupant = occupant;
    this.#lost = lost;
    this.#alarm = new Alarm(host);
  }

  /** We are in. */
  start(): void {
    this.#stay += 1;
    this.#watching = true;
    this.heard();
    this.#watch(SILENCE_MS);
  }

  /** We are out, as far as is known. */
  stop(): void {
    this.#stay += 1;
    this.#watching = false;
    this.#alarm.clear();
    this.#answer(undefined);
  }

  /** Something came from the room. */
  heard(): void {
    this.#doubt = false;
    this.#heardAt = this.#host.clock().now;
  }

  resumed(outageMs: number): void {
    if (!this.#watching) return;
    if (outageMs > OUTAGE_MS) this.check(() => undefined);
    else this.#alarm.resumed();
  }

  check(done: Done): void {
    this.#waiting.push(done);
    if (this.#waiting.length > 1) return;
    const stay = this.#stay;
    const occupant = this.#watching && this.#host.online ? this.#occupant() : undefined;
    if (occupant === undefined) {
      this.#answer(undefined);
      return;
    }
    this.#host.request(occupant, 'get', xml('ping', { xmlns: NS.ping }), (answer) => {
      if (stay === this.#stay) this.#answered(readAnswer(answer));
    });
  }

  #answered(result: boolean | undefined): void {
    if (result === true) this.heard();
    this.#doubt = result === undefined;
    if (result !== false) this.#watch(result === true ? SILENCE_MS : AGAIN_MS);
    const waiting = this.#waiting.splice(0);
    if (result === false) this.#lost();
    for (const done of waiting) done(result);
  }

  #answer(result: undefined): void {
    for (const done of this.#waiting.splice(0)) done(result);
  }

  #watch(delayMs: number): void {
    this.#alarm.set(delayMs, () => {
      const silence = this.#host.clock().now - this.#heardAt;
      if (silence < SILENCE_MS && !this.#doubt) this.#watch(SILENCE_MS - silence);
      else this.check(() => undefined);
    });
  }
}

/** §3.2's table; any other error means that we are not in the room any more. */
function readAnswer(answer: Answer): boolean | undefined {
  if (answer.type === 'result') return true;
  const { kind, condition } = answer.fault;
  if (kind !== 'stanza' || undecided.has(condition)) return undefined;
  return inside.has(condition);
}
