// SPDX-License-Identifier: MIT
//
// The journal as bytes: a header, then frames of
//   u32 length, u32 CRC-32C of the payload, payload (a transaction as JSON, UTF-8)
// all little-endian. A frame is there whole or not at all, so a transaction is too.

import type { Tools } from '../core/tools.js';
import { crc32c } from './crc32c.js';
import type { JournalRecord, Transaction } from './records.js';

const HEADER = 'STEADFJ1';
const FRAME_HEAD = 8;
/** Far above any stanza; a length beyond it is damage, not a frame to wait for. */
const MAX_PAYLOAD = 32 * 1024 * 1024;

/** What was found in a journal's bytes. */
export interface Recovery {
  readonly transactions: readonly Transaction[];
  /** How many bytes from the start are sound. */
  readonly soundBytes: number;
  /** Why reading stopped before the end; absent when it did not. */
  readonly damage?: string;
}

type JournalTools = Pick<Tools, 'utf8' | 'newUtf8Decoder'>;

/** The bytes an empty journal begins with. */
export function journalHeader(tools: JournalTools): Uint8Array {
  return tools.utf8(HEADER);
}

/** One transaction as a frame, ready to append. */
export function encodeFrame(transaction: Transaction, tools: JournalTools): Uint8Array {
  const payload = tools.utf8(JSON.stringify(transaction));
  const frame = new Uint8Array(FRAME_HEAD + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, payload.length, true);
  view.setUint32(4, crc32c(payload), true);
  frame.set(payload, FRAME_HEAD);
  return frame;
}

/** A whole journal: header and one frame each. */
export function encodeJournal(
  transactions: readonly Transaction[],
  tools: JournalTools,
): Uint8Array {
  const parts = [journalHeader(tools), ...transactions.map((t) => encodeFrame(t, tools))];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Reads as far as the bytes are sound. A torn end is what a power cut leaves and no reason for alarm;
 * damage before it is told in the same way, since nobody can tell the two apart for certain. A wrong
 * header is told too, but frames that are sound behind it are a journal's and are kept.
 */
export function readJournal(bytes: Uint8Array, tools: JournalTools): Recovery {
  if (bytes.length === 0) {
    return { transactions: [], soundBytes: 0 };
  }
  const header = journalHeader(tools);
  const damage = header.some((byte, i) => bytes[i] !== byte)
    ? { damage: 'the header is not that of a journal' }
    : {};
  const transactions: Transaction[] = [];
  let at = header.length;
  while (at < bytes.length) {
    const frame = readFrame(bytes, at, tools);
    if (typeof frame === 'string') {
      const place = `at byte ${String(at)} of ${String(bytes.length)}`;
      return { transactions, soundBytes: at, damage: `${frame} ${place}`, ...damage };
    }
    transactions.push(frame.transaction);
    at = frame.end;
  }
  return { transactions, soundBytes: Math.min(at, bytes.length), ...damage };
}

function readFrame(
  bytes: Uint8Array,
  at: number,
  tools: JournalTools,
): { transaction: Transaction; end: number } | string {
  if (bytes.length - at < FRAME_HEAD) {
    return 'a frame head is cut short';
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_HEAD);
  const length = view.getUint32(0, true);
  const end = at + FRAME_HEAD + length;
  if (length > MAX_PAYLOAD || end > bytes.length) {
    return 'a frame is cut short';
  }
  const payload = bytes.subarray(at + FRAME_HEAD, end);
  if (crc32c(payload) !== view.getUint32(4, true)) {
    return 'a checksum is wrong';
  }
  const transaction = parseTransaction(payload, tools);
  return transaction === undefined ? 'a frame holds no transaction' : { transaction, end };
}

function parseTransaction(payload: Uint8Array, tools: JournalTools): Transaction | undefined {
  try {
    const value: unknown = JSON.parse(tools.newUtf8Decoder().decode(payload, true));
    return Array.isArray(value) ? (value as JournalRecord[]) : undefined;
  } catch {
    return undefined;
  }
}
