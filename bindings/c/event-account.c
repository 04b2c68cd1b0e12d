/* SPDX-License-Identifier: MIT */
/* Accessors of what concerns the engine, the account and its link. Each accessor checks the kind
 * itself, so that a wrong one gives nothing instead of another union member's bytes. */
#include "accessors.h"

stead_event_kind
stead_event_type (const stead_event *event)
{
  return event == NULL ? (stead_event_kind) 0 : event->kind;
}

uint32_t
stead_event_account (const stead_event *event)
{
  return event == NULL ? 0 : event->account;
}

static const wire_error *
error_of (const stead_event *event)
{
  if (event == NULL || event->wire == NULL)
    return event == NULL ? NULL : event->error;
  switch (event->wire->body_case)
    {
    case STEADFAST__V1__EVENT__BODY_REFUSED:
      return event->wire->refused->error;
    case STEADFAST__V1__EVENT__BODY_LINK:
      return event->wire->link->error;
    case STEADFAST__V1__EVENT__BODY_ASK_SECRET:
      return event->wire->ask_secret->error;
    case STEADFAST__V1__EVENT__BODY_MESSAGE_STATE:
      return event->wire->message_state->error;
    case STEADFAST__V1__EVENT__BODY_PRESENCE:
      return event->wire->presence->error;
    case STEADFAST__V1__EVENT__BODY_ROOM:
      return event->wire->room->error;
    case STEADFAST__V1__EVENT__BODY_ROOM_LIST:
      return event->wire->room_list->error;
    case STEADFAST__V1__EVENT__BODY_SIGNED_OUT:
      return event->wire->signed_out->error;
    default:
      return NULL;
    }
}

stead_error_kind
stead_event_error_kind (const stead_event *event)
{
  const wire_error *error = error_of (event);
  return error == NULL ? STEAD_ERROR_NONE : (stead_error_kind) error->kind;
}

const char *
stead_event_error_condition (const stead_event *event)
{
  const wire_error *error = error_of (event);
  return error == NULL ? "" : error->condition;
}

const char *
stead_event_error_text (const stead_event *event)
{
  const wire_error *error = error_of (event);
  return error == NULL ? "" : error->text;
}

bool
stead_event_error_by_peer (const stead_event *event)
{
  const wire_error *error = error_of (event);
  return error != NULL && error->by == STEADFAST__V1__ERROR__BY__PEER;
}

stead_error_retry
stead_event_error_retry (const stead_event *event)
{
  const wire_error *error = error_of (event);
  return error == NULL ? STEAD_RETRY_NEVER : (stead_error_retry) error->retry;
}

static bool
is_made (const stead_event *event, stead_event_kind kind)
{
  return event != NULL && event->kind == kind;
}

stead_engine_state
stead_event_engine_state (const stead_event *event)
{
  return is_made (event, STEAD_EVENT_ENGINE) ? event->engine_state : STEAD_ENGINE_STARTED;
}

const char *
stead_event_engine_program (const stead_event *event)
{
  return is_made (event, STEAD_EVENT_ENGINE) ? event->program : "";
}

uint32_t
stead_event_engine_retry_in_ms (const stead_event *event)
{
  return is_made (event, STEAD_EVENT_ENGINE) ? event->retry_in_ms : 0;
}

const char *
stead_event_held_program (const stead_event *event)
{
  return is_made (event, STEAD_EVENT_ACCOUNT_HELD) ? event->program : "";
}

int64_t
stead_event_held_pid (const stead_event *event)
{
  return is_made (event, STEAD_EVENT_ACCOUNT_HELD) ? event->pid : 0;
}

const char *
stead_event_command_id (const stead_event *event)
{
  if (IS (event, ACCEPTED))
    return event->wire->accepted->id;
  if (IS (event, REFUSED))
    return event->wire->refused->id;
  if (IS (event, CERTIFICATE_MADE))
    return event->wire->certificate_made->id;
  if (IS (event, SIGNED_OUT))
    return event->wire->signed_out->id;
  return IS (event, MESSAGE_STATE) ? event->wire->message_state->id : "";
}

VALUE (stead_log_level, stead_event_log_level, LOG, log->level)
TEXT (stead_event_log_category, LOG, log->category)
TEXT (stead_event_log_text, LOG, log->text)

VALUE (stead_link_state, stead_event_link_state, LINK, link->state)
VALUE (bool, stead_event_link_resumed, LINK, link->resumed)
VALUE (uint32_t, stead_event_link_step, LINK, link->step)
VALUE (uint32_t, stead_event_link_steps, LINK, link->steps)
TEXT (stead_event_link_step_text, LINK, link->step_text)
TEXT (stead_event_link_jid, LINK, link->jid)
VALUE (uint32_t, stead_event_link_retry_in_ms, LINK, link->retry_in_ms)
TEXT (stead_event_link_tls_version, LINK, link->tls_version)
TEXT (stead_event_link_mechanism, LINK, link->mechanism)
TEXT (stead_event_link_session, LINK, link->session)
TEXT (stead_event_link_channel_binding, LINK, link->channel_binding)
TEXT (stead_event_link_web_socket, LINK, link->web_socket)

TEXT (stead_event_trust_domain, ASK_TRUST, ask_trust->domain)
VALUE (size_t, stead_event_trust_chain_count, ASK_TRUST, ask_trust->n_chain)
TEXT (stead_event_trust_sha256, ASK_TRUST, ask_trust->sha256)
VALUE (size_t, stead_event_trust_reason_count, ASK_TRUST, ask_trust->n_reasons)
TEXT_AT (stead_event_trust_reason, ASK_TRUST, ask_trust, reasons, )
TEXT (stead_event_trust_text, ASK_TRUST, ask_trust->text)

const uint8_t *
stead_event_trust_chain (const stead_event *event, size_t index, size_t *length)
{
  bool there = IS (event, ASK_TRUST) && index < event->wire->ask_trust->n_chain;
  if (length != NULL)
    *length = there ? event->wire->ask_trust->chain[index].len : 0;
  return there ? event->wire->ask_trust->chain[index].data : NULL;
}

VALUE (stead_secret, stead_event_secret_what, ASK_SECRET, ask_secret->what)

VALUE (int64_t, stead_event_expiry_time_ms, CERTIFICATE_EXPIRY,
       certificate_expiry->not_after_time_ms)
VALUE (uint32_t, stead_event_expiry_days, CERTIFICATE_EXPIRY, certificate_expiry->days)
VALUE (bool, stead_event_expiry_renewable, CERTIFICATE_EXPIRY, certificate_expiry->renewable)
TEXT (stead_event_expiry_text, CERTIFICATE_EXPIRY, certificate_expiry->text)
