// SPDX-License-Identifier: MIT
//
// What a process has used, as the kernel counts it.

import { readdirSync, readFileSync } from 'node:fs';
import { engineOf } from '../../test/interop/kills-processes.js';

const onProcessorNs = (path: string): number => Number(readFileSync(path, 'utf8').split(' ')[0]);

/** Time on a processor, in µs. */
export interface Used {
  /** The host's main thread, which is its main loop. */
  loop: number;
  /** All threads of the host and of its engine, where it has one. */
  all: number;
}

/** Of a process, in ns. */
export function allThreads(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce(
    (sum, task) => sum + onProcessorNs(`/proc/${pid}/task/${task}/schedstat`),
    0,
  );
}

export async function used(host: number, hasEngine: boolean): Promise<Used> {
  const engine = hasEngine ? allThreads(await engineOf(host)) : 0;
  return {
    loop: onProcessorNs(`/proc/${host}/task/${host}/schedstat`) / 1000,
    all: (allThreads(host) + engine) / 1000,
  };
}

/** What was used between two looks, for each of so many messages. */
export function each(before: Used, after: Used, messages: number): Used {
  return {
    loop: (after.loop - before.loop) / messages,
    all: (after.all - before.all) / messages,
  };
}

/** Resident memory in MiB: now, and at its peak. */
export function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  return { now: kib('VmRSS') / 1024, peak: kib('VmHWM') / 1024 };
}
