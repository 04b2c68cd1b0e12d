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

  it('has no more under way than a host that joins anew knows again', () => {
    const { inbox, keep, ledger } = inboxWith();
    for (let n = 1; n <= 500; n++) keep();
    inbox.flushed(500);
    expect(inbox.give().at(-1)?.number).toBe(200);
    expect(inbox.give()).toEqual([]);
    ledger.apply(inbox.taken(150) ?? LATER);
    expect(inbox.give().map((e) => e.number)).toEqual(
      Array.from({ length: 150 }, (_, n) => 201 + n),
    );
    inbox.attach(150);
    expect(inbox.give()).toHaveLength(200);
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

describe('what waits behind an archive', () => {
  const room: Copy = { ...copy, from: 'room@r/bob', type: 'groupchat', archive: 'room@r' };

  it('of a room holds up neither another room nor what persons write', () => {
    const { inbox, keep, ledger } = inboxWith();
    inbox.hold('room@r');
    expect(keep(room)).toBe(false);
    expect(keep({ ...room, from: 'other@r/bob', archive: 'other@r' })).toBe(true);
    expect(keep(copy)).toBe(true);
    expect([...ledger.inbox.held.keys()]).toEqual(['room@r']);
  });

  it.each([
    ['room@r', { type: 'release', count: 1, archive: 'room@r' }, ['']],
    ['', { type: 'release', count: 1 }, ['room@r']],
  ])('of “%s” is released alone, by a new process too', (archive, record, left) => {
    const { inbox, keep, ledger } = inboxWith();
    inbox.hold('room@r');
    inbox.hold('');
    keep(room);
    keep(copy);
    const again = new Ledger();
    again.applyAll(ledger.snapshot());
    const next = inboxWith(again);
    expect([...next.inbox.holds].sort()).toEqual(['', 'room@r']);
    const released = next.inbox.release(archive);
    expect(released).toEqual(record);
    again.applyAll([released === undefined ? [] : [released]]);
    expect([...again.inbox.held.keys()]).toEqual(left);
    expect(again.inbox.last).toBe(1);
  });

  it('in a journal of an older release waits behind our account’s', () => {
    const ledger = new Ledger();
    ledger.applyAll([[{ type: 'held', event: 'e', at: 1 }]]);
    expect([...inboxWith(ledger).inbox.holds]).toEqual(['']);
    ledger.applyAll([[{ type: 'release' }]]);
    expect(ledger.inbox.entries.size).toBe(1);
  });

  it('that the same page of the archive brings later is not given its place before', () => {
    // What came in a sleep came, as far as is known, when that began.
    const { inbox, keep } = inboxWith();
    inbox.hold('room@r');
    const live = { ...room, archiveId: 'room@r 2' };
    keep(live, 1_000);
    const page = { ...room, path: 'archive' as const };
    const missed = { ...page, id: 'missed', archiveId: 'room@r 1', stamp: 2_000 };
    inbox.expect('room@r', [missed, { ...page, archiveId: 'room@r 2', stamp: 3_000 }]);
    expect(inbox.releaseBefore(missed)).toBeUndefined();
    inbox.expect('room@r', [missed]);
    expect(inbox.releaseBefore(missed)).toMatchObject({ count: 1 });
  });

  it('that came before another of the same moment gets its place before that', () => {
    const { inbox, keep } = inboxWith();
    inbox.hold('room@r');
    keep({ ...room, id: 'first' }, 1_000);
    keep({ ...room, id: 'second', archiveId: 'room@r 2' }, 1_000);
    const second: Copy = {
      ...room,
      id: 'second',
      archiveId: 'room@r 2',
      path: 'archive',
      stamp: 1_000,
    };
    expect(inbox.releaseBefore(second)).toMatchObject({ count: 1 });
  });

  it('gets its place when that archive goes past it, and not when another does', () => {
    const { inbox, keep } = inboxWith();
    inbox.hold('room@r');
    keep(room, 1_000);
    const later: Copy = { ...copy, id: '2', path: 'archive', stamp: 2_000 };
    expect(inbox.releaseBefore(later)).toBeUndefined();
    expect(inbox.releaseBefore({ ...later, archive: 'room@r' })).toMatchObject({ count: 1 });
  });

  it.each<[string, Partial<Copy>, boolean]>([
    ['of the same room', { archive: 'room@r' }, true],
    ['of its history', { archive: 'room@r', path: 'history', join: 1 }, true],
    ['of another room', { archive: 'other@r' }, false],
    ['of our account', {}, false],
  ])('is late only behind what was shown %s', (_, more, late) => {
    const { inbox, keep, ledger } = inboxWith();
    keep(room, 5_000);
    const missed: Copy = { ...copy, path: 'archive', stamp: 1_000, ...more };
    expect(inbox.isLate(missed)).toBe(late);
    const again = new Ledger();
    again.applyAll(ledger.snapshot());
    expect(inboxWith(again).inbox.isLate(missed)).toBe(late);
  });
});

describe('what may have waited in a sleep', () => {
  it('is one with the copy that its sender sent again when he had sent it', () => {
    const { inbox, ledger } = inboxWith();
    ledger.apply(inbox.keep(() => EVENT, 1_000, copy, 200_000));
    const again: Copy = { ...copy, resent: 199_000 };
    expect(inbox.keep(() => EVENT, 201_000, again).type).toBe('seen');
  });
});

describe('the history that a room gives at joining', () => {
  const line: Copy = { ...copy, from: 'room@r/bob', type: 'groupchat', archive: 'room@r' };
  const history: Copy = { ...line, path: 'history', join: 1, stamp: 1_000 };

  it.each([false, true])('is late behind what may have come after it (held: %s)', (held) => {
    const { inbox, ledger } = inboxWith();
    if (held) inbox.hold('room@r');
    ledger.apply(inbox.keep(() => EVENT, 1_000, { ...line, id: 'read at a wake' }, 5_000));
    inbox.release('room@r');
    const missed: Copy = { ...history, path: 'archive' };
    const late = [4_000, 6_000].map((stamp) => inbox.isLate({ ...missed, stamp }));
    expect(late).toEqual([true, false]);
  });

  it('is late behind younger lines of an earlier one that wait still', () => {
    const { inbox, keep } = inboxWith();
    inbox.hold('room@r');
    keep({ ...history, id: 'younger', stamp: 2_000 });
    const older = { ...history, join: 2 };
    expect([inbox.isLate(older), inbox.isLate({ ...older, stamp: 3_000 })]).toEqual([true, false]);
  });

  it.each<[string, Copy, Copy, boolean]>([
    ['shows what was missed', { ...line, id: 'other' }, history, true],
    ['does not repeat what came live', line, history, false],
    ['does not repeat that of an earlier joining', history, { ...history, join: 2 }, false],
    ['has two lines that are alike', history, history, true],
    ['does not repeat what the archive gave', { ...history, path: 'archive' }, history, false],
  ])('%s', (_, first, second, shown) => {
    const { keep } = inboxWith();
    keep(first, 1_000);
    expect(keep(second, 2_000)).toBe(shown);
  });

  it('and the archive know a line by its id there, which is of that room alone', () => {
    const { keep } = inboxWith();
    keep({ ...history, archiveId: 'room@r 7' }, 1_000);
    const rewritten = {
      ...history,
      id: 'another',
      path: 'archive',
      archiveId: 'room@r 7',
    } as const;
    expect(keep(rewritten, 2_000)).toBe(false);
    expect(keep({ ...rewritten, archiveId: 'other@r 7' }, 2_000)).toBe(true);
  });
});
