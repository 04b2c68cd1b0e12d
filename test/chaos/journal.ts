// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs';
import { readJournal } from '../../src/delivery/journal.js';
import { Ledger } from '../../src/delivery/ledger.js';
import { tools } from '../../src/engine/tools-node.js';
import { lineIn } from '../support/talk/record.js';
import { ALICE } from '../support/talk/server.js';
import type { Workspace } from '../support/workspace.js';

/** What the engine wrote down of alice's lines; empty where its disk is gone with its host. */
export interface Standing {
  /** The server said that it has them. */
  settled: number[];
  /** She was told that they may arrive twice. */
  twice: number[];
}

export function standing(workspace: Workspace): Standing {
  const path = workspace.path('purple', 'steadfast', ALICE, 'journal');
  const ledger = new Ledger();
  if (existsSync(path)) ledger.applyAll(readJournal(readFileSync(path), tools).transactions);
  const lines = [...ledger.outbox.values()].map((entry) => ({
    ...entry,
    line: lineIn(entry.body, 'up') ?? 0,
  }));
  const settled = lines.filter(({ state }) => state === 'at-server' || state === 'delivered');
  return {
    settled: settled.map(({ line }) => line),
    twice: lines.filter(({ twice }) => twice).map(({ line }) => line),
  };
}
