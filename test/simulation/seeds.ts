// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';

/** The commit that is checked out, or nothing known of it. */
export function commit(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

/** Each commit plays seeds of its own, and always the same: the first of them. */
export function firstSeed(of = commit()): number {
  const number = Number.parseInt(of.slice(0, 8), 16);
  return Number.isNaN(number) ? 1_000_000 : 1_000_000 + (number % 1_000_000_000);
}
