// SPDX-License-Identifier: MIT

import type { ClientIdentity, Dial } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { NegotiationOptions } from '../core/negotiation-options.js';
import { checkIdentity } from '../core/sasl/external.js';
import { TOKEN_LEFT, TOKEN_REVOKED } from '../core/steps/sasl2-revoking.js';
import type { Sasl2Options } from '../core/steps/sasl2-request.js';
import type { Session } from '../core/session.js';
import type { Context } from './context.js';
import { pinMismatch } from './link-faults.js';
import type { AttachOptions } from './options.js';
import type { SignInBook } from './sign-in-memory.js';
import { Tls12Scout } from './tls12-scout.js';
import type { FastToken } from './fast-token.js';
import type { OfferMemory } from './offer-memory.js';

/** What every sign-in of the account goes by, on whatever link it is made. */
export type SignInBasics = Pick<
  NegotiationOptions,
  | 'jid'
  | 'security'
  | 'authMethod'
  | 'plainInClear'
  | 'before'
  | 'password'
  | 'identity'
  | 'pin'
  | 'far'
>;

export interface Secrets {
  password: string;
  passphrase: string;
}

/** What both sides prove themselves by, beside the settings: secrets, the certificate, a person's trust. */
export class Credentials {
  secrets: Secrets = { password: '', passphrase: '' };
  /** What the person answered when asked for trust; good until a certificate needs none. */
  accepted = '';
  readonly scout = new Tls12Scout();
  /** As the host keeps it, and not as a person gave it for once. */
  private keptPassword = '';
  private identity: ClientIdentity | undefined;
  /** The files that the passphrase opens. */
  private files: AttachOptions['certificate'];
  private begun = false;

  /** @param book how the account signed in before */
  constructor(
    private readonly context: Context,
    readonly book: SignInBook,
    private readonly memory: OfferMemory,
    private readonly token: FastToken,
    /** A text is in doubt, which a session elsewhere may still bring to the server. */
    private readonly inDoubt: () => boolean,
    /** Our name among the account's clients. */
    private readonly device: string,
  ) {}

  /**
   * A host attached. A passphrase that a person gave once is good until the account ends.
   * @returns whether it is another certificate than before
   */
  begin(secrets: Secrets, files: AttachOptions['certificate']): boolean {
    const same = files?.cert === this.files?.cert && files?.key === this.files?.key;
    const kept = same && secrets.passphrase === '' ? this.secrets.passphrase : secrets.passphrase;
    if (this.begun && !same) this.book.changed();
    this.begun = true;
    this.secrets = { ...secrets, passphrase: kept };
    this.files = files;
    this.keptPassword = secrets.password;
    this.accepted = '';
    return !same;
  }

  dial(dial: Dial, options: AttachOptions): Dial {
    const pin = this.pin(options);
    return this.scout.dial({ ...dial, ...(pin === '' ? {} : { pin }) }, options);
  }

  /** The certificate may be another one by now. */
  forgetIdentity(): void {
    this.identity = undefined;
  }

  /** @returns whether there is a certificate to read, so that `identity` or a failure follows */
  readIdentity(certificate: AttachOptions['certificate']): boolean {
    if (certificate !== undefined) {
      const { passphrase } = this.secrets;
      this.context.effect({ type: 'read-identity', ...certificate, passphrase });
    }
    return certificate !== undefined;
  }

  /** @returns why this certificate is of no use */
  identityRead(identity: ClientIdentity, { jid }: AttachOptions): Fault | undefined {
    const cause = checkIdentity(identity, jid, this.context.clock().wall, this.context.tools);
    this.identity = cause === undefined ? identity : this.identity;
    return cause;
  }

  /** The link is gone. @returns whether the sign-in is made at once on a new one, which is so once */
  retries(cause: Fault | undefined): boolean {
    if (cause?.condition === TOKEN_REVOKED || cause?.condition === TOKEN_LEFT) {
      this.token.given(undefined);
      return true;
    }
    if (cause?.kind === 'sasl') this.book.answered();
    return this.book.takeRetry();
  }

  /** The file was read while the last reading of it is in use: the next dial shows this one. */
  renew(identity: ClientIdentity): void {
    if (this.identity !== undefined) this.identity = identity;
  }

  /** The certificate was of use when it was read, and is not any more. */
  isOver({ jid }: AttachOptions): boolean {
    const { identity, context } = this;
    if (identity === undefined) return false;
    return checkIdentity(identity, jid, context.clock().wall, context.tools) !== undefined;
  }

  /**
   * The server's certificate was not trusted.
   * @returns what to do now, or why nothing can be done
   */
  distrusted(sha256: string, { pin }: AttachOptions): 'due' | 'asking' | Fault {
    // The person named the one certificate to accept: there is nothing to ask.
    if (pin !== '' && pin !== sha256) return pinMismatch(sha256);
    if (this.accepted === '') return 'asking';
    // The answer came while this link was on its way.
    if (this.accepted === sha256) return 'due';
    // Another certificate than the one accepted: judged by itself, without that answer.
    this.accepted = '';
    return 'due';
  }

  /** Reads only, so that anybody may ask at any time. */
  basics(options: AttachOptions): SignInBasics {
    const { jid, security, authMethod, plainInClear } = options;
    const pin = this.pin(options);
    const { password } = this.secrets;
    return {
      jid,
      security,
      authMethod,
      plainInClear,
      before: this.book.memory,
      ...(password === '' ? {} : { password }),
      ...(this.identity === undefined ? {} : { identity: this.identity }),
      ...(pin === '' ? {} : { pin }),
      ...(options.proxy === undefined ? {} : { far: true }),
    };
  }

  /**
   * The account's own link is open, and a session begins on it: the memory hears what is offered from here
   * on, and the token that will be shown is counted.
   */
  opened(options: AttachOptions): Omit<NegotiationOptions, 'resume' | 'resource'> {
    const remembered = this.memory.opened(options);
    return {
      ...this.basics(options),
      ...this.scout.options(),
      ...(remembered === undefined ? {} : { remembered }),
      sasl2: this.sasl2(options),
    };
  }

  /**
   * A link was lost on which something was written from memory.
   * @returns whether that is why; a close in answer to `<resume/>`, or to be elsewhere, has another reason
   */
  wrongGuess(cause: Fault | undefined, { refusedSilently }: Session): boolean {
    return !refusedSilently && cause?.place === undefined && this.memory.blamed(cause);
  }

  private pin({ pin }: AttachOptions): string {
    return pin === '' ? this.accepted : pin;
  }

  /** An account with a certificate has no token: it would outlive a certificate that is revoked. */
  private sasl2({ certificate, resource, settings }: AttachOptions): Sasl2Options {
    const { archive, carbons } = settings;
    return {
      agent: this.memory.agent,
      device: this.device,
      // The server chooses the resource then, and no other session is known to be over.
      bind: archive && this.memory.archive && resource === '' && !this.inDoubt(),
      over: this.memory.over,
      carbons,
      ...this.token.opened(certificate === undefined ? this.keptPassword : ''),
    };
  }
}
