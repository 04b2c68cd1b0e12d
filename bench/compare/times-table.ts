// SPDX-License-Identifier: MIT
import type { Talk } from '../../test/support/talk/record.js';
import { line, type Row } from './table.js';
import { back, longestRefusal, median, noticed, percentile, refusals } from './times.js';
import type { Timing } from './times.js';

interface Measure {
  what: string;
  /** What ours is to be at most. */
  goal: string;
  /** Digits behind the point. */
  digits: number;
  /** From talks with faults of this kind only. */
  timing?: Timing;
  of: (talk: Talk) => number[];
}

const MEASURES: readonly Measure[] = [
  {
    ...{ what: 'dead connection noticed and dialled anew, s', goal: '≤ 10', digits: 1 },
    ...{ timing: 'noticed', of: noticed },
  },
  {
    ...{ what: 'online again after outages of 2 to 60 s, round trip 100 ms, s', digits: 2 },
    ...{ goal: '≤ 2 in 95 of 100', timing: 'near', of: back },
  },
  {
    ...{
      what: 'online again after a reset, a FIN, 20 s of outage, round trip 200 ms, s',
      digits: 1,
    },
    ...{ goal: '≤ 7 in 95 of 100', timing: 'far', of: back },
  },
  {
    ...{ what: 'texts refused while online, in a talk', goal: '0', digits: 0 },
    of: (talk) => [refusals(talk)],
  },
  {
    ...{ what: 'longest time of refusing while online, in a talk, s', goal: '0', digits: 1 },
    of: (talk) => [longestRefusal(talk)],
  },
];

const HEAD = [
  'time',
  'server',
  'protocol',
  'median',
  '95 of 100',
  'least to most',
  'samples',
  'goal',
];

function cells(values: readonly number[], digits: number): string[] {
  const shown = (value: number): string => (value === Infinity ? 'never' : value.toFixed(digits));
  const extent = `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`;
  return [shown(median(values)), shown(percentile(values, 0.95)), extent, String(values.length)];
}

/** What the rows of one server and protocol come to; nothing where no talk had such a fault. */
function lineOf({ what, goal, digits, timing, of }: Measure, rows: readonly Row[]): string[] {
  const wanted = rows.filter((row) => timing === undefined || row.timing === timing);
  // A run that broke off is told below the first table; here it would be a sample of nothing.
  const talks = wanted.flatMap((row) => row.talks).filter(({ typed }) => typed.length > 0);
  const values = talks.flatMap(of);
  const [first] = wanted;
  if (first === undefined || values.length === 0) return [];
  const { server, protocol } = first;
  return [line([what, server, protocol.replace('prpl-', ''), ...cells(values, digits), goal])];
}

/** The second table in Markdown: times, with both protocols beside the goal. */
export function timesTable(rows: readonly Row[]): string {
  const group = ({ server, protocol }: Row): string => `${server} ${protocol}`;
  const groups = [...new Set(rows.map(group))].map((name) =>
    rows.filter((row) => group(row) === name),
  );
  const body = MEASURES.flatMap((measure) => groups.flatMap((some) => lineOf(measure, some)));
  return [line(HEAD), `|${'---|'.repeat(HEAD.length)}`, ...body].join('\n');
}
