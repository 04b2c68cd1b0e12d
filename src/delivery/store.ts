// SPDX-License-Identifier: MIT
//
// Joins the ledger and the journal: hands transactions to the disk, tells when they are safe, keeps
// them when the disk fails, and asks for compaction. Sans-I/O: the disk is two effects and three inputs.

import type { Fault } from '../core/errors.js';
import type { Tools } from '../core/tools.js';
import { encodeFrame, encodeJournal, readJournal } from './journal.js';
import { Ledger } from './ledger.js';
import type { Transaction } from './records.js';

/** What the store asks of the disk; see the engine's effects of the same names. */
export interface StoreEffects {
  append(number: number, bytes: Uint8Array): void;
  /** @param damaged what is replaced is damaged, and worth a copy */
  compact(bytes: Uint8Array, damaged: boolean): void;
}

interface Pending {
  append: number;
  readonly bytes: Uint8Array;
  readonly flushed: () => void;
  /** Present: the transaction may be given up when the disk fails, and this says so. */
  readonly dropped?: (fault: Fault) => void;
}

/** A journal shorter than this is not worth compacting, in bytes. */
const COMPACT_FLOOR = 256 * 1024;
/** Compaction pays once the journal is this many times what its snapshot was. */
const COMPACT_RATIO = 4;
/** A disk that failed is tried again after this long. */
const RETRY_MS = 1_000;

export class Store {
  readonly ledger = new Ledger();
  /** Why nothing can be kept at present; absent while all is well. */
  fault: Fault | undefined;
  /** What was wrong with the journal at the start, for the log. */
  readonly damage: string | undefined;

  private pending: Pending[] = [];
  private lastAppend = 0;
  private retryAt: number | undefined;
  private size: number;
  private snapshotSize = 0;
  private compacting = false;
  /** Nothing may be appended behind damage: the journal is rewritten first. */
  private mustCompact = false;
  /** What it is rewritten to, however often: what is committed meanwhile is appended behind it. */
  private readonly recovered: Uint8Array | undefined;

  constructor(
    journal: Uint8Array,
    private readonly tools: Tools,
    private readonly effects: StoreEffects,
  ) {
    const recovery = readJournal(journal, tools);
    this.ledger.applyAll(recovery.transactions);
    this.damage = recovery.damage;
    this.size = journal.length;
    if (recovery.damage !== undefined || journal.length === 0) {
      // A new journal needs its header, too.
      this.mustCompact = true;
      this.recovered = encodeJournal(this.ledger.snapshot(), tools);
      this.compact();
    }
  }

  /** Nothing is waiting for the disk. */
  get idle(): boolean {
    return this.pending.length === 0;
  }

  /**
   * Applies a transaction to the ledger and hands it to the disk.
   * @param flushed called once it is safe
   * @param dropped if given, the transaction is given up rather than kept when the disk fails; the
   *   caller undoes it in the ledger
   */
  commit(transaction: Transaction, flushed: () => void, dropped?: (fault: Fault) => void): void {
    for (const record of transaction) {
      this.ledger.apply(record);
    }
    const bytes = encodeFrame(transaction, this.tools);
    const entry: Pending = {
      append: 0,
      bytes,
      flushed,
      ...(dropped === undefined ? {} : { dropped }),
    };
    this.pending.push(entry);
    // Behind one that waits for the disk to recover, or records would change their order.
    if (this.retryAt === undefined && !this.mustCompact) {
      this.append(entry);
    }
  }

  /** Everything up to this append is on disk. */
  flushed(append: number): void {
    let count = 0;
    while (count < this.pending.length) {
      const entry = this.pending[count];
      if (entry === undefined || entry.append === 0 || entry.append > append) {
        break;
      }
      count++;
    }
    const done = this.pending.splice(0, count);
    if (done.length > 0 && this.retryAt === undefined) {
      this.fault = undefined;
    }
    for (const entry of done) {
      entry.flushed();
    }
    this.compactIfDue();
  }

  /** This append and all behind it are certainly not on disk. */
  failed(append: number, fault: Fault, now: number): void {
    this.fault = fault;
    this.retryAt = now + RETRY_MS;
    const lost = this.pending.filter((entry) => entry.append === 0 || entry.append >= append);
    this.pending = this.pending.filter(
      (entry) => !lost.includes(entry) || entry.dropped === undefined,
    );
    // Newest first: what is undone is always the last thing that was done.
    for (const entry of lost.reverse()) {
      entry.append = 0;
      entry.dropped?.(fault);
    }
  }

  /** The answer to `compact`. A failure is no loss: the old journal is whole, and grows on. */
  compacted(fault: Fault | undefined, now: number): void {
    this.compacting = false;
    if (fault === undefined) {
      this.mustCompact = false;
      this.appendWaiting();
    } else if (this.mustCompact) {
      this.fault = fault;
      this.retryAt = now + RETRY_MS;
    } else {
      // Tried again only after the journal has grown as much once more.
      this.snapshotSize = this.size;
    }
  }

  tick(now: number): void {
    if (this.retryAt === undefined || now < this.retryAt) {
      return;
    }
    this.retryAt = undefined;
    if (this.mustCompact) {
      this.compact();
      return;
    }
    this.appendWaiting();
  }

  deadline(): number | undefined {
    return this.retryAt;
  }

  private appendWaiting(): void {
    if (this.mustCompact) {
      return;
    }
    if (this.pending.length === 0) {
      // Nothing is left that could prove the disk well again: the next commit will.
      this.fault = undefined;
    }
    for (const entry of this.pending) {
      if (entry.append === 0) {
        this.append(entry);
      }
    }
  }

  private append(entry: Pending): void {
    entry.append = ++this.lastAppend;
    this.size += entry.bytes.length;
    this.effects.append(entry.append, entry.bytes);
  }

  private compactIfDue(): void {
    const worthIt = Math.max(COMPACT_FLOOR, this.snapshotSize * COMPACT_RATIO);
    // Only while nothing is pending: the snapshot must hold no more than what is already on disk.
    if (!this.compacting && this.idle && this.size > worthIt) {
      this.compact();
    }
  }

  private compact(): void {
    const rewrite = this.mustCompact ? this.recovered : undefined;
    const bytes = rewrite ?? encodeJournal(this.ledger.snapshot(), this.tools);
    this.compacting = true;
    this.size = bytes.length;
    this.snapshotSize = bytes.length;
    this.effects.compact(bytes, this.mustCompact && this.damage !== undefined);
  }
}
