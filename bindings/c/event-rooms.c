/* SPDX-License-Identifier: MIT */
/* Accessors of rooms (XEP-0045). Each accessor checks the kind itself, so that a wrong one gives
 * nothing instead of another union member's bytes. */
#include "accessors.h"

const char *
stead_event_room_jid (const stead_event *event)
{
  if (IS (event, ROOM))
    return event->wire->room->room;
  if (IS (event, ROOM_OCCUPANTS))
    return event->wire->room_occupants->room;
  if (IS (event, ROOM_SUBJECT))
    return event->wire->room_subject->room;
  if (IS (event, ROOM_NOTICE))
    return event->wire->room_notice->room;
  if (IS (event, ROOM_FORM))
    return event->wire->room_form->room;
  if (IS (event, ROOM_USERS))
    return event->wire->room_users->room;
  return IS (event, INVITATION) ? event->wire->invitation->room : "";
}

VALUE (stead_room_state, stead_event_room_state, ROOM, room->state)
VALUE (stead_room_why, stead_event_room_why, ROOM, room->why)
TEXT (stead_event_room_nick, ROOM, room->nick)
TEXT (stead_event_room_actor, ROOM, room->actor)
TEXT (stead_event_room_reason, ROOM, room->reason)
TEXT (stead_event_room_alternate, ROOM, room->alternate)
TEXT (stead_event_room_alternate_password, ROOM, room->alternate_password)
TEXT (stead_event_room_name, ROOM, room->name)
VALUE (bool, stead_event_room_non_anonymous, ROOM, room->non_anonymous)
VALUE (bool, stead_event_room_created, ROOM, room->created)
VALUE (bool, stead_event_room_by_bookmark, ROOM, room->by_bookmark)
TEXT (stead_event_room_password, ROOM, room->password)

VALUE (bool, stead_event_occupants_begin, ROOM_OCCUPANTS, room_occupants->begin)
VALUE (bool, stead_event_occupants_end, ROOM_OCCUPANTS, room_occupants->end)
VALUE (size_t, stead_event_occupant_count, ROOM_OCCUPANTS, room_occupants->n_occupants)
TEXT_AT (stead_event_occupant_nick, ROOM_OCCUPANTS, room_occupants, occupants, ->nick)
VALUE_AT (stead_role, stead_event_occupant_role, ROOM_OCCUPANTS, room_occupants, occupants, ->role)
VALUE_AT (stead_affiliation, stead_event_occupant_affiliation, ROOM_OCCUPANTS, room_occupants,
          occupants, ->affiliation)
TEXT_AT (stead_event_occupant_jid, ROOM_OCCUPANTS, room_occupants, occupants, ->jid)
VALUE_AT (stead_show, stead_event_occupant_show, ROOM_OCCUPANTS, room_occupants, occupants, ->show)
TEXT_AT (stead_event_occupant_status, ROOM_OCCUPANTS, room_occupants, occupants, ->status)
VALUE_AT (bool, stead_event_occupant_self, ROOM_OCCUPANTS, room_occupants, occupants, ->self)
VALUE_AT (stead_departure, stead_event_occupant_departure, ROOM_OCCUPANTS, room_occupants,
          occupants, ->departure)
TEXT_AT (stead_event_occupant_new_nick, ROOM_OCCUPANTS, room_occupants, occupants, ->new_nick)
TEXT_AT (stead_event_occupant_actor, ROOM_OCCUPANTS, room_occupants, occupants, ->actor)
TEXT_AT (stead_event_occupant_reason, ROOM_OCCUPANTS, room_occupants, occupants, ->reason)
VALUE_AT (size_t, stead_event_occupant_hat_count, ROOM_OCCUPANTS, room_occupants,
          occupants, ->n_hats)

const char *
stead_event_occupant_hat (const stead_event *event, size_t index, size_t hat)
{
  return hat < stead_event_occupant_hat_count (event, index)
             ? event->wire->room_occupants->occupants[index]->hats[hat]
             : "";
}

TEXT_AT (stead_event_occupant_id, ROOM_OCCUPANTS, room_occupants, occupants, ->occupant_id)

TEXT (stead_event_room_subject, ROOM_SUBJECT, room_subject->subject)
TEXT (stead_event_room_subject_nick, ROOM_SUBJECT, room_subject->nick)
VALUE (int64_t, stead_event_room_subject_set_time_ms, ROOM_SUBJECT, room_subject->set_time_ms)

TEXT (stead_event_room_notice_text, ROOM_NOTICE, room_notice->text)

TEXT (stead_event_invitation_from, INVITATION, invitation->from)
TEXT (stead_event_invitation_reason, INVITATION, invitation->reason)
TEXT (stead_event_invitation_password, INVITATION, invitation->password)

VALUE (uint32_t, stead_event_room_list_query, ROOM_LIST, room_list->query)
TEXT (stead_event_room_list_service, ROOM_LIST, room_list->service)
VALUE (bool, stead_event_room_list_done, ROOM_LIST, room_list->done)
VALUE (bool, stead_event_room_list_cut, ROOM_LIST, room_list->cut)
VALUE (size_t, stead_event_listed_room_count, ROOM_LIST, room_list->n_rooms)
TEXT_AT (stead_event_listed_room_jid, ROOM_LIST, room_list, rooms, ->jid)
TEXT_AT (stead_event_listed_room_name, ROOM_LIST, room_list, rooms, ->name)

VALUE (stead_room_form_kind, stead_event_room_form_kind, ROOM_FORM, room_form->kind)
VALUE (bool, stead_event_room_form_registered, ROOM_FORM, room_form->registered)
TEXT (stead_event_room_form_registered_nick, ROOM_FORM, room_form->registered_nick)

VALUE (stead_role, stead_event_room_users_role, ROOM_USERS, room_users->role)
VALUE (stead_affiliation, stead_event_room_users_affiliation, ROOM_USERS, room_users->affiliation)
VALUE (bool, stead_event_room_users_done, ROOM_USERS, room_users->done)
VALUE (bool, stead_event_room_users_cut, ROOM_USERS, room_users->cut)
VALUE (size_t, stead_event_room_user_count, ROOM_USERS, room_users->n_users)
TEXT_AT (stead_event_room_user_jid, ROOM_USERS, room_users, users, ->jid)
TEXT_AT (stead_event_room_user_nick, ROOM_USERS, room_users, users, ->nick)
VALUE_AT (stead_role, stead_event_room_user_role, ROOM_USERS, room_users, users, ->role)
VALUE_AT (stead_affiliation, stead_event_room_user_affiliation, ROOM_USERS, room_users,
          users, ->affiliation)
TEXT_AT (stead_event_room_user_reason, ROOM_USERS, room_users, users, ->reason)
