// SPDX-License-Identifier: MIT
//
// RFC 6120 §6: the SASL exchange, whatever the mechanism. sasl2.ts has the same in another dress.

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import { NS } from '../namespaces.js';
import { EXPIRED, saslFailure } from '../sasl/failure.js';
import type { Exchange, Move } from '../sasl/mechanism.js';
import { offerText, readOffer } from '../sasl/offer.js';
import type { Random } from '../tools.js';
import { child, children, is, xml } from '../xml.js';
import type { Element } from '../xml.js';
import { Choosing } from './choosing.js';
import type { Footing, Step, StepHost } from './step.js';

/** What was begun from memory is nothing that this server still knows: the memory is to be forgotten. */
export const changed = fault(
  'stream',
  'offer-changed',
  'The server has changed since the last sign-in. It is asked anew.',
);

/** Far more than any mechanism says, far less than would hurt. */
const maxChallenge = 64 * 1024;

export function sasl(host: StepHost): Step {
  return new Sasl(host);
}

export class Sasl implements Step {
  protected exchange: Exchange | undefined;
  protected state: 'idle' | 'password' | 'key' | 'server' = 'idle';
  protected choosing: Choosing | undefined;
  /** What was chosen from, and what is offered in truth where that is something else. */
  private chosenFrom: string | undefined;
  private mistaken: Element | undefined;
  private ticket: number | undefined;

  constructor(protected readonly host: StepHost) {}

  // What SASL2 says otherwise.
  protected readonly xmlns: string = NS.sasl;
  protected readonly profile: 'sasl' | 'sasl2' = 'sasl';

  protected offered(features: Element): readonly string[] {
    const offer = child(features, 'mechanisms', NS.sasl);
    return offer === undefined
      ? []
      : children(offer, 'mechanism', NS.sasl).map((el) => el.getText().trim());
  }

  protected initial(exchange: Exchange, data: Uint8Array): void {
    // RFC 6120 §6.4.2: an initial response that is there but empty is a single "=".
    const content = this.host.tools.base64(data) || '=';
    this.host.write(xml('auth', { xmlns: NS.sasl, mechanism: exchange.name }, content));
  }

  protected succeeded: (success: Element) => void = () => {
    this.host.restart();
  };

  protected said(success: Element): string {
    return success.getText();
  }

  // ---------------------------------------------------------------------------------------------

  start(features: Element): void {
    const { host } = this;
    if (host.outcome().mechanism !== '') return host.next();
    const offer = readOffer(features, this.offered(features));
    const text = offerText(offer);
    if (this.state === 'server') {
      // What was begun from memory goes on if it rests on the same; else it is begun anew.
      this.mistaken = text === this.chosenFrom ? undefined : features;
      return;
    }
    const once = this.chosenFrom !== undefined;
    if (!once) host.progress(3, 'Authenticating');
    this.chosenFrom = text;
    this.choosing = new Choosing(host, offer, this.profile);
    // It was the memory that led here, past what is offered now.
    if (once && 'condition' in this.choosing.choice && this.isOver(features)) {
      return host.fail(changed);
    }
    // A person who was asked already is not asked again.
    if (this.state === 'password' && !('condition' in this.choosing.choice)) return;
    if (mayBegin(this.choosing, host.footing())) this.begin();
  }

  element(el: Element): boolean {
    if (this.state !== 'server') return false;
    if (is(el, 'challenge', this.xmlns)) this.challenge(el);
    else if (is(el, 'success', this.xmlns)) this.success(el);
    else if (is(el, 'failure', this.xmlns) || this.isExpired(el)) this.failure(el);
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
    this.move(this.exchange.derived(key));
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
    this.begun(choice.begin(credentials, host.tools, host.random));
  }

  protected begun(exchange: Exchange): void {
    this.exchange = exchange;
    this.state = 'server';
    const move = exchange.first();
    if (move.type === 'send') this.initial(exchange, move.data);
    else this.move(move);
  }

  /** The server signs in by another profile now, which this step cannot go back to. */
  protected isOver(features: Element): boolean {
    const newer = this.host.options.sasl2 && child(features, 'authentication', NS.sasl2);
    return newer !== undefined || this.offered(features).length === 0;
  }

  /** Begins anew, with the real features. */
  protected again(features: Element): void {
    this.state = 'idle';
    this.mistaken = undefined;
    this.start(features);
  }

  private move(move: Move): void {
    const { host } = this;
    if (move.type === 'fault') return host.fail(move.fault);
    if (move.type === 'derive') {
      this.state = 'key';
      this.ticket = newTicket(host.random);
      return host.out({ type: 'derive', ticket: this.ticket, derivation: move.derivation });
    }
    host.write(xml('response', { xmlns: this.xmlns }, host.tools.base64(move.data)));
  }

  private challenge(el: Element): void {
    if (this.mistaken !== undefined) {
      // What was offered is a part of the proof (XEP-0474); the failure that answers this begins anew.
      return this.host.write(xml('abort', { xmlns: this.xmlns }));
    }
    const data = this.data(el.getText());
    if (data === undefined || this.exchange === undefined) return this.host.fail(unreadable);
    this.move(this.exchange.challenge(data));
  }

  private success(el: Element): void {
    const { host, exchange } = this;
    const data = this.data(this.said(el));
    if (data === undefined || exchange === undefined) return host.fail(unreadable);
    const problem = exchange.success(data);
    if (problem !== undefined) return this.unproved(problem);
    this.accepted();
    this.succeeded(el);
  }

  protected unproved(problem: Fault): void {
    this.host.fail(problem);
  }

  protected accepted(): void {
    this.choosing?.accepted();
  }

  private isExpired(el: Element): boolean {
    return this.choosing?.method === 'external' && is(el, EXPIRED, this.xmlns);
  }

  protected failure(el: Element): void {
    const { choosing, mistaken } = this;
    if (mistaken !== undefined) {
      if (this.isOver(mistaken)) return this.host.fail(changed);
      return this.again(mistaken);
    }
    const problem = choosing?.refused(saslFailure(el, choosing.method));
    if (problem !== undefined) this.host.fail(problem);
    // RFC 6120 §6.4.5: another try on the same stream.
    else this.begin();
  }

  /** Empty for no data at all; undefined for what is not base64 (RFC 6120 §6.4.2, §13.9.1). */
  private data(text: string): Uint8Array | undefined {
    if (text.length > maxChallenge) return undefined;
    return text === '=' ? new Uint8Array() : this.host.tools.fromBase64(text);
  }
}

/**
 * From memory nothing is refused, and a password is shown only inside a channel with the certificate
 * inside which the server took it the last time.
 */
function mayBegin({ choice }: Choosing, footing: Footing): boolean {
  if (footing === 'offered') return true;
  if ('condition' in choice) return false;
  return choice.method !== 'plain' || footing === 'remembered';
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
