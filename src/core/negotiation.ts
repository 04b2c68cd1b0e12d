// SPDX-License-Identifier: MIT
//
// From an open link to a session (RFC 6120 §4.3): an ordered list of steps, each a file in steps/.

import { EarlyStanzas } from './early-stanzas.js';
import type { TlsFacts } from './effects.js';
import { fault, UsageError } from './errors.js';
import { NS } from './namespaces.js';
import type { NegotiationOptions } from './negotiation-options.js';
import type { NegotiationOutput } from './negotiation-output.js';
import type { Stage } from './remembered.js';
import { judgeCertificate } from './server-identity.js';
import { bind } from './steps/bind.js';
import { enable } from './steps/enable.js';
import { resume } from './steps/resume.js';
import { sasl } from './steps/sasl.js';
import { sasl2 } from './steps/sasl2.js';
import { session } from './steps/session.js';
import { starttls } from './steps/starttls.js';
import type { Footing, Outcome, Step, StepHost } from './steps/step.js';
import { readLimits } from './stream-limits.js';
import type { Random, Tools } from './tools.js';
import { child, elements, is, namespaceOf, serialise } from './xml.js';
import type { Element } from './xml.js';

/** The steps of a sign-in as people see them; resuming takes the place of binding. */
const progressSteps = 5;

const inOrder: readonly ((host: StepHost) => Step)[] = [
  starttls,
  sasl2,
  sasl,
  resume,
  bind,
  session,
  enable,
];

/**
 * One negotiation on one link. Feed it what the stream reads until it says `established`, `failed` or
 * `untrusted`; after that it says nothing more. It keeps no time: the owner ends one that hangs.
 */
export class Negotiation {
  private readonly steps: readonly Step[];
  private position = -1;
  private waitingFor: 'start' | 'tls' | 'features' | 'step' | 'nothing' = 'start';
  private tls: TlsFacts | undefined;
  private secret: string | undefined;
  private features: Element | undefined;
  /** What was written last rests on remembered features; the real ones come first. */
  private unconfirmed = false;
  private guesses = 0;
  private outcome: Outcome = { mechanism: '', binding: '' };
  private readonly early = new EarlyStanzas();

  constructor(
    private readonly options: NegotiationOptions,
    private readonly tools: Tools,
    random: Random,
    private readonly out: (o: NegotiationOutput) => void,
  ) {
    this.secret = options.password;
    const host = this.stepHost(random);
    this.steps = inOrder.map((make) => make(host));
  }

  /**
   * The link is open.
   * @param direct TLS comes first (XEP-0368) and {@link tlsReady} will be called
   * @throws UsageError without `direct` where the account allows nothing else
   */
  start(direct: boolean): void {
    if (this.options.security === 'old_ssl' && !direct) {
      throw new UsageError('direct-tls-only', 'this account takes no link without TLS at once');
    }
    this.progress(1, 'Connecting');
    if (direct) {
      this.progress(2, 'Encrypting');
      this.waitingFor = 'tls';
    } else {
      this.restart();
    }
  }

  /**
   * The TLS handshake is complete.
   * @param wall milliseconds since the Unix epoch
   */
  tlsReady(facts: TlsFacts, wall: number): void {
    if (this.waitingFor === 'nothing') return;
    if (this.waitingFor !== 'tls') throw new UsageError('unexpected-tls', 'no TLS was asked for');
    const verdict = judgeCertificate(facts, this.options, wall, this.tools);
    if (!verdict.trusted) {
      this.finish({ type: 'untrusted', facts, reasons: verdict.reasons, text: verdict.text });
      return;
    }
    if (this.options.verifyOnly === true) return this.finish({ type: 'verified', facts });
    this.tls = facts;
    // What was offered before TLS means nothing inside it (RFC 6120 §5.4.3.3).
    this.features = undefined;
    this.position = inOrder.indexOf(starttls);
    this.restart();
  }

  /** An element of the stream: everything but stream errors. */
  element(el: Element): void {
    if (this.waitingFor === 'nothing') return;
    if (is(el, 'features', NS.stream) && (this.waitingFor === 'features' || this.unconfirmed)) {
      this.offered(el);
    } else if (this.unconfirmed) {
      this.unasked(el);
    } else if (this.waitingFor !== 'step' || !this.current().element(el)) {
      this.unasked(el);
    }
  }

  /** Answers `need-password`; earlier it is kept for the moment it is needed. */
  password(secret: string): void {
    this.secret = secret;
    if (this.waitingFor === 'step') this.current().password?.(secret);
  }

  /** Answers `derive`. A ticket that is not awaited is ignored. */
  derived(ticket: number, key: Uint8Array): void {
    if (this.waitingFor === 'step') this.current().derived?.(ticket, key);
  }

  /** `<resume/>` was written, and not answered. */
  get askedToResume(): boolean {
    return this.outcome.askedToResume === true;
  }

  /** Something was written before the server had offered it on this link. */
  get guessed(): boolean {
    return this.guesses > 0;
  }

  private stepHost(random: Random): StepHost {
    const { options, tools } = this;
    return {
      options,
      tools,
      random,
      footing: () => this.footing(),
      tls: () => this.tls,
      password: () => this.secret,
      write: (el) => this.out({ type: 'write', text: serialise(el) }),
      out: (output) => this.out(output),
      ahead: (features) => this.ahead(features),
      opening: () => this.out({ type: 'opening' }),
      progress: (step, text) => this.progress(step, text),
      learn: (outcome) => {
        this.outcome = { ...this.outcome, ...outcome };
      },
      outcome: () => this.outcome,
      next: () => this.next(),
      awaitFeatures: () => {
        this.waitingFor = 'features';
        this.features = undefined;
      },
      startTls: () => {
        this.waitingFor = 'tls';
        this.out({ type: 'start-tls' });
      },
      restart: () => this.restart(),
      established: () => this.established(),
      fail: (f) => this.finish({ type: 'failed', fault: f }),
    };
  }

  private current(): Step {
    const step = this.steps[this.position];
    if (step === undefined) throw new UsageError('no-step', 'no step is under way');
    return step;
  }

  /** Goes on to the next step, which sees the same features. */
  private next(): void {
    if (this.waitingFor === 'nothing' || this.features === undefined) return;
    this.position += 1;
    if (this.position === this.steps.length) return this.established();
    this.waitingFor = 'step';
    this.current().start(this.features);
  }

  /** A new stream, whose features decide what the step after this one does. */
  private restart(): void {
    this.waitingFor = 'features';
    // RFC 6120 §4.7.1: who we are is told only where nobody can listen.
    const from = this.tls === undefined ? {} : { from: this.options.jid.bare().toString() };
    this.out({ type: 'restart', ...from });
    this.guess();
  }

  private get stage(): Stage {
    if (this.outcome.mechanism !== '') return 'session';
    return this.tls === undefined ? 'clear' : 'tls';
  }

  /** Begins with what the server offered the last time, so that its answers come with what it offers now. */
  private guess(): void {
    const features = this.options.remembered?.offers[this.stage];
    // In clear nothing but TLS is asked for, and without TLS nothing is written that might be overheard.
    const inClear = features !== undefined && child(features, 'starttls', NS.tls) !== undefined;
    if (features === undefined || (this.tls === undefined && (this.stage !== 'clear' || !inClear)))
      return;
    this.unconfirmed = true;
    this.guesses += 1;
    this.features = features;
    this.next();
  }

  private offered(features: Element): void {
    const guessed = this.unconfirmed;
    this.unconfirmed = false;
    this.features = features;
    const sha256 = this.tls?.sha256 ?? '';
    this.out({ type: 'offered', stage: this.stage, features, sha256 });
    if (guessed) this.current().start(features);
    else this.next();
  }

  private footing(): Footing {
    if (!this.unconfirmed) return 'offered';
    const same = this.options.remembered?.sha256 === this.tls?.sha256;
    return same ? 'remembered' : 'remembered elsewhere';
  }

  private ahead(features: Element): void {
    this.steps.slice(this.position + 1).every((step) => step.ahead?.(features) ?? false);
  }

  private established(): void {
    const { jid, mechanism, binding, resumed, management, featureless } = this.outcome;
    const { bound = false, carbons = false } = this.outcome;
    if (jid === undefined) throw new UsageError('no-jid', 'nothing was bound');
    const features = featureless === true ? undefined : this.features;
    this.finish({
      ...{ type: 'established', jid, mechanism, binding, archiveFirst: bound, carbons },
      ...(resumed === undefined ? {} : { resumed }),
      ...(management === undefined ? {} : { management }),
      ...(features === undefined
        ? {}
        : { offered: elements(features).map(namespaceOf), limits: readLimits(features) }),
      ...{ tlsVersion: this.tls?.protocol ?? '', ...this.early.all() },
    });
  }

  /** A stanza may come as soon as there is an address to send it to; all else is a fault. */
  private unasked(el: Element): void {
    if (this.early.take(el, this.outcome)) return;
    const text = 'The server sent something out of place while signing in.';
    this.finish({ type: 'failed', fault: fault('stream', 'unexpected-element', text) });
  }

  private progress(step: number, text: string): void {
    this.out({ type: 'step', step, steps: progressSteps, text });
  }

  private finish(last: NegotiationOutput): void {
    if (this.waitingFor === 'nothing') return;
    this.waitingFor = 'nothing';
    this.out(last);
  }
}
