// SPDX-License-Identifier: MIT
//
// What features may do with certificates; the driver does the work.

import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { isLost } from '../features/certificates-faults.js';
import { itemOf, items, readItems } from '../features/certificates-list.js';
import type {
  CertificateDesk,
  CertificateFacts,
  CertificateFile,
  FeatureHost,
} from '../features/feature.js';
import type { Beside } from './beside.js';
import { certificateFacts } from './certificate-facts.js';
import type { Context } from './context.js';
import type { CertificateJob, TrialInput } from './effects.js';
import type { LinkKeeper } from './link.js';
import type { SignIn } from './trial.js';
import { Trial } from './trial.js';

const DAY_MS = 86_400_000;
/** Clocks differ. */
const EARLIER_MS = DAY_MS;
const VALID_MS = 365 * DAY_MS;

const BROKEN_OFF = fault(
  'link',
  'broken-off',
  'It was broken off, as the account signs out or does something else with its second connection.',
  { by: 'us' },
);
const NOT_ATTACHED = fault('usage', 'not-attached', 'The account is not signed in.', { by: 'us' });

export interface CertificateParts {
  /** Nothing before the account was attached. */
  signIn(): SignIn | undefined;
  /** The TLS of the session that is there; empty for none. */
  tlsVersion(): string;
}

/** @returns how the account signs in as it is set now; nothing before it was attached */
export function signInOf({ options, credentials }: LinkKeeper): SignIn | undefined {
  return options && { options, negotiation: credentials.basics(options) };
}

/**
 * Asks the server whether its list has the certificate that is in use (XEP-0257 §2.2): then a new one can
 * take its place.
 * @param done called with undefined where the answer was lost
 * @returns whether it was asked
 */
export function askRenewable(
  host: FeatureHost,
  done: (renewable: boolean | undefined) => void,
): boolean {
  const { current, secure } = host.certificates;
  if (!host.online || !secure) return false;
  host.request(undefined, 'get', items(), (answer) => {
    if (answer.type === 'error') done(isLost(answer.fault, host) ? undefined : false);
    else done(itemOf(readItems(answer.stanza, host), current, host) !== undefined);
  });
  return true;
}

export class AccountCertificates implements CertificateDesk {
  private readonly waiting = new Map<number, (result?: CertificateFile | Fault) => void>();
  private tickets = 0;
  /** On the account's second link. */
  private beside: Beside | undefined;
  /** It is for nothing else now. */
  private taken = false;

  constructor(
    private readonly context: Context,
    private readonly parts: CertificateParts,
  ) {}

  get secure(): boolean {
    return this.parts.tlsVersion() !== '';
  }

  get current(): string {
    const signIn = this.parts.signIn();
    return signIn?.options.certificate === undefined
      ? ''
      : (signIn.negotiation.identity?.sha256 ?? '');
  }

  inspect(der: Uint8Array): CertificateFacts | undefined {
    return certificateFacts(der);
  }

  make(file: string, done: (made: CertificateFile | Fault) => void): void {
    const account = this.parts.signIn()?.options.jid.toString();
    if (account === undefined) return done(NOT_ATTACHED);
    const { wall } = this.context.clock();
    const times = { notBefore: wall - EARLIER_MS, notAfter: wall + VALID_MS };
    this.ask({ type: 'make', file, account, ...times }, done);
  }

  read(path: string, done: (read: CertificateFile | Fault) => void): void {
    this.ask({ type: 'read', path }, done);
  }

  remove(fingerprint: string, done: () => void): void {
    this.job({ type: 'remove', fingerprint }, done);
  }

  /** One at a time, as certificates are made one at a time. */
  tryOut(path: string, done: (failed: Fault | undefined) => void): void {
    const signIn = this.parts.signIn();
    if (signIn === undefined) return done(NOT_ATTACHED);
    if (this.taken) return done(BROKEN_OFF);
    this.begin((over) => {
      return new Trial(this.context, signIn, path, (failed) => {
        over();
        done(failed);
      });
    });
  }

  /**
   * The account's second link is for this alone until it is over. Whoever has it hears that he was broken off.
   * @param make what is given is to be called when it is over
   */
  take(make: (over: () => void) => Beside): void {
    this.begin(make);
    this.taken = true;
  }

  /** Whatever the second link is used for comes to its end. */
  drop(cause: Fault): void {
    const { beside } = this;
    this.beside = undefined;
    this.taken = false;
    beside?.drop(cause);
  }

  private begin(make: (over: () => void) => Beside): void {
    this.drop(BROKEN_OFF);
    const made: Beside = make(() => {
      if (this.beside !== made) return;
      this.beside = undefined;
      this.taken = false;
    });
    this.beside = made;
  }

  // --- from the account --------------------------------------------------------------------------

  answered(ticket: number, result: CertificateFile | Fault | undefined): void {
    const done = this.waiting.get(ticket);
    this.waiting.delete(ticket);
    done?.(result);
  }

  trialInput(input: TrialInput): void {
    this.beside?.input(input);
  }

  deadline(): number | undefined {
    return this.beside?.deadline();
  }

  tick(): void {
    this.beside?.tick();
  }

  private ask(job: CertificateJob, done: (result: CertificateFile | Fault) => void): void {
    this.job(job, (result) => {
      if (result !== undefined) done(result);
    });
  }

  private job(job: CertificateJob, done: (result?: CertificateFile | Fault) => void): void {
    const ticket = ++this.tickets;
    this.waiting.set(ticket, done);
    this.context.effect({ type: 'certificate', ticket, job });
  }
}
