/* SPDX-License-Identifier: MIT */
/* Commands of rooms (XEP-0045). */
#include "private.h"

#include <string.h>

#define NICK_CAP 1023 /* a resourcepart (RFC 7622 section 3.4) */
#define PASSWORD_CAP 4096

bool
stead_is_room (stead_client *client, const char *room)
{
  if (!stead_is_jid (client, room))
    return false;
  return strchr (room, '/') == NULL
         || stead_client_fail (client, "A room's address has no nick in it.");
}

static bool
is_within (stead_client *client, const char *given, size_t cap)
{
  if (given != NULL && strlen (given) > cap)
    return stead_client_fail (client, "The nick or the password is too long.");
  return stead_is_text (client, given);
}

static bool
is_nick (stead_client *client, const char *nick)
{
  if (nick == NULL || *nick == '\0')
    return stead_client_fail (client, "The nick is empty.");
  return is_within (client, nick, NICK_CAP);
}

bool
stead_is_entry (stead_client *client, const char *nick, const char *password)
{
  return is_within (client, nick, NICK_CAP) && is_within (client, password, PASSWORD_CAP);
}

bool
stead_join_room (stead_client *client, uint32_t number, const char *room, const char *nick,
                 const char *password)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__JoinRoom join = STEADFAST__V1__JOIN_ROOM__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room) || !stead_is_entry (client, nick, password))
    return false;
  stead_rooms_add (account, room, nick, password);
  join.room = stead_given (room);
  join.nick = stead_given (nick);
  join.password = stead_given (password);
  command.body_case = STEADFAST__V1__COMMAND__BODY_JOIN_ROOM;
  command.join_room = &join;
  stead_write_now (client, account, &command);
  return true;
}

bool
stead_leave_room (stead_client *client, uint32_t number, const char *room, const char *line)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__LeaveRoom leave = STEADFAST__V1__LEAVE_ROOM__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room) || !stead_is_text (client, line))
    return false;
  stead_rooms_remove (account, room);
  leave.room = stead_given (room);
  leave.text = stead_given (line);
  command.body_case = STEADFAST__V1__COMMAND__BODY_LEAVE_ROOM;
  command.leave_room = &leave;
  stead_write_now (client, account, &command);
  return true;
}

const char *
stead_send_room_message (stead_client *client, uint32_t number, const char *room, const char *body,
                         const char *xhtml)
{
  return stead_is_room (client, room) ? stead_send (client, number, room, body, xhtml, true) : NULL;
}

const char *
stead_set_room_subject (stead_client *client, uint32_t number, const char *room,
                        const char *subject)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SetRoomSubject set = STEADFAST__V1__SET_ROOM_SUBJECT__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room) || !stead_is_text (client, subject))
    return NULL;
  set.room = stead_given (room);
  set.subject = stead_given (subject);
  command.body_case = STEADFAST__V1__COMMAND__BODY_SET_ROOM_SUBJECT;
  command.set_room_subject = &set;
  return stead_pending_add (client, account, &command);
}

const char *
stead_set_role (stead_client *client, uint32_t number, const char *room, const char *nick,
                stead_role role, const char *reason)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SetRole set = STEADFAST__V1__SET_ROLE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room) || !is_nick (client, nick)
      || !stead_is_text (client, reason))
    return NULL;
  if ((int) role < STEAD_ROLE_NONE || role > STEAD_ROLE_MODERATOR)
    {
      stead_client_fail (client, "There is no such role.");
      return NULL;
    }
  set.room = stead_given (room);
  set.nick = stead_given (nick);
  set.role = (Steadfast__V1__Role) role;
  set.reason = stead_given (reason);
  command.body_case = STEADFAST__V1__COMMAND__BODY_SET_ROLE;
  command.set_role = &set;
  return stead_pending_add (client, account, &command);
}

const char *
stead_set_affiliation (stead_client *client, uint32_t number, const char *room,
                       const char *jid_or_nick, stead_affiliation affiliation, const char *reason)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SetAffiliation set = STEADFAST__V1__SET_AFFILIATION__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room) || !stead_is_jid (client, jid_or_nick)
      || !stead_is_text (client, reason))
    return NULL;
  if ((int) affiliation < STEAD_AFFILIATION_NONE || affiliation > STEAD_AFFILIATION_OWNER)
    {
      stead_client_fail (client, "There is no such affiliation.");
      return NULL;
    }
  set.room = stead_given (room);
  set.jid_or_nick = stead_given (jid_or_nick);
  set.affiliation = (Steadfast__V1__Affiliation) affiliation;
  set.reason = stead_given (reason);
  command.body_case = STEADFAST__V1__COMMAND__BODY_SET_AFFILIATION;
  command.set_affiliation = &set;
  return stead_pending_add (client, account, &command);
}

const char *
stead_invite (stead_client *client, uint32_t number, const char *room, const char *jid,
              const char *reason)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__Invite invite = STEADFAST__V1__INVITE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room) || !stead_is_jid (client, jid)
      || !stead_is_text (client, reason))
    return NULL;
  invite.room = stead_given (room);
  invite.jid = stead_given (jid);
  invite.reason = stead_given (reason);
  command.body_case = STEADFAST__V1__COMMAND__BODY_INVITE;
  command.invite = &invite;
  return stead_pending_add (client, account, &command);
}

/* An answer is worth nothing to whoever does not wait for it any more: so it is asked now, or not. */
static bool
query_rooms (stead_client *client, uint32_t number, Steadfast__V1__QueryRooms *query)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || (*query->service != '\0' && !stead_is_jid (client, query->service)))
    return false;
  if (!account->attached)
    return stead_client_fail (client, "The account is not signed in.");
  command.body_case = STEADFAST__V1__COMMAND__BODY_QUERY_ROOMS;
  command.query_rooms = query;
  stead_write_now (client, account, &command);
  return true;
}

bool
stead_query_rooms (stead_client *client, uint32_t number, uint32_t query, const char *service)
{
  Steadfast__V1__QueryRooms wire = STEADFAST__V1__QUERY_ROOMS__INIT;
  wire.query = query;
  wire.service = stead_given (service);
  return query_rooms (client, number, &wire);
}

bool
stead_find_room_service (stead_client *client, uint32_t number, uint32_t query)
{
  Steadfast__V1__QueryRooms wire = STEADFAST__V1__QUERY_ROOMS__INIT;
  wire.query = query;
  wire.service_only = true;
  return query_rooms (client, number, &wire);
}

bool
stead_stop_query_rooms (stead_client *client, uint32_t number, uint32_t query)
{
  Steadfast__V1__QueryRooms wire = STEADFAST__V1__QUERY_ROOMS__INIT;
  wire.query = query;
  wire.stop = true;
  return query_rooms (client, number, &wire);
}
