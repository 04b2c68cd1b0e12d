// SPDX-License-Identifier: MIT
import type { Protocol } from '../../test/support/talk/person.js';
import type { Talk } from '../../test/support/talk/record.js';
import type { Tally } from '../../test/support/talk/tally.js';
import type { Timing } from './times.js';
import { tally } from '../../test/support/talk/tally.js';

/** The runs of one fault, protocol and server. */
export interface Row {
  server: string;
  what: string;
  protocol: Protocol;
  /** The row of the second table that its times go into. */
  timing: Timing | undefined;
  talks: Talk[];
}

const HEAD = [
  ...[
    'fault',
    'protocol',
    'accepted',
    'refused',
    'lost',
    'lost in',
    'doubled out / in',
    'announced',
  ],
  ...['reordered out / in', 'failures told', 'marked out / in', 'both ways again after, s'],
];

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function ways(tallies: readonly Tally[], of: (tally: Tally) => Record<'up' | 'down', number>) {
  return `${sum(tallies.map((one) => of(one).up))} / ${sum(tallies.map((one) => of(one).down))}`;
}

const lengths = ({ up, down }: Record<'up' | 'down', number[]>): Record<'up' | 'down', number> => ({
  ...{ up: up.length, down: down.length },
});

/** The shortest to the longest; a dash where no line came at all. */
function seconds(values: readonly number[]): string {
  const sorted = values.filter((value) => value >= 0).sort((a, b) => a - b);
  const shown = (value = NaN): string => (Number.isFinite(value) ? value.toFixed(1) : '–');
  const [first, last] = [shown(sorted[0]), shown(sorted.at(-1))];
  return first === last ? first : `${first} to ${last}`;
}

function cells({ what, protocol, talks }: Row): string[] {
  const all = talks.map(tally);
  const count = (of: (tally: Tally) => number): string => String(sum(all.map(of)));
  return [
    ...[what, protocol.replace('prpl-', '')],
    ...[count(({ accepted }) => accepted), count(({ refused }) => refused)],
    ...[count(({ lost }) => lost.up.length), count(({ lost }) => lost.down.length)],
    ways(all, ({ doubled }) => lengths(doubled)),
    count(({ announced }) => announced.length),
    ways(all, ({ disordered }) => lengths(disordered)),
    count(({ told, mistold, unquoted }) => told.length + mistold.length + unquoted.length),
    ways(all, ({ marked }) => marked),
    seconds(all.flatMap(({ againS }) => againS)),
  ];
}

/** What the numbers do not say, once each. */
function remarks({ server, what, protocol, talks }: Row): string[] {
  const all = talks.map(tally);
  const some = (of: (tally: Tally) => unknown[] | undefined, words: string): string[] => {
    const count = sum(all.map((one) => of(one)?.length ?? 0));
    return count === 0 ? [] : [`${count} ${words}`];
  };
  const found = [
    ...some(({ old }) => old, 'of the doubled ones in were a history that the room gave again'),
    ...some(
      ({ own }) => own.missing,
      'of her own lines that are in the room were not shown to her',
    ),
    ...some(({ own }) => own.doubled, 'copies too many of her own lines were shown to her'),
    ...some(({ dropped }) => dropped, 'of the lost ones had come in at the server'),
    ...some(({ mistold }) => mistold, 'told as failed had arrived all the same'),
    ...some(({ unquoted }) => unquoted, 'failures told without the text'),
    ...new Set(all.flatMap(({ unquoted }) => unquoted.map((text) => `told: “${text}”`))),
    ...new Set(talks.flatMap((talk) => talk.remarks)),
  ];
  return found.map((remark) => `- ${server}, ${what}, ${protocol}: ${remark}`);
}

export const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;

/** The table in Markdown, one part for each server, and the remarks below it. */
export function table(rows: readonly Row[]): string {
  const servers = [...new Set(rows.map(({ server }) => server))];
  const head = ['server', ...HEAD];
  const body = servers.flatMap((server) =>
    rows.filter((row) => row.server === server).map((row) => line([server, ...cells(row)])),
  );
  const notes = rows.flatMap(remarks);
  return [line(head), `|${'---|'.repeat(head.length)}`, ...body, '', ...notes].join('\n').trimEnd();
}
