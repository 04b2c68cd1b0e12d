/* SPDX-License-Identifier: MIT */
/* Who has access to the account (XEP-0494), and the end of it: commands, and accessors of their events. */
#include "accessors.h"

#include <string.h>

#define ID_CAP 1023

const char *
stead_query_access (stead_client *client, uint32_t number)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__QueryAccess query = STEADFAST__V1__QUERY_ACCESS__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL)
    return NULL;
  command.body_case = STEADFAST__V1__COMMAND__BODY_QUERY_ACCESS;
  command.query_access = &query;
  return stead_pending_add (client, account, &command);
}

/** Whether @id may name a client; else the client's error says what is wrong. */
static bool
is_id (stead_client *client, const char *id)
{
  if (id == NULL || *id == '\0')
    return stead_client_fail (client, "No client with access is named.");
  if (!stead_is_text (client, id))
    return false;
  return strlen (id) <= ID_CAP || stead_client_fail (client, "The text is too long.");
}

const char *
stead_revoke_access (stead_client *client, uint32_t number, const char *id)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__RevokeAccess revoke = STEADFAST__V1__REVOKE_ACCESS__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !is_id (client, id))
    return NULL;
  revoke.id = stead_given (id);
  command.body_case = STEADFAST__V1__COMMAND__BODY_REVOKE_ACCESS;
  command.revoke_access = &revoke;
  return stead_pending_add (client, account, &command);
}

const char *
stead_sign_out (stead_client *client, uint32_t number, bool everywhere)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SignOut out = STEADFAST__V1__SIGN_OUT__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL)
    return NULL;
  out.everywhere = everywhere;
  command.body_case = STEADFAST__V1__COMMAND__BODY_SIGN_OUT;
  command.sign_out = &out;
  return stead_pending_add (client, account, &command);
}

VALUE (size_t, stead_event_access_count, ACCESS, access->n_clients)
VALUE (uint32_t, stead_event_access_left_out, ACCESS, access->left_out)
TEXT_AT (stead_event_access_id, ACCESS, access, clients, ->id)
VALUE_AT (bool, stead_event_access_connected, ACCESS, access, clients, ->connected)
VALUE_AT (bool, stead_event_access_session, ACCESS, access, clients, ->session)
VALUE_AT (int64_t, stead_event_access_first_seen_time_ms, ACCESS, access,
          clients, ->first_seen_time_ms)
VALUE_AT (int64_t, stead_event_access_last_seen_time_ms, ACCESS, access,
          clients, ->last_seen_time_ms)
VALUE_AT (size_t, stead_event_access_auth_count, ACCESS, access, clients, ->n_auth)
VALUE_AT (stead_permission, stead_event_access_permission, ACCESS, access, clients, ->permission)
TEXT_AT (stead_event_access_software, ACCESS, access, clients, ->software)
TEXT_AT (stead_event_access_uri, ACCESS, access, clients, ->uri)
TEXT_AT (stead_event_access_device, ACCESS, access, clients, ->device)
VALUE_AT (bool, stead_event_access_current, ACCESS, access, clients, ->current)

const char *
stead_event_access_auth (const stead_event *event, size_t index, size_t auth)
{
  return auth < stead_event_access_auth_count (event, index)
             ? event->wire->access->clients[index]->auth[auth]
             : "";
}

VALUE (stead_others, stead_event_signed_out_others, SIGNED_OUT, signed_out->others)
VALUE (uint32_t, stead_event_signed_out_ended, SIGNED_OUT, signed_out->ended)
VALUE (uint32_t, stead_event_signed_out_need_password, SIGNED_OUT, signed_out->need_password)
VALUE (uint32_t, stead_event_signed_out_left, SIGNED_OUT, signed_out->left)
VALUE (stead_token, stead_event_signed_out_token, SIGNED_OUT, signed_out->token)
TEXT (stead_event_signed_out_text, SIGNED_OUT, signed_out->text)
