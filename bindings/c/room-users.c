/* SPDX-License-Identifier: MIT */
/* Commands of rooms for their users and owners (XEP-0045 sections 7.13, 8 to 10; XEP-0077). */
#include "private.h"

#include <string.h>

#define PASSWORD_CAP 4096

const char *
stead_request_voice (stead_client *client, uint32_t number, const char *room)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__RequestVoice request = STEADFAST__V1__REQUEST_VOICE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room))
    return NULL;
  request.room = stead_given (room);
  command.body_case = STEADFAST__V1__COMMAND__BODY_REQUEST_VOICE;
  command.request_voice = &request;
  return stead_pending_add (client, account, &command);
}

const char *
stead_unregister_room (stead_client *client, uint32_t number, const char *room)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__UnregisterRoom unregister = STEADFAST__V1__UNREGISTER_ROOM__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room))
    return NULL;
  unregister.room = stead_given (room);
  command.body_case = STEADFAST__V1__COMMAND__BODY_UNREGISTER_ROOM;
  command.unregister_room = &unregister;
  return stead_pending_add (client, account, &command);
}

static const char *
query_users (stead_client *client, uint32_t number, const char *room, stead_role role,
             stead_affiliation affiliation)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__QueryRoomUsers query = STEADFAST__V1__QUERY_ROOM_USERS__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room))
    return NULL;
  query.room = stead_given (room);
  query.role = (Steadfast__V1__Role) role;
  query.affiliation = (Steadfast__V1__Affiliation) affiliation;
  command.body_case = STEADFAST__V1__COMMAND__BODY_QUERY_ROOM_USERS;
  command.query_room_users = &query;
  return stead_pending_add (client, account, &command);
}

const char *
stead_query_users_by_role (stead_client *client, uint32_t number, const char *room, stead_role role)
{
  if ((int) role > STEAD_ROLE_NONE && role <= STEAD_ROLE_MODERATOR)
    return query_users (client, number, room, role, STEAD_AFFILIATION_NONE);
  stead_client_fail (client, "There is no list of that role.");
  return NULL;
}

const char *
stead_query_users_by_affiliation (stead_client *client, uint32_t number, const char *room,
                                  stead_affiliation affiliation)
{
  if ((int) affiliation > STEAD_AFFILIATION_NONE && affiliation <= STEAD_AFFILIATION_OWNER)
    return query_users (client, number, room, STEAD_ROLE_NONE, affiliation);
  stead_client_fail (client, "There is no list of that affiliation.");
  return NULL;
}

const char *
stead_destroy_room (stead_client *client, uint32_t number, const char *room, const char *reason,
                    const char *alternate, const char *password)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__DestroyRoom destroy = STEADFAST__V1__DESTROY_ROOM__INIT;
  stead_account *account = stead_account_attached (client, number);
  bool elsewhere = alternate != NULL && *alternate != '\0';
  if (account == NULL || !stead_is_room (client, room) || !stead_is_text (client, reason)
      || (elsewhere && !stead_is_room (client, alternate)) || !stead_is_text (client, password))
    return NULL;
  if (password != NULL && strlen (password) > PASSWORD_CAP)
    {
      stead_client_fail (client, "The password is too long.");
      return NULL;
    }
  destroy.room = stead_given (room);
  destroy.reason = stead_given (reason);
  destroy.alternate = stead_given (alternate);
  destroy.password = stead_given (password);
  command.body_case = STEADFAST__V1__COMMAND__BODY_DESTROY_ROOM;
  command.destroy_room = &destroy;
  return stead_pending_add (client, account, &command);
}
