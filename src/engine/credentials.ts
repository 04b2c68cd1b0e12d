// SPDX-License-Identifier: MIT

import type { ClientIdentity } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import type { NegotiationOptions } from '../core/negotiation.js';
import { checkIdentity } from '../core/sasl/external.js';
import type { Context } from './context.js';
import type { AttachOptions } from './options.js';
import type { SignInBook } from './sign-in-memory.js';

export interface Secrets {
  password: string;
  passphrase: string;
}

/** What both sides prove themselves by, beside the settings: secrets, the certificate, a person's trust. */
export class Credentials {
  secrets: Secrets = { password: '', passphrase: '' };
  /** What the person answered when asked for trust; good until a certificate needs none. */
  accepted = '';
  private identity: ClientIdentity | undefined;

  /** @param book how the account signed in before */
  constructor(
    private readonly context: Context,
    readonly book: SignInBook,
  ) {}

  /** A host attached. */
  begin(secrets: Secrets): void {
    this.secrets = secrets;
    this.accepted = '';
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
    if (cause?.kind === 'sasl') this.book.answered();
    return this.book.takeRetry();
  }

  /** What a session is opened with. */
  optionsOf(options: AttachOptions): Omit<NegotiationOptions, 'resume' | 'resource'> {
    const { jid, security, authMethod, plainInClear } = options;
    const pin = options.pin === '' ? this.accepted : options.pin;
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
    };
  }
}
