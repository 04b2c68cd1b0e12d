// SPDX-License-Identifier: MIT
//
// Which copies are one message, and which are two: the rule of de-duplication as a table.
import { describe, expect, it } from 'vitest';
import { Seen } from '../../src/delivery/seen.js';
import type { Times, Trace } from '../../src/delivery/seen.js';

type Copy = Partial<Trace> & Partial<Times>;

/** When our first copy came. */
const FIRST_MS = 1_000_000;
const MINUTE_MS = 60_000;
const live: Copy = { path: 'live:s1' };

function isCopy(first: Copy, second: Copy): boolean {
  const seen = new Seen();
  seen.remember({ key: 'k', path: 'live:s1', ...first }, FIRST_MS);
  return seen.match({ key: 'k', path: 'live:s1', ...second }, { id: 'i', ...second }) !== undefined;
}

describe('a second copy is known', () => {
  it.each<[string, Copy, Copy]>([
    ['from the archive', live, { path: 'archive', archiveId: 'a', stamp: FIRST_MS }],
    ['from the offline store', live, { path: 'offline:s2', stamp: FIRST_MS }],
    ['as a carbon', live, { path: 'carbon:s1' }],
    [
      'by its archive id, whatever it says',
      { ...live, archiveId: 'a' },
      { key: 'other', path: 'archive', archiveId: 'a', stamp: 9 * FIRST_MS },
    ],
    [
      'by its archive id, live in another session',
      { path: 'archive', archiveId: 'a' },
      { path: 'live:s2', archiveId: 'a' },
    ],
    [
      'sent again by its sender, as he says',
      { ...live, archiveId: 'a' },
      { ...live, archiveId: 'b', resent: FIRST_MS + MINUTE_MS },
    ],
    [
      'that its sender sent again before it came',
      { path: 'offline:s2', archiveId: 'b', resent: FIRST_MS - MINUTE_MS },
      { path: 'archive', archiveId: 'a', stamp: FIRST_MS },
    ],
    [
      'although the clocks differ by minutes',
      live,
      { path: 'offline:s2', stamp: FIRST_MS + 10 * MINUTE_MS },
    ],
  ])('%s', (_, first, second) => {
    expect(isCopy(first, second)).toBe(true);
  });
});

describe('two messages are never taken for one', () => {
  it.each<[string, Copy, Copy]>([
    ['both live, with equal id and text', live, live],
    ['live in two sessions', live, { path: 'live:s2' }],
    [
      'both from one hand-over of the offline store',
      { path: 'offline:s1' },
      { path: 'offline:s1' },
    ],
    [
      'with two ids in the archive',
      { path: 'archive', archiveId: 'a' },
      { path: 'archive', archiveId: 'b', stamp: FIRST_MS },
    ],
    [
      'live with one id, archived with another',
      { ...live, archiveId: 'a' },
      { path: 'archive', archiveId: 'b', stamp: FIRST_MS },
    ],
    ['of other words', live, { key: 'other', path: 'archive', archiveId: 'a', stamp: FIRST_MS }],
    [
      'stored long after the first',
      live,
      { path: 'offline:s2', stamp: FIRST_MS + 10 * MINUTE_MS + 1 },
    ],
    [
      'without an id, stored more than a minute after the first',
      live,
      { path: 'offline:s2', id: '', stamp: FIRST_MS + MINUTE_MS + 1 },
    ],
    [
      'older ones sent again, and a later one of the archive',
      { path: 'offline:s2', archiveId: 'b', resent: FIRST_MS },
      { path: 'archive', archiveId: 'a', stamp: FIRST_MS + MINUTE_MS + 1 },
    ],
    [
      'without ids, written one after the other while their sender was away',
      { ...live, resent: FIRST_MS - 9 * MINUTE_MS },
      { ...live, id: '', resent: FIRST_MS - 5 * MINUTE_MS },
    ],
    [
      'without ids, stored long before the other was written',
      { ...live, resent: FIRST_MS - MINUTE_MS },
      { path: 'archive', archiveId: 'a', id: '', stamp: FIRST_MS - 9 * MINUTE_MS },
    ],
    ['sent again later than the first came', live, { ...live, resent: FIRST_MS + MINUTE_MS + 1 }],
  ])('%s', (_, first, second) => {
    expect(isCopy(first, second)).toBe(false);
  });
});

describe('what was seen', () => {
  it('is named by its archive, also where that has it with other words', () => {
    const seen = new Seen();
    const waiting = seen.remember({ key: 'k', path: 'offline:s1', archiveId: 'a' }, FIRST_MS);
    const archived = { key: 'other', path: 'archive', archiveId: 'a' };
    expect(seen.remember(archived, FIRST_MS)).toBe(waiting);
  });

  it('is known by both ids of the archive where its sender sent it again', () => {
    const seen = new Seen();
    const again = { key: 'k', path: 'offline:s1', archiveId: 'b', resent: FIRST_MS };
    const first = seen.remember(again, FIRST_MS + 700);
    seen.remember({ key: 'k', path: 'archive', archiveId: 'a', of: 'b' }, first.at);
    const reread = new Seen();
    for (const { trace, at } of seen.traces()) reread.remember(trace, at);
    for (const archiveId of ['a', 'b']) {
      const copy = { key: 'other', path: 'archive', archiveId };
      expect(seen.match(copy, { id: 'i' })).toBe(first);
      expect(reread.match(copy, { id: 'i' })?.at).toBe(first.at);
    }
    expect([...reread.traces()]).toEqual([...seen.traces()]);
  });

  it('is matched one by one: two live, two archived, a third archived is new', () => {
    const seen = new Seen();
    const archived = (archiveId: string) => {
      const trace = { key: 'k', path: 'archive', archiveId };
      const first = seen.match(trace, { id: '', stamp: FIRST_MS });
      seen.remember(trace, first?.at ?? FIRST_MS + 5);
      return first !== undefined;
    };
    seen.remember({ key: 'k', path: 'live:s1' }, FIRST_MS);
    seen.remember({ key: 'k', path: 'live:s1' }, FIRST_MS + 1);
    expect(['a', 'b', 'c'].map(archived)).toEqual([true, true, false]);
  });

  it('is not kept for an archive that there is not', () => {
    const seen = new Seen();
    for (let n = 0; n < 5_000; n++) {
      seen.remember({ key: `k${String(n)}`, path: 'live:s1' }, n);
    }
    expect([...seen.traces()].length).toBeLessThan(2_010);
  });

  it('is forgotten in the end, but not before the archive brought it', () => {
    const seen = new Seen();
    seen.remember({ key: 'live', path: 'live:s1', archiveId: 'live' }, 1);
    for (let n = 0; n < 5_000; n++) {
      seen.remember({ key: `k${String(n)}`, path: 'archive', archiveId: `a${String(n)}` }, n);
    }
    const again = { key: 'live', path: 'archive', archiveId: 'live' };
    expect(seen.match(again, { id: 'i', stamp: 1 })).toBeDefined();
    expect(
      seen.match({ key: 'k0', path: 'archive', archiveId: 'a0' }, { id: 'i', stamp: 0 }),
    ).toBeUndefined();
    expect([...seen.traces()].length).toBeLessThan(2_010);
  });
});
