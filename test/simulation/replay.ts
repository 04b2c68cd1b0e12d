// SPDX-License-Identifier: MIT
//
// Plays one seed and prints its trace: `make sim SEED=n`.

import { runSeed } from './run.js';

const outcome = runSeed(Number(process.argv[2] ?? 1));
console.log(outcome.trace.join('\n'));
console.log(
  `seed ${String(outcome.seed)}  trace ${outcome.hash}  shown ${String(outcome.delivered)}`,
);
for (const what of outcome.broken) {
  console.log(`BROKEN ${what}`);
}
process.exitCode = outcome.broken.length === 0 ? 0 : 1;
