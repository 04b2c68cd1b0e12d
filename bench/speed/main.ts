// SPDX-License-Identifier: MIT
//
// How fast, and at what cost: `make bench`. RUNS=5 GAP=20000 KEEP=1

import { readFileSync, writeFileSync } from 'node:fs';
import { projectPath } from '../../test/support/project.js';
import { circumstances } from '../compare/machine.js';
import { gapWithCuts } from './cuts.js';
import { oneRun, type Numbers } from './run.js';
import { table } from './table.js';

const BEGIN = '<!-- table:begin -->';
const END = '<!-- table:end -->';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function count(name: string, usual: number): number {
  const value = Number(process.env[name] ?? usual);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is a whole number from 1 on`);
  return value;
}

/** Between its marks in docs/speed.md. */
function keep(text: string): void {
  const path = projectPath('docs', 'speed.md');
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${path} has no marks for the table`);
  writeFileSync(path, `${page.slice(0, from)}${BEGIN}\n\n${text}\n\n${page.slice(to)}`);
}

async function main(): Promise<void> {
  const [runs, gap] = [count('RUNS', 5), count('GAP', 20_000)];
  const all: Numbers[] = [];
  for (let run = 1; run <= runs; run++) {
    all.push({ ...(await oneRun(gap)), ...(await gapWithCuts(gap, run)) });
    say(
      `run ${run}: ${JSON.stringify(all.at(-1), (_, value: unknown) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value))}`,
    );
  }
  const facts = [
    `Command: \`make bench RUNS=${runs} GAP=${gap}\``,
    ...(await circumstances(['prosody'])),
    `Load of the machine at the end: ${readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(', ')}`,
  ];
  const text = [...facts.map((fact) => `- ${fact}`), '', table(all)].join('\n');
  say(`\n${text}`);
  if (process.env.KEEP === '1') keep(text);
}

await main();
