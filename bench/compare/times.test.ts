// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import { emptyTalk, type Talk, type Typed } from '../../test/support/talk/record.js';
import type { Row } from './table.js';
import { timesTable } from './times-table.js';
import { back, longestRefusal, median, noticed, percentile, refusals } from './times.js';

const talk = (more: Partial<Talk>): Talk => ({ ...emptyTalk(), ...more });

describe.each([
  ['a dead connection is noticed with the first dial after it', noticed, 'dialled'],
  ['the link is back when the host is told so', back, 'online'],
] as const)('%s', (_, times, moments) => {
  test.each([
    ['what was before does not count', [5000], [0, 4999, 8000], [3]],
    ['the first one counts', [5000], [6500, 7000], [1.5]],
    ['in the same moment it took no time', [5000], [5000], [0]],
    ['each fault has its own', [5000, 20_000], [6000, 22_000], [1, 2]],
    ['never is told as never', [5000], [4000], [Infinity]],
    ['what came after the next fault is not of this one', [5000, 20_000], [22_000], [Infinity, 2]],
    ['without a fault there is no time', [], [1000], []],
  ])('%s', (_name, mended, at, expected) => {
    expect(times(talk({ mended, [moments]: at }))).toEqual(expected);
  });
});

describe('texts refused while online', () => {
  const KINDS: Record<string, Pick<Typed, 'outcome' | 'online'>> = {
    a: { outcome: 'accepted', online: true },
    r: { outcome: 'refused', online: true },
    o: { outcome: 'refused', online: false },
    u: { outcome: 'unsure', online: true },
  };
  /** One line a second, each by its letter. */
  const typed = (letters: string): Typed[] =>
    [...letters].map((letter, at) => ({
      ...{ line: at + 1, at: at * 1000, outcome: 'accepted' as const, online: true },
      ...KINDS[letter],
    }));

  test.each([
    ['', 0, 0],
    ['aaa', 0, 0],
    ['aooa', 0, 0], // offline is another matter
    ['aua', 0, 0],
    ['ara', 1, 1],
    ['arrra', 3, 3],
    ['arrarrra', 5, 3],
    ['arroooa', 2, 2], // no longer than it was shown as online
    ['arr', 2, 1], // as far as anyone tried
    ['r', 1, 0],
  ])('“%s”: %d, for %d s at most', (letters, count, longest) => {
    const some = talk({ typed: typed(letters) });
    expect([refusals(some), longestRefusal(some)]).toEqual([count, longest]);
  });
});

test.each([
  [[3], 3, 3],
  [[9, 1], 5, 9],
  [[3, 1, 2], 2, 3],
  [[10, 9, 1, 2], 5.5, 10],
  [Array.from({ length: 20 }, (_, at) => at + 1), 10.5, 19],
  [Array.from({ length: 100 }, (_, at) => 100 - at), 50.5, 95],
  [[1, Infinity], Infinity, Infinity],
  [[], NaN, NaN],
])('%j has the median %d, and 95 of 100 are at most %d', (values, middle, most) => {
  expect(median(values)).toBe(middle);
  expect(percentile(values, 0.95)).toBe(most);
});

describe('the table', () => {
  const typed: Typed[] = [{ line: 1, at: 0, outcome: 'accepted', online: true }];
  const row = (more: Partial<Row>): Row => ({
    ...{ server: 'prosody', what: 'a fault', protocol: 'prpl-jabber' as const },
    ...{ timing: undefined, talks: [] },
    ...more,
  });
  const dead = (protocol: Row['protocol'], ...dialled: number[]): Row =>
    row({ protocol, timing: 'noticed', talks: [talk({ typed, mended: [0, 500_000], dialled })] });
  const body = (...rows: Row[]): string[] => timesTable(rows).split('\n').slice(2);

  test('has both protocols side by side', () => {
    const rows = [
      dead('prpl-jabber', 180_000, 690_000),
      dead('prpl-steadfast', 6000, 507_000),
      dead('prpl-jabber', 182_000),
    ];
    const found = body(...rows).filter((line) => line.includes('noticed'));
    expect(found.map((line) => line.split(' | ').slice(1).join(' | '))).toEqual([
      'prosody | jabber | 186.0 | never | 180.0 to never | 4 | ≤ 10 |',
      'prosody | steadfast | 6.5 | 7.0 | 6.0 to 7.0 | 2 | ≤ 10 |',
    ]);
  });

  test('has no row for what was not measured, and no sample of a run that broke off', () => {
    const lines = body(row({ talks: [talk({ typed }), emptyTalk()] }), row({ server: 'ejabberd' }));
    expect(lines).toEqual([
      '| texts refused while online, in a talk | prosody | jabber | 0 | 0 | 0 to 0 | 1 | 0 |',
      '| longest time of refusing while online, in a talk, s | prosody | jabber | 0.0 | 0.0 | 0.0 to 0.0 | 1 | 0 |',
    ]);
  });
});
