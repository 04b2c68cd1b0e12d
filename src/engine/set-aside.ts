// SPDX-License-Identifier: MIT
//
// What no host can be given: it ended the program twice running, or it cannot be read. The host is
// told of it in its place, and its bytes go into a file, so that nothing is thrown away.

import { create } from '@bufbuild/protobuf';
import { MessageSchema } from '../contract/engine_pb.js';
import { formatDateTime } from '../core/date-time.js';
import { fault } from '../core/errors.js';
import type { InboxEntry } from '../delivery/inbox-book.js';
import { errorMessage } from '../features/error.js';
import type { EventBody } from '../features/feature.js';
import { messageState } from './bodies.js';
import type { Context } from './context.js';

/** What the inbox holds. */
export type Durable = Extract<EventBody, { case: 'message' | 'messageState' }>;

/** The name of the file in the account's folder. */
export const SET_ASIDE = 'set-aside';
/** So many deaths running with an entry in the host's hands are no accident. */
export const DEATHS = 2;

/** The file is for a person to look into, and no archive. */
const KEPT = 20;
const KEPT_CHARS = 8 * 1024 * 1024;

export class SetAside {
  /** The account's own, as the host named it. */
  folder = '';
  /** JSON, oldest first: `number`, `from`, `time`, and the contract's bytes in base64 as `event`. */
  private lines: string[];

  /** @param saved what the file held at the start */
  constructor(
    private readonly context: Context,
    saved = '',
  ) {
    this.lines = saved.split('\n').filter((line) => line !== '');
  }

  get path(): string {
    return this.folder === '' ? SET_ASIDE : `${this.folder}/${SET_ASIDE}`;
  }

  /**
   * Keeps an entry in the file.
   * @param body what it says; absent when that cannot be read
   * @returns what the host is given instead
   */
  instead(entry: InboxEntry, body: Durable | undefined): Durable {
    this.keep(entry, body);
    if (body?.case === 'messageState') {
      const { id, state, to } = body.value;
      return messageState({ id, state, to, error: errorMessage(this.untold()) });
    }
    const { type, from, to, outgoing, late, sentTimeMs } = body?.value ?? create(MessageSchema);
    const time = sentTimeMs === 0n ? BigInt(Math.trunc(entry.at)) : sentTimeMs;
    const known = { type, from, to, outgoing, late, sentTimeMs: time };
    const value = create(MessageSchema, { ...known, setAside: true, keptIn: this.path });
    return { case: 'message', value };
  }

  /** Sees to it that the file has an entry. */
  keep({ number, event, at }: InboxEntry, body: Durable | undefined): void {
    const from = body?.case === 'message' ? body.value.from : '';
    const line = JSON.stringify({ number, from, time: formatDateTime(at), event });
    if (this.lines.includes(line)) {
      return;
    }
    this.lines = [...this.lines, line].slice(-KEPT);
    while (this.lines.length > 1 && this.length() > KEPT_CHARS) {
      this.lines.shift();
    }
    const text = this.lines.map((each) => `${each}\n`).join('');
    this.context.effect({ type: 'save', name: SET_ASIDE, text });
  }

  private length(): number {
    return this.lines.reduce((sum, line) => sum + line.length, 0);
  }

  private untold() {
    const text = `Its text and the reason ended the program twice. They are kept in ${this.path}.`;
    return fault('store', 'set-aside', text, { by: 'us', retry: 'never' });
  }
}
