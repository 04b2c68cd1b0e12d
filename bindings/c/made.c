/* SPDX-License-Identifier: MIT */
/* Events the library makes itself. */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A deep copy by way of the wire, so that every event has one owner and one way to be freed. */
static void
push_copy (stead_client *client, const wire_event *wire)
{
  size_t length = steadfast__v1__event__get_packed_size (wire);
  uint8_t *bytes = stead_alloc (length + 1);
  steadfast__v1__event__pack (wire, bytes);
  stead_event *event = stead_alloc (sizeof *event);
  event->kind = (stead_event_kind) wire->body_case;
  event->account = wire->account;
  event->size = length + sizeof *event;
  event->wire = steadfast__v1__event__unpack (NULL, length, bytes);
  if (event->wire == NULL)
    abort ();
  free (bytes);
  stead_events_push (client, event);
}

/* Points into the arguments. */
static wire_error
error_of (stead_error_kind kind, const char *condition, const char *text, stead_error_retry retry)
{
  wire_error error = STEADFAST__V1__ERROR__INIT;
  error.kind = (Steadfast__V1__Error__Kind) kind;
  error.condition = (char *) (uintptr_t) condition;
  error.text = (char *) (uintptr_t) text;
  error.retry = (Steadfast__V1__Error__Retry) retry;
  return error;
}

wire_error *
stead_error_copy (stead_error_kind kind, const char *condition, const char *text,
                  stead_error_retry retry)
{
  wire_error error = error_of (kind, condition, text, retry);
  size_t length = steadfast__v1__error__get_packed_size (&error);
  uint8_t *bytes = stead_alloc (length + 1);
  steadfast__v1__error__pack (&error, bytes);
  wire_error *copy = steadfast__v1__error__unpack (NULL, length, bytes);
  free (bytes);
  if (copy == NULL)
    abort ();
  return copy;
}

void
stead_made_engine (stead_client *client, stead_engine_state state, const char *program,
                   wire_error *error, uint32_t retry_in_ms)
{
  stead_event *event = stead_alloc (sizeof *event);
  event->kind = STEAD_EVENT_ENGINE;
  event->size = sizeof *event;
  event->engine_state = state;
  event->error = error;
  event->program = stead_copy (program);
  event->retry_in_ms = retry_in_ms;
  stead_events_push (client, event);
}

void
stead_made_held (stead_client *client, const stead_account *account, const char *program, int cause)
{
  stead_event *event = stead_alloc (sizeof *event);
  bool held = cause == EAGAIN;
  char *text =
      held ? stead_format ("%s is in use by %s (process %lld) with this very profile. It signs in "
                           "here when that program leaves it.",
                           account->bare_jid,
                           program == NULL || *program == '\0' ? "another program" : program,
                           (long long) account->held_pid)
           : stead_format ("%s cannot be kept from other programs, so it does not sign in: locking "
                           "its file failed (%s). It is tried again.",
                           account->bare_jid, strerror (cause));
  event->kind = STEAD_EVENT_ACCOUNT_HELD;
  event->size = sizeof *event;
  event->account = account->number;
  event->error = stead_error_copy (STEAD_ERROR_STORE, held ? "account-in-use" : "lock-failed", text,
                                   STEAD_RETRY_LATER);
  event->program = stead_copy (program);
  event->pid = account->held_pid;
  free (text);
  stead_events_push (client, event);
}

void
stead_made_detached (stead_client *client, uint32_t account)
{
  wire_event wire = STEADFAST__V1__EVENT__INIT;
  Steadfast__V1__Link link = STEADFAST__V1__LINK__INIT;
  link.state = STEADFAST__V1__LINK__STATE__DETACHED;
  wire.account = account;
  wire.body_case = STEADFAST__V1__EVENT__BODY_LINK;
  wire.link = &link;
  push_copy (client, &wire);
}

void
stead_made_log (stead_client *client, stead_log_level level, const char *text)
{
  wire_event wire = STEADFAST__V1__EVENT__INIT;
  Steadfast__V1__Log log = STEADFAST__V1__LOG__INIT;
  log.level = (Steadfast__V1__Log__Level) level;
  log.category = (char *) (uintptr_t) "engine";
  log.text = (char *) (uintptr_t) text;
  wire.body_case = STEADFAST__V1__EVENT__BODY_LOG;
  wire.log = &log;
  push_copy (client, &wire);
}

static void
make_failed_message (stead_client *client, const wire_command *command, wire_error *error)
{
  wire_event wire = STEADFAST__V1__EVENT__INIT;
  Steadfast__V1__MessageState state = STEADFAST__V1__MESSAGE_STATE__INIT;
  state.id = command->id;
  state.state = STEADFAST__V1__MESSAGE_STATE__STATE__FAILED;
  state.to = command->send_message->to;
  state.body = command->send_message->body;
  state.error = error;
  wire.account = command->account;
  wire.body_case = STEADFAST__V1__EVENT__BODY_MESSAGE_STATE;
  wire.message_state = &state;
  push_copy (client, &wire);
}

static void
make_refused (stead_client *client, const wire_command *command, wire_error *error)
{
  wire_event wire = STEADFAST__V1__EVENT__INIT;
  Steadfast__V1__Refused refused = STEADFAST__V1__REFUSED__INIT;
  refused.id = command->id;
  refused.error = error;
  wire.account = command->account;
  wire.body_case = STEADFAST__V1__EVENT__BODY_REFUSED;
  wire.refused = &refused;
  push_copy (client, &wire);
}

void
stead_made_failed (stead_client *client, const stead_pending *pending)
{
  wire_command *command =
      steadfast__v1__command__unpack (&stead_wiped, pending->length, pending->bytes);
  if (command == NULL)
    abort ();
  /* An engine that died may have put it on disk, and then the next one sends it: "not sent" would
   * be a lie. */
  wire_error error =
      pending->written
          ? error_of (STEAD_ERROR_CONTRACT, "engine-lost",
                      "The Steadfast engine ended before it said that this is safe, and does "
                      "not come back. It may still be carried out when it does.",
                      STEAD_RETRY_NEVER)
          : error_of (STEAD_ERROR_CONTRACT, "no-engine",
                      "Not sent: the Steadfast engine did not run, or another program used the "
                      "account. It will not be sent by itself.",
                      STEAD_RETRY_NEVER);
  if (command->body_case == STEADFAST__V1__COMMAND__BODY_SEND_MESSAGE)
    make_failed_message (client, command, &error);
  else
    make_refused (client, command, &error);
  steadfast__v1__command__free_unpacked (command, &stead_wiped);
}
