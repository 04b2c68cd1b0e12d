/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <stdlib.h>
#include <string.h>

/* An address has three parts of at most 1023 bytes (RFC 7622 section 3.1). */
#define JID_CAP 3071

/* The C type of protobuf-c's strings knows no const; nothing writes through it here. */
char *
stead_given (const char *given)
{
  return (char *) (uintptr_t) (given == NULL ? "" : given);
}

stead_account *
stead_account_attached (stead_client *client, uint32_t number)
{
  stead_account *account = stead_account_find (client, number);
  if (account != NULL && account->options != NULL)
    return account;
  stead_client_fail (client, "The account is not attached.");
  return NULL;
}

bool
stead_is_jid (stead_client *client, const char *jid)
{
  if (jid != NULL && *jid != '\0' && strlen (jid) <= JID_CAP && stead_text_valid (jid))
    return true;
  return stead_client_fail (client, "The address is empty, too long or not UTF-8.");
}

bool
stead_is_text (stead_client *client, const char *given)
{
  if (given != NULL && strlen (given) > STEAD_TEXT_MAX)
    return stead_client_fail (client, "The text is too long.");
  return stead_text_valid (given) || stead_client_fail (client, "The text is not UTF-8.");
}

void
stead_write_now (stead_client *client, const stead_account *account, wire_command *command)
{
  if (!account->attached)
    return;
  command->account = account->number;
  stead_frames_push (&client->engine.out, command);
  stead_engine_flush (client);
}

const char *
stead_send (stead_client *client, uint32_t number, const char *to, const char *body,
            const char *xhtml, bool groupchat)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SendMessage send = STEADFAST__V1__SEND_MESSAGE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_jid (client, to) || !stead_is_text (client, body)
      || !stead_is_text (client, xhtml))
    return NULL;
  if (body == NULL || *body == '\0')
    {
      stead_client_fail (client, "The text is empty.");
      return NULL;
    }
  send.to = stead_given (to);
  send.body = stead_given (body);
  send.xhtml = stead_given (xhtml);
  send.groupchat = groupchat;
  command.body_case = STEADFAST__V1__COMMAND__BODY_SEND_MESSAGE;
  command.send_message = &send;
  return stead_pending_add (client, account, &command);
}

const char *
stead_send_message (stead_client *client, uint32_t number, const char *to, const char *body,
                    const char *xhtml)
{
  return stead_send (client, number, to, body, xhtml, false);
}

bool
stead_send_chat_state (stead_client *client, uint32_t number, const char *to,
                       stead_chat_state state)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SendChatState send = STEADFAST__V1__SEND_CHAT_STATE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_jid (client, to))
    return false;
  if ((int) state < STEAD_CHAT_ACTIVE || state > STEAD_CHAT_GONE)
    return stead_client_fail (client, "There is no such chat state.");
  send.to = stead_given (to);
  send.state = (Steadfast__V1__ChatState__State) state;
  command.body_case = STEADFAST__V1__COMMAND__BODY_SEND_CHAT_STATE;
  command.send_chat_state = &send;
  stead_write_now (client, account, &command);
  return true;
}

bool
stead_set_presence (stead_client *client, uint32_t number, stead_show show, const char *status,
                    int priority, int64_t idle_since_time_ms)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SetPresence set = STEADFAST__V1__SET_PRESENCE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL)
    return false;
  /* Kept in the options, from where a new engine gets it. */
  if (!stead_options_set_presence (account->options, show, status, priority, idle_since_time_ms))
    return stead_client_fail (client, "The status is too long or not UTF-8, or a number is out "
                                      "of range.");
  set.show = (Steadfast__V1__Show) show;
  set.status = stead_given (status);
  set.priority = priority;
  set.idle_since_time_ms = idle_since_time_ms;
  command.body_case = STEADFAST__V1__COMMAND__BODY_SET_PRESENCE;
  command.set_presence = &set;
  stead_write_now (client, account, &command);
  return true;
}

const char *
stead_set_contact (stead_client *client, uint32_t number, const char *jid, const char *name,
                   const char *const *groups, size_t n_groups)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SetContact set = STEADFAST__V1__SET_CONTACT__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_jid (client, jid) || !stead_is_text (client, name))
    return NULL;
  for (size_t i = 0; i < n_groups; i++)
    if (!stead_is_text (client, groups[i]))
      return NULL;
  set.jid = stead_given (jid);
  set.name = stead_given (name);
  set.n_groups = n_groups;
  set.groups = stead_alloc ((n_groups + 1) * sizeof *set.groups);
  for (size_t i = 0; i < n_groups; i++)
    set.groups[i] = stead_given (groups[i]);
  command.body_case = STEADFAST__V1__COMMAND__BODY_SET_CONTACT;
  command.set_contact = &set;
  const char *id = stead_pending_add (client, account, &command);
  free (set.groups);
  return id;
}

const char *
stead_remove_contact (stead_client *client, uint32_t number, const char *jid)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__RemoveContact remove = STEADFAST__V1__REMOVE_CONTACT__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_jid (client, jid))
    return NULL;
  remove.jid = stead_given (jid);
  command.body_case = STEADFAST__V1__COMMAND__BODY_REMOVE_CONTACT;
  command.remove_contact = &remove;
  return stead_pending_add (client, account, &command);
}

const char *
stead_subscribe (stead_client *client, uint32_t number, const char *jid,
                 stead_subscribe_action action, const char *line)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__Subscribe subscribe = STEADFAST__V1__SUBSCRIBE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_jid (client, jid) || !stead_is_text (client, line))
    return NULL;
  if ((int) action < STEAD_SUBSCRIBE_REQUEST || action > STEAD_SUBSCRIBE_CANCEL)
    {
      stead_client_fail (client, "There is no such subscription request.");
      return NULL;
    }
  subscribe.jid = stead_given (jid);
  subscribe.action = (Steadfast__V1__Subscribe__Action) action;
  subscribe.text = stead_given (line);
  command.body_case = STEADFAST__V1__COMMAND__BODY_SUBSCRIBE;
  command.subscribe = &subscribe;
  return stead_pending_add (client, account, &command);
}

bool
stead_query_contact (stead_client *client, uint32_t number, const char *jid)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__QueryContact query = STEADFAST__V1__QUERY_CONTACT__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_jid (client, jid))
    return false;
  /* No engine, no answer: better said now than waited for. */
  if (!account->attached)
    return stead_client_fail (client, "The account is not signed in.");
  query.jid = stead_given (jid);
  command.body_case = STEADFAST__V1__COMMAND__BODY_QUERY_CONTACT;
  command.query_contact = &query;
  stead_write_now (client, account, &command);
  return true;
}

bool
stead_query_message (stead_client *client, uint32_t number, const char *id)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__QueryMessage query = STEADFAST__V1__QUERY_MESSAGE__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_text (client, id))
    return false;
  if (!account->attached)
    return stead_client_fail (client, "The account is not signed in.");
  query.id = stead_given (id);
  command.body_case = STEADFAST__V1__COMMAND__BODY_QUERY_MESSAGE;
  command.query_message = &query;
  stead_write_now (client, account, &command);
  return true;
}

bool
stead_network_hint (stead_client *client, bool available)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__NetworkHint hint = STEADFAST__V1__NETWORK_HINT__INIT;
  if (!stead_engine_ready (client))
    return true;
  hint.available = available;
  command.body_case = STEADFAST__V1__COMMAND__BODY_NETWORK_HINT;
  command.network_hint = &hint;
  stead_frames_push (&client->engine.out, &command);
  stead_engine_flush (client);
  return true;
}

bool
stead_answer_trust (stead_client *client, uint32_t number, const char *sha256, bool accept)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__TrustAnswer answer = STEADFAST__V1__TRUST_ANSWER__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_text (client, sha256))
    return false;
  answer.sha256 = stead_given (sha256);
  answer.accept = accept;
  command.body_case = STEADFAST__V1__COMMAND__BODY_TRUST_ANSWER;
  command.trust_answer = &answer;
  stead_write_now (client, account, &command);
  return true;
}

bool
stead_answer_secret (stead_client *client, uint32_t number, stead_secret what, const char *secret)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SecretAnswer answer = STEADFAST__V1__SECRET_ANSWER__INIT;
  stead_account *account = stead_account_attached (client, number);
  stead_option place =
      what == STEAD_SECRET_PASSPHRASE ? STEAD_OPTION_CLIENT_CERT_PASSPHRASE : STEAD_OPTION_PASSWORD;
  if (account == NULL)
    return false;
  if (secret != NULL && !stead_options_set_string (account->options, place, secret))
    return stead_client_fail (client, "The secret is too long or not UTF-8.");
  answer.what = what == STEAD_SECRET_PASSPHRASE ? STEADFAST__V1__ASK_SECRET__WHAT__PASSPHRASE
                                                : STEADFAST__V1__ASK_SECRET__WHAT__PASSWORD;
  answer.secret = stead_given (secret);
  answer.cancelled = secret == NULL;
  command.body_case = STEADFAST__V1__COMMAND__BODY_SECRET_ANSWER;
  command.secret_answer = &answer;
  stead_write_now (client, account, &command);
  return true;
}
