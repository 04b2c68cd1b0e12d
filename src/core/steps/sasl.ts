// SPDX-License-Identifier: MIT
//
// RFC 6120 §6: the SASL exchange, whatever the mechanism.

import { fault } from '../errors.js';
import { NS } from '../namespaces.js';
import { saslFailure } from '../sasl/failure.js';
import type { Exchange, Move } from '../sasl/mechanism.js';
import { readOffer } from '../sasl/offer.js';
import type { Random } from '../tools.js';
import { child, children, is, xml } from '../xml.js';
import type { Element } from '../xml.js';
import { Choosing } from './choosing.js';
import type { Step, StepHost } from './step.js';

/** Far more than any mechanism says, far less than would hurt. */
const maxChallenge = 64 * 1024;

export function sasl(host: StepHost): Step {
  return new Sasl(host);
}

class Sasl implements Step {
  private exchange: Exchange | undefined;
  private state: 'idle' | 'password' | 'key' | 'server' = 'idle';
  private ticket: number | undefined;
  private choosing: Choosing | undefined;

  constructor(private readonly host: StepHost) {}

  start(features: Element): void {
    const { host } = this;
    host.progress(3, 'Authenticating');
    const offer = child(features, 'mechanisms', NS.sasl);
    const offered =
      offer === undefined
        ? []
        : children(offer, 'mechanism', NS.sasl).map((el) => el.getText().trim());
    this.choosing = new Choosing(host, readOffer(features, offered));
    this.begin();
  }

  element(el: Element): boolean {
    if (this.state !== 'server') return false;
    if (is(el, 'challenge', NS.sasl)) this.challenge(el);
    else if (is(el, 'success', NS.sasl)) this.success(el);
    else if (is(el, 'failure', NS.sasl)) this.failure(el);
    else return false;
    return true;
  }

  password(): void {
    if (this.state === 'password') this.begin();
  }

  derived(ticket: number, key: Uint8Array): void {
    if (this.state !== 'key' || ticket !== this.ticket || this.exchange?.derived === undefined) {
      return;
    }
    this.state = 'server';
    this.move(this.exchange.derived(key), 'response');
  }

  private begin(): void {
    const { host } = this;
    const choice = this.choosing?.choice;
    if (choice === undefined) return;
    if ('condition' in choice) return host.fail(choice);
    const password = host.password() ?? '';
    if (choice.method !== 'external' && password === '') {
      this.state = 'password';
      return host.out({ type: 'need-password' });
    }
    const { jid, identity } = host.options;
    const credentials = { jid, password, ...(identity === undefined ? {} : { identity }) };
    this.exchange = choice.begin(credentials, host.tools, host.random);
    this.state = 'server';
    this.move(this.exchange.first(), 'auth');
  }

  private move(move: Move, name: 'auth' | 'response'): void {
    const { host } = this;
    if (move.type === 'fault') return host.fail(move.fault);
    if (move.type === 'derive') {
      this.state = 'key';
      this.ticket = newTicket(host.random);
      return host.out({ type: 'derive', ticket: this.ticket, derivation: move.derivation });
    }
    const mechanism = name === 'auth' ? this.exchange?.name : undefined;
    const text = host.tools.base64(move.data);
    // RFC 6120 §6.4.2: an initial response that is there but empty is a single "=".
    const content = text === '' && name === 'auth' ? '=' : text;
    host.write(xml(name, { xmlns: NS.sasl, mechanism }, content));
  }

  private challenge(el: Element): void {
    const data = this.data(el);
    if (data === undefined || this.exchange === undefined) return this.host.fail(unreadable);
    this.move(this.exchange.challenge(data), 'response');
  }

  private success(el: Element): void {
    const { host, exchange } = this;
    const data = this.data(el);
    if (data === undefined || exchange === undefined) return host.fail(unreadable);
    const problem = exchange.success(data);
    if (problem !== undefined) return host.fail(problem);
    this.choosing?.accepted();
    host.restart();
  }

  private failure(el: Element): void {
    const { choosing } = this;
    const problem = choosing?.refused(saslFailure(el, choosing.method));
    if (problem !== undefined) this.host.fail(problem);
    // RFC 6120 §6.4.5: another try on the same stream.
    else this.begin();
  }

  /** Empty for no data at all; undefined for what is not base64 (RFC 6120 §6.4.2, §13.9.1). */
  private data(el: Element): Uint8Array | undefined {
    const text = el.getText();
    if (text.length > maxChallenge) return undefined;
    return text === '=' ? new Uint8Array() : this.host.tools.fromBase64(text);
  }
}

/**
 * Drawn, not counted: a key that was derived for an earlier link and comes late must not be taken for
 * the one that this link waits for.
 */
function newTicket(random: Random): number {
  return random(4).reduce((number, byte) => number * 256 + byte, 0);
}

const unreadable = fault(
  'sasl',
  'incorrect-encoding',
  'The server sent something unreadable while signing in. The connection was closed.',
);
