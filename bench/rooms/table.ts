// SPDX-License-Identifier: MIT
import { line } from '../compare/table.js';
import { median } from '../compare/times.js';
import type { Held } from '../../test/interop/crowd.js';
import type { Taken } from './crowd.js';

/** What each protocol took in one run. */
export interface Run {
  jabber: Taken;
  steadfast: Taken;
  /** Ours in a real Pidgin. */
  pidgin: Held;
}

interface Row {
  what: string;
  unit: string;
  /** NaN for a protocol that has no such thing. */
  of: (taken: Taken) => number;
  goal?: string;
}

const ROWS: Row[] = [
  {
    ...{ what: 'the host worked without drawing, at most', unit: 'ms', goal: '≤ 50 ms' },
    of: ({ stillMs }) => stillMs,
  },
  { what: 'the host drew late by the clock, at most', unit: 'ms', of: ({ lateMs }) => lateMs },
  { what: 'until all lists were complete', unit: 's', of: ({ seconds }) => seconds },
  { what: 'processor: the host’s main loop', unit: 'ms', of: ({ loopMs }) => loopMs },
  { what: 'processor: host and engine', unit: 'ms', of: ({ allMs }) => allMs },
  { what: 'processor: the server', unit: 'ms', of: ({ serverMs }) => serverMs },
  { what: 'memory of the host', unit: 'MiB', of: ({ host }) => host.now },
  { what: 'memory of the engine', unit: 'MiB', of: ({ engine }) => engine?.now ?? NaN },
  { what: 'memory of the engine, peak', unit: 'MiB', of: ({ engine }) => engine?.peak ?? NaN },
];

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** The median, and between which values it lies where they differ. A dash where there is none. */
function shown(values: readonly number[], unit: string): string {
  if (values.some(Number.isNaN)) return '–';
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(
    short,
  );
  const range = least === most ? '' : ` (${least} to ${most})`;
  return [`${middle}${range}`, unit].filter((part) => part !== '').join(' ');
}

const head = ['what', 'jabber', 'steadfast', 'steadfast : jabber', 'goal'];

/** What only ours was measured for. */
function inPidgin(runs: readonly Run[]): string[] {
  const cells = (what: string, of: (held: Held) => number): string => {
    const values = runs.map(({ pidgin }) => of(pidgin));
    return line([`in Pidgin: ${what}, at most`, '–', shown(values, 'ms'), '–', '≤ 50 ms']);
  };
  return [
    cells('one turn of its main loop', ({ joining }) => joining),
    cells('the same when some have gone', ({ again }) => again),
    cells('the same after it was offline', ({ back }) => back),
  ];
}

/** Both protocols side by side; a ratio is that of two numbers of one run. */
export function table(runs: readonly Run[]): string {
  const rows = ROWS.map(({ what, unit, of, goal = '' }) => {
    const [jabber, steadfast] = [
      runs.map((run) => of(run.jabber)),
      runs.map((run) => of(run.steadfast)),
    ];
    const ratios = steadfast.map((value, run) => value / (jabber[run] ?? NaN));
    return line([what, shown(jabber, unit), shown(steadfast, unit), shown(ratios, ''), goal]);
  });
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows, ...inPidgin(runs)].join('\n');
}
