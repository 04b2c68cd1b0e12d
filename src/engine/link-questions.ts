// SPDX-License-Identifier: MIT

import type { ClientIdentity } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { Session } from '../core/session.js';
import { AskSecret_What as What } from '../contract/engine_pb.js';
import type { Reached } from './backoff.js';
import type { Credentials } from './credentials.js';
import { CANCELLED, REJECTED } from './link-faults.js';
import type { Phase } from './link-phase.js';
import type { LinkTeller } from './link-teller.js';
import type { AttachOptions } from './options.js';
import type { Stranger } from './strangers.js';

/** The link, as those see it whom it waits for. */
export interface WaitingLink {
  phase: Phase;
  readonly options: AttachOptions | undefined;
  readonly attached: boolean;
  /** It comes to nothing for now. @param reached how far it came; without it, nowhere */
  fail(cause: Fault, reached?: Reached): void;
  /** Dials anew: at once as a rule, but a server that answers is never asked without end. */
  dialAnew(): void;
  /** Until a person has answered, or somebody else is met. */
  waitForAnswer(): void;
  /** Lets what is under way go; its end is no news. */
  drop(): void;
}

/** What a link waits for that a file or a person has: our certificate, its passphrase, a password, trust. */
export class LinkQuestions {
  /** The secret that a person is being asked for. */
  private wanted: What | undefined;
  /** SHA-256 of the certificate that a person is being asked about; empty for none. */
  private doubted = '';

  constructor(
    private readonly link: WaitingLink,
    private readonly session: Session,
    private readonly credentials: Credentials,
    private readonly teller: LinkTeller,
  ) {}

  /** The password is asked for, and the link may be gone before the answer comes. */
  get awaitsPassword(): boolean {
    return this.wanted === What.PASSWORD;
  }

  askPassword(): void {
    this.wanted = What.PASSWORD;
    this.teller.secretWanted(What.PASSWORD);
  }

  /** Whether somebody is to be trusted is asked, and was not answered. Others may be met meanwhile. */
  get awaitsTrust(): boolean {
    return this.doubted !== '';
  }

  /** Once for each certificate in turn. */
  askTrust(domain: string, { facts, reasons, text }: Stranger): void {
    this.link.waitForAnswer();
    if (facts.sha256 === this.doubted) return;
    this.doubted = facts.sha256;
    this.teller.untrusted(domain, facts, reasons, text);
  }

  /** A server that is trusted was found. */
  withdrawTrust(): void {
    this.doubted = '';
  }

  /** Nobody is waited for any more: what is answered now is no answer. */
  close(): void {
    this.doubted = '';
    this.wanted = undefined;
  }

  /** A host attached. @param password what it brings; a sign-in that waits for one goes on with it */
  attached(password: string): void {
    const waits = this.awaitsPassword && this.link.phase === 'up';
    this.close();
    if (!waits) return;
    if (password === '') this.askPassword();
    else this.session.password(password);
  }

  /** Reads the certificate that the next link will show, if there is one. */
  readIdentity(): void {
    if (this.reread()) this.link.phase = 'reading-identity';
  }

  /** Reads the certificate's file beside all else. @returns whether there is one */
  reread(): boolean {
    return this.credentials.readIdentity(this.link.options?.certificate);
  }

  identityRead(identity: ClientIdentity): void {
    const { options, phase } = this.link;
    if (phase !== 'reading-identity' || options === undefined) {
      return this.credentials.renew(identity);
    }
    const cause = this.credentials.identityRead(identity, options);
    if (cause !== undefined) this.link.fail(cause);
    else this.link.phase = 'due';
  }

  /** @param passphrase whether one would help */
  identityFailed(cause: Fault, passphrase: boolean): void {
    if (this.link.phase !== 'reading-identity') return;
    if (!passphrase || !this.link.attached) return this.link.fail(cause);
    const refused = this.credentials.secrets.passphrase === '' ? undefined : cause;
    this.link.phase = 'asking';
    this.wanted = What.PASSPHRASE;
    this.teller.secretWanted(What.PASSPHRASE, refused);
  }

  trustAnswered(sha256: string, accept: boolean): void {
    if (sha256 !== this.doubted) return;
    this.doubted = '';
    if (!accept) {
      this.link.drop();
      return this.link.fail(REJECTED);
    }
    this.credentials.accepted = sha256;
    // What is under way is judged without the answer, and dialled again with it.
    if (this.link.phase === 'asking') this.link.dialAnew();
  }

  secretAnswered(what: What, secret: string, cancelled: boolean): void {
    if (what !== this.wanted) return;
    this.wanted = undefined;
    if (cancelled) {
      this.link.drop();
      return this.link.fail(CANCELLED);
    }
    if (what === What.PASSPHRASE) {
      this.credentials.secrets.passphrase = secret;
      return this.readIdentity();
    }
    this.credentials.secrets.password = secret;
    if (this.link.phase === 'up') this.session.password(secret);
    else this.link.phase = 'due';
  }
}
