// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/delivery/ledger.js';
import type { JournalRecord } from '../../src/delivery/records.js';

function ledgerOf(...records: JournalRecord[]): Ledger {
  const ledger = new Ledger();
  ledger.applyAll([records]);
  return ledger;
}

const accept = (handle: string, at = 0): JournalRecord => ({
  type: 'accept',
  handle,
  to: 'bob@b',
  xml: `<message id='${handle}'></message>`,
  body: handle,
  at,
});
const sent = (number: number, handle?: string): JournalRecord => ({
  type: 'sent',
  number,
  kind: handle === undefined ? 'presence' : 'message',
  ...(handle === undefined ? {} : { handle }),
});
const session: JournalRecord = { type: 'session', id: 's', jid: 'alice@a/r' };

const states = (ledger: Ledger) =>
  Object.fromEntries([...ledger.outbox.values()].map((e) => [e.handle, e.state]));

describe('the ledger', () => {
  it('knows an accepted message that was never sent as queued', () => {
    expect(states(ledgerOf(session, accept('m')))).toEqual({ m: 'queued' });
  });

  it('settles exactly what an ack covers', () => {
    const ledger = ledgerOf(
      session,
      ...['a', 'b', 'c'].map((m) => accept(m)),
      sent(1, 'a'),
      sent(2),
      sent(3, 'b'),
      sent(4, 'c'),
      { type: 'acked', h: 3 },
    );
    expect(states(ledger)).toEqual({ a: 'at-server', b: 'at-server', c: 'sent' });
    expect(ledger.session?.tracked.map((t) => t.number)).toEqual([4]);
  });

  it('settles across the wrap of the counter', () => {
    const ledger = ledgerOf(session, { type: 'acked', h: 2 ** 32 - 2 }, accept('a'), accept('b'));
    ledger.applyAll([[sent(2 ** 32 - 1, 'a'), sent(0, 'b'), { type: 'acked', h: 0 }]]);
    expect(states(ledger)).toEqual({ a: 'at-server', b: 'at-server' });
  });

  it.each(['failed', 'delivered'] as const)('does not take back that one is %s', (state) => {
    const final: JournalRecord = { type: 'state', handle: 'm', state };
    const ledger = ledgerOf(session, accept('m'), sent(1, 'm'), final);
    const again = new Ledger();
    again.applyAll(ledger.snapshot());
    again.apply({ type: 'acked', h: 1 });
    expect(states(again)).toEqual({ m: state });
    ledger.apply({ type: 'resumed', h: 0 });
    expect(states(ledger)).toEqual({ m: state });
  });

  it('queues again what a resumption in a new process shows to be missing', () => {
    const ledger = ledgerOf(
      session,
      accept('a'),
      accept('b'),
      sent(1, 'a'),
      sent(2),
      sent(3, 'b'),
      {
        type: 'resumed',
        h: 1,
      },
    );
    expect(states(ledger)).toEqual({ a: 'at-server', b: 'queued' });
    expect(ledger.session).toMatchObject({ sent: 1, acked: 1, tracked: [] });
  });

  it('takes back the last number when its record never reached the disk', () => {
    const ledger = ledgerOf(session, accept('a'), sent(1), sent(2, 'a'));
    ledger.untrack();
    expect(ledger.session).toMatchObject({ sent: 1, tracked: [{ number: 1 }] });
    expect(states(ledger)).toEqual({ a: 'queued' });
    expect(ledger.lanes.of('')).toEqual({ queued: 1, sent: 0, 'in-doubt': 0 });
  });

  it('never gives an inbox number twice, even when everything is taken', () => {
    const ledger = ledgerOf(
      { type: 'inbox', number: 7, event: '', at: 0 },
      { type: 'taken', number: 7 },
    );
    const again = new Ledger();
    again.applyAll(ledger.snapshot());
    expect([again.inbox.last, again.inbox.taken, again.inbox.entries.size]).toEqual([7, 7, 0]);
  });

  it('forgets old finished messages but no unfinished one', () => {
    const ledger = ledgerOf(session, accept('first'));
    for (let n = 1; n <= 700; n++) {
      ledger.applyAll([
        [accept(`m${String(n)}`), sent(n, `m${String(n)}`), { type: 'acked', h: n }],
      ]);
    }
    expect(ledger.outbox.size).toBe(501);
    expect(ledger.outbox.get('first')?.state).toBe('queued');
  });

  it('is the same after any records as its snapshot read again', () => {
    const record = fc.oneof(
      fc.nat(20).map((n) => ({ ...accept(`m${String(n)}`, n), ...(n % 4 === 0 ? IN_ROOM : {}) })),
      fc.constant(session),
      fc.constantFrom<JournalRecord>(
        { type: 'session-end' },
        { type: 'session-end', forgotten: true },
      ),
      fc.nat(20).map<JournalRecord>((n) => ({ type: 'handled', h: n })),
      fc.constant('ack' as const),
      fc.tuple(fc.constant('sent' as const), fc.option(fc.nat(20), { nil: undefined })),
      fc.constant('inbox' as const),
      fc.nat(20).map<JournalRecord>((n) => ({ type: 'taken', number: n })),
      fc.nat(20).map<JournalRecord>((n) => ({
        type: 'held',
        event: `e${String(n)}`,
        at: n,
        ...(n % 2 === 0 ? {} : { archive: 'room@r' }),
        ...(n % 3 === 0 ? {} : { trace: { key: `h${String(n)}`, path: 'live:s', ...roomOf(n) } }),
      })),
      fc.constantFrom<JournalRecord>(
        { type: 'release' },
        { type: 'release', archive: 'room@r', count: 1 },
      ),
      fc.nat(20).map<JournalRecord>((n) => ({
        type: 'seen',
        trace: { key: `h${String(n)}`, path: 'archive', archiveId: `a${String(n)}` },
        at: n,
      })),
      fc
        .nat(20)
        .map<JournalRecord>((n) => ({ type: 'cursor', archive: 'a', id: `${String(n)}`, at: n })),
      fc
        .tuple(fc.nat(20), fc.constantFrom('queued', 'in-doubt', 'at-server', 'failed'))
        .map<JournalRecord>(([n, state]) => ({
          type: 'state',
          handle: `m${String(n)}`,
          state: state as 'queued',
        })),
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 80 }), (steps) => {
        const ledger = new Ledger();
        for (const step of steps) {
          ledger.apply(lawful(step, ledger));
        }
        const again = new Ledger();
        again.applyAll(ledger.snapshot());
        expect(again).toEqual(ledger);
      }),
    );
  });
});

const LIVE = { key: 'k', path: 'live:s' };
const IN_ROOM = { to: 'room@r', room: true } as const;
const roomOf = (n: number) => (n % 2 === 0 ? {} : { archive: 'room@r' });

type Step = JournalRecord | 'ack' | 'inbox' | ['sent', number | undefined];

/** Numbers follow from the state, as they do in life. */
function lawful(step: Step, ledger: Ledger): JournalRecord {
  const { session: now } = ledger;
  if (step === 'ack') {
    return { type: 'acked', h: now?.tracked[0]?.number ?? now?.acked ?? 0 };
  }
  if (step === 'inbox') {
    return { type: 'inbox', number: ledger.inbox.last + 1, event: 'e', trace: LIVE, at: 5 };
  }
  if (Array.isArray(step)) {
    const handle = step[1] === undefined ? undefined : `m${String(step[1])}`;
    const known = handle !== undefined && ledger.outbox.get(handle)?.state === 'queued';
    return sent((now?.sent ?? 0) + 1, known ? handle : undefined);
  }
  if (step.type === 'taken') {
    return { ...step, number: Math.min(step.number, ledger.inbox.last) };
  }
  if (step.type === 'state') {
    const held = now?.tracked.some((t) => t.handle === step.handle) ?? false;
    return held ? { type: 'taken', number: 0 } : step;
  }
  return step.type === 'session' && now !== undefined ? { type: 'session-end' } : step;
}
