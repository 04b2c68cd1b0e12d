// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Inbox } from '../../src/delivery/inbox.js';
import type { Copy } from '../../src/delivery/copy.js';
import { Ledger } from '../../src/delivery/ledger.js';
import type { JournalRecord } from '../../src/delivery/records.js';
import { nodeTools as tools } from '../support/tools.js';

const LATER = { type: 'of a later release', number: 2 } as unknown as JournalRecord;
const EVENT = new Uint8Array([1]);
const copy: Copy = { from: 'bob@b/r', type: 'chat', id: '1', body: 'hi', path: 'live' };

function inboxWith(ledger = new Ledger()) {
  const inbox = new Inbox(ledger, tools);
  const keep = (key?: Copy, wall = 0) => {
    const record = inbox.keep(() => EVENT, wall, key);
    ledger.apply(record);
    return record.type === 'inbox';
  };
  return { ledger, inbox, keep };
}

describe('the inbox', () => {
  it('gives nothing before it is on disk, and each entry once', () => {
    const { inbox, keep } = inboxWith();
    keep();
    keep();
    expect(inbox.give()).toEqual([]);
    inbox.flushed(1);
    expect(inbox.give().map((e) => e.number)).toEqual([1]);
    inbox.flushed(2);
    expect(inbox.give().map((e) => e.number)).toEqual([2]);
  });

  it('gives again to a new host what the last one had not taken', () => {
    const { inbox, keep, ledger } = inboxWith();
    for (let n = 1; n <= 3; n++) {
      keep();
      inbox.flushed(n);
    }
    inbox.give();
    const taken = inbox.taken(1);
    expect(taken).toEqual({ type: 'taken', number: 1 });
    ledger.apply(taken ?? { type: 'taken', number: 0 });
    expect(inbox.attach(0)).toBeUndefined();
    expect(inbox.give().map((e) => e.number)).toEqual([2, 3]);
  });

  it('believes a host that took more than the journal knows', () => {
    const { inbox, keep } = inboxWith();
    keep();
    inbox.flushed(1);
    expect(inbox.attach(1)).toEqual({ type: 'taken', number: 1 });
    expect(inbox.give()).toEqual([]);
  });

  it('does not let a host take what it was not given', () => {
    const { inbox, keep } = inboxWith();
    keep();
    expect(inbox.taken(1)).toBeUndefined();
  });

  it('drops the offline store’s copy of a message it had', () => {
    const { keep } = inboxWith();
    expect(keep(copy, 1_000)).toBe(true);
    expect(keep({ ...copy, path: 'offline', stamp: 900 }, 50_000)).toBe(false);
  });

  it.each(['offline', 'carbon', 'archive'] as const)(
    'takes two that are alike for two where both come the same way: %s',
    (path) => {
      const { keep } = inboxWith();
      const one: Copy = { ...copy, path, stamp: 900 };
      expect(keep(one, 1_000)).toBe(true);
      expect(keep({ ...one, stamp: 901 }, 1_000)).toBe(true);
    },
  );

  it.each<[string, Copy]>([
    ['a live message with equal id and text', copy],
    ['a stored one from another sender', { ...copy, from: 'eve@b/r', path: 'offline', stamp: 900 }],
    ['a stored one with another text', { ...copy, body: 'ho', path: 'offline', stamp: 900 }],
    ['a stored one of another type', { ...copy, type: 'normal', path: 'offline', stamp: 900 }],
    ['one stored long after the first', { ...copy, path: 'offline', stamp: 601_001 }],
  ])('never takes for a copy: %s', (_, other) => {
    const { keep } = inboxWith();
    keep(copy, 1_000);
    expect(keep(other, 70_000)).toBe(true);
  });
});

describe('what was in the hands of a host that died', () => {
  const entries = [1, 2, 3].map((number): JournalRecord => ({
    type: 'inbox',
    number,
    event: '',
    at: number,
  }));

  it.each<[string, readonly JournalRecord[], number]>([
    ['is counted', [], 1],
    ['is counted again', [{ type: 'in-hand', number: 2, times: 2 }], 2],
    ['is forgotten when another was', [{ type: 'in-hand', number: 3, times: 1 }], 0],
    ['is forgotten when it is taken', [{ type: 'taken', number: 2 }], 0],
    ['is forgotten when one behind it is taken', [{ type: 'taken', number: 3 }], 0],
    ['is kept when one before it is taken', [{ type: 'taken', number: 1 }], 1],
    ['is kept beside records of a later release', [LATER], 1],
  ])('%s, in a compacted journal too', (_, records, deaths) => {
    const ledger = new Ledger();
    ledger.applyAll([[...entries, { type: 'in-hand', number: 2, times: 1 }, ...records]]);
    const compacted = new Ledger();
    compacted.applyAll(ledger.snapshot());
    expect(ledger.inbox.deathsAt(2)).toBe(deaths);
    expect(compacted.inbox.deathsAt(2)).toBe(deaths);
    expect([...compacted.inbox.entries.values()]).toEqual([...ledger.inbox.entries.values()]);
  });

  it('is the first that it was given and had not taken', () => {
    const { inbox, keep, ledger } = inboxWith();
    for (const _ of [1, 2, 3]) keep();
    expect(inbox.inHand()).toBeUndefined();
    inbox.flushed(2);
    expect(inbox.inHand()).toBeUndefined();
    inbox.give();
    expect(inbox.inHand()).toBe(1);
    ledger.apply({ type: 'taken', number: 2 });
    expect(inbox.inHand()).toBeUndefined();
  });
});
