// SPDX-License-Identifier: MIT
//
// Stanzas that come before the negotiation is over: servers send them as soon as a resource is bound, and
// with Bind 2 the last features come behind that (XEP-0386).

import { NS } from './namespaces.js';
import type { Established } from './negotiation-output.js';
import type { Outcome } from './steps/step.js';
import { is } from './xml.js';
import type { Element } from './xml.js';

/** Nobody who just bound a resource is owed more before the session begins. */
const maxEarly = 256;

const stanzaNames = ['message', 'presence', 'iq'];

/** Keeps them in order for the session, those that the server counts (XEP-0198 §4) apart. */
export class EarlyStanzas {
  private readonly early: Element[] = [];
  private readonly counted: Element[] = [];

  /**
   * @param so what the negotiation has reached: stanzas need an address, counted ones stream management
   * @returns false for what has no place here, or is too much
   */
  take(el: Element, so: Pick<Outcome, 'jid' | 'management'>): boolean {
    const stanza = stanzaNames.some((name) => is(el, name, NS.client));
    if (so.management !== undefined && (stanza || is(el, 'r', NS.sm))) {
      // Ahead of the last features, and counted already.
      if (this.counted.length < maxEarly) {
        this.counted.push(el);
        return true;
      }
    } else if (so.jid !== undefined && stanza && this.early.length < maxEarly) {
      this.early.push(el);
      return true;
    }
    return false;
  }

  /** All that came, oldest first. */
  all(): Pick<Established, 'early' | 'counted'> {
    return { early: this.early, counted: this.counted };
  }
}
