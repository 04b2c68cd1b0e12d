// SPDX-License-Identifier: MIT
import { median } from '../compare/times.js';
import type { Numbers } from './run.js';

interface Row {
  what: string;
  unit: string;
  of: (run: Numbers) => number;
  /** What it is to be at most, or at least. */
  goal?: string;
}

const number =
  (name: string) =>
  (run: Numbers): number =>
    run[name] ?? NaN;
const ratio =
  (name: string, to: string) =>
  (run: Numbers): number =>
    number(name)(run) / number(to)(run);

const COST = 'µs';
const KINDS = { burst: 'in, in a burst', talk: 'in, one at a time', typed: 'out, one at a time' };
const GOALS: Record<string, string> = {
  'burst loop': '≤ 0.7',
  'burst all': '≤ 3',
  'typed all': '≤ 2.5',
};

function costs([kind, what]: [string, string]): Row[] {
  return (['loop', 'all'] as const).flatMap((part) => {
    const where = part === 'loop' ? 'the host’s main loop' : 'host and engine';
    const name = `${what}: ${where}`;
    const goal = GOALS[`${kind} ${part}`];
    const [jabber, ours] = [`jabber ${kind}: ${part}`, `steadfast ${kind}: ${part}`];
    return [
      { what: `${name}, jabber`, unit: COST, of: number(jabber) },
      { what: `${name}, steadfast`, unit: COST, of: number(ours) },
      {
        ...{ what: `${name}, steadfast : jabber`, unit: '', of: ratio(ours, jabber) },
        ...(goal === undefined ? {} : { goal }),
      },
    ];
  });
}

const ROWS: Row[] = [
  {
    what: 'archive gap: messages shown',
    unit: '/s',
    of: number('gap: messages a second'),
    goal: '≥ 1000',
  },
  {
    what: 'archive gap, three cuts of the link: messages shown',
    unit: '/s',
    of: number('cuts: messages a second'),
    goal: '≥ 1000',
  },
  {
    what: 'archive gap, three cuts: messages shown while there was a link',
    unit: '/s',
    of: number('cuts: messages a second of link'),
  },
  {
    what: 'archive gap: the host worked without drawing, at most',
    unit: 'ms',
    of: number('gap: still'),
    goal: '≤ 50',
  },
  {
    what: 'archive gap: the host drew late by the clock, at most',
    unit: 'ms',
    of: number('gap: late'),
  },
  { what: 'archive gap: the host’s main loop', unit: COST, of: number('gap: loop') },
  { what: 'archive gap: host and engine', unit: COST, of: number('gap: all') },
  {
    what: 'archive gap: main loop, steadfast : jabber live',
    unit: '',
    of: ratio('gap: loop', 'jabber burst: loop'),
  },
  {
    what: 'archive gap: all, steadfast : jabber live',
    unit: '',
    of: ratio('gap: all', 'jabber burst: all'),
  },
  ...Object.entries(KINDS).flatMap(costs),
  {
    what: 'engine: from its start to its first word',
    unit: 'ms',
    of: number('first word'),
    goal: '≤ 150',
  },
  { what: 'engine: the same, time on a processor', unit: 'ms', of: number('first word: worked') },
  { what: 'engine: resident memory at its first word', unit: 'MiB', of: number('memory: empty') },
  {
    what: 'engine: resident memory after the live part',
    unit: 'MiB',
    of: number('memory: now'),
    goal: '≤ 64',
  },
  {
    what: 'engine: resident memory, peak of the archive gap',
    unit: 'MiB',
    of: number('memory: peak'),
    goal: '≤ 64',
  },
];

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The medians of the runs, and between which values they lie. */
export function table(runs: readonly Numbers[]): string {
  const head = ['what', 'median', 'least to most', 'goal'];
  const rows = ROWS.map(({ what, unit, of, goal = '' }) => {
    const values = runs.map(of);
    const shown = `${short(median(values))} ${unit}`.trim();
    return line([
      what,
      shown,
      `${short(Math.min(...values))} to ${short(Math.max(...values))}`,
      goal,
    ]);
  });
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows].join('\n');
}
