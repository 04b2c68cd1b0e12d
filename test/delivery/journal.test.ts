// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/delivery/crc32c.js';
import { encodeFrame, encodeJournal, readJournal } from '../../src/delivery/journal.js';
import type { Transaction } from '../../src/delivery/records.js';
import { nodeTools as tools } from '../support/tools.js';

const TRANSACTIONS: Transaction[] = [
  [{ type: 'resource', resource: 'büro' }],
  [
    { type: 'accept', handle: 'm1', to: 'bob@b', xml: '<message/>', body: 'grüße', at: 1 },
    { type: 'sent', number: 1, kind: 'message', handle: 'm1' },
  ],
  [{ type: 'acked', h: 1 }],
];

const JOURNAL = encodeJournal(TRANSACTIONS, tools);

/** How many of the transactions lie wholly before this byte. */
function wholeBefore(offset: number): number {
  let end = encodeJournal([], tools).length;
  let count = 0;
  for (const transaction of TRANSACTIONS) {
    end += encodeFrame(transaction, tools).length;
    count += end <= offset ? 1 : 0;
  }
  return count;
}

const HEADER_BITS = encodeJournal([], tools).length * 8;

function flipped(bit: number): Uint8Array {
  const bytes = Uint8Array.from(JOURNAL);
  const at = bit >> 3;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

describe('the checksum', () => {
  // RFC 3720 §B.4
  it.each([
    ['32 zero bytes', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 rising bytes', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ])('of %s is that of RFC 3720', (_, bytes, value) => {
    expect(crc32c(bytes)).toBe(value);
  });
});

describe('a journal', () => {
  it('is read back as it was written', () => {
    expect(readJournal(JOURNAL, tools)).toEqual({
      transactions: TRANSACTIONS,
      soundBytes: JOURNAL.length,
    });
  });

  it('that is empty holds nothing and is not damaged', () => {
    expect(readJournal(new Uint8Array(), tools)).toEqual({ transactions: [], soundBytes: 0 });
  });

  it('cut at any byte gives every transaction before the cut, and says so', () => {
    for (let cut = 1; cut < JOURNAL.length; cut++) {
      const { transactions, damage } = readJournal(JOURNAL.subarray(0, cut), tools);
      const whole = wholeBefore(cut);
      expect(transactions, `cut at ${String(cut)}`).toEqual(TRANSACTIONS.slice(0, whole));
      const atBoundary = encodeJournal(TRANSACTIONS.slice(0, whole), tools).length === cut;
      expect(damage === undefined, `cut at ${String(cut)}`).toBe(atBoundary);
    }
  });

  it('with one bit flipped anywhere gives every transaction before it, and says so', () => {
    for (let bit = HEADER_BITS; bit < JOURNAL.length * 8; bit++) {
      const { transactions, damage } = readJournal(flipped(bit), tools);
      expect(damage, `bit ${String(bit)}`).toBeDefined();
      expect(transactions, `bit ${String(bit)}`).toEqual(
        TRANSACTIONS.slice(0, wholeBefore(bit >> 3)),
      );
    }
  });

  it('with one bit flipped in its header gives every transaction, and says so', () => {
    for (let bit = 0; bit < HEADER_BITS; bit++) {
      const { transactions, damage } = readJournal(flipped(bit), tools);
      expect(damage, `bit ${String(bit)}`).toContain('header');
      expect(transactions, `bit ${String(bit)}`).toEqual(TRANSACTIONS);
    }
  });

  it('that is another file altogether gives nothing, and says so', () => {
    const other = tools.utf8('A shopping list: bread, and four onions.');
    expect(readJournal(other, tools)).toMatchObject({ transactions: [], soundBytes: 8 });
    expect(readJournal(other, tools).damage).toContain('header');
  });

  it('says how much is left out', () => {
    const { damage } = readJournal(JOURNAL.subarray(0, -1), tools);
    const last = JOURNAL.length - encodeFrame(TRANSACTIONS[2] ?? [], tools).length;
    expect(damage).toContain(`at byte ${String(last)} of ${String(JOURNAL.length - 1)}`);
  });

  it('claims no memory for a frame longer than can be', () => {
    const bytes = Uint8Array.from([
      ...encodeJournal([], tools),
      0xff,
      0xff,
      0xff,
      0xff,
      0,
      0,
      0,
      0,
    ]);
    expect(readJournal(bytes, tools).damage).toContain('cut short');
  });
});
