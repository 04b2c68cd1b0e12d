// SPDX-License-Identifier: MIT
//
// From an open link to a session (RFC 6120 §4.3): an ordered list of steps, each a file in steps/.

import type { ClientIdentity, Derivation, TlsFacts } from './effects.js';
import { fault, UsageError } from './errors.js';
import type { Fault } from './errors.js';
import type { Jid } from './jid.js';
import { NS } from './namespaces.js';
import type { SignInMemory, SignInNews } from './sasl/memory.js';
import type { AuthMethod } from './sasl/strength.js';
import type { Remembered, Stage } from './remembered.js';
import { judgeCertificate } from './server-identity.js';
import { bind } from './steps/bind.js';
import { enable } from './steps/enable.js';
import { resume } from './steps/resume.js';
import { sasl } from './steps/sasl.js';
import { sasl2 } from './steps/sasl2.js';
import type { Sasl2Options } from './steps/sasl2-request.js';
import type { Token } from './sasl/fast.js';
import { session } from './steps/session.js';
import { starttls } from './steps/starttls.js';
import type { Footing, Outcome, Step, StepHost } from './steps/step.js';
import { readLimits } from './stream-limits.js';
import type { StreamLimits } from './stream-limits.js';
import type { Random, Tools } from './tools.js';
import { child, elements, is, namespaceOf, serialise } from './xml.js';
import type { Element } from './xml.js';

export interface NegotiationOptions {
  readonly jid: Jid;
  /** The resource to ask for. */
  readonly resource: string;
  readonly security: 'require_tls' | 'old_ssl' | 'opportunistic_tls';
  readonly authMethod: AuthMethod;
  readonly plainInClear: boolean;
  /** How the account signed in before, and what was learned then of channel binding at its server. */
  readonly before?: SignInMemory;
  readonly password?: string;
  readonly identity?: ClientIdentity;
  /** SHA-256 of the one server certificate to accept, lower-case hex. */
  readonly pin?: string;
  /** Go no further than to see whether the server is to be trusted. */
  readonly verifyOnly?: boolean;
  /** The link showed our certificate on TLS 1.2 to a server that was verified before. */
  readonly verifiedBefore?: boolean;
  /** There is a proxy in between: the server’s first word may take longer. */
  readonly far?: boolean;
  /**
   * The session to go on with, and the resource bound in it. `h` is read at the moment `<resume/>` is
   * written.
   */
  readonly resume?: { readonly previd: string; readonly h: number; readonly resource: string };
  /** What the same server offered the last time. */
  readonly remembered?: Remembered;
  readonly sasl2?: Sasl2Options;
}

/** XEP-0198 §3, what `<enabled/>` said. */
export interface Management {
  /** Absent when the session cannot be resumed. */
  readonly id?: string;
  /** Seconds the server keeps a session without a link. */
  readonly max?: number;
  /** Where to reconnect first, `host:port`; the certificate is checked for our domain all the same. */
  readonly location?: string;
}

export type NegotiationOutput =
  | { readonly type: 'write'; readonly text: string }
  /** Call `stream.start(from)`. */
  | { readonly type: 'restart'; readonly from?: string }
  /** Upgrade the link, then call {@link Negotiation.tlsReady}. */
  | { readonly type: 'start-tls' }
  | { readonly type: 'derive'; readonly ticket: number; readonly derivation: Derivation }
  | { readonly type: 'need-password' }
  | { readonly type: 'sign-in'; readonly news: SignInNews }
  | { readonly type: 'step'; readonly step: number; readonly steps: number; readonly text: string }
  /** The last output: nothing was sent over this TLS channel; let the link go and ask. */
  | {
      readonly type: 'untrusted';
      readonly facts: TlsFacts;
      readonly reasons: readonly string[];
      readonly text: string;
    }
  /** The last output with `verifyOnly`: the server is trusted, and nothing was sent to it. */
  | { readonly type: 'verified'; readonly facts: TlsFacts }
  /** What the server really offers at this stage; inside TLS with the certificate of this SHA-256, else empty. */
  | {
      readonly type: 'offered';
      readonly stage: Stage;
      readonly features: Element;
      readonly sha256: string;
    }
  /** The server gave a token for the next sign-in, or refused the one that it was shown (XEP-0484). */
  | { readonly type: 'token'; readonly token?: Token }
  /** `<enable/>` is written: stanzas written from now on count, and belong to the session that follows. */
  | { readonly type: 'opening' }
  /** The old session is lost. The negotiation itself goes on to a fresh one. */
  | { readonly type: 'resume-failed'; readonly h?: number; readonly condition: string }
  | Established
  /** The last output: close the stream and the link. */
  | { readonly type: 'failed'; readonly fault: Fault };

/** The last output: from here on the stream's elements belong to the session. */
export interface Established {
  readonly type: 'established';
  /** Our full JID. */
  readonly jid: Jid;
  /** `h` as the server gave it: handle it as an ack, then re-send the rest (XEP-0198 §5). */
  readonly resumed?: { readonly h: number };
  /** Absent without stream management. */
  readonly management?: Management;
  /** As `offered`. */
  readonly limits?: StreamLimits;
  readonly mechanism: string;
  /** The type of channel binding, empty without one. */
  readonly binding: string;
  /** `TLSv1.3`; empty in clear. */
  readonly tlsVersion: string;
  /**
   * Namespaces of what the last `<stream:features/>` offered. Absent where a session went on and nothing was
   * said of it: what was known holds.
   */
  readonly offered?: readonly string[];
  /** The server has dropped what it had stored: the archive has it (XEP-0386 §3.2). */
  readonly archiveFirst: boolean;
  /** Copies for this device were switched on with the session (XEP-0280). */
  readonly carbons: boolean;
  /** Stanzas that came between bind and the end of the negotiation; `h` does not count them. */
  readonly early: readonly Element[];
  /** What came behind that, as if in the session. */
  readonly counted: readonly Element[];
}

/** The steps of a sign-in as people see them; resuming takes the place of binding. */
const progressSteps = 5;

/** Nobody who just bound a resource is owed more before the session begins. */
const maxEarly = 256;

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
  private early: Element[] = [];
  private outcome: Outcome = { mechanism: '', binding: '' };
  private counted: Element[] = [];

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
      ...{ tlsVersion: this.tls?.protocol ?? '', early: this.early, counted: this.counted },
    });
  }

  /** A stanza may come as soon as there is an address to send it to; all else is a fault. */
  private unasked(el: Element): void {
    const stanza = ['message', 'presence', 'iq'].some((name) => is(el, name, NS.client));
    if (this.outcome.management !== undefined && (stanza || is(el, 'r', NS.sm))) {
      // Ahead of the last features, and counted already.
      if (this.counted.length < maxEarly) {
        this.counted.push(el);
        return;
      }
    } else if (this.outcome.jid !== undefined && stanza && this.early.length < maxEarly) {
      this.early.push(el);
      return;
    }
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
