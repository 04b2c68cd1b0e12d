/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one client of this process on libpurple's main loop, and the table from events to twins. */

#include "shim.h"

#include <errno.h>
#include <string.h>

/* A flood of events must not freeze the window: after this much the main loop gets a turn. What
 * draws the window has a lower priority than descriptors and timers, so it needs a rest in which
 * neither of ours is due. */
enum
{
  EVENTS_A_TURN = 64,
  TURN_US = 8 * 1000,
  REST_MS = 2
};

static stead_client *client;
static guint watch;
static int watched_fd = -1;
static PurpleInputCondition watched_for;
static guint timer;
static gint64 timer_due_us;
static gboolean more; /* events wait for another turn */
static gint64 turn_end_us;
static const stead_event *unfinished; /* needs more turns than one */
static gboolean turning;              /* a prompt may run the main loop inside of a turn */

static void take_turn (void);

static void
show_log (const stead_event *event)
{
  static const PurpleDebugLevel levels[] = { PURPLE_DEBUG_MISC, PURPLE_DEBUG_INFO,
                                             PURPLE_DEBUG_WARNING, PURPLE_DEBUG_ERROR };
  stead_log_level level = stead_event_log_level (event);

  purple_debug (levels[CLAMP ((int) level, 0, 3)], "steadfast", "[%u] %s: %s\n",
                stead_event_account (event), stead_event_log_category (event),
                stead_event_log_text (event));
}

/* Events that matter only while the account is logged in here. */
static const struct
{
  stead_event_kind kind;
  void (*handle) (ShimSession *session, const stead_event *event);
} session_handlers[] = {
  { STEAD_EVENT_ACCOUNT_HELD, link_got_held },
  { STEAD_EVENT_LINK, link_got_link },
  { STEAD_EVENT_ASK_TRUST, trust_ask },
  { STEAD_EVENT_ASK_SECRET, secrets_ask },
  { STEAD_EVENT_MESSAGE, messages_got_message },
  { STEAD_EVENT_CHAT_STATE, chat_states_got },
  { STEAD_EVENT_PRESENCE, presence_got },
  { STEAD_EVENT_SUBSCRIPTION, subscriptions_got },
  { STEAD_EVENT_CONTACT_INFO, info_got },
  { STEAD_EVENT_ROOM_SUBJECT, muc_got_subject },
  { STEAD_EVENT_ROOM_NOTICE, muc_got_notice },
  { STEAD_EVENT_INVITATION, muc_got_invitation },
  { STEAD_EVENT_ROOM_LIST, muc_got_list },
  { STEAD_EVENT_ROOM_FORM, muc_got_form },
  { STEAD_EVENT_ROOM_USERS, muc_got_users },
  { STEAD_EVENT_CERTIFICATES, certificates_got_certificates },
  { STEAD_EVENT_CERTIFICATE_MADE, certificates_got_made },
  { STEAD_EVENT_CERTIFICATE_EXPIRY, expiry_got },
  { STEAD_EVENT_ACCESS, access_got_access },
  { STEAD_EVENT_SIGNED_OUT, access_got_signed_out },
};

static void
handle_for_session (const stead_event *event)
{
  ShimSession *session = account_session_numbered (stead_event_account (event));
  gsize i;

  if (session == NULL)
    return;
  if (stead_event_type (event) == STEAD_EVENT_ROSTER && !roster_got (session, event))
    unfinished = event;
  if (stead_event_type (event) == STEAD_EVENT_ROOM && !muc_got_room (session, event))
    unfinished = event;
  if (stead_event_type (event) == STEAD_EVENT_ROOM_OCCUPANTS && !muc_got_occupants (session, event))
    unfinished = event;
  if (stead_event_type (event) == STEAD_EVENT_BOOKMARKS && !muc_got_bookmarks (session, event))
    unfinished = event;
  for (i = 0; i < G_N_ELEMENTS (session_handlers); i++)
    if (session_handlers[i].kind == stead_event_type (event))
      session_handlers[i].handle (session, event);
}

static void
handle (const stead_event *event)
{
  switch (stead_event_type (event))
    {
    case STEAD_EVENT_LOG:
      show_log (event);
      break;
    case STEAD_EVENT_ENGINE:
      account_foreach (link_got_engine, event);
      break;
    /* What became of a text is told even when the account was closed meanwhile. */
    case STEAD_EVENT_ACCEPTED:
      messages_got_accepted (stead_event_account (event), event);
      roster_change_answered (stead_event_account (event), event);
      muc_bookmarks_answered (stead_event_account (event), event);
      certificates_answered (stead_event_account (event), event);
      access_answered (stead_event_account (event), event);
      break;
    case STEAD_EVENT_REFUSED:
      messages_got_refused (stead_event_account (event), event);
      roster_change_answered (stead_event_account (event), event);
      muc_bookmarks_answered (stead_event_account (event), event);
      certificates_answered (stead_event_account (event), event);
      access_answered (stead_event_account (event), event);
      break;
    case STEAD_EVENT_MESSAGE_STATE:
      messages_got_state (stead_event_account (event), event);
      break;
    default:
      handle_for_session (event);
      break;
    }
}

static void
on_descriptor (gpointer data, gint fd, PurpleInputCondition condition)
{
  (void) data;
  (void) fd;
  (void) condition;
  take_turn ();
}

static gboolean
on_timer (gpointer data)
{
  (void) data;
  timer = 0;
  take_turn ();
  return FALSE;
}

static void
update_watch (void)
{
  int fd = client != NULL && !more ? stead_client_fd (client) : -1;
  PurpleInputCondition wanted = PURPLE_INPUT_READ;

  if (fd >= 0 && stead_client_wants_write (client))
    wanted |= PURPLE_INPUT_WRITE;
  if (fd == watched_fd && (fd < 0 || wanted == watched_for))
    return;
  if (watch != 0)
    purple_input_remove (watch);
  watch = fd >= 0 ? purple_input_add (fd, wanted, on_descriptor, NULL) : 0;
  watched_fd = fd;
  watched_for = wanted;
}

/* An earlier timer than needed does no harm, so it is left to fire: fewer calls a message. */
static void
update_timer (void)
{
  int wait_ms = client != NULL ? (more ? REST_MS : stead_client_wait_ms (client)) : -1;
  gint64 due_us;

  if (client == NULL && timer != 0)
    {
      purple_timeout_remove (timer);
      timer = 0;
    }
  if (wait_ms < 0)
    return;
  due_us = g_get_monotonic_time () + (gint64) wait_ms * 1000;
  if (timer != 0 && timer_due_us <= due_us)
    return;
  if (timer != 0)
    purple_timeout_remove (timer);
  timer = purple_timeout_add ((guint) wait_ms, on_timer, NULL);
  timer_due_us = due_us;
}

void
dispatch_update (void)
{
  update_watch ();
  update_timer ();
}

gboolean
dispatch_turn_is_over (void)
{
  return g_get_monotonic_time () >= turn_end_us;
}

void
dispatch_forget (guint32 number)
{
  if (unfinished != NULL && stead_event_account (unfinished) == number)
    unfinished = NULL;
}

/* Returns: (transfer none) (nullable): the one that is not finished is good until the next is
 * asked for. */
static const stead_event *
next_event (void)
{
  const stead_event *event = unfinished;

  unfinished = NULL;
  return event != NULL ? event : stead_client_next (client);
}

static void
take_turn (void)
{
  int count;

  if (turning || client == NULL)
    return;
  turning = TRUE;
  more = FALSE;
  turn_end_us = g_get_monotonic_time () + TURN_US;
  stead_client_dispatch (client);
  for (count = 0; !more && client != NULL; count++)
    {
      const stead_event *event = next_event ();

      if (event == NULL)
        break;
      handle (event);
      more = unfinished != NULL || count + 1 >= EVENTS_A_TURN || dispatch_turn_is_over ();
    }
  turning = FALSE;
  dispatch_update ();
}

/* "Pidgin 2.14.12", as the user interface calls itself. */
static char *
program_name (void)
{
  GHashTable *info = purple_core_get_ui_info ();
  const char *name = info != NULL ? g_hash_table_lookup (info, "name") : NULL;
  const char *version = info != NULL ? g_hash_table_lookup (info, "version") : NULL;

  if (name == NULL)
    return g_strdup_printf ("libpurple %s", purple_core_get_version ());
  return g_strdup_printf ("%s %s", name, version != NULL ? version : "");
}

stead_client *
dispatch_client (void)
{
  return client;
}

stead_client *
dispatch_open (char **error_text, int *cause)
{
  char *folder;
  char *program;
  char *text = NULL;

  if (client != NULL)
    return client;
  folder = g_build_filename (purple_user_dir (), "steadfast", NULL);
  program = program_name ();
  client = stead_client_new (g_strchomp (program), folder, &text);
  *cause = client == NULL ? errno : 0;
  g_free (program);
  g_free (folder);
  if (client == NULL)
    *error_text = g_strdup (text != NULL ? text : "Out of memory.");
  stead_free (text);
  return client;
}

void
dispatch_close (void)
{
  stead_client *closing = client;

  client = NULL;
  unfinished = NULL;
  more = FALSE;
  dispatch_update ();
  stead_client_close (closing);
}
