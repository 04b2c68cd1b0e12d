// SPDX-License-Identifier: MIT
//
// Plays one seed and prints its trace: `make sim SEED=n`. A seed that fails is shrunk first, to the few
// lines and faults that it takes.

import { runSeed } from './run.js';
import { shrink } from './shrink.js';

const outcome = runSeed(Number(process.argv[2] ?? 1));
const shrunk = outcome.broken.length === 0 ? outcome : shrink(outcome);
const { plan, hash, shown, broken, trace } = shrunk;
const { seed, lines, faults, ...setting } = plan;
const text = [
  ...trace,
  JSON.stringify(setting),
  ...faults.map((fault) => `fault ${JSON.stringify(fault)}`),
  `seed ${String(seed)}  trace ${outcome.hash}  shown ${String(outcome.shown)}`,
  ...outcome.broken.map((what) => `BROKEN ${what}`),
  ...(shrunk === outcome
    ? []
    : [
        `shrunk to ${String(lines.length)} lines and ${String(faults.length)} faults, as printed above:` +
          ` trace ${hash}  shown ${String(shown)}`,
        ...broken.map((what) => `BROKEN ${what}`),
      ]),
];
process.stdout.write(`${text.join('\n')}\n`);
process.exitCode = outcome.broken.length === 0 ? 0 : 1;
