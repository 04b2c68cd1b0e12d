// SPDX-License-Identifier: MIT
//
// A failing schedule with everything left out that it does not need: first faults, then lines, in ever
// smaller pieces (delta debugging).

import type { Part } from './plan.js';
import { partOf } from './plan.js';
import type { Outcome } from './run.js';
import { runPlan } from './run.js';

/** So many runs at most: some seconds. */
const TRIES = 400;

export function shrink(failing: Outcome): Outcome {
  const { plan } = failing;
  let best = failing;
  let part: Part = { lines: [...plan.lines.keys()], faults: [...plan.faults.keys()] };
  let tries = TRIES;
  const kinds = new Set(failing.broken.map(kindOf));
  const fails = (smaller: Part): boolean => {
    const outcome = tries-- > 0 ? runPlan(partOf(plan, smaller)) : undefined;
    // What is left is to fail in the same way, not in another.
    if (outcome?.broken.some((what) => kinds.has(kindOf(what))) !== true) {
      return false;
    }
    [best, part] = [outcome, smaller];
    return true;
  };
  for (const which of ['faults', 'lines', 'faults'] as const) {
    for (let size = Math.ceil(part[which].length / 2); size >= 1; size = size >> 1) {
      let at = 0;
      while (at < part[which].length) {
        const rest = part[which].filter((_, i) => i < at || i >= at + size);
        // What follows has moved up, so the same place is tried again.
        at += fails({ ...part, [which]: rest }) ? 0 : size;
      }
    }
  }
  return best;
}

/** What went wrong, whoever it befell. */
function kindOf(what: string): string {
  return what.replace(/[a-z]+-[a-z]+-\d+|\w+@[\w.]+|\d+/g, '…');
}
