// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import { emptyTalk, type Shown, type Talk, type Typed } from '../support/talk/record.js';
import { LINES, planOf } from './plan.js';
import { FAULTLESS, sumOf, type Sum } from './sum.js';

const at = 0;
const lines = (...numbers: number[]) => numbers.map((line) => ({ line, at }));
const typed = (outcome: Typed['outcome'], online: boolean, ...numbers: number[]): Typed[] =>
  lines(...numbers).map((line) => ({ ...line, outcome, online }));
const shown = (life: number, marked: boolean, ...numbers: number[]): Shown[] =>
  lines(...numbers).map((line) => ({ ...line, life, marked }));

/** Two lines each way that arrived, and what is otherwise in this talk. */
function talk(more: Partial<Talk>): Talk {
  return {
    ...emptyTalk(),
    ...{ typed: typed('accepted', true, 1, 2), heard: lines(1, 2), archived: [1, 2] },
    ...{ said: lines(1, 2), taken: [1, 2], shown: shown(0, false, 1, 2) },
    ...more,
  };
}

const WITNESS = {
  ...{
    hers: { up: [1, 2, 4], down: [1, 2, 3] },
    settled: [1, 2, 4, 5, 6],
    found: [6],
    shuffled: [8],
  },
  forgetful: true,
};

const accepted = typed('accepted', true, 1, 2, 3);
const cases: [string, Partial<Talk>, Partial<Sum>][] = [
  ['all is there', {}, {}],
  ['a text is gone without a word', { typed: accepted }, { lost: 1 }],
  ['her server had it', { typed: typed('accepted', true, 1, 2, 4) }, { dropped: 1 }],
  ['its archive only', { typed: typed('accepted', true, 1, 2, 6) }, { dropped: 1, found: 1 }],
  ['one is told with its text', { typed: accepted, told: [{ text: '', line: 3 }] }, { told: 1 }],
  ['one is told without it', { told: [{ text: '', line: undefined }] }, { untold: 1 }],
  ['one is told, and arrived', { told: [{ text: '', line: 2 }] }, { mistold: 1 }],
  [
    'one is refused',
    { typed: [...typed('accepted', true, 1, 2), ...typed('refused', true, 3)] },
    { refused: 1 },
  ],
  [
    'one is typed offline',
    { typed: [...typed('accepted', true, 1, 2), ...typed('refused', false, 3)] },
    { offline: 1 },
  ],
  ['one came twice', { archived: [1, 2, 2] }, { doubled: 1 }],
  ['one came twice as announced', { archived: [1, 1, 2], announced: [1] }, { twice: 1 }],
  [
    'a killed server had said that it has it',
    { typed: typed('accepted', true, 1, 2, 5) },
    { dropped: 1 },
  ],
  ['one copy was forgotten', { heard: lines(1, 2, 2) }, { doubled: 1, forgotten: 1 }],
  ['they came in another order', { archived: [2, 1] }, { reordered: 1 }],
  ['one of his was not shown', { said: lines(1, 2, 3), taken: [1, 2, 3] }, { lost: 1 }],
  ['her server has it not', { said: lines(1, 2, 7), taken: [1, 2, 7] }, { dropped: 1 }],
  ['his server never read it', { said: lines(1, 2, 3) }, { strayed: 1 }],
  ['it was shown twice', { shown: shown(0, false, 1, 2, 2) }, { doubled: 1 }],
  [
    'it was shown again, marked, by another host',
    { shown: [...shown(0, false, 1, 2), ...shown(1, true, 2)] },
    { marked: 1, again: 1 },
  ],
  [
    'the server had shuffled them',
    { said: lines(1, 2, 8, 9), taken: [1, 2, 8, 9], shown: shown(0, false, 1, 2, 9, 8) },
    { shuffled: 1 },
  ],
  ['we had', { shown: shown(0, false, 2, 1) }, { reordered: 1 }],
  ['one is in the room, and she does not see it', { echoed: shown(0, false, 1) }, { lost: 1 }],
  ['she sees it twice', { echoed: shown(0, false, 1, 2, 2) }, { doubled: 1 }],
  [
    'she sees it twice as announced',
    { archived: [1, 1, 2], announced: [1], echoed: shown(0, false, 1, 2, 1) },
    { twice: 1 },
  ],
  ['she sees them in another order', { echoed: shown(0, false, 2, 1) }, { reordered: 1 }],
  ['something else went wrong', { remarks: ['odd'] }, { broke: 1 }],
];

test.each(cases)('%s, and nothing else is counted', (_, more, expected) => {
  const { up, down, ...rest } = sumOf(talk(more), WITNESS);
  expect(up + down).toBeGreaterThan(2);
  const found = Object.entries(rest).filter(([, count]) => count !== 0);
  expect(Object.fromEntries(found)).toEqual(expected);
});

test('what has to be 0 is in the sum', () => {
  const sum = sumOf(emptyTalk(), WITNESS);
  expect(FAULTLESS.map((name) => sum[name])).toEqual(FAULTLESS.map(() => 0));
});

test('a seed names a plan, and all lines but one are in its rounds', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const plan = planOf(seed);
    expect(JSON.stringify(planOf(seed))).toBe(JSON.stringify(plan));
    expect(plan.rounds.reduce((sum, round) => sum + round.lines, 1)).toBe(LINES);
  }
});
