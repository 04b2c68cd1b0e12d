// SPDX-License-Identifier: MIT
import { line } from '../compare/table.js';
import { median } from '../compare/times.js';
import type { Cell } from './cells.js';
import type { Dead } from './dead-target.js';
import type { Taken } from './flights.js';
import type { Outcome } from './sign-in.js';

/** A cell and what each run of it came to. */
export interface Measured {
  readonly cell: Cell;
  readonly runs: readonly Outcome[];
}

const head = [
  ...['protocol', 'server', 'path', 'signed in by'],
  ...['first time: round trips', 'flights', 'online: round trips', 'flights', 'goal'],
  ...['resumed: round trips', 'flights', 'goal'],
];

/** The median, and between which values it lies where they differ. */
function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return '–';
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(
    (value) => value.toFixed(digits),
  );
  return least === most ? (middle ?? '') : `${middle} (${least} to ${most})`;
}

const cells = (runs: readonly Taken[]): string[] => [
  spread(
    runs.map(({ roundTrips }) => roundTrips),
    1,
  ),
  spread(
    runs.map(({ flights }) => flights),
    0,
  ),
];

function row({ cell, runs }: Measured): string {
  const { protocol, server, path, goal } = cell;
  const resumed = runs.flatMap((run) => (run.resumed === undefined ? [] : [run.resumed]));
  const goals = [goal?.online, goal?.resumed].map((most) =>
    most === undefined ? '' : `≤ ${String(most)}`,
  );
  return line([
    ...[protocol, server, path, [...new Set(runs.map(({ mechanism }) => mechanism))].join(', ')],
    ...cells(runs.map(({ first }) => first)),
    ...[...cells(runs.map(({ online }) => online)), goals[0] ?? ''],
    ...[...cells(resumed), goals[1] ?? ''],
  ]);
}

export function table(measured: readonly Measured[]): string {
  return [line(head), `|${'---|'.repeat(head.length)}`, ...measured.map(row)].join('\n');
}

/** What the first server does, by name, and what each run came to. */
export function deadTable(rows: Readonly<Record<string, readonly Dead[]>>): string {
  const names = [
    ...['the first server', 'verified TLS with the next one', 'without the first one'],
    ...['later by', 'goal', 'sockets left'],
  ];
  const lines = Object.entries(rows).map(([what, runs]) =>
    line([
      what,
      `${spread(
        runs.map(({ seconds }) => seconds),
        2,
      )} s`,
      `${spread(
        runs.map(({ alone }) => alone),
        2,
      )} s`,
      `${spread(
        runs.map(({ seconds, alone }) => seconds - alone),
        2,
      )} s`,
      '≤ 1 s',
      spread(
        runs.map(({ left }) => left),
        0,
      ),
    ]),
  );
  return [line(names), `|${'---|'.repeat(names.length)}`, ...lines].join('\n');
}
