// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import type { Cell } from './cells.js';
import { deadTable, table } from './table.js';

const cell: Cell = {
  ...{ protocol: 'prpl-steadfast', server: 'model', path: 'direct TLS', by: 'PLAIN' },
  goal: { online: 5, resumed: 3 },
};
const taken = (roundTrips: number, flights: number) => ({ roundTrips, flights });

/** The cells of the last line. */
const last = (text: string): string[] => {
  const cells = text.split('\n').at(-1)?.split('|').slice(1, -1) ?? [];
  return cells.map((one) => one.trim());
};

test('a row has the median of all runs, with the least and the greatest where they differ', () => {
  const runs = [4.04, 6.5, 5].map((value) => ({
    ...{ first: taken(9, 8), online: taken(value, 4), resumed: taken(3.2, 3) },
    mechanism: 'PLAIN',
  }));
  expect(last(table([{ cell, runs }]))).toEqual([
    ...['prpl-steadfast', 'model', 'direct TLS', 'PLAIN', '9.0', '8'],
    ...['5.0 (4.0 to 6.5)', '4', '≤ 5', '3.2', '3', '≤ 3'],
  ]);
});

test('what there is not is a dash, and no goal is empty', () => {
  const { protocol, server, path, by } = cell;
  const bare: Cell = { protocol, server, path, by };
  const runs = [{ first: taken(2, 2), online: taken(1, 1), mechanism: 'SCRAM-SHA-1' }];
  expect(last(table([{ cell: bare, runs }])).slice(-4)).toEqual(['', '–', '–', '']);
});

test('a dead server costs what it takes longer with it than without', () => {
  const rows = { 'is away': [{ seconds: 0.75, alone: 0.25, left: 0 }] };
  expect(last(deadTable(rows))).toEqual([
    ...['is away', '0.75 s', '0.25 s', '0.50 s', '≤ 1 s', '0'],
  ]);
});
