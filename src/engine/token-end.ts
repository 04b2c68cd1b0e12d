// SPDX-License-Identifier: MIT
//
// A token is ended at the server (XEP-0484 §3.6), on a link of its own on which nothing else is done: no
// password and no certificate go out, and no session is begun.

import type { Fault } from '../core/errors.js';
import { Session } from '../core/session.js';
import type { SessionOutput } from '../core/session-output.js';
import { TOKEN_REVOKED } from '../core/steps/sasl2-revoking.js';
import type { Token } from '../core/sasl/fast.js';
import type { Beside } from './beside.js';
import type { Context } from './context.js';
import type { TrialEffect, TrialInput } from './effects.js';
import { NO_LINK } from './link-faults.js';
import { dialOf } from './options.js';
import type { SignIn } from './trial.js';
import { UNTRUSTED } from './trial.js';
import { framingOf } from './web-link.js';

export interface Ending {
  readonly token: Token;
  /** As which client the account has got it (XEP-0388 §2.3). */
  readonly agent: string;
  /** Of the certificate inside whose channel the account signed in last; empty for none. */
  readonly sha256: string;
}

export class TokenEnd implements Beside {
  private readonly session: Session;
  private cause: Fault | undefined;
  private over = false;

  /** @param done called once, with why the server may still take the token */
  constructor(
    private readonly context: Context,
    private readonly signIn: SignIn,
    private readonly ending: Ending,
    private readonly done: (failed: Fault | undefined) => void,
  ) {
    this.session = new Session(context.tools, context.random, (output) => {
      this.output(output);
    });
    const options = { ...signIn.options, certificate: undefined };
    const { pin } = signIn.negotiation;
    const dial = dialOf(options, context.tools);
    this.effect({ type: 'dial', dial: { ...dial, ...(pin === undefined ? {} : { pin }) } });
  }

  input(input: TrialInput): void {
    // The link may be somebody else's by now.
    if (this.over) return;
    const clock = this.context.clock();
    switch (input.type) {
      case 'link-open':
        return this.open(input);
      case 'tls-ready':
        return this.session.tlsReady(input.facts, clock);
      case 'link-bytes':
        return this.session.bytes(input.bytes, clock);
      case 'link-closed':
        this.cause ??= input.fault;
        if (this.session.deadline() === undefined) this.finish(this.cause ?? NO_LINK);
        else this.session.linkClosed(input.fault);
        return;
      default:
    }
  }

  deadline(): number | undefined {
    return this.session.deadline();
  }

  tick(): void {
    const due = this.session.deadline();
    const clock = this.context.clock();
    if (due !== undefined && clock.now >= due) this.session.tick(clock);
  }

  drop(cause: Fault): void {
    this.effect({ type: 'close', how: 'reset' });
    this.finish(cause);
  }

  private open(news: Extract<TrialInput, { type: 'link-open' }>): void {
    const { password: _, identity: __, ...basics } = this.signIn.negotiation;
    const { token, agent, sha256 } = this.ending;
    const sasl2 = { agent, bind: false, over: true, carbons: false, revoke: token };
    const remembered = { offers: {}, sha256 };
    const options = { ...basics, resource: '', remembered, sasl2, ...framingOf(news) };
    this.session.open(options, news.direct, this.context.clock());
  }

  private output(output: SessionOutput): void {
    switch (output.type) {
      case 'write':
      case 'start-tls':
      case 'close':
        return this.effect(output);
      case 'untrusted':
        this.cause = UNTRUSTED;
        return this.finish(UNTRUSTED);
      case 'down':
        return this.finish(this.cause ?? output.fault ?? NO_LINK);
      default:
    }
  }

  private finish(cause: Fault): void {
    if (this.over) return;
    this.over = true;
    this.done(cause.condition === TOKEN_REVOKED ? undefined : cause);
  }

  private effect(effect: TrialEffect): void {
    this.context.effect({ type: 'trial', effect });
  }
}
