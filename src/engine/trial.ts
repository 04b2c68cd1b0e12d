// SPDX-License-Identifier: MIT
//
// A sign-in beside the session that is there, to see whether the server takes a certificate: a session
// of its own on a link of its own, ended as soon as it is there.

import type { Dial } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import type { NegotiationOptions } from '../core/negotiation-options.js';
import { checkIdentity } from '../core/sasl/external.js';
import { Session } from '../core/session.js';
import type { SessionOutput } from '../core/session-output.js';
import type { Beside } from './beside.js';
import type { Context } from './context.js';
import type { SignInBasics } from './credentials.js';
import type { TrialEffect, TrialInput } from './effects.js';
import { NO_LINK } from './link-faults.js';
import type { AttachOptions } from './options.js';
import { dialOf } from './options.js';
import { OtherPlaces } from './other-places.js';
import { Tls12Scout } from './tls12-scout.js';
import { framingOf } from './web-link.js';

/**
 * How the account signs in; the trial does the same but for the certificate, and by RFC 6120 alone: with
 * SASL2 a token could take the certificate's place, and a bind the live session's.
 */
export interface SignIn {
  readonly options: AttachOptions;
  readonly negotiation: SignInBasics;
}

const NOT_TRIED = fault(
  'sasl',
  'no-mechanism',
  'The server let us in by other means than the certificate.',
  { retry: 'never' },
);

export const UNTRUSTED = fault(
  'tls',
  'certificate-rejected',
  'The server showed another certificate of its own than before, so nothing was sent to it.',
  { retry: 'never' },
);

export class Trial implements Beside {
  private readonly session: Session;
  private readonly scout = new Tls12Scout();
  private readonly places: OtherPlaces;
  private identity: NegotiationOptions['identity'];
  private accepted = false;
  /** This link was there to see with whom we would be: the next one goes to the same place. */
  private verified = false;
  private cause: Fault | undefined;
  private over = false;

  /**
   * @param path of the certificate; its key is in the same file, and not encrypted
   * @param done called once, with why the server did not take it
   */
  constructor(
    private readonly context: Context,
    private readonly signIn: SignIn,
    path: string,
    private readonly done: (failed: Fault | undefined) => void,
  ) {
    this.session = new Session(context.tools, context.random, (output) => {
      this.output(output);
    });
    this.places = new OtherPlaces(signIn.options);
    this.effect({ type: 'read-identity', cert: path, key: '', passphrase: '' });
  }

  input(input: TrialInput): void {
    const clock = this.context.clock();
    switch (input.type) {
      case 'identity': {
        const { jid } = this.signIn.options;
        const cause = checkIdentity(input.identity, jid, clock.wall, this.context.tools);
        if (cause !== undefined) return this.finish(cause);
        this.identity = input.identity;
        return this.dial({});
      }
      case 'identity-failed':
        return this.finish(input.fault);
      case 'link-distrusted':
        return;
      case 'link-open': {
        this.places.opened(input);
        const link = { ...this.places.patience, ...framingOf(input) };
        return this.session.open({ ...this.negotiation(), ...link }, input.direct, clock);
      }
      case 'tls-ready':
        this.session.tlsReady(input.facts, clock);
        return this.places.judged();
      case 'link-bytes':
        return this.session.bytes(input.bytes, clock);
      case 'link-closed':
        return this.closed(input.fault);
    }
  }

  deadline(): number | undefined {
    return this.session.deadline();
  }

  tick(): void {
    const due = this.session.deadline();
    if (due !== undefined && this.context.clock().now >= due) {
      this.session.tick(this.context.clock());
    }
  }

  drop(cause: Fault): void {
    this.effect({ type: 'close', how: 'reset' });
    this.finish(cause);
  }

  private dial(more: Partial<Dial>): void {
    const certificate = { cert: '', key: '' };
    const { options, negotiation } = this.signIn;
    const { pin } = negotiation;
    const usual = dialOf({ ...options, certificate }, this.context.tools);
    const dial = { ...usual, ...(pin === undefined ? {} : { pin }), ...more };
    this.effect({ type: 'dial', dial: this.scout.dial(dial, options) });
  }

  private negotiation(): Omit<NegotiationOptions, 'resume'> {
    const { password: _, identity: __, ...rest } = this.signIn.negotiation;
    const bytes = this.context.random(4);
    const suffix = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return {
      ...rest,
      ...this.scout.options(),
      ...(this.identity === undefined ? {} : { identity: this.identity }),
      authMethod: 'external',
      resource: `trial-${suffix}`,
    };
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
      case 'verified':
        this.scout.verified(output.facts);
        this.verified = true;
        return;
      case 'online':
        this.accepted = output.mechanism === 'EXTERNAL';
        if (!this.accepted) this.cause = NOT_TRIED;
        return this.session.end(this.context.clock());
      case 'down':
        if (this.verified) return this.signInNow();
        if (this.places.goesOn()) return this.dialRest();
        return this.finish(this.accepted ? undefined : (this.cause ?? output.fault ?? NO_LINK));
      default:
    }
  }

  private signInNow(): void {
    this.verified = false;
    this.dial({ again: true });
  }

  private dialRest(): void {
    this.cause = undefined;
    this.dial({ rest: true });
  }

  /** A session that was begun says by itself that it is down. */
  private closed(cause: Fault | undefined): void {
    this.cause ??= cause;
    if (this.session.deadline() === undefined && !this.accepted) this.finish(cause ?? NO_LINK);
    else this.session.linkClosed(cause);
  }

  private finish(failed: Fault | undefined): void {
    if (!this.over) this.done(failed);
    this.over = true;
  }

  private effect(effect: TrialEffect): void {
    this.context.effect({ type: 'trial', effect });
  }
}
