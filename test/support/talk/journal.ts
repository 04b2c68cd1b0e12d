// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import { readJournal } from '../../../src/delivery/journal.js';
import { Ledger } from '../../../src/delivery/ledger.js';
import type { JournalRecord } from '../../../src/delivery/records.js';
import { tools } from '../../../src/engine/tools-node.js';
import { lineIn } from './record.js';
import { ALICE } from './names.js';
import type { Workspace } from '../workspace.js';

/** What the engine wrote down of the lines; empty where its disk is gone, or there is no engine of ours. */
export interface Standing {
  /** Alice's that the server said that it has. */
  settled: number[];
  /** Those of them that were only found in her archive, and never acknowledged. */
  found: number[];
  /** Those of which she was told that they may arrive twice. */
  announced: number[];
  /** Bob's that the server sent behind a younger one in the same session. */
  shuffled: number[];
}

interface Arrival {
  line: number;
  session: string;
}

/** A line of bob's that came by a session, and not from the archive. */
function arrivalIn(record: JournalRecord): Arrival[] {
  if (record.type !== 'inbox' && record.type !== 'held') return [];
  const found = /down (\d+)/.exec(Buffer.from(record.event, 'base64').toString('latin1'));
  const session = /^(?:live|offline):(.*)$/.exec(record.trace?.path ?? '')?.[1];
  return found === null || session === undefined ? [] : [{ line: Number(found[1]), session }];
}

/** They are written down in the order of the stream, as each is acknowledged when it is. */
function shuffledIn(arrivals: readonly Arrival[]): number[] {
  const late = ({ line, session }: Arrival, at: number): boolean =>
    arrivals.slice(0, at).some((other) => other.session === session && other.line > line);
  return arrivals.filter(late).map(({ line }) => line);
}

/** Only what the archive was asked for is said to be at the server by a record of its own. */
const foundIn =
  ({ outbox }: Ledger) =>
  (record: JournalRecord): number[] => {
    if (record.type !== 'state' || record.state !== 'at-server') return [];
    return [lineIn(outbox.get(record.handle)?.body ?? '', 'up') ?? 0];
  };

export function standing(workspace: Workspace): Standing {
  const path = workspace.path('purple', 'steadfast', ALICE, 'journal');
  const ledger = new Ledger();
  const transactions = existsSync(path) ? readJournal(readFileSync(path), tools).transactions : [];
  ledger.applyAll(transactions);
  const lines = [...ledger.outbox.values()].map((entry) => ({
    ...entry,
    line: lineIn(entry.body, 'up') ?? 0,
  }));
  const settled = lines.filter(({ state }) => state === 'at-server' || state === 'delivered');
  return {
    settled: settled.map(({ line }) => line),
    found: transactions.flat().flatMap(foundIn(ledger)),
    announced: lines.filter(({ twice }) => twice).map(({ line }) => line),
    shuffled: shuffledIn(transactions.flat().flatMap(arrivalIn)),
  };
}
