// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { SrvRecord } from '../../src/transport/srv.js';
import { chooseTargets, namedTargets, orderRecords, services } from '../../src/transport/srv.js';

const dial = { domain: 'example.org', tls: 'either', certificate: false } as const;

function record(host: string, more: Partial<SrvRecord> = {}): SrvRecord {
  return { host, port: 5222, priority: 10, weight: 0, direct: false, ...more };
}

function hosts(records: readonly { readonly host: string }[]): string[] {
  return records.map((r) => r.host);
}

describe('the order of SRV records (RFC 2782)', () => {
  it('puts the lowest priority first, whatever the weights and the draw', () => {
    const records = [
      record('c', { priority: 30, weight: 99 }),
      record('a'),
      record('b', { priority: 20 }),
    ];
    for (const share of [0, 0.5, 1]) {
      expect(hosts(orderRecords(records, (max) => Math.floor(max * share)))).toEqual([
        'a',
        'b',
        'c',
      ]);
    }
  });

  it.each([
    { marks: [0, 0, 0], order: ['none', 'light', 'heavy'] },
    { marks: [1, 0, 0], order: ['light', 'none', 'heavy'] },
    { marks: [3, 3, 0], order: ['light', 'heavy', 'none'] },
    { marks: [4, 3, 0], order: ['heavy', 'light', 'none'] },
    { marks: [10, 1, 0], order: ['heavy', 'light', 'none'] },
  ])('draws $order where the draws are $marks', ({ marks, order }) => {
    const records = [
      record('light', { weight: 3 }),
      record('heavy', { weight: 7 }),
      record('none'),
    ];
    const asked: number[] = [];
    const pick = (max: number): number => marks[asked.push(max) - 1] ?? 0;
    expect(hosts(orderRecords(records, pick))).toEqual(order);
    expect(asked[0]).toBe(10);
  });

  it('gives each record a chance in the measure of its weight', () => {
    const records = [record('light', { weight: 1 }), record('heavy', { weight: 3 })];
    // A draw of 0 to 4 that takes each value once: light wins 0 and 1, heavy 2, 3 and 4.
    const first = [0, 1, 2, 3, 4].map((mark) => hosts(orderRecords(records, () => mark))[0]);
    expect(first).toEqual(['light', 'light', 'heavy', 'heavy', 'heavy']);
  });
});

describe('the targets of a domain', () => {
  const none = { records: [] };
  const zero = (): number => 0;

  it('mixes direct TLS and STARTTLS records into one order (XEP-0368 §3)', () => {
    const direct = record('tls', { direct: true, port: 5223, priority: 20 });
    const answers = [
      { records: [direct] },
      { records: [record('b', { priority: 30 }), record('a')] },
    ];
    expect(chooseTargets(dial, answers, zero)).toEqual([
      { host: 'a', port: 5222, direct: false },
      { host: 'tls', port: 5223, direct: true },
      { host: 'b', port: 5222, direct: false },
    ]);
  });

  it.each([
    ['there are no records', [none, none]],
    ['DNS does not answer', [{ failed: 'ETIMEOUT' }, { failed: 'ESERVFAIL' }]],
    ['one question fails and the other brings nothing', [none, { failed: 'ETIMEOUT' }]],
  ])('falls back to the domain at port 5222 when %s (RFC 6120 §3.2.1)', (_title, answers) => {
    expect(chooseTargets(dial, answers, zero)).toEqual([
      { host: 'example.org', port: 5222, direct: false },
    ]);
  });

  it.each([
    ['both services', [{ records: [record('', { direct: true })] }, { records: [record('')] }]],
    ['STARTTLS only', [none, { records: [record('')] }]],
    ['direct TLS only', [{ records: [record('', { direct: true })] }, none]],
  ])('never guesses where a target of "." denies %s', (_title, answers) => {
    expect(chooseTargets(dial, answers, zero)).toMatchObject({
      kind: 'link',
      condition: 'service-not-offered',
    });
  });

  it('uses the service that is offered when the other is denied', () => {
    const answers = [{ records: [record('', { direct: true })] }, { records: [record('a')] }];
    expect(chooseTargets(dial, answers, zero)).toEqual([{ host: 'a', port: 5222, direct: false }]);
  });

  it('tries no more than 16 of them', () => {
    const records = Array.from({ length: 40 }, (_, i) => record(`h${String(i)}`, { priority: i }));
    expect(chooseTargets(dial, [{ records }], zero)).toHaveLength(16);
  });

  it('falls back to port 5223 when only direct TLS is wanted', () => {
    expect(chooseTargets({ ...dial, tls: 'direct' }, [none], zero)).toEqual([
      { host: 'example.org', port: 5223, direct: true },
    ]);
  });
});

it.each([
  ['either', ['_xmpps-client._tcp', '_xmpp-client._tcp']],
  ['direct', ['_xmpps-client._tcp']],
  ['starttls', ['_xmpp-client._tcp']],
] as const)('asks for the services of "%s"', (tls, names) => {
  expect(services(tls).map((s) => s.name)).toEqual(names);
});

it.each([
  ['either', undefined, [[5222, false]]],
  [
    'either',
    5223,
    [
      [5223, true],
      [5223, false],
    ],
  ],
  [
    'either',
    443,
    [
      [443, true],
      [443, false],
    ],
  ],
  ['direct', undefined, [[5223, true]]],
  ['starttls', 5223, [[5223, false]]],
] as const)('goes straight to a named host with "%s" and port %s', (tls, port, expected) => {
  const named = namedTargets({ ...dial, tls, ...(port === undefined ? {} : { port }) }, 'box');
  expect(named).toEqual(expected.map(([p, direct]) => ({ host: 'box', port: p, direct })));
});
