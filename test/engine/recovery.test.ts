// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import type { SavedManagement } from '../../src/core/stream-management.js';
import { Ledger } from '../../src/delivery/ledger.js';
import { recover } from '../../src/engine/recovery.js';

const jid = 'alice@home.example/desk';
const saved: SavedManagement = { id: 'sm-1', jid, sent: 0, acked: 0, handled: 3, tracked: [] };

/** What is done, and said in the log, with such a journal. */
function recovered(
  session: SavedManagement | undefined,
  damage?: string,
  restore: () => void = () => undefined,
): string[] {
  const done: string[] = [];
  const ledger = Object.assign(new Ledger(), { session });
  recover(
    { log: (level, _category, text) => done.push(`${level}: ${text}`) },
    {
      session: { restore: (found) => (done.push(`restore ${found.id}`), restore()) },
      store: {
        ...{ ledger, damage },
        commit: (transaction) => void done.push(...transaction.map(({ type }) => type)),
      },
      sender: { recover: () => done.push('texts') },
      mailroom: { recover: () => done.push('inbox') },
    },
  );
  return done;
}

describe('what an earlier process left', () => {
  const broken = () => {
    throw new UsageError('bad-saved', 'numbers with a hole');
  };
  it.each([
    ['without a session', recovered(undefined), ['texts', 'inbox']],
    ['with one', recovered(saved), ['restore sm-1', 'texts', 'inbox']],
    [
      'with one that does not fit together, which is ended',
      recovered(saved, undefined, broken),
      [
        'restore sm-1',
        expect.stringMatching(/^error: The old session cannot be resumed: .*numbers with a hole$/),
        'session-end',
        'texts',
        'inbox',
      ],
    ],
    [
      'in a damaged journal',
      recovered(undefined, 'a frame is cut at byte 9'),
      [
        'warning: The journal is damaged, and read up to there: a frame is cut at byte 9.' +
          ' What was found is kept beside it as journal.damaged.',
        'texts',
        'inbox',
      ],
    ],
  ])('%s is taken over', (_, done, expected) => {
    expect(done).toEqual(expected);
  });
});
