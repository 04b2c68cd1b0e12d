// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest';
import {
  emptyTalk,
  lineIn,
  type Shown,
  type Talk,
  type Timed,
  type Typed,
} from '../../test/support/talk/record.js';
import { reached, tally } from '../../test/support/talk/tally.js';

const timed = (...lines: number[]): Timed[] => lines.map((line) => ({ line, at: line * 1000 }));
const typed = (outcome: Typed['outcome'], ...lines: number[]): Typed[] =>
  timed(...lines).map((line) => ({ ...line, outcome, online: true }));
const shown = (...lines: number[]): Shown[] =>
  timed(...lines).map((line) => ({ ...line, life: 0, marked: false }));
const talk = (more: Partial<Talk>): Talk => ({ ...emptyTalk(), ...more });

describe('what alice typed', () => {
  test('is lost when it was accepted, did not arrive, and nobody said so', () => {
    const sum = tally(
      talk({
        typed: [...typed('accepted', 1, 2, 3, 6), ...typed('refused', 4), ...typed('unsure', 5)],
        heard: timed(1),
        told: [{ text: 'Not delivered: up 2', line: 2 }],
      }),
    );
    expect(sum).toMatchObject({ typed: 6, accepted: 4, refused: 1, told: [2] });
    expect(sum.lost.up).toEqual([3, 6]);
  });

  test('is not lost when it waits in the archive of bob, whose client was away', () => {
    expect(tally(talk({ typed: typed('accepted', 1), archived: [1] })).lost.up).toEqual([]);
  });

  test('was told wrongly when it arrived all the same', () => {
    const told = [{ text: 'no', line: 1 }];
    const sum = tally(talk({ typed: typed('accepted', 1), heard: timed(1), told }));
    expect(sum).toMatchObject({ told: [], mistold: [1] });
  });

  test('is told without its text when the words quote no line', () => {
    expect(tally(talk({ told: [{ text: 'failed', line: undefined }] })).unquoted).toEqual([
      'failed',
    ]);
  });

  test('was dropped by the server when its watch saw what never arrived', () => {
    const accepted = typed('accepted', 1, 2, 3);
    const heard = timed(1);
    expect(tally(talk({ typed: accepted, heard, seen: [1, 2] })).dropped).toEqual([2]);
    expect(tally(talk({ typed: accepted, heard })).dropped).toBeUndefined();
  });
});

describe('a copy of what alice typed', () => {
  const twice = { typed: typed('accepted', 1, 2), archived: [1, 1, 2, 2] };

  test('is one too many', () => {
    expect(tally(talk(twice))).toMatchObject({ doubled: { up: [1, 2] }, announced: [] });
  });

  test('is told apart where she was told that it may come', () => {
    const sum = tally(talk({ ...twice, doubts: 1, announced: [2] }));
    expect(sum).toMatchObject({ doubled: { up: [1] }, announced: [2] });
  });

  test('need not come because she was told', () => {
    expect(tally(talk({ ...twice, archived: [1, 2], announced: [2] })).announced).toEqual([]);
  });
});

describe('what bob said', () => {
  test('is lost when the server took it and it was never shown', () => {
    const sum = tally(talk({ said: timed(1, 2, 3), taken: [1, 2], shown: shown(1) }));
    expect(sum.lost.down).toEqual([2]);
  });

  test.each([
    ['is doubled when it is shown twice', { life: 1, marked: false }, [1]],
    ['is not doubled when the copy of another life is marked', { life: 1, marked: true }, []],
    ['is doubled when a marked copy is of the same life', { life: 0, marked: true }, [1]],
  ])('%s', (_, copy, doubled) => {
    const again = { line: 1, at: 2000, ...copy };
    const sum = tally(talk({ taken: [1], shown: [...shown(1), again] }));
    expect(sum.doubled.down).toEqual(doubled);
    expect(sum.marked.down).toBe(copy.marked ? 1 : 0);
  });
});

describe('what alice typed into a room', () => {
  const own = (more: Partial<Talk>) =>
    tally(talk({ typed: typed('accepted', 1, 2), archived: [1, 2], ...more })).own;
  const all = { missing: [], doubled: [], disordered: [] };

  test('is hers to see once it is in the room', () => {
    expect(own({ echoed: shown(1, 2) })).toEqual(all);
    expect(own({ echoed: shown(2) })).toEqual({ ...all, missing: [1] });
    expect(own({ echoed: shown(1), archived: [1] })).toEqual(all);
    expect(own({ echoed: shown(2, 1, 1) })).toEqual({ ...all, doubled: [1], disordered: [1] });
  });

  test('is shown by the host itself where there is no room', () => {
    expect(own({})).toEqual(all);
  });

  test('and a history that is shown again is told apart', () => {
    const again = shown(1).map((entry) => ({ ...entry, old: true as const }));
    const sum = tally(talk({ taken: [1, 2], shown: [...shown(1, 2), ...again, ...shown(2)] }));
    expect([sum.doubled.down, sum.old]).toEqual([[1, 2], [1]]);
  });
});

describe('order and copies', () => {
  test.each([
    ['in order', [1, 2, 3], [], []],
    ['a line behind a younger one', [1, 3, 2], [], [2]],
    ['two of them', [3, 1, 2], [], [1, 2]],
    ['a second copy is doubled and not out of order', [1, 2, 3, 2], [2], []],
    ['a gap is no disorder', [1, 4, 5], [], []],
  ])('%s', (_, lines, doubled, disordered) => {
    const up = tally(talk({ heard: timed(...lines) }));
    expect([up.doubled.up, up.disordered.up]).toEqual([doubled, disordered]);
    const down = tally(talk({ shown: shown(...lines) }));
    expect([down.doubled.down, down.disordered.down]).toEqual([doubled, disordered]);
  });

  test.each([
    ['a copy that both have is one', [1, 2], [1, 2], [1, 2]],
    ['the archive has what the client missed', [1, 2, 3], [1, 3], [1, 2, 3]],
    ['two copies of the archive are two', [1, 1, 2], [1, 2], [1, 1, 2]],
    ['the client has what the archive lost', [1], [1, 2], [1, 2]],
    ['each has one of its own', [1, 3], [1, 2], [1, 2, 3]],
  ])('%s', (_, archived, heard, all) => {
    expect(reached(archived, heard)).toEqual(all);
  });
});

describe('a fault is over', () => {
  const at = (line: number, time: number): Timed => ({ line, at: time });
  const accepted = (line: number, time: number): Typed => ({
    ...at(line, time),
    outcome: 'accepted',
    online: true,
  });
  const seenAt = (line: number, time: number): Shown[] =>
    shown(line).map((entry) => ({ ...entry, at: time }));
  const after = (more: Partial<Talk>): number[] => tally(talk({ mended: [1000], ...more })).againS;

  test('when both ways have delivered what was written after it', () => {
    const typed = [accepted(1, 900), accepted(2, 1500)];
    const heard = [at(1, 1100), at(2, 2000)];
    const both = { typed, heard, said: [at(1, 1200)], taken: [1], shown: seenAt(1, 3500) };
    expect(after(both)).toEqual([2.5]);
    expect(after({ ...both, shown: seenAt(1, 1300) })).toEqual([1]);
  });

  test('never, when one way delivers nothing of what was taken', () => {
    const said = [at(1, 1200)];
    const up = { typed: [accepted(1, 1100)], heard: [at(1, 1300)] };
    expect(after({ ...up, said, taken: [1] })).toEqual([Infinity]);
    expect(after({ ...up, said })[0]).toBeCloseTo(0.3);
  });

  test('without a time, when nothing was written after it', () => {
    expect(after({ typed: [accepted(1, 900)], heard: [at(1, 1300)] })).toEqual([-Infinity]);
  });
});

test.each([
  ['up 12', 'up', 12],
  ['up 7 xxxx', 'up', 7],
  ['down 7', 'up', undefined],
  ['up 7x', 'up', undefined],
] as const)('“%s” is %s %s', (text, direction, line) => {
  expect(lineIn(text, direction)).toBe(line);
});
