// SPDX-License-Identifier: MIT
//
// One step of the negotiation: what it gets and what it may do. A new one is a file here and a line
// in the list of negotiation.ts.

import type { TlsFacts } from '../effects.js';
import type { Fault } from '../errors.js';
import type { Jid } from '../jid.js';
import type { Management, NegotiationOptions, NegotiationOutput } from '../negotiation.js';
import type { Random, Tools } from '../tools.js';
import type { Element } from '../xml.js';

export interface Step {
  /**
   * Its turn has come.
   * @param features the newest `<stream:features/>`; a step that finds nothing to do calls `next`
   */
  start(features: Element): void;
  /** @returns false if the element is none of this step's */
  element(el: Element): boolean;
  password?(secret: string): void;
  derived?(ticket: number, key: Uint8Array): void;
}

/** What the steps found out for those who come after. */
export interface Outcome {
  readonly mechanism: string;
  /** The type of channel binding, empty without one. */
  readonly binding: string;
  readonly jid?: Jid;
  readonly resumed?: { readonly h: number };
  readonly management?: Management;
  /** `<resume/>` was written, and not answered. */
  readonly askedToResume?: boolean;
}

/** A step ends with exactly one of `next`, `startTls`, `restart`, `established` and `fail`. */
export interface StepHost {
  readonly options: NegotiationOptions;
  readonly tools: Tools;
  readonly random: Random;
  /** The verified channel; undefined in clear. */
  tls(): TlsFacts | undefined;
  password(): string | undefined;
  write(el: Element): void;
  out(output: NegotiationOutput): void;
  progress(step: number, text: string): void;
  learn(outcome: Partial<Outcome>): void;
  /** Done; the next step sees the same features. */
  next(): void;
  /** Upgrade the link; a new stream follows. */
  startTls(): void;
  /** A new stream on the same link. */
  restart(): void;
  /** There is a session: no further step is needed. */
  established(): void;
  fail(fault: Fault): void;
}
