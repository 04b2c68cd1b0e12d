// SPDX-License-Identifier: MIT
//
// What a presence from a room says (XEP-0045 §7.2.2, with titles by XEP-0317). A room is believed in
// what it says of itself and its occupants; all of it is cut to sizes that a person can have meant.

import { create } from '@bufbuild/protobuf';
import { attribute, child, children, childText } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import { Affiliation, OccupantSchema, Role } from '../contract/engine_pb.js';
import type { Occupant } from '../contract/engine_pb.js';
import type { FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';
import { readShow } from './show.js';
import { clip, withoutNul } from './text.js';

const STATUS_LENGTH = 500;
const REASON_LENGTH = 1_000;
const ACTOR_LENGTH = 100;
const PASSWORD_LENGTH = 1_000;
/** XEP-0421 §4.1. */
const OCCUPANT_ID_LENGTH = 128;
const HATS = 10;
const HAT_LENGTH = 100;

export const roles = new Map([
  ['none', Role.ROLE_NONE],
  ['visitor', Role.VISITOR],
  ['participant', Role.PARTICIPANT],
  ['moderator', Role.MODERATOR],
]);

export const affiliations = new Map([
  ['none', Affiliation.AFFILIATION_NONE],
  ['outcast', Affiliation.OUTCAST],
  ['member', Affiliation.MEMBER],
  ['admin', Affiliation.ADMIN],
  ['owner', Affiliation.OWNER],
]);

interface Destruction {
  /** Where to go instead, and what is asked for there; or empty. */
  readonly alternate: string;
  readonly alternatePassword: string;
  readonly reason: string;
}

export interface RoomPresence {
  /** As the host is told it; `self` is the caller's to set, and whether the id is to be believed. */
  readonly occupant: Occupant;
  readonly available: boolean;
  readonly codes: ReadonlySet<string>;
  /** With code 303: the nick that the occupant has from now on. */
  readonly newNick: string;
  readonly actor: string;
  readonly reason: string;
  /** The room is gone (§10.9). */
  readonly destroyed: Destruction | undefined;
}

/**
 * @param x the presence's extension by the room
 * @param nick the resource that it came from; at most 1023 octets, as in every JID, and told as it is,
 *   since an occupant is addressed by it
 */
export function readRoomPresence(
  host: FeatureHost,
  stanza: Element,
  x: Element,
  nick: string,
): RoomPresence {
  const item = child(x, 'item', NS.mucUser);
  const of = (name: string): string =>
    (item === undefined ? undefined : attribute(item, name)) ?? '';
  const actor = item === undefined ? undefined : child(item, 'actor', NS.mucUser);
  const destroy = child(x, 'destroy', NS.mucUser);
  const real = parseJid(host, of('jid'));
  return {
    occupant: create(OccupantSchema, {
      nick,
      role: roles.get(of('role')) ?? Role.ROLE_NONE,
      affiliation: affiliations.get(of('affiliation')) ?? Affiliation.AFFILIATION_NONE,
      jid: real?.toString() ?? '',
      show: readShow(stanza),
      status: clip(childText(stanza, 'status', NS.client) ?? '', STATUS_LENGTH),
      hats: readHats(stanza),
      occupantId: readOccupantId(stanza),
    }),
    available: attribute(stanza, 'type') === undefined,
    codes: readCodes(x),
    newNick: of('nick'),
    actor: clip(
      (actor && (attribute(actor, 'nick') ?? attribute(actor, 'jid'))) ?? '',
      ACTOR_LENGTH,
    ),
    reason: reasonOf(item),
    destroyed: destroy && {
      alternate: parseJid(host, attribute(destroy, 'jid'))?.bare().toString() ?? '',
      alternatePassword: clip(childText(destroy, 'password', NS.mucUser) ?? '', PASSWORD_LENGTH),
      reason: reasonOf(destroy),
    },
  };
}

/**
 * XEP-0421: to be believed of a room only that announces it, as anybody can write one in others (§4).
 * @returns empty without one, or with more than one
 */
export function readOccupantId(stanza: Element): string {
  const [only, ...more] = children(stanza, 'occupant-id', NS.occupantId);
  const id = only === undefined || more.length > 0 ? '' : (attribute(only, 'id') ?? '');
  return id.length > OCCUPANT_ID_LENGTH ? '' : withoutNul(id);
}

/** The status codes in an extension by the room (§15.6.2). */
export function readCodes(x: Element): ReadonlySet<string> {
  return new Set(
    children(x, 'status', NS.mucUser).map((status) => attribute(status, 'code') ?? ''),
  );
}

/** The reason given in an `<item/>`, `<destroy/>`, `<invite/>` or `<decline/>`. */
export function reasonOf(element: Element | undefined): string {
  const reason = element === undefined ? undefined : childText(element, 'reason', NS.mucUser);
  return clip(reason?.trim() ?? '', REASON_LENGTH);
}

/** XEP-0317 §3.1. */
function readHats(stanza: Element): string[] {
  const hats = child(stanza, 'hats', NS.hats);
  if (hats === undefined) return [];
  return children(hats, 'hat', NS.hats)
    .map((hat) => clip(attribute(hat, 'title') ?? '', HAT_LENGTH))
    .filter((title) => title !== '')
    .slice(0, HATS);
}
