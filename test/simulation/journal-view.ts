// SPDX-License-Identifier: MIT

import { readJournal } from '../../src/delivery/journal.js';
import { Ledger } from '../../src/delivery/ledger.js';
import { nodeTools } from '../support/tools.js';

/** What the journal on a disk says; reading it is slow, so not twice the same. */
export class JournalView {
  private read: { readonly durable: Uint8Array; readonly ledger: Ledger } | undefined;

  of({ durable }: { readonly durable: Uint8Array }): Ledger {
    if (this.read?.durable !== durable) {
      const ledger = new Ledger();
      ledger.applyAll(readJournal(durable, nodeTools).transactions);
      this.read = { durable, ledger };
    }
    return this.read.ledger;
  }
}
