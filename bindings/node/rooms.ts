// SPDX-License-Identifier: MIT
//
// Events of rooms (XEP-0045) and of their bookmarks (XEP-0402) as plain objects.

import type { Steadfast } from './library.js';
import { form } from './forms.js';
import { list, shows, word } from './words.js';

const roomStates = ['joining', 'joined', 'left'] as const;
const roomWhys = [
  'asked',
  'refused',
  'kicked',
  'banned',
  'excluded',
  'destroyed',
  'members-only',
] as const;
const departures = [
  'no',
  'gone',
  'kicked',
  'banned',
  'excluded',
  'renamed',
  'members-only',
  'connection-lost',
  'shut-down',
] as const;
export const roles = ['none', 'visitor', 'participant', 'moderator'] as const;
export const roomFormKinds = ['configure', 'register', 'voice', 'unregister'] as const;
export const affiliations = ['none', 'outcast', 'member', 'admin', 'owner'] as const;

export function roomReaders(c: Steadfast, e: Buffer) {
  return {
    room: () => ({
      room: c.stead_event_room_jid(e) ?? '',
      state: word(roomStates, c.stead_event_room_state(e)),
      why: word(roomWhys, c.stead_event_room_why(e)),
      nick: c.stead_event_room_nick(e) ?? '',
      actor: c.stead_event_room_actor(e) ?? '',
      reason: c.stead_event_room_reason(e) ?? '',
      alternate: c.stead_event_room_alternate(e) ?? '',
      alternatePassword: c.stead_event_room_alternate_password(e) ?? '',
      name: c.stead_event_room_name(e) ?? '',
      nonAnonymous: c.stead_event_room_non_anonymous(e),
      created: c.stead_event_room_created(e),
      byBookmark: c.stead_event_room_by_bookmark(e),
      password: c.stead_event_room_password(e) ?? '',
    }),
    'room-occupants': () => ({
      room: c.stead_event_room_jid(e) ?? '',
      begin: c.stead_event_occupants_begin(e),
      end: c.stead_event_occupants_end(e),
      occupants: list(c.stead_event_occupant_count(e), (index) => occupant(c, e, index)),
    }),
    'room-subject': () => ({
      room: c.stead_event_room_jid(e) ?? '',
      subject: c.stead_event_room_subject(e) ?? '',
      nick: c.stead_event_room_subject_nick(e) ?? '',
      setTimeMs: Number(c.stead_event_room_subject_set_time_ms(e)),
    }),
    'room-notice': () => ({
      room: c.stead_event_room_jid(e) ?? '',
      text: c.stead_event_room_notice_text(e) ?? '',
    }),
    invitation: () => ({
      room: c.stead_event_room_jid(e) ?? '',
      from: c.stead_event_invitation_from(e) ?? '',
      reason: c.stead_event_invitation_reason(e) ?? '',
      password: c.stead_event_invitation_password(e) ?? '',
    }),
    'room-list': () => ({
      query: c.stead_event_room_list_query(e),
      service: c.stead_event_room_list_service(e) ?? '',
      rooms: list(c.stead_event_listed_room_count(e), (index) => ({
        jid: c.stead_event_listed_room_jid(e, index) ?? '',
        name: c.stead_event_listed_room_name(e, index) ?? '',
      })),
      done: c.stead_event_room_list_done(e),
      cut: c.stead_event_room_list_cut(e),
    }),
    'room-form': () => ({
      room: c.stead_event_room_jid(e) ?? '',
      kind: word(roomFormKinds, c.stead_event_room_form_kind(e)),
      form: form(c, e),
      registered: c.stead_event_room_form_registered(e),
      registeredNick: c.stead_event_room_form_registered_nick(e) ?? '',
    }),
    bookmarks: () => ({
      begin: c.stead_event_bookmarks_begin(e),
      end: c.stead_event_bookmarks_end(e),
      bookmarks: list(c.stead_event_bookmark_count(e), (index) => bookmark(c, e, index)),
      removed: list(c.stead_event_bookmark_removed_count(e), (index) =>
        String(c.stead_event_bookmark_removed(e, index)),
      ),
    }),
    'room-users': () => ({
      room: c.stead_event_room_jid(e) ?? '',
      role: word(roles, c.stead_event_room_users_role(e)),
      affiliation: word(affiliations, c.stead_event_room_users_affiliation(e)),
      users: list(c.stead_event_room_user_count(e), (index) => ({
        jid: c.stead_event_room_user_jid(e, index) ?? '',
        nick: c.stead_event_room_user_nick(e, index) ?? '',
        role: word(roles, c.stead_event_room_user_role(e, index)),
        affiliation: word(affiliations, c.stead_event_room_user_affiliation(e, index)),
        reason: c.stead_event_room_user_reason(e, index) ?? '',
      })),
      done: c.stead_event_room_users_done(e),
      cut: c.stead_event_room_users_cut(e),
    }),
  } as const;
}

function bookmark(c: Steadfast, e: Buffer, index: number) {
  return {
    room: c.stead_event_bookmark_room(e, index) ?? '',
    name: c.stead_event_bookmark_name(e, index) ?? '',
    nick: c.stead_event_bookmark_nick(e, index) ?? '',
    password: c.stead_event_bookmark_password(e, index) ?? '',
    autojoin: c.stead_event_bookmark_autojoin(e, index),
  };
}

function occupant(c: Steadfast, e: Buffer, index: number) {
  return {
    nick: c.stead_event_occupant_nick(e, index) ?? '',
    role: word(roles, c.stead_event_occupant_role(e, index)),
    affiliation: word(affiliations, c.stead_event_occupant_affiliation(e, index)),
    jid: c.stead_event_occupant_jid(e, index) ?? '',
    show: word(shows, c.stead_event_occupant_show(e, index)),
    status: c.stead_event_occupant_status(e, index) ?? '',
    self: c.stead_event_occupant_self(e, index),
    departure: word(departures, c.stead_event_occupant_departure(e, index)),
    newNick: c.stead_event_occupant_new_nick(e, index) ?? '',
    actor: c.stead_event_occupant_actor(e, index) ?? '',
    reason: c.stead_event_occupant_reason(e, index) ?? '',
    hats: list(c.stead_event_occupant_hat_count(e, index), (hat) =>
      String(c.stead_event_occupant_hat(e, index, hat)),
    ),
    occupantId: c.stead_event_occupant_id(e, index) ?? '',
  };
}

/** What a room’s bookmark is to say. */
export interface Bookmark {
  name?: string;
  nick?: string;
  /** The server keeps it in clear. */
  password?: string;
  /** Enter the room at each sign-in. */
  autojoin?: boolean;
}
