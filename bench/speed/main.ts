// SPDX-License-Identifier: MIT
//
// How fast, and at what cost: `make bench`. RUNS=5 GAP=20000 KEEP=1

import { readFileSync } from 'node:fs';
import { circumstances } from '../compare/machine.js';
import { count, keep } from '../keep.js';
import { gapWithCuts } from './cuts.js';
import { oneRun, type Numbers } from './run.js';
import { table } from './table.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

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
  if (process.env.KEEP === '1') keep('speed.md', 'table', text);
}

await main();
