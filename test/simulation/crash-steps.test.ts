// SPDX-License-Identifier: MIT
//
// The engine is killed at every step of the disk, with everything that may then be on it.

import { Buffer } from 'node:buffer';
import { afterAll, describe, expect, it } from 'vitest';
import { journalHeader, readJournal } from '../../src/delivery/journal.js';
import type { JournalRecord } from '../../src/delivery/records.js';
import { nodeTools } from '../support/tools.js';
import type { Script } from './crash/scripts.js';
import { SCRIPTS } from './crash/scripts.js';
import type { Step } from './crash/step-disk.js';
import { STEP_NAMES } from './crash/step-disk.js';
import type { Crash } from './crash/trial.js';
import { attempt, crashes, rehearse, secondCrashes } from './crash/trial.js';

/** Record types by name, so that the compiler asks for a new one. */
const RECORDS: Readonly<Record<JournalRecord['type'], true>> = {
  ...{ resource: true, session: true, resumed: true, 'session-end': true, sent: true, acked: true },
  ...{ handled: true, accept: true, state: true, inbox: true, taken: true, 'last-inbox': true },
  ...{ seen: true, held: true, release: true, cursor: true, 'in-hand': true, 'set-aside': true },
};

let tried = 0;

afterAll(() => {
  process.stdout.write(`${String(tried)} crashes tried\n`);
});

describe.each(SCRIPTS)('$title', { timeout: 600_000 }, (script) => {
  const steps = rehearse(script);

  it('breaks no promise when the engine dies at any step of the disk', () => {
    expect(
      failures(
        script,
        crashes(steps).map((crash) => [crash]),
      ),
    ).toEqual([]);
  });

  it('breaks none when the next engine dies, too', () => {
    expect(failures(script, secondCrashes(steps))).toEqual([]);
  });
});

describe('the sixteen scripts', () => {
  const all = SCRIPTS.map((script) => rehearse(script));

  it('break no promise when nothing dies', () => {
    expect(SCRIPTS.flatMap((script) => attempt(script, []))).toEqual([]);
  });

  it('hold every kind of record, and every step of the disk', () => {
    const steps = all.flat();
    expect([...new Set(steps.flatMap(recordTypes))].sort()).toEqual(Object.keys(RECORDS).sort());
    expect(new Set(steps.map(({ name }) => name))).toEqual(new Set(STEP_NAMES));
  });

  it('are sixteen, with three thousand crashes and more', () => {
    expect(SCRIPTS).toHaveLength(16);
    const points = all.flatMap((steps) => [...crashes(steps), ...secondCrashes(steps)]);
    expect(points.length).toBeGreaterThanOrEqual(3_000);
  });
});

function failures(script: Script, plans: readonly (readonly Crash[])[]): string[] {
  tried += plans.length;
  return plans.flatMap((plan) => attempt(script, plan));
}

function recordTypes({ base, unflushed }: Step): string[] {
  const frames = Buffer.concat([journalHeader(nodeTools), unflushed]);
  return [base, frames].flatMap((bytes) =>
    readJournal(bytes, nodeTools)
      .transactions.flat()
      .map(({ type }) => type),
  );
}
