// SPDX-License-Identifier: MIT
//
// A real run of engines, each of whose file-system calls may be the last before a power cut.

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MessageState_State as State } from '../../src/contract/engine_pb.js';
import type { Ledger } from '../../src/delivery/ledger.js';
import { isFinal } from '../../src/delivery/ledger.js';
import { nodeFileSystem } from '../../src/disk/file-system.js';
import { Account } from '../../src/engine/account.js';
import { nodeTools } from '../support/tools.js';
import type { Promised } from './recorded-life.js';
import { RecordedLife } from './recorded-life.js';
import type { Entry } from './recording.js';
import type { Loss } from './replayed-disk.js';
import { LOSSES, ReplayedDisk } from './replayed-disk.js';
import { accept, Stored } from './stored.js';

/** In the journal twice, as text and as stanza, it is worth a compaction. */
const LONG = 'x'.repeat(130 * 1024);

let folder: string;
let life: RecordedLife;
let entries: readonly Entry[];
let opened = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-recorded-'));
  const account = join(folder, 'account');
  mkdirSync(account, { mode: 0o700 });
  life = new RecordedLife(account);
  await life.begin();
  await life.send('one', State.AT_SERVER);
  await life.receive('first');
  await life.cut();
  await life.fullDisk('refused');
  await life.send('two', State.AT_SERVER);
  await life.send(LONG, State.AT_SERVER);
  await life.receive('second');
  await life.send('three');
  await life.abandon();
  await life.begin();
  await life.receive('third');
  await life.send('four', State.AT_SERVER);
  await life.signOff();
  entries = life.fs.entries;
}, 600_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
  process.stdout.write(`${String(opened)} states of the disk opened\n`);
});

describe('a run of real engines', { timeout: 600_000 }, () => {
  it('was recorded with every kind of call', () => {
    const calls = entries.flatMap((entry) => (entry.call === 'note' ? [] : [entry.call]));
    expect([...new Set(calls)].sort()).toEqual(
      ['datasync', 'name', 'rename', 'sync-folder', 'truncate', 'write'].sort(),
    );
    // The header of the new journal, and the compaction.
    const renames = entries.filter((entry) => entry.call === 'rename' && entry.to === 'journal');
    expect(renames.length).toBeGreaterThanOrEqual(2);
    expect(life.refused).toEqual(['refused']);
  });

  it.each(LOSSES)(
    'loses nothing that was told, whichever call was the last: bytes $data, names $names',
    async (loss) => {
      const { promised } = life;
      promised.reset();
      const disk = new ReplayedDisk();
      for (const [i, entry] of entries.entries()) {
        disk.play(entry);
        const next = entries[i + 1];
        // What was told in between belongs to the same state of the disk.
        if (next?.call !== 'note') {
          await opens(`after call ${String(i)} (${entry.call})`, disk, loss, promised);
        }
      }
      expect(promised.accepted.size).toBe(5);
      expect([promised.handled, promised.given]).toEqual([3, 3]);
    },
  );
});

/** A fresh store, and a fresh account, find everything that was promised, and go on. */
async function opens(
  title: string,
  disk: ReplayedDisk,
  loss: Loss,
  promised: Promised,
): Promise<void> {
  const account = join(folder, 'again');
  const path = join(account, 'journal');
  disk.materialise(account, loss);
  const first = await Stored.open(nodeFileSystem, path);
  expect(broken(first.store.ledger, promised), title).toEqual([]);
  expect(complaints(first.content), title).toEqual([]);
  await first.commit([accept('after')]);
  await first.close();
  const second = await Stored.open(nodeFileSystem, path);
  expect(second.store.damage, title).toBeUndefined();
  expect(second.store.ledger.outbox.has('after'), title).toBe(true);
  expect(broken(second.store.ledger, promised), title).toEqual([]);
  await second.close();
  // Even where it was cut off at a compaction.
  expect(existsSync(`${path}.new`), title).toBe(false);
  opened++;
}

function broken(ledger: Ledger, promised: Promised): string[] {
  const words: string[] = [];
  for (const id of promised.accepted) {
    const entry = ledger.outbox.get(id);
    if (entry === undefined) words.push(`${id} was accepted and is not there`);
    else if (promised.atServer.has(id) && !isFinal(entry.state)) words.push(`${id} goes back`);
  }
  if (ledger.inbox.last < promised.given) words.push('the host knows more than the inbox');
  // What waits behind the archive has no number yet.
  const there = ledger.inbox.last + [...ledger.inbox.held.values()].flat().length;
  if (there < promised.handled) words.push('the server forgot what is not there');
  return words;
}

/** What a real account finds wrong with a journal, beside a torn end. */
function complaints(journal: Uint8Array): string[] {
  const words: string[] = [];
  const account = new Account(
    { program: 'Test 1' },
    nodeTools,
    (n) => new Uint8Array(n),
    journal,
    new Map(),
    (effect) => {
      if (effect.type === 'log' && effect.level === 'error') words.push(effect.text);
    },
  );
  account.input({ type: 'tick' }, { now: 0, wall: 0 });
  return words;
}
