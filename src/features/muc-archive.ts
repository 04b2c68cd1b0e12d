// SPDX-License-Identifier: MIT
//
// The archive of a room (XEP-0313 §5.1): what is asked of it, and what of it is ours.

import type { Fault } from '../core/errors.js';
import type { Jid } from '../core/jid.js';
import { attribute } from '../core/xml.js';
import type { Cursor } from '../delivery/inbox-book.js';
import type { OwnMessage } from '../delivery/replay.js';
import type { ArchivedMessage, PageWanted } from './archive-query.js';
import type { ArchiveSource } from './archive-source.js';
import type { ArchivedText, FeatureHost, RoomDesk } from './feature.js';
import { authorsOf } from './muc-moderation.js';
import { archiveId, occupantOf, readArchived } from './muc-reading.js';
import type { Place } from './muc-reading.js';
import { parseJid } from './per-host.js';

/** So much is shown of a room that is new here, of its archive or of its history. */
export const NEWEST = 20;
/** The room's clock may be so much behind ours: machines are wrong by minutes. */
export const SLACK_MS = 10 * 60_000;

export class RoomSource implements ArchiveSource {
  readonly of: Jid;
  readonly name: string;

  constructor(
    private readonly host: FeatureHost,
    private readonly place: () => Place,
    readonly desk: RoomDesk,
    readonly refused: (cause: Fault) => void,
    readonly inside: (answer: (inside: boolean | undefined) => void) => void,
  ) {
    this.of = place().room.jid;
    this.name = this.of.toString();
  }

  get open(): boolean {
    return this.host.online && this.place().room.joined;
  }

  beginning(known: Cursor | undefined): { readonly wanted: PageWanted; readonly at: number } {
    // Until it got an archive the room was heard up to then, by our clock.
    const { isNew, cameAt } = this.place();
    const at = known?.at ?? cameAt ?? this.host.clock().wall;
    // One that is empty now will have nothing but what comes from now on.
    return isNew
      ? { wanted: { before: '', max: NEWEST }, at: 0 }
      : { wanted: { start: Math.max(at - SLACK_MS, 0) }, at };
  }

  text(archived: ArchivedMessage): ArchivedText | undefined {
    const occupant = this.occupant(archived);
    if (occupant === undefined) return undefined;
    authorsOf(this.host).note(archiveId(this.name, archived.id), occupant);
    return readArchived(this.place(), archived, occupant);
  }

  own(archived: ArchivedMessage): OwnMessage | undefined {
    const text = this.text(archived);
    return text?.settles === undefined ? undefined : { ids: [text.settles], to: this.name };
  }

  private occupant({ message }: ArchivedMessage): string | undefined {
    return occupantOf(this.place().room, parseJid(this.host, attribute(message, 'from')));
  }
}
