// SPDX-License-Identifier: MIT
//
// IQ requests of ours, and who may answer them. An id is no secret, so only the entity that was asked
// may answer (RFC 6120 §8.1.2.1, §8.2.3).

import type { Fault } from './errors.js';
import { fault, UsageError } from './errors.js';
import { Jid } from './jid.js';
import { NS } from './namespaces.js';
import { stanzaError } from './stanza.js';
import type { Tools } from './tools.js';
import type { Element } from './xml.js';
import { attribute, is } from './xml.js';
import { ReducedElement } from './xml-reduced.js';

export type IqOutcome =
  | { readonly type: 'result'; readonly stanza: Element }
  | { readonly type: 'error'; readonly fault: Fault; readonly stanza?: Element };

/** An empty result means something to most who ask; this one was not empty. */
const UNREAD = fault(
  'stanza',
  'policy-violation',
  'The answer was too large or too complex to be read.',
  { retry: 'never' },
);

interface Waiting {
  /** `undefined`: our own account. */
  readonly asked: Jid | undefined;
  readonly account: Jid;
  readonly deadline: number;
  readonly done: (outcome: IqOutcome) => void;
}

export class IqRouter {
  readonly #tools: Tools;
  readonly #waiting = new Map<string, Waiting>();
  /** No deadline is earlier. Not moved when an answer comes, or each answer would search them all. */
  #earliest = Infinity;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /**
   * Waits for the answer to a request that is about to be written; `done` is called exactly once.
   * @param to as written in the request; `undefined` asks our own account
   * @param account our own full JID as bound
   * @param deadline monotonic milliseconds after which the answer is a `timeout` fault
   * @throws UsageError when the id is already waited for
   */
  expect(
    id: string,
    to: Jid | undefined,
    account: Jid,
    deadline: number,
    done: (outcome: IqOutcome) => void,
  ): void {
    if (this.#waiting.has(id)) {
      throw new UsageError('duplicate-id', 'An answer to this IQ id is already awaited.');
    }
    const asked = to?.equals(account.bare()) === true ? undefined : to;
    this.#waiting.set(id, { asked, account, deadline, done });
    this.#earliest = Math.min(this.#earliest, deadline);
  }

  /**
   * @param stanza any stanza; only an IQ of type result or error can be an answer
   * @returns true when it was an awaited answer from the one who was asked. One from anybody else is left
   *          alone, and the request goes on waiting.
   */
  answer(stanza: Element): boolean {
    const type = attribute(stanza, 'type');
    if (!is(stanza, 'iq', NS.client) || (type !== 'result' && type !== 'error')) return false;
    const id = attribute(stanza, 'id');
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return false;
    if (!this.#isFromAsked(waiting, attribute(stanza, 'from'))) return false;
    this.#waiting.delete(id);
    if (type === 'error') waiting.done({ type, fault: stanzaError(stanza), stanza });
    else if (stanza instanceof ReducedElement)
      waiting.done({ type: 'error', fault: UNREAD, stanza });
    else waiting.done({ type, stanza });
    return true;
  }

  /** Ends what has waited too long. */
  expire(now: number): void {
    if (now < this.#earliest) return;
    const late = [...this.#waiting].filter(([, waiting]) => waiting.deadline <= now);
    for (const [id] of late) this.#waiting.delete(id);
    this.#earliest = Infinity;
    for (const { deadline } of this.#waiting.values()) {
      this.#earliest = Math.min(this.#earliest, deadline);
    }
    const text = 'No answer came in time. Nothing is known of what became of the request.';
    for (const [, { done }] of late)
      done({ type: 'error', fault: fault('timeout', 'no-answer', text) });
  }

  /** When `expire` should be called next, or earlier than that; `undefined` when nothing is awaited. */
  deadline(): number | undefined {
    return this.#waiting.size === 0 ? undefined : this.#earliest;
  }

  /** The session is gone: no answer to what is awaited now can come any more. */
  failAll(reason: Fault): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#earliest = Infinity;
    for (const { done } of all) done({ type: 'error', fault: reason });
  }

  /**
   * A request without `to` is handled by the server on behalf of the account (RFC 6120 §10.3.3), and what
   * it sends on behalf of the account has no `from` or the account's bare JID; a stanza without `from` is
   * from the account, hence from nobody else (§8.1.2.1). The server's domain and our full JID are other
   * addresses, and answer only what was sent to them.
   */
  #isFromAsked({ asked, account }: Waiting, from: string | undefined): boolean {
    if (from === undefined) return asked === undefined;
    const sender = Jid.parse(from, this.#tools);
    return sender?.equals(asked ?? account.bare()) === true;
  }
}
