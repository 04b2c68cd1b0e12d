// SPDX-License-Identifier: MIT
//
// Processes as /proc shows them.

import { readFileSync } from 'node:fs';
import { eventually } from '../support/observed.js';

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it ended meanwhile
  }
}

function children(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

/** The letter behind the name in brackets; empty for none. */
function stateOf(pid: number): string {
  return /\) (\S)/.exec(read(`/proc/${pid}/stat`))?.[1] ?? '';
}

function engines(host: number): number[] {
  return children(host).filter((pid) => read(`/proc/${pid}/cmdline`).includes('engine.cjs'));
}

/** The living engine of a host, waited for; there is never more than one. */
export async function engineOf(host: number): Promise<number> {
  await eventually('the host to have one engine', () => engines(host).length === 1);
  return engines(host)[0] ?? 0;
}

/** Children that ended and were never asked for. */
export function zombiesOf(pid: number): number {
  return children(pid).filter((child) => stateOf(child) === 'Z').length;
}

/** Waits until a process has ended; one that only its new parent has to reap has. */
export function ended(pid: number): Promise<void> {
  return eventually(`process ${pid} to end`, () => ['', 'Z', 'X'].includes(stateOf(pid)));
}
