// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { fault } from '../../src/core/errors.js';
import { encodeJournal, readJournal } from '../../src/delivery/journal.js';
import type { JournalRecord } from '../../src/delivery/records.js';
import { Store } from '../../src/delivery/store.js';
import { nodeTools as tools } from '../support/tools.js';

const FULL = fault('store', 'disk-full', 'The disk is full.', { by: 'us' });
const EMPTY = encodeJournal([], tools);

const accept = (handle: string): JournalRecord => ({
  type: 'accept',
  handle,
  to: 'bob@b',
  xml: '<message/>',
  body: handle,
  at: 0,
});

/** A store with a list of what it asked of the disk and what it told. */
function storeOn(journal: Uint8Array = EMPTY) {
  const asked: string[] = [];
  const told: string[] = [];
  const appended: Uint8Array[] = [];
  const compacted: Uint8Array[] = [];
  const store = new Store(journal, tools, {
    append: (number, bytes) => {
      asked.push(`append ${String(number)}`);
      appended.push(bytes);
    },
    compact: (bytes, damaged) => {
      asked.push(damaged ? 'compact damaged' : 'compact');
      compacted.push(bytes);
    },
  });
  const commit = (handle: string, droppable = false) => {
    store.commit(
      [accept(handle)],
      () => told.push(`flushed ${handle}`),
      droppable ? (cause) => told.push(`dropped ${handle} ${cause.condition}`) : undefined,
    );
  };
  return { store, asked, told, appended, compacted, commit };
}

describe('the store', () => {
  it('tells what is flushed in order, and only up to the append named', () => {
    const { store, told, commit } = storeOn();
    ['a', 'b', 'c'].forEach((handle) => {
      commit(handle);
    });
    store.flushed(2);
    expect(told).toEqual(['flushed a', 'flushed b']);
    expect(store.idle).toBe(false);
  });

  it('writes a header before anything else into a new journal', () => {
    const { store, asked, commit } = storeOn(new Uint8Array());
    commit('a');
    expect(asked).toEqual(['compact']);
    store.compacted(undefined, 0);
    expect(asked).toEqual(['compact', 'append 1']);
  });

  it('rewrites a damaged journal before it appends, and keeps what was sound', () => {
    const journal = encodeJournal([[accept('old')]], tools);
    const { store, asked, commit } = storeOn(
      Uint8Array.from([...journal, ...encodeJournal([[accept('torn')]], tools).subarray(8, 20)]),
    );
    commit('new');
    expect(store.damage).toContain('cut short');
    expect([...store.ledger.outbox.keys()]).toEqual(['old', 'new']);
    expect(asked).toEqual(['compact damaged']);
  });

  it('puts nothing into a second rewrite that is appended behind it', () => {
    const { store, compacted, commit } = storeOn(new Uint8Array());
    commit('a');
    store.compacted(FULL, 0);
    store.tick(1_000);
    expect(compacted).toHaveLength(2);
    expect(compacted[1]).toEqual(compacted[0]);
  });

  it('holds appends back until a rewrite that failed has been done', () => {
    const { store, asked, told, commit } = storeOn(new Uint8Array());
    store.compacted(FULL, 0);
    commit('a');
    store.tick(999);
    expect([asked, store.fault]).toEqual([['compact'], FULL]);
    store.tick(1_000);
    store.compacted(undefined, 1_001);
    store.flushed(1);
    expect([asked, told]).toEqual([['compact', 'compact', 'append 1'], ['flushed a']]);
    expect(store.fault).toBeUndefined();
  });

  it('gives up what may be given up when the disk fails, the newest first', () => {
    const { store, told, commit } = storeOn();
    commit('a', true);
    commit('b', true);
    store.failed(1, FULL, 0);
    expect(told).toEqual(['dropped b disk-full', 'dropped a disk-full']);
    expect(store.fault).toBe(FULL);
  });

  it('keeps everything else and appends it again, in order, after a second', () => {
    const { store, asked, told, commit } = storeOn();
    commit('a');
    commit('b', true);
    commit('c');
    store.flushed(1);
    store.failed(2, FULL, 5_000);
    expect(store.deadline()).toBe(6_000);
    store.tick(6_000);
    store.flushed(4);
    expect(asked).toEqual(['append 1', 'append 2', 'append 3', 'append 4']);
    expect(told).toEqual(['flushed a', 'dropped b disk-full', 'flushed c']);
    expect(store.fault).toBeUndefined();
  });

  it('appends nothing while the disk is known to fail', () => {
    const { store, asked, commit } = storeOn();
    commit('a');
    store.failed(1, FULL, 0);
    commit('b');
    expect(asked).toEqual(['append 1']);
  });

  it('compacts once the journal has grown, to the state it has then', () => {
    const { store, asked, appended } = storeOn();
    for (let n = 1; n <= 3_000; n++) {
      const handle = `m${String(n)}`;
      store.commit(
        [accept(handle), { type: 'state', handle, state: 'at-server' }],
        () => undefined,
      );
      store.flushed(n);
      if (asked.at(-1) === 'compact') {
        break;
      }
    }
    expect(asked.at(-1)).toBe('compact');
    const all = Uint8Array.from([...EMPTY, ...appended.flatMap((bytes) => [...bytes])]);
    expect(readJournal(all, tools).damage).toBeUndefined();
    expect(store.ledger.outbox.size).toBeLessThanOrEqual(501);
  });
});
