// SPDX-License-Identifier: MIT

import type { NegotiationOptions } from '../core/negotiation-options.js';
import type { AttachOptions } from './options.js';
import type { LinkOpen } from './web-link.js';

/**
 * What else a dial of the second link has found. A server that is silent, or is not trusted, is passed by in the
 * same dial until TLS shows one that is (RFC 6120 §3.2.1, its last steps), as the account's own dials do it.
 */
export class OtherPlaces {
  private more = false;
  private direct = false;

  constructor(private readonly options: Pick<AttachOptions, 'security'>) {}

  /** A link is open. */
  opened({ direct, more = false }: LinkOpen): void {
    // In clear nobody has to be trusted: there whoever is met first is the server.
    this.more = more && this.options.security !== 'opportunistic_tls';
    this.direct = direct;
  }

  /** The session has judged who it is. From now on it is this server that we talk with, or a new dial is under way. */
  judged(): void {
    this.more = false;
  }

  /** What the session on this link is to know: who is silent is left sooner where others can be tried. */
  get patience(): Pick<NegotiationOptions, 'hurried'> {
    return this.more && !this.direct ? { hurried: true } : {};
  }

  /** The link is gone. @returns whether to dial again at once, to the rest */
  goesOn(): boolean {
    const { more } = this;
    this.more = false;
    return more;
  }
}
