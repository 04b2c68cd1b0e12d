// SPDX-License-Identifier: MIT
//
// Plays one seed and prints its trace: `make sim SEED=n`.

import { runSeed } from './run.js';

const outcome = runSeed(Number(process.argv[2] ?? 1));
const { seed, hash, delivered, broken, trace } = outcome;
const lines = [
  ...trace,
  `seed ${String(seed)}  trace ${hash}  shown ${String(delivered)}`,
  ...broken.map((what) => `BROKEN ${what}`),
];
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = broken.length === 0 ? 0 : 1;
