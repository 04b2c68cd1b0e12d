// SPDX-License-Identifier: MIT
//
// Mistakes with what was seen before, what the archive says and what is in doubt, to be planted one at a time.

import { Inbox } from '../../src/delivery/inbox.js';
import { Outbox } from '../../src/delivery/outbox.js';
import { Replay } from '../../src/delivery/replay.js';
import { Seen } from '../../src/delivery/seen.js';
import type { Store } from '../../src/delivery/store.js';
import { AccountArchive } from '../../src/engine/archive-desk.js';
import type { DeskParts } from '../../src/engine/archive-desk.js';
import type { Context } from '../../src/engine/context.js';
import { Mailroom } from '../../src/engine/mailroom.js';
import type { Mistake } from './mistakes.js';
import { replace } from './mistakes.js';

export const COPY_MISTAKES: readonly Mistake[] = [
  {
    name: 'messages with the same id are one, whichever way they come',
    expects: /was lost/,
    plant: () => {
      replace(Seen, 'match', (_, seen) => ({ key }) => {
        const byKey = Reflect.get(seen, 'byKey') as Map<string, ReturnType<Seen['remember']>[]>;
        return byKey.get(key)?.[0];
      });
    },
  },
  {
    name: 'a second copy is never known',
    expects: /was shown \d+ times/,
    plant: () => {
      replace(Seen, 'match', () => () => undefined);
    },
  },
  {
    name: 'a copy from the archive is known by the message’s own id only',
    expects: /was shown \d+ times/,
    seed: 45,
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
    expects: /was shown \d+ times/,
    seed: 12,
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
    expects: /the cursor went where no page of the archive had led/,
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
    expects: /was shown after \d+/,
    plant: () => {
      replace(Outbox, 'waiting', () => () => false);
    },
  },
  {
    name: 'the place in the archive is kept before its messages are',
    expects: /was lost/,
    seed: 476,
    plant: () => {
      replace(AccountArchive, 'keep', (keep, desk) => (texts, archive, cursor, kept) => {
        const { store } = Reflect.get(desk, 'parts') as DeskParts;
        store.commit([{ type: 'cursor', archive, ...cursor }], () => {
          keep(texts, archive, cursor, kept);
        });
      });
    },
  },
  {
    name: 'the archive is asked once, though it lags',
    expects: /was sent \d+ times/,
    seed: 293,
    plant: () => {
      replace(Replay, 'page', (page) => (own, complete) => {
        const next = page(own, complete);
        return next === 'again' ? page(own, complete) : next;
      });
    },
  },
  {
    name: 'the archive is no witness for what it lacks',
    expects: /was doubted although the archive could tell/,
    seed: 65,
    plant: () => {
      replace(Replay, 'page', (page) => (own, complete) => {
        const next = page(own, complete);
        if (typeof next === 'string') return next;
        return { ...next, untaken: [], unknown: [...next.untaken, ...next.unknown] };
      });
    },
  },
  {
    name: 'what comes live does not wait for the archive',
    expects: /came late, behind \d+, though the archive went on/,
    seed: 55,
    plant: () => {
      replace(Mailroom, 'hold', () => () => undefined);
    },
  },
  {
    name: 'what is in doubt is taken for arrived',
    expects: /was called at the server and never was/,
    plant: () => {
      replace(Replay, 'page', (_, replay) => () => {
        return { taken: Reflect.get(replay, 'doubts') as [], untaken: [], unknown: [] };
      });
    },
  },
  {
    name: 'what is in doubt is sent again without asking the archive',
    expects: /was sent \d+ times/,
    plant: () => {
      replace(Replay, 'page', (_, replay) => () => {
        return { taken: [], untaken: Reflect.get(replay, 'doubts') as [], unknown: [] };
      });
    },
  },
  {
    name: 'what was in doubt is sent again three times',
    expects: /was sent [34] times/,
    plant: () => {
      replace(Outbox, 'queued', (queued) => () => {
        return queued().flatMap((entry) => (entry.twice ? [entry, entry, entry] : entry));
      });
    },
  },
  {
    name: 'a text that waited behind the archive is shown beside the copy from there',
    expects: /was shown \d+ times/,
    plant: () => {
      replace(Seen, 'match', (match) => (trace, times) => {
        const first = match(trace, times);
        return first?.held === true ? undefined : first;
      });
    },
  },
  {
    name: 'a copy from the offline store is taken for a new message',
    expects: /was shown \d+ times/,
    plant: () => {
      replace(
        Inbox,
        'keep',
        (keep) => (event, wall, copy) =>
          keep(event, wall, copy?.path === 'offline' ? undefined : copy),
      );
    },
  },
];
