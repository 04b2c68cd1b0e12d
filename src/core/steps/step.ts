// SPDX-License-Identifier: MIT
//
// One step of the negotiation: what it gets and what it may do. A new one is a file here and a line
// in the list of negotiation.ts.

import type { TlsFacts } from '../effects.js';
import type { Fault } from '../errors.js';
import type { Jid } from '../jid.js';
import type { NegotiationOptions } from '../negotiation-options.js';
import type { Management, NegotiationOutput } from '../negotiation-output.js';
import type { Random, Tools } from '../tools.js';
import type { Element } from '../xml.js';

export interface Step {
  /**
   * Its turn has come. Called once more with the real features where it began with remembered ones: what
   * was written stands then, or fails.
   * @param features the newest `<stream:features/>`; a step that finds nothing to do calls `next`
   */
  start(features: Element): void;
  /**
   * Writes what need not wait until the step before it has its answer. May be called more than once.
   * @returns false when what lies behind must wait
   */
  ahead?(features: Element): boolean;
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
  readonly askedToResume?: boolean | undefined;
  /** By XEP-0386. */
  readonly bound?: boolean;
  /** Stream management was asked for with that, and the answer is known. */
  readonly enabling?: boolean;
  /** Copies for this device were asked for with that (XEP-0280 §5.1.1). */
  readonly carbons?: boolean;
  /** The stream goes on with a session, and says nothing of what it offers. */
  readonly featureless?: boolean;
}

export type Footing = 'offered' | 'remembered' | 'remembered elsewhere';

/** A step ends with exactly one of `next`, `startTls`, `restart`, `awaitFeatures`, `established` and `fail`. */
export interface StepHost {
  readonly options: NegotiationOptions;
  readonly tools: Tools;
  readonly random: Random;
  /**
   * Whether the features are those that the server really offered on this stream, or are remembered: from
   * inside a channel with the same certificate, or with another one.
   */
  footing(): Footing;
  /** The verified channel; undefined in clear. */
  tls(): TlsFacts | undefined;
  password(): string | undefined;
  write(el: Element): void;
  out(output: NegotiationOutput): void;
  /** Lets the steps behind this one write what need not wait for its answer. */
  ahead(features: Element): void;
  /** What comes behind is counted by the server (XEP-0198 §4): stanzas may be written from here on. */
  opening(): void;
  progress(step: number, text: string): void;
  learn(outcome: Partial<Outcome>): void;
  outcome(): Outcome;
  /** Done; the next step sees the same features. */
  next(): void;
  /** Upgrade the link; a new stream follows. */
  startTls(): void;
  /** New features on the same stream; the next step sees them. */
  awaitFeatures(): void;
  /** A new stream on the same link. */
  restart(): void;
  /** There is a session: no further step is needed. */
  established(): void;
  fail(fault: Fault): void;
}
