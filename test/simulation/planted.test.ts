// SPDX-License-Identifier: MIT
//
// A test of the test: mistakes that others made, planted one at a time, must be found by the same seeds
// that find nothing without them.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { Acknowledgements } from '../../src/core/acknowledgements.js';
import { KeptSession } from '../../src/core/kept-session.js';
import { StreamManagement } from '../../src/core/stream-management.js';
import { Inbox } from '../../src/delivery/inbox.js';
import { Replay } from '../../src/delivery/replay.js';
import { Seen } from '../../src/delivery/seen.js';
import { Outbox } from '../../src/delivery/outbox.js';
import { Store } from '../../src/delivery/store.js';
import type { Context } from '../../src/engine/context.js';
import { Mailroom } from '../../src/engine/mailroom.js';
import { runSeed } from './run.js';

const SEEDS = 2_000;

/** The first seed that notices. */
function foundBy(): number | undefined {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      if (runSeed(seed).broken.length > 0) {
        return seed;
      }
    } catch {
      // The model server throws at a client that breaks the protocol: found, too.
      return seed;
    }
  }
  return undefined;
}

const MISTAKES: readonly (readonly [string, () => void])[] = [
  [
    'the h of a failed resumption is ignored',
    () => {
      const lost = Reflect.get(KeptSession.prototype, 'lost');
      vi.spyOn(KeptSession.prototype, 'lost').mockImplementation(function (this: KeptSession) {
        lost.call(this, undefined);
      });
    },
  ],
  [
    'the queue is thrown away when a session is lost',
    () => {
      vi.spyOn(Outbox.prototype, 'lost').mockReturnValue([]);
    },
  ],
  [
    'what is unacked is not sent again after a resumption',
    () => {
      const resumed = Reflect.get(StreamManagement.prototype, 'resumed');
      vi.spyOn(StreamManagement.prototype, 'resumed').mockImplementation(function (
        this: StreamManagement,
        h: number,
      ) {
        const result = resumed.call(this, h);
        return 'fault' in result ? result : { ...result, resend: [] };
      });
    },
  ],
  [
    'what is unacked is sent again in reverse order',
    () => {
      const resumed = Reflect.get(StreamManagement.prototype, 'resumed');
      vi.spyOn(StreamManagement.prototype, 'resumed').mockImplementation(function (
        this: StreamManagement,
        h: number,
      ) {
        const result = resumed.call(this, h);
        return 'fault' in result ? result : { ...result, resend: [...result.resend].reverse() };
      });
    },
  ],
  [
    'h is told before what it counts is on disk',
    () => {
      const asked = Reflect.get(Acknowledgements.prototype, 'asked');
      vi.spyOn(Acknowledgements.prototype, 'asked').mockImplementation(function (
        this: Acknowledgements,
        management: StreamManagement | undefined,
      ) {
        this.begin(management?.handled ?? 0);
        asked.call(this, management);
      });
    },
  ],
  [
    'a copy from the offline store is taken for a new message',
    () => {
      const keep = Reflect.get(Inbox.prototype, 'keep');
      vi.spyOn(Inbox.prototype, 'keep').mockImplementation(function (this: Inbox, event, wall) {
        return keep.call(this, event, wall);
      });
    },
  ],
  [
    'everything counts as flushed as soon as it is handed to the disk',
    () => {
      const commit = Reflect.get(Store.prototype, 'commit');
      vi.spyOn(Store.prototype, 'commit').mockImplementation(function (
        this: Store,
        transaction,
        flushed,
      ) {
        commit.call(this, transaction, () => undefined);
        flushed();
      });
    },
  ],
  [
    'an inbox entry is confirmed when it is given, not when it is taken',
    () => {
      const give = Reflect.get(Inbox.prototype, 'give');
      vi.spyOn(Inbox.prototype, 'give').mockImplementation(function (this: Inbox) {
        const entries = give.call(this);
        const last = entries.at(-1);
        const { ledger } = this as unknown as { ledger: { apply(record: unknown): void } };
        if (last !== undefined) {
          ledger.apply({ type: 'taken', number: last.number });
        }
        return entries;
      });
    },
  ],
  [
    'live traffic moves the point up to which the archive was read',
    () => {
      const keep = Reflect.get(Mailroom.prototype, 'keep');
      vi.spyOn(Mailroom.prototype, 'keep').mockImplementation(function (
        this: Mailroom,
        body,
        copy,
        h,
        others = [],
      ) {
        const { archiveId } = copy ?? {};
        const { wall } = (Reflect.get(this, 'context') as Context).clock();
        const jid = (Reflect.get(this, 'store') as Store).ledger.session?.jid.split('/')[0] ?? '';
        const cursor = { type: 'cursor', archive: jid, id: archiveId ?? '', at: wall } as const;
        keep.call(this, body, copy, h, archiveId === undefined ? others : [...others, cursor]);
      });
    },
  ],
  [
    'what is in doubt is taken for arrived',
    () => {
      vi.spyOn(Replay.prototype, 'page').mockImplementation(function (this: Replay) {
        const taken = Reflect.get(this, 'doubts') as [];
        return { taken, untaken: [], unknown: [] };
      });
    },
  ],
  [
    'a text that waited behind the archive is shown beside the copy from there',
    () => {
      const match = Reflect.get(Seen.prototype, 'match');
      vi.spyOn(Seen.prototype, 'match').mockImplementation(function (this: Seen, trace, times) {
        const first = match.call(this, trace, times);
        return first?.held === true ? undefined : first;
      });
    },
  ],
];

describe('the simulation finds a planted mistake', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(MISTAKES)('%s', { timeout: 600_000 }, (_, plant) => {
    plant();
    expect(foundBy()).toBeLessThanOrEqual(SEEDS);
  });
});
