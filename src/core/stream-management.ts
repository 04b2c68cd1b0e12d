// SPDX-License-Identifier: MIT
//
// XEP-0198: the two counters and the queue between them. Plain data without I/O; what it knows can be
// saved and restored, so that another process can settle the session.

import type { Fault } from './errors.js';
import { fault, UsageError } from './errors.js';
import { advance, distance, isAfter, isSerial, MODULUS } from './serial.js';

/** What is counted: XEP-0198 §1 acknowledges stanzas and nothing else. */
export type StanzaKind = 'message' | 'presence' | 'iq';

export interface Outgoing {
  readonly kind: StanzaKind;
  /** The outbox's name of a message with content; absent for everything that is never replayed. */
  readonly handle?: string;
  /** As written, for re-sending in the same session. */
  readonly text: string;
}

export interface Tracked extends Outgoing {
  /** 1 … 2^32−1, then 0: the `h` that acknowledges this stanza and all before it. */
  readonly number: number;
}

/** What must be on disk before the bytes leave. Numbers are 0 … 2^32−1; `max` is in seconds. */
export interface SavedManagement {
  id: string;
  location?: string;
  max?: number;
  jid: string;
  messages?: true;
  sent: number;
  acked: number;
  handled: number;
  /** Unacknowledged, oldest first, without a gap: `acked` + 1 … `sent`. */
  tracked: { number: number; kind: StanzaKind; handle?: string }[];
}

/** What `<enabled/>` told us. */
export interface Enabled {
  /** The SM-ID; given only when the server allows resumption. */
  readonly id?: string;
  /** Seconds the server keeps the session after the link is gone. */
  readonly max?: number;
  /** Where to reconnect first, `host:port`. */
  readonly location?: string;
  /** The full JID bound. */
  readonly jid: string;
  /** On a link of messages (RFC 7395). */
  readonly messages?: true;
}

/**
 * An `h` that cannot be true. Answered by the stream error `undefined-condition`, which for the condition
 * `handled-count-too-high` carries that element too (XEP-0198 §6).
 */
export interface HandledFault extends Fault {
  readonly h: number;
  /** What we have sent: the `send-count` of XEP-0198 §6. */
  readonly sendCount: number;
}

export interface Failure {
  readonly fault: HandledFault;
}

export class StreamManagement {
  readonly id: string | undefined;
  readonly max: number | undefined;
  readonly location: string | undefined;
  readonly jid: string;
  readonly messages: true | undefined;
  readonly #restored: boolean;
  #sent: number;
  #acked: number;
  #handled: number;
  #over = false;
  /** Settled entries stay in front of `#head` until half of the array is settled: O(1) amortised. */
  #queue: Tracked[] = [];
  #head = 0;

  /**
   * A session just enabled. Stanzas that left between `<enable/>` and `<enabled/>` count (XEP-0198 §4):
   * track them first.
   * @param counters where to begin, for tests of the wrap
   */
  constructor(enabled: Enabled, counters = { sent: 0, handled: 0 }, restored = false) {
    this.id = enabled.id;
    this.max = enabled.max;
    this.location = enabled.location;
    this.jid = enabled.jid;
    this.messages = enabled.messages;
    this.#sent = counters.sent;
    this.#acked = counters.sent;
    this.#handled = counters.handled;
    this.#restored = restored;
  }

  /**
   * A session that another process started. Its stanzas are known by number, kind and handle only; their
   * `text` is empty.
   * @throws UsageError when the numbers do not fit together
   */
  static restore(saved: SavedManagement): StreamManagement {
    checkSaved(saved);
    const counters = { sent: saved.acked, handled: saved.handled };
    const management = new StreamManagement(saved, counters, true);
    for (const { kind, handle } of saved.tracked) {
      management.track({ kind, text: '', ...(handle === undefined ? {} : { handle }) });
    }
    return management;
  }

  /** @throws UsageError when the session cannot be resumed, so that saving it would promise too much */
  save(): SavedManagement {
    if (this.id === undefined || !this.resumable) {
      throw new UsageError('not-resumable', 'This session cannot be resumed, so it is not saved.');
    }
    return {
      id: this.id,
      ...(this.location === undefined ? {} : { location: this.location }),
      ...(this.max === undefined ? {} : { max: this.max }),
      jid: this.jid,
      ...(this.messages === undefined ? {} : { messages: this.messages }),
      sent: this.#sent,
      acked: this.#acked,
      handled: this.#handled,
      tracked: this.unacked.map(({ number, kind, handle }) => ({
        number,
        kind,
        ...(handle === undefined ? {} : { handle }),
      })),
    };
  }

  get resumable(): boolean {
    return this.id !== undefined && !this.#over;
  }

  /** Another process started this session, so that it is resumed only to settle. */
  get restored(): boolean {
    return this.#restored;
  }

  get sent(): number {
    return this.#sent;
  }

  get acked(): number {
    return this.#acked;
  }

  get handled(): number {
    return this.#handled;
  }

  /** How many stanzas wait for their acknowledgement. */
  get outstanding(): number {
    return this.#queue.length - this.#head;
  }

  /** What waits for its acknowledgement, oldest first: a copy, as long as the queue. */
  get unacked(): readonly Tracked[] {
    return this.#queue.slice(this.#head);
  }

  /** Counts one outgoing stanza. To be called in the order in which stanzas are written. */
  track(outgoing: Outgoing): Tracked {
    this.#sent = advance(this.#sent);
    const tracked = { ...outgoing, number: this.#sent };
    this.#queue.push(tracked);
    return tracked;
  }

  /** Takes back the last one counted, which was not written and never will be. */
  untrack(): void {
    if (this.outstanding > 0) {
      this.#queue.pop();
      this.#sent = advance(this.#sent, MODULUS - 1);
    }
  }

  /** Counts one inbound stanza and returns the new `h`; to be told to nobody before it is flushed. */
  count(): number {
    this.#handled = advance(this.#handled);
    return this.#handled;
  }

  /**
   * Takes back the count of stanzas whose effects could not be kept: on resumption the server, told this
   * `h`, sends them again, and they are counted then.
   * @throws UsageError when `h` is ahead of what was counted
   */
  rewind(h: number): void {
    if (!isSerial(h) || isAfter(h, this.#handled)) {
      throw new UsageError('bad-rewind', 'A count can only be taken back.');
    }
    this.#handled = h;
  }

  /**
   * Settles everything the server says it has handled.
   * @param h stanzas handled so far, 0 … 2^32−1, wrapping
   * @returns entries now safe, oldest first (none when `h` repeats), or a stream fault: `h` is ahead of
   *          what was sent (`handled-count-too-high`) or goes back (`undefined-condition`); then nothing
   *          has changed
   * @see XEP-0198 §4, §6
   */
  ack(h: number): { readonly settled: Tracked[] } | Failure {
    const steps = distance(this.#acked, h);
    if (steps > this.outstanding) return { fault: this.#impossible(h) };
    this.#acked = h;
    return { settled: this.#take(steps) };
  }

  /**
   * The server resumed the session: `h` is an acknowledgement first, then the rest goes again, in order
   * (XEP-0198 §5).
   *
   * In the process that started the session the rest keeps its numbers and stays tracked: write `resend`
   * as it is. In a restored one the texts of IQs and presence are lost, so numbers begin anew at the
   * server's count, and `resend` has the messages with a handle, which the caller tracks again.
   */
  resumed(h: number): { readonly settled: Tracked[]; readonly resend: Tracked[] } | Failure {
    const outcome = this.ack(h);
    if ('fault' in outcome) return outcome;
    if (!this.#restored) return { settled: outcome.settled, resend: [...this.unacked] };
    const rest = this.#take(this.outstanding);
    this.#sent = h;
    return { settled: outcome.settled, resend: rest.filter((entry) => entry.handle !== undefined) };
  }

  /**
   * The server refused to resume: the session is over, and its queue is handed back.
   * @param h from `<failed h=''/>`: the server's final count (XEP-0198 §5)
   * @returns `certain`: `h` was given, so `rest` never arrived; otherwise nobody here knows. On a fault
   *          nothing has changed, and `failed(undefined)` may follow.
   */
  failed(
    h: number | undefined,
  ):
    { readonly settled: Tracked[]; readonly rest: Tracked[]; readonly certain: boolean } | Failure {
    const outcome = h === undefined ? { settled: [] } : this.ack(h);
    if ('fault' in outcome) return outcome;
    this.#over = true;
    return { ...outcome, rest: this.#take(this.outstanding), certain: h !== undefined };
  }

  #take(count: number): Tracked[] {
    const end = this.#head + count;
    const taken = this.#queue.slice(this.#head, end);
    this.#head = end;
    if (this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  #impossible(h: number): HandledFault {
    const tooHigh = isAfter(h, this.#sent);
    const what = tooHigh
      ? `The server acknowledged stanza ${h}, but only ${this.#sent} were sent (handled-count-too-high).`
      : `The server took back an acknowledgement: ${this.#acked} stanzas, then ${h}.`;
    const text = `${what} What it has not acknowledged for certain is kept.`;
    return {
      ...fault('stream', tooHigh ? 'handled-count-too-high' : 'undefined-condition', text),
      h,
      sendCount: this.#sent,
    };
  }
}

function checkSaved(saved: SavedManagement): void {
  const fits =
    saved.id !== '' &&
    [saved.sent, saved.acked, saved.handled].every(isSerial) &&
    distance(saved.acked, saved.sent) === saved.tracked.length &&
    saved.tracked.every(({ number }, i) => number === advance(saved.acked, i + 1));
  if (!fits) throw new UsageError('bad-saved-session', 'The saved session contradicts itself.');
}

/**
 * Reads an `h` attribute: an XML Schema unsignedInt, without the sign and the white space that its
 * lexical form would allow.
 * @returns `undefined` for anything else, an absent one included
 */
export function parseHandled(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value < MODULUS ? value : undefined;
}
