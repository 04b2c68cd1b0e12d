// SPDX-License-Identifier: MIT

import type { SessionOutput } from '../core/session-output.js';
import type { Credentials } from './credentials.js';
import { distrusted } from './link-faults.js';
import type { LinkQuestions, WaitingLink } from './link-questions.js';
import type { LinkTeller } from './link-teller.js';
import type { AttachOptions } from './options.js';
import type { Redial } from './redial.js';
import { otherHost, overWebSocket } from './web-link.js';

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

  constructor(
    private readonly link: WaitingLink,
    private readonly redial: Redial,
    private readonly credentials: Credentials,
    private readonly questions: LinkQuestions,
    private readonly teller: LinkTeller,
  ) {}

  /** Others of the same dial may be trusted; in clear none of them would have to be. */
  met(stranger: Stranger, options: AttachOptions): void {
    this.first ??= stranger;
    if (options.security !== 'opportunistic_tls' && this.redial.passesBy()) {
      this.teller.passedBy(stranger.facts.sha256, 'A server');
      this.link.phase = 'due';
    } else {
      this.nobodyElse(options);
    }
  }

  /** Another dial begins. */
  forget(): void {
    this.first = undefined;
  }

  /** A server that is trusted was found. */
  trusted(): void {
    this.first = undefined;
    this.questions.withdrawTrust();
  }

  /**
   * Nobody better is left: what is wrong with the first one is for a person to hear.
   * @returns false if there was none
   */
  nobodyElse(options: AttachOptions): boolean {
    const { first } = this;
    this.first = undefined;
    if (first === undefined) return false;
    const { domain } = options.jid;
    const { facts, reasons, text, webSocket } = first;
    const other = otherHost(webSocket, reasons, domain);
    const next = other ?? this.credentials.distrusted(facts.sha256, options);
    if (typeof next === 'object') this.link.fail(overWebSocket(webSocket, next, options), 'server');
    else if (next === 'due') this.link.dialAnew();
    else if (this.link.attached) this.questions.askTrust(domain, first);
    // Nobody is there to be asked: it may be only the network that we are in just now.
    else this.link.fail(distrusted(text), 'server');
    return true;
  }
}
