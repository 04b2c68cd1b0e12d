// SPDX-License-Identifier: MIT
//
// Mistakes with what is on disk, which session is asked for and when, to be planted one at a time.

import { Acknowledgements } from '../../src/core/acknowledgements.js';
import { KeptSession } from '../../src/core/kept-session.js';
import { Session } from '../../src/core/session.js';
import { Inbox } from '../../src/delivery/inbox.js';
import { Store } from '../../src/delivery/store.js';
import { Backoff } from '../../src/engine/backoff.js';
import { AccountHost } from '../../src/engine/feature-host.js';
import { Mailroom } from '../../src/engine/mailroom.js';
import { Redial } from '../../src/engine/redial.js';
import type { Mistake } from './mistakes.js';
import { replace } from './mistakes.js';
import { Person } from './person.js';

export const DELIVERY_MISTAKES: readonly Mistake[] = [
  {
    name: 'h is told before what it counts is on disk',
    expects: /\d+ stanzas were acknowledged with \d+ on disk/,
    plant: () => {
      replace(Acknowledgements, 'asked', (asked, acks) => (management) => {
        acks.begin(management?.handled ?? 0);
        asked(management);
      });
    },
  },
  {
    name: 'everything counts as flushed as soon as it is handed to the disk',
    expects: /was called accepted before it was on disk/,
    plant: () => {
      replace(Store, 'commit', (commit) => (transaction, flushed) => {
        commit(transaction, () => undefined);
        flushed();
      });
    },
  },
  {
    name: 'a new engine knows nothing of the session',
    expects: /a session was bound while the old one could be resumed/,
    plant: () => {
      replace(Session, 'restore', () => () => undefined);
    },
  },
  {
    name: 'a session is bound where one could be resumed',
    expects: /a session was bound while the old one could be resumed/,
    plant: () => {
      replace(KeptSession, 'resumption', () => () => undefined);
    },
  },
  {
    name: 'a resumption that is refused by silence is asked for without end',
    expects: /the quiet state was not reached/,
    seed: 99,
    plant: () => {
      replace(KeptSession, 'linkLost', (linkLost) => (cause, _, asked) => {
        linkLost(cause, false, asked);
      });
    },
  },
  {
    name: 'another resource is asked for each time, so that old sessions live on',
    expects: /the archive was asked while an old session could still add to it/,
    plant: () => {
      let count = 0;
      replace(Redial, 'resource', (resource) => (ours) => {
        return `${resource(ours)}-${String(++count)}`;
      });
      replace(KeptSession, 'resumption', (resumption) => (h) => {
        const { resume } = resumption(h) ?? {};
        return resume === undefined ? undefined : { resume };
      });
    },
  },
  {
    name: 'two engines work on one journal',
    expects: /two engines work on one journal/,
    seed: 72,
    plant: () => {
      const person = Person as unknown as { prototype: { mayStart(): boolean } };
      replace(person, 'mayStart', () => () => true);
    },
  },
  {
    name: 'a password is sent in clear where encryption is not offered',
    expects: /a password came where it could be read by anybody/,
    seed: 68,
    plant: () => {
      replace(Session, 'open', (open) => (options, direct, clock) => {
        const careless = {
          security: 'opportunistic_tls',
          plainInClear: true,
          authMethod: 'plain',
        } as const;
        open({ ...options, ...careless }, direct, clock);
      });
    },
  },
  {
    name: 'a lost link is dialled again without a pause',
    expects: /dialled twice within \d+ ms/,
    plant: () => {
      replace(Backoff, 'failed', () => () => 0);
    },
  },
  {
    name: 'ids depend on something else than the seed',
    expects: /the same seed went another way/,
    differs: true,
    plant: () => {
      replace(AccountHost, 'newId', () => () => `n${String(Math.random())}`);
    },
  },
  {
    name: 'what the host has taken is not written down',
    expects: /was shown \d+ times/,
    plant: () => {
      replace(Inbox, 'give', (give, inbox) => () => {
        const entries = give();
        const last = entries.at(-1);
        const { ledger } = inbox as unknown as { ledger: { apply(record: unknown): void } };
        if (last !== undefined) {
          ledger.apply({ type: 'taken', number: last.number });
        }
        return entries;
      });
    },
  },
  {
    name: 'an inbox entry is confirmed when it is given, not when it is taken',
    expects: /was lost/,
    seed: 72,
    plant: () => {
      replace(Mailroom, 'give', (give, mailroom) => () => {
        give();
        mailroom.taken(Infinity);
      });
    },
  },
];
