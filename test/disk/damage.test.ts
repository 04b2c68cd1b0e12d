// SPDX-License-Identifier: MIT
//
// A journal as the disk may give it back: cut short, or with a bit that has turned over.

import { Buffer } from 'node:buffer';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame, encodeJournal, readJournal } from '../../src/delivery/journal.js';
import { Ledger } from '../../src/delivery/ledger.js';
import type { Transaction } from '../../src/delivery/records.js';
import type { FileSystem } from '../../src/disk/file-system.js';
import { nodeFileSystem } from '../../src/disk/file-system.js';
import { nodeTools } from '../support/tools.js';
import { FaultyFileSystem } from './faulty-file-system.js';
import { accept, LIFE, Stored } from './stored.js';

const FRAME_HEAD = 8;
/** Every offset in memory, and these on the disk, which is slower and no different. */
const REAL_EVERY = 7;

let folder: string;
let journal: Buffer;
let transactions: readonly Transaction[];
/** Where the frame of each transaction begins, and where the last one ends. */
let bounds: number[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steadfast-damage-'));
  const path = join(folder, 'made');
  const stored = await Stored.open(nodeFileSystem, path);
  for (const transaction of LIFE) await stored.commit(transaction);
  await stored.close();
  journal = readFileSync(path);
  ({ transactions } = readJournal(journal, nodeTools));
  bounds = [encodeJournal([], nodeTools).length];
  for (const transaction of transactions) {
    bounds.push((bounds.at(-1) ?? 0) + encodeFrame(transaction, nodeTools).length);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it('the journal at hand is whole and holds what was committed', () => {
  expect(transactions.slice(-LIFE.length)).toEqual(LIFE);
  expect(bounds.at(-1)).toBe(journal.length);
});

describe('a journal', { timeout: 600_000 }, () => {
  it('cut at any byte opens with all before the cut, says so, and goes on', async () => {
    for (let cut = 0; cut < journal.length; cut++) {
      const damaged = journal.subarray(0, cut);
      // Whole frames are a journal; and nothing at all is a new one.
      const sound = cut === 0 || bounds.includes(cut);
      await opens(`cut at ${String(cut)}`, damaged, wholeBefore(cut), !sound, cut);
    }
  });

  it('with a bit flipped at any byte opens with all before it, says so, and goes on', async () => {
    for (let at = 0; at < journal.length; at++) {
      for (const bit of at < 200 ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
        await opens(
          `bit ${String(bit)} of ${String(at)}`,
          flipped(at, bit),
          wholeBeside(at),
          true,
          at,
        );
      }
    }
  });

  it('with any bit flipped in the head of any frame hides nothing behind it in silence', async () => {
    for (const start of bounds.slice(0, -1)) {
      for (let bit = 0; bit < FRAME_HEAD * 8; bit++) {
        const title = `bit ${String(bit)} of the head at ${String(start)}`;
        await opens(title, flipped(start + (bit >> 3), bit % 8), wholeBefore(start), true, 1);
      }
    }
  });

  it('with a length that leads from any frame to the end of any other says so', async () => {
    for (const start of bounds.slice(0, -1)) {
      for (const end of bounds.filter((bound) => bound >= start + FRAME_HEAD)) {
        const damaged = Buffer.from(journal);
        damaged.writeUInt32LE(end - start - FRAME_HEAD, start);
        if (damaged.equals(journal)) continue;
        const title = `the frame at ${String(start)} leads to ${String(end)}`;
        await opens(title, damaged, wholeBefore(start), true, 1);
      }
    }
  });

  it('with zeros from any frame on, as some file systems leave them, says so', async () => {
    for (const start of bounds.slice(0, -1)) {
      const damaged = Buffer.from(journal).fill(0, start);
      await opens(`zeros from ${String(start)}`, damaged, wholeBefore(start), true, start);
    }
  });
});

/** How many transactions lie wholly before this byte. */
function wholeBefore(offset: number): number {
  return bounds.slice(1).filter((end) => end <= offset).length;
}

function flipped(at: number, bit: number): Buffer {
  const bytes = Buffer.from(journal);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes;
}

/** The header alone carries nothing: what is sound behind it is kept. */
function wholeBeside(at: number): number {
  return at < (bounds[0] ?? 0) ? transactions.length : wholeBefore(at);
}

/** Opens, looks, appends, and opens again; on the real disk where `number` says so. */
async function opens(
  title: string,
  damaged: Uint8Array,
  whole: number,
  told: boolean,
  number: number,
): Promise<void> {
  const real = number % REAL_EVERY === 0;
  const fs = real ? nodeFileSystem : new FaultyFileSystem();
  const path = real ? join(folder, 'damaged') : '/f/journal';
  if (fs instanceof FaultyFileSystem) fs.files.set(path, damaged);
  else writeFileSync(path, damaged);

  const first = await Stored.open(fs, path);
  expect(first.store.damage !== undefined, title).toBe(told);
  const kept = transactions.slice(0, whole);
  expect(first.store.ledger.snapshot(), title).toEqual(stateOf(kept));
  await first.commit([accept('after')]);
  await first.close();

  const copy = contentOf(fs, `${path}.damaged`);
  expect(told ? copy?.equals(damaged) : copy === undefined, title).toBe(true);

  const second = await Stored.open(fs, path);
  expect(second.store.damage, title).toBeUndefined();
  expect(second.store.ledger.snapshot(), title).toEqual(stateOf([...kept, [accept('after')]]));
  await second.close();
}

/** It is taken away, so that the next one is not taken for it. */
function contentOf(fs: FileSystem, path: string): Buffer | undefined {
  if (fs instanceof FaultyFileSystem) {
    const bytes = fs.files.get(path);
    return bytes === undefined ? undefined : Buffer.from(bytes);
  }
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  rmSync(path);
  return bytes;
}

function stateOf(some: readonly Transaction[]): Transaction[] {
  const ledger = new Ledger();
  ledger.applyAll(some);
  return ledger.snapshot();
}
