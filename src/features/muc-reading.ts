// SPDX-License-Identifier: MIT
//
// What is said in a room (XEP-0045 §7.4), whichever way it came: live, as the history that a room gives
// at joining, or from its archive. Which of it is ours, and which line of ours it is.

import { NS } from '../core/namespaces.js';
import { child, childText } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { Copy } from '../delivery/copy.js';
import type { ArchivedMessage } from './archive-query.js';
import type { ArchivedText, FeatureHost, OwnLine, RoomDesk } from './feature.js';
import { readStamps, readText, stanzaIdBy, textBody } from './message-reading.js';
import { authorsOf } from './muc-moderation.js';
import type { JoinedRoom } from './muc-traffic.js';
import { idsOf } from './own-copies.js';

/** A room, and the desk of our lines to it. */
export interface Place {
  readonly room: JoinedRoom;
  readonly desk: RoomDesk;
  /** Rises with each joining and leaving, in this process. */
  readonly stay: number;
  /** It leaves the ids of stanzas alone: it says so, or was seen to. */
  stableIds: boolean;
  /** Nothing was known of it when this stay began. */
  readonly isNew: boolean;
  /** When this process was first in it, Unix ms by our clock. */
  readonly cameAt: number | undefined;
  /** When it was asked for entrance to this stay, the same. */
  readonly askedAt: number;
  /** Lines of ours that were found by what they say, by the id of what was found. */
  readonly byBody: Map<string, string>;
}

/** It may be found before it is shown, and that in a later session. */
const FOUND_KEPT = 500;

type How = Omit<Copy, 'from' | 'type' | 'id' | 'body' | 'behind' | 'key'>;

/** @returns nothing where there is nothing for a person to read */
export function readLive(
  host: FeatureHost,
  place: Place,
  stanza: Element,
  occupant: string,
): ArchivedText | undefined {
  const { jid } = place.room;
  const name = jid.toString();
  const stamps = readStamps(host, stanza, jid);
  const id = stanzaIdBy(host, stanza, jid);
  // Brought again by a resumption it has the time at which our server got it; in this stay it came anyway.
  const atLeast = Math.max(readStamps(host, stanza).stamp ?? 0, place.askedAt);
  if (id !== undefined) authorsOf(host).note(archiveId(name, id), occupant);
  return line(place, stanza, occupant, {
    ...(stamps.stamp === undefined
      ? { path: 'live' as const, ...(atLeast > 0 ? { earliest: atLeast } : {}) }
      : { path: 'history' as const, join: place.stay }),
    ...stamps,
    archive: name,
    ...(id === undefined ? {} : { archiveId: archiveId(name, id) }),
  });
}

/** What the archive gives, and what of it is ours. */
export function readArchived(
  place: Place,
  { id, message, when }: ArchivedMessage,
  occupant: string,
): ArchivedText | undefined {
  const name = place.room.jid.toString();
  return line(place, message, occupant, {
    ...{ path: 'archive', archive: name, archiveId: archiveId(name, id) },
    ...when,
  });
}

/** Archives may count from one each: their ids are made different. */
export function archiveId(room: string, id: string): string {
  return `${room} ${id}`;
}

function line(place: Place, stanza: Element, occupant: string, how: How): ArchivedText | undefined {
  const { jid } = place.room;
  const text = readText(stanza, occupant === '' ? jid : jid.withResource(occupant), true);
  if (text === undefined) return undefined;
  const id = place.room.idOf(stanza);
  const self = isSelf(place.room, occupant, id, how.path);
  const settles = ownLine(place, stanza, self, { ...text.copy, ...how });
  // Before we joined, the nick may have been another's.
  const known = how.path === 'live' || (id !== '' && place.room.ownId !== '');
  text.value.outgoing = settles !== undefined || (known && self);
  text.value.id = settles ?? text.value.id;
  text.value.occupantId = id;
  return { ...textBody(text, how), ...(settles === undefined ? {} : { settles }) };
}

/**
 * Is it of our account? Nicks change hands: where the room tells who wrote a line (XEP-0421), that decides;
 * but of what is said now, what another device of ours says under a nick of its own is not ours.
 */
function isSelf(room: JoinedRoom, occupant: string, id: string, path: Copy['path']): boolean {
  const { ownId } = room;
  if (id === '' || ownId === '') return room.isSelf(occupant);
  return id === ownId && (path !== 'live' || room.isSelf(occupant));
}

/** @returns the id of the line of ours that this is */
function ownLine(place: Place, stanza: Element, self: boolean, copy: Copy): string | undefined {
  const { desk } = place;
  const said = childText(stanza, 'body', NS.client) ?? '';
  const known = idsOf(stanza).find((id) => desk.bodyOf(id) !== undefined);
  if (known !== undefined) {
    // Under an earlier nick of ours, perhaps: nobody else can know both before the room has it.
    const earlier = () =>
      copy.path !== 'live' && sameText(desk.bodyOf(known) ?? '', said) && awaited(desk, known);
    place.stableIds ||= self;
    return self || earlier() ? known : undefined;
  }
  // Another device of ours says by this that it wrote it; else the room may have rewritten the ids.
  const named = child(stanza, 'origin-id', NS.sid) !== undefined;
  return named || place.stableIds || !self ? undefined : byBody(place, said, copy);
}

/** In their order: two that say the same are told apart by nothing else. */
function byBody({ desk, byBody: found }: Place, said: string, copy: Copy): string | undefined {
  const id = copy.archiveId ?? '';
  const before = found.get(id);
  if (before !== undefined) return before;
  // What came once already was found then, or was not ours.
  if (copy.path !== 'live' && desk.seenAt(copy) !== undefined) return undefined;
  const taken = new Set(found.values());
  const own =
    desk.unsettled().find((each) => !taken.has(each.id) && sameText(each.body, said)) ??
    otherCopy(desk, said, copy);
  if (own !== undefined && id !== '') remember(found, id, own.id);
  return own?.id;
}

/** What went twice may be there twice. What is said now by another device of ours is not that. */
function otherCopy(desk: RoomDesk, said: string, { path }: Copy): OwnLine | undefined {
  return desk
    .repeated()
    .find(({ body, doubted }) => (doubted || path !== 'live') && sameText(body, said));
}

function remember(found: Map<string, string>, id: string, own: string): void {
  found.set(id, own);
  const [first] = found.keys();
  if (found.size > FOUND_KEPT && first !== undefined) found.delete(first);
}

function awaited(desk: RoomDesk, id: string): boolean {
  return desk.unsettled().some((own) => own.id === id);
}

/** XML turns all ends of lines into one (§2.11 there). */
export function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replace(/\r\n?/g, '\n');
  return plain(one) === plain(other);
}

/** Who said what an archive holds. @returns his nick, empty for the room itself; nothing for a stranger */
export function occupantOf(
  room: JoinedRoom,
  from: JoinedRoom['jid'] | undefined,
): string | undefined {
  return from?.sameBare(room.jid) === true ? from.resource : undefined;
}
