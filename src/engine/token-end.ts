// SPDX-License-Identifier: MIT
//
// A token is ended at the server (XEP-0484 §3.6), on a link of its own on which nothing else is done: no
// password and no certificate go out, and no session is begun.

import type { Dial } from '../core/effects.js';
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
import { OtherPlaces } from './other-places.js';
import type { SignIn } from './trial.js';
import { UNTRUSTED } from './trial.js';
import { framingOf } from './web-link.js';
import type { LinkOpen } from './web-link.js';

export interface Ending {
  readonly token: Token;
  /** As which client the account has got it (XEP-0388 §2.3). */
  readonly agent: string;
  /** Of the certificate inside whose channel the account signed in last; empty for none. */
  readonly sha256: string;
}

export class TokenEnd implements Beside {
  private readonly session: Session;
  private readonly places: OtherPlaces;
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
    this.places = new OtherPlaces(signIn.options);
    this.dial({});
  }

  input(input: TrialInput): void {
    // The link may be somebody else's by now.
    if (this.over) return;
    const clock = this.context.clock();
    switch (input.type) {
      case 'link-open':
        return this.open(input);
      case 'tls-ready':
        this.session.tlsReady(input.facts, clock);
        return this.places.judged();
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

  private dial(more: Partial<Dial>): void {
    const options = { ...this.signIn.options, certificate: undefined };
    const { pin } = this.signIn.negotiation;
    const dial = dialOf(options, this.context.tools);
    this.effect({
      type: 'dial',
      dial: { ...dial, ...(pin === undefined ? {} : { pin }), ...more },
    });
  }

  private open(news: LinkOpen): void {
    this.places.opened(news);
    const { password: _, identity: __, ...basics } = this.signIn.negotiation;
    const { token, agent, sha256 } = this.ending;
    const sasl2 = { agent, bind: false, over: true, carbons: false, revoke: token };
    const remembered = { offers: {}, sha256 };
    const link = { ...this.places.patience, ...framingOf(news) };
    const options = { ...basics, resource: '', remembered, sasl2, ...link };
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
        return;
      case 'down':
        return this.down(this.cause ?? output.fault ?? NO_LINK);
      default:
    }
  }

  private down(cause: Fault): void {
    if (!this.places.goesOn()) return this.finish(cause);
    this.cause = undefined;
    this.dial({ rest: true });
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
