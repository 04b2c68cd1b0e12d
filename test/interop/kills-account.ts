// SPDX-License-Identifier: MIT
import { expect } from 'vitest';
import type { Home } from './home.js';
import { carryOut, type Step } from './kills-plan.js';
import { disordered, isExcused, missing, repeated } from '../support/talk/lines.js';
import type { Traffic } from './traffic.js';

/** What a talk came to, counted. All but `marked`, `again` and `unsure` have to be 0. */
interface Account {
  lost: { up: number[]; down: number[] };
  /** Copies too many, by line; without those that the mark of the promise covers. */
  doubled: { up: number[]; down: number[] };
  disordered: { up: number[]; down: number[] };
  /** Entries shown with the words that they may have been shown before. */
  marked: number;
  /** Those of them that indeed had been. */
  again: number;
  /** Lines whose command was under way when the host was killed, and how many of them arrived. */
  unsure: { lines: number; arrived: number };
}

function account({ sent, unsure, heard, said, strayed, shown }: Traffic): Account {
  const excused = shown.all.filter(isExcused);
  const seen = shown.all.filter((entry) => !excused.includes(entry)).map(({ line }) => line);
  return {
    lost: { up: missing(sent.all, heard.all), down: missing(said.all, [...seen, ...strayed]) },
    doubled: { up: repeated(heard.all), down: repeated(seen) },
    disordered: { up: disordered(heard.all), down: disordered(seen) },
    marked: shown.all.filter(({ marked }) => marked).length,
    again: excused.length,
    unsure: {
      lines: unsure.length,
      arrived: unsure.length - missing(unsure, heard.all).length,
    },
  };
}

/** Talks through the plan, says in one line what came of it, and fails for anything that is wrong. */
export async function expectFaultless(
  traffic: Traffic,
  what: string,
  plan: readonly Step[],
): Promise<void> {
  const none = { up: [], down: [] };
  try {
    await traffic.run(carryOut(plan, traffic));
  } finally {
    process.stdout.write(`${summary(what, traffic)}\n`);
  }
  const sum = account(traffic);
  expect(sum).toMatchObject({ lost: none, doubled: none, disordered: none });
  expect(sum.marked).toBeLessThan(traffic.lives);
  expect(traffic.complaints).toEqual([]);
  expect(traffic.doubts).toBe(0);
  expect(await traffic.quit()).toBe(0);
  expectNothingLeft(traffic.home);
}

/** Nothing runs on, and the server keeps nothing that alice has not seen. */
function expectNothingLeft({ server, workspace }: Home): void {
  const ours = ({ command }: { command: string }): boolean =>
    command.includes('engine.cjs') || command.includes('purple-host');
  expect(workspace.residents().filter(ours)).toEqual([]);
  expect(server.stored('offline', 'alice')).toBe('');
}

/** One line for people. */
function summary(what: string, traffic: Traffic): string {
  const sum = account(traffic);
  const { sent, said, complaints, doubts } = traffic;
  const ways = (['up', 'down'] as const).map((way) => {
    const lines = way === 'up' ? sent.all.length : said.all.length;
    const counts = `${sum.lost[way].length} lost, ${sum.doubled[way].length} doubled`;
    return `${way} ${lines} lines, ${counts}, ${sum.disordered[way].length} out of order`;
  });
  const unsure = `${sum.unsure.lines} under way at a kill (${sum.unsure.arrived} arrived)`;
  const marks = `${sum.marked} marked (${sum.again} shown before)`;
  return `${what}: ${ways.join('; ')}; ${marks}; ${unsure}; ${complaints.length} refused; ${doubts} in doubt`;
}
