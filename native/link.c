/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the link stands. While the engine resumes a session the account stays connected here; the
 * person is told quietly, and only of an outage that lasts. */

#include "certificates.h"

#include <string.h>

enum
{
  OUTAGE_S = 5, /* shorter ones are not worth a line */
  HELD_S = 10,  /* the engine of a host that just ended may hold the account for 5 s */
  STARTS = 5    /* of the engine that failed: libsteadfast gives texts up soon after */
};

static int network_handle;
static gboolean network_hooked;

/* BitlBee shows what people say, and drops all other lines of a conversation. */
gboolean
link_shows_lines (void)
{
  return g_strcmp0 (purple_core_get_ui (), "BitlBee") != 0;
}

void
link_write (PurpleConversation *conversation, const char *html, PurpleMessageFlags flags,
            time_t when)
{
  PurpleConnection *gc = purple_conversation_get_gc (conversation);
  char *name;
  char *notice;

  purple_conversation_write (conversation, NULL, html, flags, when);
  if (gc == NULL || link_shows_lines ())
    return;
  /* There it is HTML. */
  name = g_markup_escape_text (purple_conversation_get_name (conversation), -1);
  notice = g_strdup_printf ("%s: %s", name, html);
  purple_connection_notice (gc, notice);
  g_free (notice);
  g_free (name);
}

void
link_write_line (PurpleConversation *conversation, const char *text)
{
  char *html = markup_from_plain (text);

  link_write (conversation, html,
              PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG | PURPLE_MESSAGE_NO_LINKIFY,
              time (NULL));
  g_free (html);
}

static gboolean
is_told (ShimSession *session, PurpleConversation *conversation)
{
  return g_hash_table_lookup (session->told_outage, purple_conversation_get_name (conversation))
         != NULL;
}

/* One line a conversation for each outage: when it lasts, or when something is written. */
void
link_tell_outage (ShimSession *session, PurpleConversation *conversation, const char *text)
{
  if (is_told (session, conversation))
    return;
  g_hash_table_insert (session->told_outage, g_strdup (purple_conversation_get_name (conversation)),
                       GINT_TO_POINTER (1));
  link_write_line (conversation, text);
}

static void
set_detail (ShimSession *session, char *detail)
{
  g_free (session->link_detail);
  session->link_detail = detail;
}

void
link_explain (ShimSession *session, const char *why)
{
  purple_debug_warning ("steadfast", "[%u] %s\n", session->number, why);
  set_detail (session, g_strdup (why));
}

static gboolean
on_outage (gpointer number)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));
  GList *item;

  if (session == NULL)
    return FALSE;
  session->outage_timer = 0;
  session->outage_told = TRUE;
  for (item = purple_get_conversations (); item != NULL; item = item->next)
    if (purple_conversation_get_account (item->data) == session->account)
      link_tell_outage (session, item->data,
                        "The connection is interrupted. You stay signed in; what you write is "
                        "kept and sent when it is back.");
  return FALSE;
}

static void
begin_outage (ShimSession *session, const char *why)
{
  session->state = STEAD_LINK_INTERRUPTED;
  set_detail (session, g_strdup (*why != '\0' ? why : "The connection is interrupted."));
  if (session->outage_timer == 0 && !session->outage_told)
    session->outage_timer =
        purple_timeout_add_seconds (OUTAGE_S, on_outage, GUINT_TO_POINTER (session->number));
}

static void
end_outage (ShimSession *session)
{
  GList *item;

  if (session->outage_timer != 0)
    purple_timeout_remove (session->outage_timer);
  session->outage_timer = 0;
  /* A conversation may have been told of a short one, too, because something was written in it. */
  for (item = purple_get_conversations (); item != NULL; item = item->next)
    if (purple_conversation_get_account (item->data) == session->account
        && is_told (session, item->data))
      link_write_line (item->data, "The connection is back.");
  session->outage_told = FALSE;
  g_hash_table_remove_all (session->told_outage);
}

static void
end_hold (ShimSession *session)
{
  if (session->held_timer != 0)
    purple_timeout_remove (session->held_timer);
  session->held_timer = 0;
  g_free (session->held_text);
  session->held_text = NULL;
}

void
link_open (ShimSession *session)
{
  session->state = STEAD_LINK_CONNECTING;
  session->told_outage = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
link_close (ShimSession *session)
{
  end_hold (session);
  if (session->outage_timer != 0)
    purple_timeout_remove (session->outage_timer);
  set_detail (session, NULL);
  g_hash_table_destroy (session->told_outage);
}

static void
set_connected (PurpleConnection *gc)
{
  if (!PURPLE_CONNECTION_IS_CONNECTED (gc))
    purple_connection_set_state (gc, PURPLE_CONNECTED);
}

static void
got_online (ShimSession *session, PurpleConnection *gc, const stead_event *event)
{
  session->state = STEAD_LINK_ONLINE;
  set_detail (session, g_strdup_printf (
                           "%s, %s%s", stead_event_link_tls_version (event),
                           stead_event_link_mechanism (event),
                           *stead_event_link_web_socket (event) != '\0' ? ", over WebSocket" : ""));
  purple_connection_set_display_name (gc, stead_event_link_jid (event));
  end_outage (session);
  trust_close (session);
  set_connected (gc);
  muc_list_online (session);
  certificates_online (session, event);
}

/* For `pidgin -d`; none of these texts holds a secret. */
static void
log_link (const stead_event *event)
{
  static const char *const states[] = { "connecting", "online", "interrupted", "failed",
                                        "detached" };

  purple_debug_info ("steadfast", "[%u] link %s: %s %s %s %s %s %s %s\n",
                     stead_event_account (event),
                     states[CLAMP ((int) stead_event_link_state (event), 0, 4)],
                     stead_event_link_step_text (event), stead_event_error_text (event),
                     stead_event_link_jid (event), stead_event_link_tls_version (event),
                     stead_event_link_mechanism (event), stead_event_link_channel_binding (event),
                     stead_event_link_web_socket (event));
}

void
link_got_link (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);

  log_link (event);
  if (gc == NULL)
    return;
  end_hold (session);
  switch (stead_event_link_state (event))
    {
    case STEAD_LINK_CONNECTING:
      certificates_offline (session, event);
      /* Once connected, a fresh sign-in by the engine is part of the same outage. */
      if (!PURPLE_CONNECTION_IS_CONNECTED (gc) && stead_event_link_steps (event) > 0)
        purple_connection_update_progress (gc, stead_event_link_step_text (event),
                                           stead_event_link_step (event),
                                           stead_event_link_steps (event) + 1);
      break;
    case STEAD_LINK_ONLINE:
      got_online (session, gc, event);
      break;
    case STEAD_LINK_INTERRUPTED:
      proxy_look (session);
      certificates_offline (session, event);
      begin_outage (session, stead_event_error_text (event));
      set_connected (gc);
      break;
    case STEAD_LINK_FAILED:
      if (!access_is_over (session, event) && !certificates_failed (session, event))
        errors_report (session, event);
      break;
    case STEAD_LINK_DETACHED:
      /* The echo of an earlier close(): this login came after it. */
      break;
    }
}

static gboolean
on_held (gpointer number)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));
  PurpleConnection *gc = session != NULL ? account_connection (session) : NULL;

  if (session == NULL)
    return FALSE;
  session->held_timer = 0;
  if (gc != NULL && gc->disconnect_timeout == 0)
    purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_NETWORK_ERROR, session->held_text);
  return FALSE;
}

/* Pidgin shows no progress texts, so what lasts is reported: not as fatal, it will be tried again.
 */
void
link_got_held (ShimSession *session, const stead_event *event)
{
  const char *program = stead_event_held_program (event);
  PurpleConnection *gc = account_connection (session);

  g_free (session->held_text);
  if (strcmp (stead_event_error_condition (event), "account-in-use") == 0)
    session->held_text = g_strdup_printf (
        "%s (process %" G_GINT64_FORMAT ") uses this account's folder. It is "
        "tried again until that program signs off.",
        *program != '\0' ? program : "Another program", stead_event_held_pid (event));
  else
    session->held_text = g_strdup (stead_event_error_text (event));
  if (gc != NULL && !PURPLE_CONNECTION_IS_CONNECTED (gc))
    purple_connection_update_progress (gc, session->held_text, 0, 2);
  if (session->held_timer == 0)
    session->held_timer =
        purple_timeout_add_seconds (HELD_S, on_held, GUINT_TO_POINTER (session->number));
}

void
link_got_engine (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);

  if (gc == NULL)
    return;
  switch (stead_event_engine_state (event))
    {
    case STEAD_ENGINE_STARTED:
      session->failed_starts = 0;
      /* It knows no other settings than those of now. */
      certificates_switch_begun (session);
      purple_debug_info ("steadfast", "engine: %s\n", stead_event_engine_program (event));
      break;
    case STEAD_ENGINE_DIED:
      info_give_up (session);
      muc_list_give_up (session);
      muc_users_give_up (session);
      if (stead_event_error_retry (event) == STEAD_RETRY_NEVER)
        errors_report (session, event);
      /* It is started again and attached by libsteadfast. */
      else if (PURPLE_CONNECTION_IS_CONNECTED (gc))
        begin_outage (session, stead_event_error_text (event));
      break;
    case STEAD_ENGINE_FAILED:
      /* One more try may do; what lasts is no outage, and its reason is to be read. */
      if (stead_event_error_retry (event) == STEAD_RETRY_LATER
          && PURPLE_CONNECTION_IS_CONNECTED (gc) && ++session->failed_starts < STARTS)
        begin_outage (session, stead_event_error_text (event));
      else
        errors_report (session, event);
      break;
    }
}

/* Emitted before Pidgin closes the connections, so the engine hears of it first. */
static void
on_network_changed (void)
{
  stead_client *client = dispatch_client ();

  if (client == NULL)
    return;
  stead_network_hint (client, purple_network_is_available ());
  dispatch_update ();
}

/* libpurple's network code starts after the protocols are loaded: so not before a login. */
void
link_hook_network (void)
{
  if (network_hooked)
    return;
  network_hooked = TRUE;
  purple_signal_connect (purple_network_get_handle (), "network-configuration-changed",
                         &network_handle, PURPLE_CALLBACK (on_network_changed), NULL);
}

void
link_unhook_network (void)
{
  if (network_hooked)
    purple_signals_disconnect_by_handle (&network_handle);
  network_hooked = FALSE;
}
