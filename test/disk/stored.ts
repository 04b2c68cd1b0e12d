// SPDX-License-Identifier: MIT

import type { JournalRecord, Transaction } from '../../src/delivery/records.js';
import { Store } from '../../src/delivery/store.js';
import type { FileSystem } from '../../src/disk/file-system.js';
import { JournalFile } from '../../src/disk/journal-file.js';
import { nodeTools } from '../support/tools.js';

/** The real store on the real journal file, as the driver joins them. */
export class Stored {
  private constructor(
    readonly store: Store,
    /** What was in the file. */
    readonly content: Uint8Array,
    private readonly file: JournalFile,
  ) {}

  static async open(fs: FileSystem, path: string): Promise<Stored> {
    // The file must be open before the store can be made of what is in it.
    const joined: { store?: Store } = {};
    const { file, content } = await JournalFile.open(fs, path, {
      flushed: (append) => joined.store?.flushed(append),
      appendFailed: (append, fault) => joined.store?.failed(append, fault, 0),
      compacted: (fault) => joined.store?.compacted(fault, 0),
      stuck: (fault) => {
        throw new Error(fault.text);
      },
    });
    const store = new Store(content, nodeTools, {
      append: (append, bytes) => file.append(append, bytes),
      compact: (bytes, damaged) => file.compact(bytes, damaged),
    });
    joined.store = store;
    return new Stored(store, content, file);
  }

  /** Resolves once it is told as flushed; rejects if that is not told before the file is idle. */
  async commit(transaction: Transaction): Promise<void> {
    let flushed = false;
    this.store.commit(transaction, () => {
      flushed = true;
    });
    await this.file.drain();
    if (!flushed) throw new Error('the transaction was not flushed');
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

export const accept = (handle: string): JournalRecord => ({
  ...{
    type: 'accept',
    handle,
    to: 'bob@example.org',
    xml: '<message/>',
    body: `"${handle}"`,
    at: 7,
  },
});

/** Every kind of record, as a talk with one lost session leaves them. */
export const LIFE: readonly Transaction[] = [
  [{ type: 'resource', resource: 'büro' }],
  [
    { type: 'seen', trace: { key: 'k0', path: 'archive', archiveId: 'a0' }, at: 1 },
    { type: 'last-inbox', number: 4 },
    { type: 'taken', number: 3 },
  ],
  [{ type: 'session', id: 's1', jid: 'alice@example.org/büro', max: 300 }],
  [{ type: 'sent', number: 1, kind: 'presence' }],
  [accept('m1'), { type: 'sent', number: 2, kind: 'message', handle: 'm1' }],
  [
    { type: 'inbox', number: 5, event: 'AAAA', trace: { key: 'k1', path: 'live:s1' }, at: 2 },
    { type: 'handled', h: 1 },
  ],
  [accept('m2')],
  [{ type: 'acked', h: 1 }],
  [{ type: 'resumed', h: 1 }],
  [{ type: 'sent', number: 2, kind: 'message', handle: 'm1' }],
  [{ type: 'acked', h: 2 }],
  [
    { type: 'inbox', number: 6, event: 'AAAB', at: 3 },
    { type: 'handled', h: 2 },
  ],
  [{ type: 'taken', number: 5 }],
  [{ type: 'held', event: 'AAAC', trace: { key: 'k2', path: 'live:s1' }, at: 4 }],
  [{ type: 'cursor', archive: 'alice@example.org', id: 'a1', at: 4 }],
  [{ type: 'release' }],
  [{ type: 'session-end' }],
  [{ type: 'state', handle: 'm2', state: 'queued', twice: true }],
  [accept('m3'), { type: 'state', handle: 'm3', state: 'failed' }],
];
