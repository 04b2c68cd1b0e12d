// SPDX-License-Identifier: MIT
//
// The sums of all chaos runs that `make soak` has gathered so far, by server, place and fault, as a table.
// usage: node scripts/chaos-sums.mjs [FILE] [COMMIT]

import { existsSync, readFileSync } from 'node:fs';

const [file = 'build/soak/chaos.jsonl', commit] = process.argv.slice(2);
const COUNTS = [
  ...['up', 'down', 'lost', 'doubled', 'reordered', 'refused', 'untold', 'mistold', 'broke'],
  ...[
    'told',
    'offline',
    'dropped',
    'found',
    'shuffled',
    'strayed',
    'forgotten',
    'twice',
    'marked',
    'again',
    'unsure',
  ],
];

const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
const runs = lines
  .map((line) => JSON.parse(line))
  .filter((run) => commit === undefined || run.commit === commit);

/** @type {Map<string, Record<string, number | string>>} */
const sums = new Map();
// Records from before there were rooms have no place.
const keys = ({ server, where = 'person', fault }) => [
  [server, where, fault],
  [server, where, 'all'],
  ['all', 'all', 'all'],
];
for (const run of runs)
  for (const [server, where, fault] of keys(run)) {
    const key = `${server} ${where} ${fault}`;
    const sum = sums.get(key) ?? { server, where, fault, runs: 0 };
    sum.runs += 1;
    for (const name of COUNTS) sum[name] = (sum[name] ?? 0) + (run[name] ?? 0);
    sums.set(key, sum);
  }

const columns = ['server', 'where', 'fault', 'runs', ...COUNTS];
const row = (cells) => `| ${cells.join(' | ')} |`;
const rank = ({ server, where, fault }) =>
  `${server === 'all' ? 2 : 1}${server}${where}${fault === 'all' ? 2 : 1}`;
const order = [...sums.values()].sort((a, b) => rank(a).localeCompare(rank(b)));
const commits = [...new Set(runs.map((run) => run.commit))].join(', ');
const table = [
  columns,
  columns.map(() => '---'),
  ...order.map((sum) => columns.map((name) => sum[name])),
];
process.stdout.write(`${runs.length} runs; commits: ${commits}\n\n${table.map(row).join('\n')}\n`);
