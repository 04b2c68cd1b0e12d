// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { IqOutcome } from '../../src/core/router.js';
import { IqRouter } from '../../src/core/router.js';
import { fault } from '../../src/core/errors.js';
import { Jid } from '../../src/core/jid.js';
import { NS } from '../../src/core/namespaces.js';
import { xml } from '../../src/core/xml.js';
import { ReducedElement } from '../../src/core/xml-reduced.js';
import { nodeTools as tools } from '../support/tools.js';

const OWN = 'juliet@capulet.example/balcony';

function jid(text: string): Jid {
  return Jid.parse(text, tools) ?? expect.unreachable(`${text} is no JID`);
}

function iq(type: string, from?: string, id = 'q1', xmlns: string = NS.client) {
  return xml('iq', { xmlns, type, id, from, to: OWN });
}

/** A router and what it told, by request. */
function asking() {
  const router = new IqRouter(tools);
  const told: [string, IqOutcome][] = [];
  const expectAnswer = (id = 'q1', to?: string, deadline = 1_000) => {
    const target = to === undefined ? undefined : jid(to);
    router.expect(id, target, jid(OWN), deadline, (outcome) => told.push([id, outcome]));
  };
  return { router, told, expectAnswer };
}

const BARE = 'juliet@capulet.example';
const SENDERS = [
  undefined,
  BARE,
  OWN,
  'juliet@capulet.example/other',
  'capulet.example',
  'capulet.example/juliet',
  'romeo@montague.example',
  'romeo@montague.example/orchard',
  'romeo@montague.example/Orchard',
  'room@chat.example/juliet',
  'montague.example',
  'juliet@capulet.example.evil.example',
  'not a jid@@',
  '',
];

describe('an answer is taken from the one who was asked and from nobody else (RFC 6120 §8.1.2.1)', () => {
  const cases: [string, string | undefined, (string | undefined)[]][] = [
    // On behalf of the account: no `from`, or its bare JID.
    ['nobody, so our account', undefined, [undefined, BARE]],
    ['our bare JID', BARE, [undefined, BARE]],
    ['our bare JID in another spelling', 'Juliet@CAPULET.example', [undefined, BARE]],
    // A stanza without `from` is from our account, hence not from any of these.
    ['our full JID', OWN, [OWN]],
    ['our server', 'capulet.example', ['capulet.example']],
    ['a contact', 'romeo@montague.example', ['romeo@montague.example']],
    ['a client of a contact', 'romeo@montague.example/orchard', ['romeo@montague.example/orchard']],
    ['an occupant', 'room@chat.example/juliet', ['room@chat.example/juliet']],
  ];
  const table = cases.flatMap(([name, to, right]) =>
    SENDERS.map((from) => ({ name, to, from, taken: right.includes(from) })),
  );

  it.each(table)('asked $name, from $from: taken $taken', ({ to, from, taken }) => {
    for (const type of ['result', 'error']) {
      const { router, told, expectAnswer } = asking();
      expectAnswer('q1', to);
      expect(router.answer(iq(type, from))).toBe(taken);
      expect(told).toHaveLength(taken ? 1 : 0);
      expect(router.deadline()).toBe(taken ? undefined : 1_000);
    }
  });

  it('compares addresses as prepared, not as spelt', () => {
    const { router, expectAnswer } = asking();
    expectAnswer('q1', 'romeo@montague.example/orchard');
    expect(router.answer(iq('result', 'ROMEO@Montague.EXAMPLE/orchard'))).toBe(true);
  });

  it('goes on waiting after spoofed answers and takes the right one', () => {
    const { router, told, expectAnswer } = asking();
    expectAnswer('q1', 'romeo@montague.example/orchard');
    for (const from of ['mercutio@montague.example', undefined, 'romeo@montague.example']) {
      expect(router.answer(iq('result', from))).toBe(false);
    }
    const right = iq('result', 'romeo@montague.example/orchard');
    expect(router.answer(right)).toBe(true);
    expect(told).toEqual([['q1', { type: 'result', stanza: right }]]);
  });
});

describe('an awaited IQ', () => {
  it('is answered once: the same answer again is nobody’s', () => {
    const { router, told, expectAnswer } = asking();
    expectAnswer();
    expect([1, 2, 3].map(() => router.answer(iq('result')))).toEqual([true, false, false]);
    expect(told).toHaveLength(1);
  });

  it('gets an error with its stanza and the fault in it', () => {
    const { router, told, expectAnswer } = asking();
    expectAnswer();
    const condition = xml('item-not-found', { xmlns: NS.stanzas });
    const stanza = xml(
      'iq',
      { xmlns: NS.client, type: 'error', id: 'q1' },
      xml('error', { type: 'cancel' }, condition),
    );
    expect(router.answer(stanza)).toBe(true);
    expect(told).toMatchObject([
      ['q1', { type: 'error', stanza, fault: { kind: 'stanza', condition: 'item-not-found' } }],
    ]);
  });

  it.each([
    ['a request with its id', iq('get')],
    ['a command with its id', iq('set')],
    ['an IQ without type', xml('iq', { xmlns: NS.client, id: 'q1' })],
    ['a message with its id', xml('message', { xmlns: NS.client, type: 'result', id: 'q1' })],
    ['an IQ of another namespace', iq('result', undefined, 'q1', NS.sm)],
    ['a result with another id', iq('result', undefined, 'q2')],
    ['a result without id', xml('iq', { xmlns: NS.client, type: 'result' })],
  ])('is not answered by %s', (_, stanza) => {
    const { router, told, expectAnswer } = asking();
    expectAnswer();
    expect(router.answer(stanza)).toBe(false);
    expect(told).toEqual([]);
  });

  it('may not share its id with another one', () => {
    const { router, expectAnswer } = asking();
    expectAnswer();
    expect(() => expectAnswer()).toThrow('already awaited');
    router.answer(iq('result'));
    expect(() => expectAnswer()).not.toThrow();
  });

  it('finds its id free and the router in order when its answer is told', () => {
    const router = new IqRouter(tools);
    const told: string[] = [];
    const again = (outcome: IqOutcome) => {
      told.push(outcome.type);
      if (told.length < 3) router.expect('q1', undefined, jid(OWN), 2_000, again);
    };
    router.expect('q1', undefined, jid(OWN), 1_000, again);
    router.answer(iq('result'));
    router.expire(2_000);
    router.failAll(fault('link', 'closed', 'gone'));
    expect(told).toEqual(['result', 'error', 'error']);
    expect(router.deadline()).toBeUndefined();
  });
});

describe('time', () => {
  it('ends what has waited until its deadline, with a timeout, and nothing else', () => {
    const { router, told, expectAnswer } = asking();
    expectAnswer('early', undefined, 1_000);
    expectAnswer('late', undefined, 2_000);
    expect(router.deadline()).toBe(1_000);
    router.expire(999);
    expect(told).toEqual([]);
    router.expire(1_000);
    expect(told).toMatchObject([['early', { type: 'error', fault: { kind: 'timeout' } }]]);
    expect(router.deadline()).toBe(2_000);
    expect(router.answer(iq('result', undefined, 'early'))).toBe(false);
    expect(router.answer(iq('result', undefined, 'late'))).toBe(true);
    expect(router.deadline()).toBeUndefined();
  });

  it('is asked for no later than the earliest deadline, and moves on once it has come', () => {
    const action = fc.record({
      id: fc.integer({ min: 0, max: 20 }),
      waitMs: fc.integer({ min: 1, max: 500 }),
      answered: fc.boolean(),
      afterMs: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const { router, told, expectAnswer } = asking();
        const open = new Map<string, number>();
        let now = 0;
        for (const { id, waitMs, answered, afterMs } of actions) {
          now += afterMs;
          router.expire(now);
          for (const [name, deadline] of open) if (deadline <= now) open.delete(name);
          const name = String(id);
          if (answered) expect(router.answer(iq('result', BARE, name))).toBe(open.delete(name));
          else if (!open.has(name)) {
            open.set(name, now + waitMs);
            expectAnswer(name, undefined, now + waitMs);
          }
          const next = router.deadline();
          expect(next === undefined).toBe(open.size === 0);
          for (const deadline of open.values()) expect(next).toBeLessThanOrEqual(deadline);
          if (next !== undefined) expect(next).toBeGreaterThan(now);
        }
        expect(told.length).toBeLessThanOrEqual(actions.length);
      }),
    );
  });
});

describe('the end of a session', () => {
  it('is told to everybody who waits, in the order of the requests, once', () => {
    const { router, told, expectAnswer } = asking();
    for (const id of ['a', 'b', 'c']) expectAnswer(id);
    router.answer(iq('result', undefined, 'b'));
    const gone = fault('stream', 'conflict', 'Another client took the place.');
    router.failAll(gone);
    router.failAll(gone);
    expect(told.map(([id]) => id)).toEqual(['b', 'a', 'c']);
    expect(told.slice(1).map(([, outcome]) => outcome)).toEqual([
      { type: 'error', fault: gone },
      { type: 'error', fault: gone },
    ]);
    expect(router.answer(iq('result', undefined, 'a'))).toBe(false);
  });

  it('leaves requests alone that are made while it is told', () => {
    const router = new IqRouter(tools);
    const told: string[] = [];
    router.expect('a', undefined, jid(OWN), 1_000, () => {
      told.push('a');
      router.expect('b', undefined, jid(OWN), 1_000, () => told.push('b'));
    });
    router.failAll(fault('link', 'closed', 'gone'));
    expect(told).toEqual(['a']);
    expect(router.deadline()).toBe(1_000);
  });
});

it('a result that was too large or too complex is no empty one but an error', () => {
  const { router, told, expectAnswer } = asking();
  expectAnswer();
  const { attrs } = iq('result');
  expect(router.answer(Object.assign(new ReducedElement('iq'), { attrs }))).toBe(true);
  expect(told).toMatchObject([
    ['q1', { type: 'error', fault: { kind: 'stanza', condition: 'policy-violation' } }],
  ]);
});
