// SPDX-License-Identifier: MIT
//
// A room's lines: an acknowledgement does not settle them, and no other lane waits for them.
import { describe, expect, it } from 'vitest';
import type { Tracked } from '../../src/core/stream-management.js';
import { Ledger } from '../../src/delivery/ledger.js';
import { Outbox } from '../../src/delivery/outbox.js';
import type { JournalRecord, OutboxState } from '../../src/delivery/records.js';

const ROOM = 'room@muc.b';
const OTHER = 'other@muc.b';
const HOUR_MS = 3_600_000;

const accept = (handle: string, to: string, at = 0): JournalRecord => ({
  ...({ type: 'accept', handle, to, xml: '<message/>', body: handle, at } as const),
  ...(to.includes('@muc.') ? { room: true } : {}),
});
const sent = (number: number, handle: string): JournalRecord => ({
  type: 'sent',
  number,
  kind: 'message',
  handle,
});
const state = (handle: string, to: OutboxState, twice = false): JournalRecord => ({
  type: 'state',
  handle,
  state: to,
  twice,
});
const session: JournalRecord = { type: 'session', id: 's', jid: 'alice@a/r' };
const acked = (h: number): JournalRecord => ({ type: 'acked', h });

function outboxOf(...records: JournalRecord[]) {
  const ledger = new Ledger();
  ledger.applyAll([records]);
  return { ledger, outbox: new Outbox(ledger, 1) };
}

/** By the ledger itself, and by one that was read from its snapshot. */
function states(ledger: Ledger): Record<string, OutboxState> {
  const again = new Ledger();
  again.applyAll(ledger.snapshot());
  expect(again).toEqual(ledger);
  return Object.fromEntries([...ledger.outbox.values()].map((e) => [e.handle, e.state]));
}

const tracked = (number: number, handle: string): Tracked => ({
  ...{ number, handle, kind: 'message', text: '' },
});

describe('an acknowledgement of our server', () => {
  const records = [session, accept('line', ROOM), accept('text', 'bob@b')];

  it('settles a text, and leaves a line of a room as sent, no longer tracked', () => {
    const { ledger } = outboxOf(...records, sent(1, 'line'), sent(2, 'text'), acked(2));
    expect(states(ledger)).toEqual({ line: 'sent', text: 'at-server' });
    expect(ledger.session?.tracked).toEqual([]);
  });

  it('at a resumption by a new process does the same; what it lacks is queued', () => {
    const { ledger } = outboxOf(
      ...[...records, accept('next', ROOM)],
      ...[sent(1, 'line'), sent(2, 'text'), sent(3, 'next')],
      { type: 'resumed', h: 2 },
    );
    expect(states(ledger)).toEqual({ line: 'sent', text: 'at-server', next: 'queued' });
  });

  it('that comes behind the reflection changes nothing', () => {
    const { ledger } = outboxOf(...records, sent(1, 'line'), state('line', 'at-server'), acked(1));
    expect(states(ledger)).toEqual({ line: 'at-server', text: 'queued' });
  });
});

describe('a lost session', () => {
  const records = [
    ...[session, accept('reached', ROOM), accept('shown', ROOM), accept('on its way', ROOM)],
    ...[sent(1, 'reached'), sent(2, 'shown'), sent(3, 'on its way')],
    ...[acked(2), state('shown', 'at-server')],
  ];

  it.each([
    ['that says how far it had got', true, 'queued'],
    ['that does not', false, 'in-doubt'],
  ] as const)('%s doubts what was acknowledged and not reflected', (_, certain, rest) => {
    const { ledger, outbox } = outboxOf(...records);
    ledger.applyAll([
      [...outbox.lost([tracked(3, 'on its way')], certain), { type: 'session-end' }],
    ]);
    expect(states(ledger)).toEqual({
      ...{ reached: 'in-doubt', shown: 'at-server', 'on its way': rest },
    });
  });
});

describe('a lane', () => {
  const records = [
    ...[accept('r1', ROOM), accept('t1', 'bob@b'), accept('o1', OTHER), accept('r2', ROOM)],
    ...[state('r1', 'sent'), state('t1', 'at-server'), state('o1', 'at-server')],
    ...[accept('t2', 'bob@b'), accept('r3', ROOM), state('t2', 'sent')],
  ];

  it.each([
    [ROOM, true, false],
    [OTHER, false, false],
    ['', false, false],
  ])('“%s” waits: %s; is in doubt: %s', (lane, waits, doubts) => {
    const { outbox } = outboxOf(...records);
    expect([outbox.waiting(lane), outbox.doubtful(lane)]).toEqual([waits, doubts]);
  });

  it.each([
    [ROOM, ['r1'], []],
    ['', ['t2'], ['t1']],
    [OTHER, [], ['o1']],
  ])('“%s” has its own doubts %j, and what was taken before: %j', (lane, doubts, before) => {
    const { outbox, ledger } = outboxOf(...records);
    ledger.applyAll([[state('r1', 'in-doubt'), state('t2', 'in-doubt')]]);
    expect(outbox.doubts(lane).map(({ handle }) => handle)).toEqual(doubts);
    expect(outbox.takenBefore(lane)).toEqual(before);
    expect(outbox.doubts()).toHaveLength(2);
  });

  it('does not tell another that the server had forgotten the session', () => {
    const { ledger } = outboxOf(...records, state('r1', 'in-doubt'), {
      type: 'session-end',
      forgotten: true,
    });
    ledger.applyAll([[state('t2', 'in-doubt')]]);
    states(ledger);
    expect(ledger.lanes.isForgetful(ROOM)).toBe(true);
    expect(ledger.lanes.isForgetful('')).toBe(false);
    ledger.apply(state('r1', 'queued', true));
    expect(ledger.lanes.isForgetful(ROOM)).toBe(false);
  });

  it('takes over a journal of an older release as that to persons', () => {
    const old = { type: 'accept', handle: 'm', to: 'bob@b', xml: '', body: '', at: 0 } as const;
    const { outbox, ledger } = outboxOf(session, old, sent(1, 'm'), acked(1));
    expect(states(ledger)).toEqual({ m: 'at-server' });
    expect(outbox.takenBefore('')).toEqual(['m']);
  });
});

describe('a line that waited too long', () => {
  const wall = HOUR_MS + 1;

  it.each<[string, JournalRecord[], boolean, string[]]>([
    ['and was never sent expires', [], true, ['line']],
    ['and was sent to a room that we are in does not', [state('line', 'sent')], true, []],
    ['and was sent to one that we are not in expires', [state('line', 'sent')], false, ['line']],
    ['and is in doubt there expires', [state('line', 'in-doubt')], false, ['line']],
    ['and is found out about does not', [state('line', 'in-doubt')], true, []],
    ['and was reflected does not', [state('line', 'at-server')], false, []],
  ])('%s', (_, records, inside, expired) => {
    const { outbox } = outboxOf(accept('line', ROOM), ...records, accept('young', ROOM, wall));
    expect(outbox.expired(wall, () => inside).map(({ handle }) => handle)).toEqual(expired);
    const next = outbox.nextExpiry(() => inside);
    expect(next).toBe(expired.length > 0 ? HOUR_MS + 1 : wall + HOUR_MS + 1);
  });
});
