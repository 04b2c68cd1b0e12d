// SPDX-License-Identifier: MIT
import { Gap } from '../../test/interop/gap.js';
import { gapOnProsody } from '../../test/interop/gap-servers.js';
import { Chance } from '../../test/support/model/chance.js';
import type { Numbers } from './run.js';

const CUTS = 3;

/**
 * The same gap over a link that is cut while it is read, each message printed by the host and checked.
 * @param seed of where the cuts are
 */
export async function gapWithCuts(size: number, seed: number): Promise<Numbers> {
  const server = await gapOnProsody();
  try {
    const result = await new Gap(server, size).play(CUTS, new Chance(seed));
    const { lost, doubled, disordered, links, tookMs, linkedMs } = result;
    if (lost.length + doubled.length + disordered.length > 0 || links !== 2 + CUTS)
      throw new Error(`the gap with cuts went wrong: ${JSON.stringify(result)}`);
    return {
      'cuts: messages a second': (size * 1000) / tookMs,
      'cuts: messages a second of link': (size * 1000) / linkedMs,
    };
  } finally {
    await server.workspace.close();
  }
}
