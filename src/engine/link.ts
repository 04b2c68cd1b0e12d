// SPDX-License-Identifier: MIT
//
// When to dial, when to wait, when to give up, and what the host is told of it.

import type { TlsFacts } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { Session } from '../core/session.js';
import type { Online, SessionOutput } from '../core/session-output.js';
import type { Reached } from './backoff.js';
import { earliest } from './context.js';
import type { Context } from './context.js';
import type { Credentials, Secrets } from './credentials.js';
import { Leave } from './leave.js';
import type { Why } from './leave.js';
import { LinkTeller } from './link-teller.js';
import { NO_LINK, OTHER_CERTIFICATE } from './link-faults.js';
import type { Phase } from './link-phase.js';
import { LinkQuestions } from './link-questions.js';
import type { WaitingLink } from './link-questions.js';
import type { AttachOptions } from './options.js';
import { Redial } from './redial.js';
import { Strangers } from './strangers.js';
import { framingOf, overWebSocket } from './web-link.js';
import type { LinkOpen } from './web-link.js';

/** How often it is tried whether who is not trusted has gone, while a person is asked about him. */
const ASKING_MS = 60_000;

export class LinkKeeper implements WaitingLink {
  options: AttachOptions | undefined;
  /** The session is only to be settled; a fresh one follows. */
  settling = false;
  attached = false;
  phase: Phase = 'idle';

  private retryAt: number | undefined;
  readonly teller: LinkTeller;
  readonly redial: Redial;
  readonly questions: LinkQuestions;
  private readonly leave: Leave;
  private readonly strangers: Strangers;

  constructor(
    private readonly context: Context,
    private readonly session: Session,
    private readonly resource: () => string,
    lastQuestions: (answered: () => void) => boolean,
    readonly credentials: Credentials,
  ) {
    this.redial = new Redial(context, session);
    this.teller = new LinkTeller(context, session);
    this.questions = new LinkQuestions(this, session, credentials, this.teller);
    const { redial, questions, teller } = this;
    this.strangers = new Strangers(this, redial, credentials, questions, teller);
    this.leave = new Leave(context, session, this.teller, lastQuestions);
  }

  /** A host wants the account online. `shown`: it shows it so already. */
  attach(options: AttachOptions, secrets: Secrets, shown: boolean): void {
    this.options = options;
    const changed = this.credentials.begin(secrets, options.certificate);
    this.attached = true;
    // A session that is being closed goes on to its end; then comes the one that is wanted now.
    this.settling ||= this.leave.underWay && this.phase === 'up' && !this.session.online;
    this.leave.overtaken();
    this.teller.shown = shown;
    this.questions.attached(secrets.password);
    this.redial.startOver();
    const online = this.session.online && !this.settling;
    if (online && !changed) return this.teller.onlineAgain(true);
    // The session goes on, on a link that is signed in with the other certificate. The host must not
    // hear first that it is online: it would take that for the outcome.
    if (online && shown) this.teller.interrupted(OTHER_CERTIFICATE, 0);
    else this.teller.connecting();
    const underWay = this.phase === 'dialing' || this.phase === 'up' || this.phase === 'due';
    if (underWay && !changed) return;
    if (changed) this.drop();
    this.credentials.forgetIdentity();
    this.phase = 'due';
    this.questions.readIdentity();
  }

  /** The host asked for what cannot be. */
  refuse(cause: Fault): void {
    this.attached = true;
    this.leave.overtaken();
    this.stopDialing();
    this.session.abandon('end');
    this.stop(cause);
  }

  /** Ends the session in order; `down` completes it. */
  signOff(): void {
    this.attached = false;
    this.endFor('sign-off');
  }

  /** The host is gone for now; a session that lives is kept. */
  park(): void {
    this.attached = false;
    this.questions.close();
    this.teller.detached();
    if (!this.session.online && !this.session.resumable) {
      this.drop();
    }
  }

  /** The session was parked for too long, or cannot be kept without a host: the account ends. */
  release(): void {
    if (!this.leave.underWay) this.endFor('release');
  }

  /** Another way from now on. What is being dialled goes the old one, so it is let go. */
  through(proxy: AttachOptions['proxy']): void {
    if (this.options === undefined) return;
    this.options = { ...this.options, proxy };
    if (this.phase === 'dialing' || this.waits) {
      this.stopDialing();
      this.redial.hint();
      this.phase = 'due';
    }
  }

  hint(available: boolean): void {
    if (!available) return;
    this.redial.hint();
    if (this.waits) {
      this.phase = 'due';
    } else {
      this.session.probe(this.context.clock());
    }
  }

  /** Dials if that is due. @param ready what was received before is on disk */
  proceed(ready: boolean): void {
    this.leave.proceed(ready);
    if (this.phase !== 'due' || !ready || this.options === undefined) {
      return;
    }
    // Its file may hold a new one by now.
    if (this.credentials.isOver(this.options)) return this.questions.readIdentity();
    this.phase = 'dialing';
    const dial = this.credentials.dial(this.redial.dial(this.options), this.options);
    if (dial.rest !== true) this.strangers.forget();
    this.context.effect({ type: 'dial', dial });
  }

  opened(news: LinkOpen): void {
    if (this.phase !== 'dialing' || this.options === undefined) {
      return;
    }
    this.phase = 'up';
    this.teller.webSocket = news.webSocket;
    this.redial.opened(news);
    const resource = this.redial.resource(this.resource());
    const hurried = this.redial.hurries ? { hurried: true } : {};
    const basics = this.credentials.opened(this.options);
    const options = { ...basics, ...hurried, resource, ...framingOf(news) };
    this.session.open(options, news.direct, this.context.clock());
  }

  /** TLS is there; the session judges with whom. */
  secured(facts: TlsFacts): void {
    this.redial.secured();
    this.session.tlsReady(facts, this.context.clock());
    if (this.phase === 'up') this.strangers.trusted();
  }

  /** The link failed before it was open; a session that is up hears of it by itself. */
  closed(cause: Fault | undefined, aside: string | undefined): void {
    this.teller.triedAside(aside);
    if (this.phase === 'dialing') {
      this.fell(cause ?? NO_LINK, 'none');
    }
  }

  /** What the session says of its link. */
  output(
    output: Extract<
      SessionOutput,
      { type: 'step' | 'need-password' | 'sign-in' | 'untrusted' | 'verified' | 'down' }
    >,
  ): void {
    switch (output.type) {
      case 'step':
        this.teller.step(output.step, output.steps, output.text);
        return;
      case 'need-password':
        this.questions.askPassword();
        return;
      case 'sign-in':
        this.credentials.book.learn(output.news);
        return;
      case 'untrusted':
        if (this.options === undefined) return;
        this.strangers.met({ ...output, webSocket: this.teller.webSocket }, this.options);
        return;
      case 'verified':
        this.credentials.scout.verified(output.facts);
        this.strangers.trusted();
        this.dialIn(this.redial.again());
        return;
      case 'down':
        this.down(output.fault, output.heard ? 'server' : 'none', output.guessed);
    }
  }

  /** A session that features may use is there. */
  online(online: Online): void {
    this.redial.succeeded();
    this.teller.online(online, this.attached);
  }

  /** The server took a text, or a part of the archive was read. */
  progressed(): void {
    this.redial.progressed();
  }

  /** The disk fails or is well again. */
  storeChanged(cause: Fault | undefined): void {
    if (this.session.online && this.teller.shown) {
      this.teller.onlineAgain(true, cause);
    } else if (
      cause !== undefined &&
      this.attached &&
      !this.teller.shown &&
      this.phase !== 'idle'
    ) {
      this.drop();
      this.failed(cause, 'none');
    }
  }

  deadline(): number | undefined {
    return earliest(this.leave.deadline(), this.waits ? this.retryAt : undefined);
  }

  tick(now: number): void {
    this.leave.tick(now);
    if (this.waits && this.retryAt !== undefined && now >= this.retryAt) {
      this.phase = 'due';
    }
  }

  // ---------------------------------------------------------------------------------------------

  private down(cause: Fault | undefined, reached: Reached, guessed: boolean): void {
    if (this.leave.underWay) {
      this.left();
    } else if (this.settling && cause === undefined) {
      // Settled and closed in order: now the session that the host will use.
      this.settling = false;
      this.dialAnew();
    } else if (this.phase === 'up' && this.questions.awaitsPassword) {
      // The server would not wait for a person; the next dial brings the answer along.
      this.phase = 'asking';
    } else if (this.phase === 'up' && this.credentials.retries(cause)) {
      this.phase = 'due';
    } else if (this.phase === 'up' && guessed && this.credentials.wrongGuess(cause, this.session)) {
      this.dialAnew();
    } else if (this.phase === 'up') {
      this.fell(overWebSocket(this.teller.webSocket, cause ?? NO_LINK, this.options), reached);
    }
  }

  private fell(told: Fault, reached: Reached): void {
    const cause = this.redial.believed(told);
    const delay = this.redial.goesOn(told, reached) ? 0 : this.redial.sentTo(cause, this.options);
    if (delay !== undefined) return this.dialIn(delay);
    if (this.options !== undefined && this.strangers.nobodyElse(this.options)) return;
    this.failed(cause, reached);
  }

  private failed(cause: Fault, reached: Reached): void {
    this.settling = false;
    if (cause.retry === 'never') {
      this.stop(cause);
    } else if (this.questions.awaitsTrust) {
      this.waitForAnswer();
    } else if (this.attached && !this.teller.shown && !this.session.refusedSilently) {
      // The host has a rhythm of its own for an account that never came online.
      this.stop(cause);
    } else {
      this.waitToRedial(cause, reached);
    }
  }

  private waitToRedial(cause: Fault, reached: Reached): void {
    const delay = this.redial.delayAfter(cause, reached);
    if (delay === undefined) {
      this.stop({ ...cause, retry: 'never' });
      return;
    }
    this.dialIn(delay);
    if (!this.attached || this.teller.shown) {
      this.teller.interrupted(cause, delay);
    }
  }

  private dialIn(delayMs: number): void {
    this.phase = delayMs > 0 ? 'waiting' : 'due';
    this.retryAt = this.context.clock().now + delayMs;
  }

  /** For time to pass, or for an answer that time may make needless. */
  private get waits(): boolean {
    return this.phase === 'waiting' || (this.phase === 'asking' && this.questions.awaitsTrust);
  }

  private stop(cause: Fault): void {
    this.questions.close();
    this.phase = 'idle';
    this.teller.failed(cause);
  }

  fail(cause: Fault, reached: Reached = 'none'): void {
    this.failed(cause, reached);
  }

  dialAnew(): void {
    this.dialIn(this.redial.delayAfterEnd());
  }

  waitForAnswer(): void {
    this.phase = 'asking';
    this.retryAt = this.context.clock().now + ASKING_MS;
  }

  /** Lets what is under way go; its end is no news, since the reason for it is known here. */
  drop(): void {
    this.stopDialing();
    this.phase = 'idle';
    this.session.abandon('end');
  }

  private stopDialing(): void {
    if (this.phase === 'dialing') {
      this.context.effect({ type: 'close', how: 'reset' });
    }
  }

  /** Ends the session in order. @param over called behind that, instead of the account's end */
  endFor(why: Why, over?: () => void): void {
    this.questions.close();
    this.leave.begin(why, over);
    if (this.phase === 'up' && this.session.online) {
      this.leave.close();
    } else if (!this.leave.ending) {
      // Else a host says Goodbye right behind its Detach, and that is at work.
      this.stopDialing();
      this.session.abandon('end');
      // A link that was being signed in on has said by now that it is down.
      if (this.leave.underWay) this.left();
    }
  }

  private left(): void {
    this.phase = 'idle';
    this.leave.done();
  }
}
