// SPDX-License-Identifier: MIT
//
// Which archive is read, and what its messages are to us.

import type { Fault } from '../core/errors.js';
import type { Jid } from '../core/jid.js';
import { attribute } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { Cursor } from '../delivery/inbox-book.js';
import type { OwnMessage } from '../delivery/replay.js';
import type { ArchivedMessage, PageWanted } from './archive-query.js';
import type { ArchivedText, ArchiveDesk, FeatureHost } from './feature.js';
import { readText, textBody } from './message-reading.js';
import { invitationsOf } from './muc-invitations.js';
import { idsOf, isOwnCopy } from './own-copies.js';
import { parseJid } from './per-host.js';

const DAY_MS = 24 * 3_600_000;

export interface ArchiveSource {
  /** Whose archive it is; absent for our own account's. */
  readonly of?: Jid;
  readonly desk: ArchiveDesk;
  /** It can be asked now. */
  readonly open: boolean;
  /** The name that its cursor is kept by. */
  readonly name: string;
  /**
   * Where the reading begins when no message is known up to which it was read.
   * @param known a time up to which it was
   * @returns the page, and that time
   */
  beginning(known: Cursor | undefined): { readonly wanted: PageWanted; readonly at: number };
  /** What it gives that is for the host. */
  text(archived: ArchivedMessage): ArchivedText | undefined;
  /** One that our account wrote. */
  own(archived: ArchivedMessage): OwnMessage | undefined;
  /** It was read to its end. */
  whole?(): void;
  /** It is not given to us. */
  refused?(cause: Fault): void;
  /** Of a room: asks whether we are in it, as far as can be known. */
  inside?(answer: (inside: boolean | undefined) => void): void;
}

/** Our account's own archive. */
export class AccountSource implements ArchiveSource {
  constructor(private readonly host: FeatureHost) {}

  get desk(): ArchiveDesk {
    return this.host.archive;
  }

  get open(): boolean {
    return this.host.online;
  }

  get name(): string {
    return this.host.jid.bare().toString();
  }

  beginning(known: Cursor | undefined): { readonly wanted: PageWanted; readonly at: number } {
    const days = this.host.settings.archiveDays;
    const at = known?.at ?? this.host.clock().wall - days * DAY_MS;
    return { wanted: { start: at }, at };
  }

  text({ id, message, when }: ArchivedMessage): ArchivedText | undefined {
    const { from, to } = this.addresses(message);
    if (from !== undefined && invitationsOf(this.host).copied(message, from)) return undefined;
    const text = from === undefined ? undefined : readText(message, from);
    if (from === undefined || text === undefined || isOwnCopy(this.host, from, message)) {
      return undefined;
    }
    if (from.sameBare(this.host.jid) && to?.sameBare(this.host.jid) === false) {
      text.value.outgoing = true;
      text.value.to = to.toString();
    }
    return textBody(text, { path: 'archive', archiveId: id, ...when });
  }

  own({ message }: ArchivedMessage): OwnMessage | undefined {
    const { from, to } = this.addresses(message);
    return from?.sameBare(this.host.jid) === true && to !== undefined
      ? { ids: idsOf(message), to: to.bare().toString() }
      : undefined;
  }

  whole(): void {
    this.desk.readable(true);
  }

  refused(): void {
    this.desk.readable(false);
  }

  private addresses(message: Element) {
    const address = (name: string) => parseJid(this.host, attribute(message, name));
    return { from: address('from'), to: address('to') };
  }
}
