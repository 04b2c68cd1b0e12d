// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import type { Taken } from './crowd.js';
import { table } from './table.js';

const taken = (more: Partial<Taken> = {}): Taken => ({
  ...{ seconds: 1, stillMs: 2, lateMs: 3, loopMs: 100, allMs: 200, serverMs: 400 },
  ...{ host: { now: 10, peak: 11 }, ...more },
});
const pidgin = { joining: 20, again: 30, back: 40 };

/** The cells of the row that begins so, without what it is. */
function row(text: string, what: string): string[] {
  const found = text.split('\n').find((one) => one.startsWith(`| ${what} |`));
  if (found === undefined) throw new Error(`no row ${what} in ${text}`);
  return found
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

test('a cell is the median, with the least and the greatest where they differ', () => {
  const run = (jabber: number, steadfast: number) => ({
    jabber: taken({ stillMs: jabber }),
    steadfast: taken({ stillMs: steadfast }),
    pidgin,
  });
  const text = table([run(100, 3), run(400, 2), run(200, 4)]);
  expect(row(text, 'the host worked without drawing, at most')).toEqual([
    '200 (100 to 400) ms',
    '3.00 (2.00 to 4.00) ms',
    '0.02 (0.01 to 0.03)',
    '≤ 50 ms',
  ]);
  expect(row(text, 'until all lists were complete')).toEqual(['1.00 s', '1.00 s', '1.00', '']);
});

test('a ratio is of one run: the median of ratios, not the ratio of medians', () => {
  const run = (jabber: number, steadfast: number) => ({
    jabber: taken({ allMs: jabber }),
    steadfast: taken({ allMs: steadfast }),
    pidgin,
  });
  const text = table([run(100, 300), run(200, 200), run(400, 100)]);
  const cells = row(text, 'processor: host and engine');
  expect(cells[2]).toBe('1.00 (0.25 to 3.00)');
  expect(cells.slice(0, 2)).toEqual(['200 (100 to 400) ms', '200 (100 to 300) ms']);
});

test('what a protocol has not got is a dash, and no ratio is made of it', () => {
  const engine = { now: 70, peak: 80 };
  const text = table([{ jabber: taken(), steadfast: taken({ engine }), pidgin }]);
  expect(row(text, 'memory of the engine')).toEqual(['–', '70.0 MiB', '–', '']);
  expect(row(text, 'memory of the engine, peak')).toEqual(['–', '80.0 MiB', '–', '']);
});

test('every row tells of a number of its own', () => {
  const engine = { now: 108, peak: 109 };
  const ours = taken({
    ...{ seconds: 101, stillMs: 102, lateMs: 103, loopMs: 104, allMs: 105, serverMs: 106 },
    ...{ host: { now: 107, peak: 110 }, engine },
  });
  const rows = table([{ jabber: taken(), steadfast: ours, pidgin }])
    .split('\n')
    .slice(2);
  const numbers = rows.map((one) => parseInt(one.split('|')[3] ?? ''));
  expect(numbers).toEqual([102, 103, 101, 104, 105, 106, 107, 108, 109, 20, 30, 40]);
});
