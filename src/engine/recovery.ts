// SPDX-License-Identifier: MIT

import type { Session } from '../core/session.js';
import type { Store } from '../delivery/store.js';
import type { Context } from './context.js';
import type { Mailroom } from './mailroom.js';
import type { Sender } from './sender.js';

export interface RecoveryParts {
  readonly session: Pick<Session, 'restore'>;
  readonly store: Pick<Store, 'ledger' | 'damage' | 'commit'>;
  readonly sender: Pick<Sender, 'recover'>;
  readonly mailroom: Pick<Mailroom, 'recover'>;
}

/** What an earlier process left in the journal becomes this one's, before its first input is taken. */
export function recover(context: Pick<Context, 'log'>, parts: RecoveryParts): void {
  const { session, store, sender, mailroom } = parts;
  const { ledger, damage } = store;
  if (damage !== undefined) {
    const text = `The journal is damaged, and read up to there: ${damage}.`;
    const kept = 'What was found is kept beside it as journal.damaged.';
    context.log('warning', 'journal', `${text} ${kept}`);
  }
  try {
    if (ledger.session !== undefined) {
      session.restore(ledger.session);
    }
  } catch (cause) {
    // Sound frames that do not fit together: a fault of ours, and no reason to refuse to start.
    context.log('error', 'journal', `The old session cannot be resumed: ${String(cause)}`);
    store.commit([{ type: 'session-end' }], () => undefined);
  }
  sender.recover();
  mailroom.recover();
}
