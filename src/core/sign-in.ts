// SPDX-License-Identifier: MIT
//
// What a link is at before it carries a session: the negotiation, and what it has to say while the disk
// is not ready for what would follow.

import type { TlsFacts } from './effects.js';
import { Gate } from './gate.js';
import { Negotiation } from './negotiation.js';
import type { NegotiationOptions } from './negotiation-options.js';
import type { NegotiationOutput } from './negotiation-output.js';
import type { Outgoing } from './stream-management.js';
import type { Random, Tools } from './tools.js';
import type { Element } from './xml.js';

export class SignIn {
  private negotiation: Negotiation | undefined;
  private readonly gate: Gate;
  /** The owner may write stanzas of the session that is about to begin. */
  private taking = false;
  private ahead: Outgoing[] = [];

  /**
   * @param write what the negotiation says to the server, once it may
   * @param out everything else it says
   */
  constructor(
    private readonly tools: Tools,
    private readonly random: Random,
    write: (text: string) => void,
    private readonly out: (output: NegotiationOutput) => void,
  ) {
    this.gate = new Gate(write);
  }

  /** A link is there. */
  open(options: NegotiationOptions, direct: boolean): void {
    const negotiation: Negotiation = new Negotiation(options, this.tools, this.random, (output) => {
      // The owner may let the link go in the middle of an output.
      if (this.negotiation !== negotiation) return;
      if (output.type === 'write') this.gate.write(output.text);
      else this.pass(output);
    });
    this.negotiation = negotiation;
    negotiation.start(direct);
  }

  tlsReady(facts: TlsFacts, wall: number): void {
    this.negotiation?.tlsReady(facts, wall);
  }

  element(element: Element): void {
    this.negotiation?.element(element);
  }

  password(secret: string): void {
    this.negotiation?.password(secret);
  }

  derived(ticket: number, key: Uint8Array): void {
    this.negotiation?.derived(ticket, key);
  }

  /** The server was asked for the former session, and has not answered. */
  get askedToResume(): boolean {
    return this.negotiation?.askedToResume === true;
  }

  /** Something was written before the server had offered it on this link. */
  get guessed(): boolean {
    return this.negotiation?.guessed === true;
  }

  /** {@link write} may be called: during the output `opening`. */
  get opening(): boolean {
    return this.taking;
  }

  /** Writes the first stanzas of the session that was just asked for. */
  write(stanza: Outgoing): void {
    this.ahead.push(stanza);
    this.gate.write(stanza.text);
  }

  /** Nothing more is said until `release`: what was just learned is to be on disk first. */
  hold(): void {
    this.gate.close();
  }

  release(): void {
    this.gate.open();
  }

  /** It has led to a session. @returns what was written in that already, in order */
  done(): Outgoing[] {
    this.negotiation = undefined;
    return this.ahead.splice(0);
  }

  /** The link is gone, and with it all that was meant for it. */
  closed(): void {
    this.negotiation = undefined;
    this.ahead = [];
    this.gate.clear();
  }

  private pass(output: NegotiationOutput): void {
    this.taking = output.type === 'opening';
    this.out(output);
    this.taking = false;
  }
}
