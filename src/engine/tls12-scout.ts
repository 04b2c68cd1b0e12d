// SPDX-License-Identifier: MIT
//
// Our certificate on TLS 1.2, where it leaves before the server's can be judged (RFC 5246 §7.3). So a
// link without it goes first and judges; the one that shows it compares before anything leaves.

import type { Dial, TlsFacts } from '../core/effects.js';
import type { NegotiationOptions } from '../core/negotiation-options.js';
import type { AttachOptions } from './options.js';

export class Tls12Scout {
  /** What the last link without our certificate found; good for one dial. */
  private found: TlsFacts | undefined;
  private negotiation: Pick<NegotiationOptions, 'verifyOnly' | 'verifiedBefore'> = {};

  /** The dial that is to be made in place of this one. */
  dial(dial: Dial, { certTls12 }: Pick<AttachOptions, 'certTls12'>): Dial {
    const { found } = this;
    this.found = undefined;
    this.negotiation = {};
    if (!certTls12 || !dial.certificate) return dial;
    // What was found out of one place is good for that place only.
    if (found === undefined || dial.again !== true) {
      this.negotiation = { verifyOnly: true };
      return { ...dial, certificate: false };
    }
    // Who has TLS 1.3 is asked for it: there a stranger learns nothing even without all this.
    if (found.protocol === 'TLSv1.3') return dial;
    this.negotiation = { verifiedBefore: true };
    return { ...dial, leaf: found.sha256 };
  }

  /** What the session on that link is to know. */
  options(): Pick<NegotiationOptions, 'verifyOnly' | 'verifiedBefore'> {
    return this.negotiation;
  }

  verified(facts: TlsFacts): void {
    this.found = facts;
  }
}
