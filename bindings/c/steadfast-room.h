/* SPDX-License-Identifier: MIT */
/* Part of steadfast.h, which is the one to include: rooms (XEP-0045). Strings, failures and ids are
 * as in steadfast-client.h and steadfast-event.h. */
#ifndef STEADFAST_ROOM_H
#define STEADFAST_ROOM_H

/* ---- Words, with the numbers of bindings/engine.proto ---- */

typedef enum
{
  STEAD_ROOM_JOINING = 0,
  STEAD_ROOM_JOINED = 1,
  STEAD_ROOM_LEFT = 2 /* and not coming back by itself */
} stead_room_state;

typedef enum
{
  STEAD_WHY_ASKED = 0,   /* by stead_leave_room(); JOINING and JOINED have it, too */
  STEAD_WHY_REFUSED = 1, /* the room did not let us in: the event carries an error */
  STEAD_WHY_KICKED = 2,
  STEAD_WHY_BANNED = 3,
  STEAD_WHY_EXCLUDED = 4, /* our affiliation was changed */
  STEAD_WHY_DESTROYED = 5,
  STEAD_WHY_MEMBERS_ONLY = 6 /* the room is for members only now */
} stead_room_why;

typedef enum
{
  STEAD_ROLE_NONE = 0,
  STEAD_ROLE_VISITOR = 1,
  STEAD_ROLE_PARTICIPANT = 2,
  STEAD_ROLE_MODERATOR = 3
} stead_role; /* XEP-0045 section 5.1 */

typedef enum
{
  STEAD_AFFILIATION_NONE = 0,
  STEAD_AFFILIATION_OUTCAST = 1,
  STEAD_AFFILIATION_MEMBER = 2,
  STEAD_AFFILIATION_ADMIN = 3,
  STEAD_AFFILIATION_OWNER = 4
} stead_affiliation; /* XEP-0045 section 5.2 */

typedef enum
{
  STEAD_DEPARTURE_NO = 0, /* is there */
  STEAD_DEPARTURE_GONE = 1,
  STEAD_DEPARTURE_KICKED = 2,
  STEAD_DEPARTURE_BANNED = 3,
  STEAD_DEPARTURE_EXCLUDED = 4,        /* the affiliation was changed */
  STEAD_DEPARTURE_RENAMED = 5,         /* is there under another nick, which has its own entry */
  STEAD_DEPARTURE_MEMBERS_ONLY = 6,    /* the room is for members only now */
  STEAD_DEPARTURE_CONNECTION_LOST = 7, /* by a technical failure */
  STEAD_DEPARTURE_SHUT_DOWN = 8        /* the room's service shuts down */
} stead_departure;

typedef enum
{
  STEAD_ROOM_FORM_CONFIGURE = 0, /* settings, for owners: XEP-0045 section 10.2 */
  STEAD_ROOM_FORM_REGISTER = 1,  /* become a member, with a nickname: section 7.10 */
  STEAD_ROOM_FORM_VOICE = 2,     /* somebody asks for voice, for moderators: section 8.6 */
  STEAD_ROOM_FORM_UNREGISTER = 3 /* what is asked before a registration is taken back */
} stead_room_form_kind;

/* ---- Commands ---- */

/**
 * stead_join_room:
 * @room: bare JID
 * @nick: (nullable): 1023 bytes at most; NULL or "" for the local part of the account's address
 * @password: (nullable): 4096 bytes at most; NULL or "" for none
 *
 * Be in the room from now on (XEP-0045 section 7.2): through outages, fresh sessions and restarts of
 * the engine or the room's server, until stead_leave_room() or a sign-off. Answered by
 * STEAD_EVENT_ROOM. For a room that we are in everything known of it is told once more, from
 * STEAD_ROOM_JOINED on; another nick changes ours (section 7.6), and the password of before is kept
 * where none is given.
 * The library names the room to a new engine and after a parked stay; the password is kept for that
 * and wiped when the room is forgotten.
 *
 * Returns: false when the account is not attached or an argument is unfit.
 */
STEAD_EXPORT bool stead_join_room (stead_client *client, uint32_t account, const char *room,
                                   const char *nick, const char *password);

/**
 * stead_leave_room:
 * @text: (nullable): a line to those who stay
 *
 * Leaves the room (XEP-0045 section 7.14). Answered by STEAD_EVENT_ROOM if the engine has the
 * account; forgotten by the library in any case.
 *
 * Returns: false when the account is not attached or an argument is unfit.
 */
STEAD_EXPORT bool stead_leave_room (stead_client *client, uint32_t account, const char *room,
                                    const char *text);

/**
 * stead_send_room_message:
 * @room: bare JID
 * @body, @xhtml: as in stead_send_message(), whose promise holds for it
 *
 * A line for all in the room (XEP-0045 section 7.4). It waits until the room is joined. It comes
 * back as STEAD_EVENT_MESSAGE of type STEAD_MESSAGE_GROUPCHAT, outgoing, with the same id; until then
 * it need not be shown. A private message goes to ROOM/NICK by stead_send_message() (section 7.5).
 *
 * Returns: (transfer none): the id, as stead_send_message() does; NULL when it could not be taken.
 */
STEAD_EXPORT const char *stead_send_room_message (stead_client *client, uint32_t account,
                                                  const char *room, const char *body,
                                                  const char *xhtml);

/* The four that follow return the command's id as stead_send_message() does, or NULL. The answer is
 * STEAD_EVENT_ACCEPTED or STEAD_EVENT_REFUSED; it is refused while there is no link. */

/** @subject: (nullable): NULL or "" takes it away. XEP-0045 section 8.1. */
STEAD_EXPORT const char *stead_set_room_subject (stead_client *client, uint32_t account,
                                                 const char *room, const char *subject);

/**
 * stead_set_role:
 * @nick: of an occupant
 * @reason: (nullable)
 *
 * STEAD_ROLE_NONE kicks (XEP-0045 section 8.2), PARTICIPANT gives voice and VISITOR takes it
 * (sections 8.3, 8.4), MODERATOR is section 9.6.
 */
STEAD_EXPORT const char *stead_set_role (stead_client *client, uint32_t account, const char *room,
                                         const char *nick, stead_role role, const char *reason);

/**
 * stead_set_affiliation:
 * @jid_or_nick: bare JID of a person, or the nick of an occupant whose real JID we can see
 * @reason: (nullable)
 *
 * STEAD_AFFILIATION_OUTCAST bans (XEP-0045 section 9.1); the others are sections 9.3 and 10.
 */
STEAD_EXPORT const char *stead_set_affiliation (stead_client *client, uint32_t account,
                                                const char *room, const char *jid_or_nick,
                                                stead_affiliation affiliation, const char *reason);

/** Asks a person in through the room (XEP-0045 section 7.8.2). @reason: (nullable) */
STEAD_EXPORT const char *stead_invite (stead_client *client, uint32_t account, const char *room,
                                       const char *jid, const char *reason);

/**
 * stead_query_rooms:
 * @query: chosen by the caller; every STEAD_EVENT_ROOM_LIST of the answer has it. One that is under
 *   way is begun anew.
 * @service: (nullable): whom to ask; NULL or "" for the service of the account's server
 *
 * Which rooms are there (XEP-0045 section 6.3)?
 *
 * Returns: false when the account is not attached, no engine has it, or an argument is unfit. If the
 * engine ends before the list does, there is no more of it.
 */
STEAD_EXPORT bool stead_query_rooms (stead_client *client, uint32_t account, uint32_t query,
                                     const char *service);

/** Only which service for rooms the account's server has (section 6.1): a list without rooms. */
STEAD_EXPORT bool stead_find_room_service (stead_client *client, uint32_t account, uint32_t query);

/** No answer to @query is wanted any more; parts that are on their way may still come. */
STEAD_EXPORT bool stead_stop_query_rooms (stead_client *client, uint32_t account, uint32_t query);

/**
 * stead_get_room_form:
 * @room: bare JID; it need not be joined
 * @kind: STEAD_ROOM_FORM_CONFIGURE or STEAD_ROOM_FORM_REGISTER; the others come by themselves
 *
 * Answered by STEAD_EVENT_ROOM_FORM, then STEAD_EVENT_ACCEPTED; or by STEAD_EVENT_REFUSED.
 *
 * Returns: the command's id as stead_send_message() does, or NULL.
 */
STEAD_EXPORT const char *stead_get_room_form (stead_client *client, uint32_t account,
                                              const char *room, stead_room_form_kind kind);

/**
 * stead_submit_room_form:
 * @form: (nullable) (transfer none): as it was filled in; NULL when it is given up. See
 *   steadfast-form.h.
 *
 * Refused while there is no link, and when the link is lost before the room answers: it is asked for
 * once only.
 *
 * Returns: the command's id as stead_send_message() does, or NULL.
 */
STEAD_EXPORT const char *stead_submit_room_form (stead_client *client, uint32_t account,
                                                 const char *room, stead_room_form_kind kind,
                                                 const stead_form *form);

/**
 * stead_unregister_room:
 * @room: bare JID; it need not be joined
 *
 * Takes a registration back (XEP-0077 section 3.2). Where the room asks something first,
 * STEAD_EVENT_ROOM_FORM of kind STEAD_ROOM_FORM_UNREGISTER comes before STEAD_EVENT_ACCEPTED.
 *
 * Returns: the command's id as stead_send_message() does, or NULL.
 */
STEAD_EXPORT const char *stead_unregister_room (stead_client *client, uint32_t account,
                                                const char *room);

/**
 * stead_request_voice:
 * @room: bare JID, joined
 *
 * Asks the moderators for voice (XEP-0045 section 7.13); they need not answer. They get
 * STEAD_EVENT_ROOM_FORM of kind STEAD_ROOM_FORM_VOICE, which stead_submit_room_form() answers.
 *
 * Returns: the command's id as stead_send_message() does, or NULL.
 */
STEAD_EXPORT const char *stead_request_voice (stead_client *client, uint32_t account,
                                              const char *room);

/**
 * stead_query_users_by_role:
 * @room: bare JID; it need not be joined
 * @role: STEAD_ROLE_PARTICIPANT for those with voice (XEP-0045 section 8.5), STEAD_ROLE_MODERATOR
 *   (section 9.8), STEAD_ROLE_VISITOR
 *
 * Answered by STEAD_EVENT_ROOM_USERS, then STEAD_EVENT_ACCEPTED; or by STEAD_EVENT_REFUSED.
 *
 * Returns: the command's id as stead_send_message() does, or NULL.
 */
STEAD_EXPORT const char *stead_query_users_by_role (stead_client *client, uint32_t account,
                                                    const char *room, stead_role role);

/** The same by affiliation: STEAD_AFFILIATION_OUTCAST for the bans (section 9.2), members (9.4),
 * owners (10.5) and admins (10.8). */
STEAD_EXPORT const char *stead_query_users_by_affiliation (stead_client *client, uint32_t account,
                                                           const char *room,
                                                           stead_affiliation affiliation);

/**
 * stead_destroy_room:
 * @reason: (nullable)
 * @alternate: (nullable): bare JID of the room to go to instead
 * @password: (nullable): 4096 bytes at most: what that room asks for
 *
 * For owners (XEP-0045 section 10.9). Refused while there is no link, and when the link is lost
 * before the room answers: it is asked for once only.
 *
 * Returns: the command's id as stead_send_message() does, or NULL.
 */
STEAD_EXPORT const char *stead_destroy_room (stead_client *client, uint32_t account,
                                             const char *room, const char *reason,
                                             const char *alternate, const char *password);

/* ---- What events carry; see steadfast-event.h ---- */

/** ROOM, ROOM_OCCUPANTS, ROOM_SUBJECT, ROOM_NOTICE, ROOM_FORM, ROOM_USERS, INVITATION: bare JID of
 * the room. */
STEAD_EXPORT const char *stead_event_room_jid (const stead_event *event);

/* ROOM: where we stand. An outage is no change of it, nor is a fresh session in which the room is
 * joined again. With STEAD_WHY_REFUSED the event carries an error; with STEAD_ROOM_JOINING it may: why
 * it has not come to more yet. */

STEAD_EXPORT stead_room_state stead_event_room_state (const stead_event *event);
STEAD_EXPORT stead_room_why stead_event_room_why (const stead_event *event);
/** Ours, as the room has it. */
STEAD_EXPORT const char *stead_event_room_nick (const stead_event *event);
/** LEFT: by whom we were put out; "" if the room does not say. */
STEAD_EXPORT const char *stead_event_room_actor (const stead_event *event);
/** LEFT: the reason given. */
STEAD_EXPORT const char *stead_event_room_reason (const stead_event *event);
/** DESTROYED: the room to go to instead, a bare JID. */
STEAD_EXPORT const char *stead_event_room_alternate (const stead_event *event);
/** Secret: what that room asks for; "" if nothing is said of it. */
STEAD_EXPORT const char *stead_event_room_alternate_password (const stead_event *event);
/** JOINED: the room's name; "" while unknown. */
STEAD_EXPORT const char *stead_event_room_name (const stead_event *event);
/** JOINED: everybody in it can see the real addresses of the others. */
STEAD_EXPORT bool stead_event_room_non_anonymous (const stead_event *event);
/** JOINED: it was made by our entering, and is open to others. */
STEAD_EXPORT bool stead_event_room_created (const stead_event *event);
/** A bookmark made us enter it, not stead_join_room(); see steadfast-bookmark.h. */
STEAD_EXPORT bool stead_event_room_by_bookmark (const stead_event *event);
/** By a bookmark: what it was entered with. Secret; "" when none is needed. */
STEAD_EXPORT const char *stead_event_room_password (const stead_event *event);

/* ROOM_OCCUPANTS: who came, changed or left. All who are there come in parts of at most 200, from one
 * with `begin` to one with `end`; who was not named in between is gone. A change has neither. */

STEAD_EXPORT bool stead_event_occupants_begin (const stead_event *event);
STEAD_EXPORT bool stead_event_occupants_end (const stead_event *event);
STEAD_EXPORT size_t stead_event_occupant_count (const stead_event *event);
STEAD_EXPORT const char *stead_event_occupant_nick (const stead_event *event, size_t index);
STEAD_EXPORT stead_role stead_event_occupant_role (const stead_event *event, size_t index);
STEAD_EXPORT stead_affiliation stead_event_occupant_affiliation (const stead_event *event,
                                                                 size_t index);
/** Real JID where the room shows it, else "". */
STEAD_EXPORT const char *stead_event_occupant_jid (const stead_event *event, size_t index);
STEAD_EXPORT stead_show stead_event_occupant_show (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_occupant_status (const stead_event *event, size_t index);
/** This is us. */
STEAD_EXPORT bool stead_event_occupant_self (const stead_event *event, size_t index);
STEAD_EXPORT stead_departure stead_event_occupant_departure (const stead_event *event,
                                                             size_t index);
/** RENAMED: the nick from now on. */
STEAD_EXPORT const char *stead_event_occupant_new_nick (const stead_event *event, size_t index);
/** KICKED and BANNED: by whom; "" if the room does not say. */
STEAD_EXPORT const char *stead_event_occupant_actor (const stead_event *event, size_t index);
/** With a departure: the reason, or the last words. */
STEAD_EXPORT const char *stead_event_occupant_reason (const stead_event *event, size_t index);
/** Titles (XEP-0317), of a room that announces them. */
STEAD_EXPORT size_t stead_event_occupant_hat_count (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_occupant_hat (const stead_event *event, size_t index,
                                                   size_t hat);
/** XEP-0421: the same for one account, whatever the nick; "" where the room does not tell it. */
STEAD_EXPORT const char *stead_event_occupant_id (const stead_event *event, size_t index);

/* ROOM_SUBJECT: at joining and at each change. */

STEAD_EXPORT const char *stead_event_room_subject (const stead_event *event);
/** Who set it; "" if that is not known. */
STEAD_EXPORT const char *stead_event_room_subject_nick (const stead_event *event);
/** When; 0 for now. */
STEAD_EXPORT int64_t stead_event_room_subject_set_time_ms (const stead_event *event);

/* ROOM_NOTICE: a line of the room itself. */

STEAD_EXPORT const char *stead_event_room_notice_text (const stead_event *event);

/* INVITATION: somebody asks us in, through the room or directly (XEP-0249). Told once. */

/** Who asks: a JID, perhaps of an occupant. */
STEAD_EXPORT const char *stead_event_invitation_from (const stead_event *event);
STEAD_EXPORT const char *stead_event_invitation_reason (const stead_event *event);
/** Secret; "" when none is needed. */
STEAD_EXPORT const char *stead_event_invitation_password (const stead_event *event);

/* ROOM_LIST: rooms of a service, in parts as they come. With `done` the event may carry an error: why
 * there is no list, or not more of it. */

STEAD_EXPORT uint32_t stead_event_room_list_query (const stead_event *event);
/** Who was asked; "" while that is not known, or when there is none. */
STEAD_EXPORT const char *stead_event_room_list_service (const stead_event *event);
/** Nothing more comes. */
STEAD_EXPORT bool stead_event_room_list_done (const stead_event *event);
/** With `done`: the service has more, but no more are asked for. */
STEAD_EXPORT bool stead_event_room_list_cut (const stead_event *event);
STEAD_EXPORT size_t stead_event_listed_room_count (const stead_event *event);
/** Bare JID. */
STEAD_EXPORT const char *stead_event_listed_room_jid (const stead_event *event, size_t index);
/** In words, as the service has it; "" without. */
STEAD_EXPORT const char *stead_event_listed_room_name (const stead_event *event, size_t index);

/* ROOM_FORM: the form itself is read by what steadfast-form.h has. */

STEAD_EXPORT stead_room_form_kind stead_event_room_form_kind (const stead_event *event);
/** STEAD_ROOM_FORM_REGISTER: this account is registered already. There may be no form then. */
STEAD_EXPORT bool stead_event_room_form_registered (const stead_event *event);
/** By which nickname; "" if the room does not tell. */
STEAD_EXPORT const char *stead_event_room_form_registered_nick (const stead_event *event);

/* ROOM_USERS: who has a role or an affiliation, in parts of at most 200. */

/** What was asked for; the other one of the two is NONE. */
STEAD_EXPORT stead_role stead_event_room_users_role (const stead_event *event);
STEAD_EXPORT stead_affiliation stead_event_room_users_affiliation (const stead_event *event);
/** The last part. */
STEAD_EXPORT bool stead_event_room_users_done (const stead_event *event);
/** With `done`: there are more. */
STEAD_EXPORT bool stead_event_room_users_cut (const stead_event *event);
STEAD_EXPORT size_t stead_event_room_user_count (const stead_event *event);
/** As the room has it; "" where it is not told. */
STEAD_EXPORT const char *stead_event_room_user_jid (const stead_event *event, size_t index);
/** Of one who is there, or reserved; "" without. */
STEAD_EXPORT const char *stead_event_room_user_nick (const stead_event *event, size_t index);
STEAD_EXPORT stead_role stead_event_room_user_role (const stead_event *event, size_t index);
STEAD_EXPORT stead_affiliation stead_event_room_user_affiliation (const stead_event *event,
                                                                  size_t index);
/** Why, for a ban; "" without. */
STEAD_EXPORT const char *stead_event_room_user_reason (const stead_event *event, size_t index);

#endif
