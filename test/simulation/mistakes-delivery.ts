// SPDX-License-Identifier: MIT
//
// Mistakes with what is on disk, what was seen and what the archive says, to be planted one at a time.

import { Acknowledgements } from '../../src/core/acknowledgements.js';
import { KeptSession } from '../../src/core/kept-session.js';
import { Session } from '../../src/core/session.js';
import { Inbox } from '../../src/delivery/inbox.js';
import { Outbox } from '../../src/delivery/outbox.js';
import { Replay } from '../../src/delivery/replay.js';
import { Seen } from '../../src/delivery/seen.js';
import { Store } from '../../src/delivery/store.js';
import { AccountArchive } from '../../src/engine/archive-desk.js';
import { Backoff } from '../../src/engine/backoff.js';
import type { Context } from '../../src/engine/context.js';
import { AccountHost } from '../../src/engine/feature-host.js';
import { Mailroom } from '../../src/engine/mailroom.js';
import { Redial } from '../../src/engine/redial.js';
import type { Mistake } from './mistakes.js';
import { fix, replace } from './mistakes.js';
import { Person } from './person.js';

/** L1 to L12: what makes the promise true, broken one at a time; then what follows from it. */
export const DELIVERY_MISTAKES: readonly Mistake[] = [
  {
    name: 'h is told before what it counts is on disk',
    plant: () => {
      replace(Acknowledgements, 'asked', (asked, acks) => (management) => {
        acks.begin(management?.handled ?? 0);
        asked(management);
      });
    },
  },
  {
    name: 'everything counts as flushed as soon as it is handed to the disk',
    plant: () => {
      replace(Store, 'commit', (commit) => (transaction, flushed) => {
        commit(transaction, () => undefined);
        flushed();
      });
    },
  },
  {
    name: 'a new engine knows nothing of the session',
    plant: () => {
      replace(Session, 'restore', () => () => undefined);
    },
  },
  {
    name: 'a session is bound where one could be resumed',
    plant: () => {
      replace(KeptSession, 'resumption', () => () => undefined);
    },
  },
  {
    name: 'a resumption that is refused by silence is asked for without end',
    seed: 99,
    plant: () => {
      replace(KeptSession, 'linkLost', (linkLost) => (cause) => {
        linkLost(cause, false);
      });
    },
  },
  {
    name: 'another resource is asked for each time, so that old sessions live on',
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
    name: 'messages with the same id are one, whichever way they come',
    plant: () => {
      replace(Seen, 'match', (_, seen) => ({ key }) => {
        const byKey = Reflect.get(seen, 'byKey') as Map<string, ReturnType<Seen['remember']>[]>;
        return byKey.get(key)?.[0];
      });
    },
  },
  {
    name: 'a second copy is never known',
    plant: () => {
      replace(Seen, 'match', () => () => undefined);
    },
  },
  {
    name: 'a copy from the archive is known by the message’s own id only',
    plant: () => {
      replace(
        Seen,
        'match',
        (match) =>
          ({ key, path }, times) =>
            match({ key, path }, times),
      );
      replace(
        Seen,
        'remember',
        (remember) =>
          ({ key, path }, at) =>
            remember({ key, path }, at),
      );
    },
  },
  {
    name: 'what was sent before its second copy comes is taken for another message',
    plant: () => {
      replace(Seen, 'remember', (remember) => (trace, at) => {
        const sighting = remember(trace, at);
        Object.assign(sighting, { resent: undefined });
        return sighting;
      });
    },
  },
  {
    name: 'live traffic moves the point up to which the archive was read',
    plant: () => {
      replace(Mailroom, 'keep', (keep, mailroom) => (body, copy, h, others = []) => {
        const { archiveId } = copy ?? {};
        const { wall } = (Reflect.get(mailroom, 'context') as Context).clock();
        const { ledger } = Reflect.get(mailroom, 'store') as Store;
        const archive = ledger.session?.jid.split('/')[0] ?? '';
        const cursor = { type: 'cursor', archive, id: archiveId ?? '', at: wall } as const;
        keep(body, copy, h, archiveId === undefined ? others : [...others, cursor]);
      });
    },
  },
  {
    name: 'a new text overtakes those that wait or are in doubt',
    plant: () => {
      fix(Outbox, 'waiting', false);
    },
  },
  {
    name: 'two engines work on one journal',
    seed: 72,
    plant: () => {
      const person = Person as unknown as { prototype: { mayStart(): boolean } };
      replace(person, 'mayStart', () => () => true);
    },
  },
  {
    name: 'a password is sent in clear where encryption is not offered',
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
    plant: () => {
      replace(Backoff, 'failed', () => () => 0);
    },
  },
  {
    name: 'ids depend on something else than the seed',
    differs: true,
    plant: () => {
      replace(AccountHost, 'newId', () => () => `n${String(Math.random())}`);
    },
  },
  {
    name: 'the place in the archive is kept before its messages are',
    seed: 394,
    plant: () => {
      replace(AccountArchive, 'keep', (keep, desk) => (texts, archive, cursor, kept) => {
        const store = Reflect.get(desk, 'store') as Store;
        store.commit([{ type: 'cursor', archive, ...cursor }], () => {
          keep(texts, archive, cursor, kept);
        });
      });
    },
  },
  {
    name: 'the archive is asked once, though it lags',
    plant: () => {
      replace(Replay, 'page', (page) => (own, complete) => {
        const next = page(own, complete);
        return next === 'again' ? page(own, complete) : next;
      });
    },
  },
  {
    name: 'what comes live does not wait for the archive',
    plant: () => {
      replace(Mailroom, 'hold', () => () => undefined);
    },
  },
  {
    name: 'what is in doubt is taken for arrived',
    plant: () => {
      replace(Replay, 'page', (_, replay) => () => {
        return { taken: Reflect.get(replay, 'doubts') as [], untaken: [], unknown: [] };
      });
    },
  },
  {
    name: 'what is in doubt is sent again without asking the archive',
    plant: () => {
      replace(Replay, 'page', (_, replay) => () => {
        return { taken: [], untaken: Reflect.get(replay, 'doubts') as [], unknown: [] };
      });
    },
  },
  {
    name: 'what was in doubt is sent again three times',
    plant: () => {
      replace(Outbox, 'queued', (queued) => () => {
        return queued().flatMap((entry) => (entry.twice ? [entry, entry, entry] : entry));
      });
    },
  },
  {
    name: 'a text that waited behind the archive is shown beside the copy from there',
    plant: () => {
      replace(Seen, 'match', (match) => (trace, times) => {
        const first = match(trace, times);
        return first?.held === true ? undefined : first;
      });
    },
  },
  {
    name: 'a copy from the offline store is taken for a new message',
    plant: () => {
      replace(
        Inbox,
        'keep',
        (keep) => (event, wall, copy) =>
          keep(event, wall, copy?.path === 'offline' ? undefined : copy),
      );
    },
  },
  {
    name: 'an inbox entry is confirmed when it is given, not when it is taken',
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
];
