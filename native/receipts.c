/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of the last text to a contact that arrived (XEP-0184, XEP-0333). A line that is
 * written cannot be changed, so this is told in the contact's tooltip and nowhere else. */

#include "shim.h"

#include <string.h>

typedef struct
{
  char *id;
  time_t when;
  gboolean displayed;
} Arrival;

static void
arrival_free (gpointer data)
{
  Arrival *arrival = data;

  g_free (arrival->id);
  g_free (arrival);
}

void
receipts_open (ShimSession *session)
{
  session->arrivals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, arrival_free);
}

void
receipts_close (ShimSession *session)
{
  g_hash_table_destroy (session->arrivals);
}

/* Several devices may confirm one text, in any order: the most that was said of it holds. */
void
receipts_got (guint32 account, const stead_event *event)
{
  ShimSession *session = account_session_numbered (account);
  char *bare = account_bare_jid (stead_event_state_to (event));
  const char *id = stead_event_command_id (event);
  const Arrival *known;
  Arrival *arrival;

  if (session == NULL || bare == NULL)
    {
      g_free (bare);
      return;
    }
  known = g_hash_table_lookup (session->arrivals, bare);
  if (known != NULL && strcmp (known->id, id) == 0
      && (known->displayed || !stead_event_state_displayed (event)))
    {
      g_free (bare);
      return;
    }
  arrival = g_new0 (Arrival, 1);
  arrival->id = g_strdup (id);
  arrival->when = time (NULL);
  arrival->displayed = stead_event_state_displayed (event);
  g_hash_table_replace (session->arrivals, bare, arrival);
}

void
receipts_tooltip_text (PurpleBuddy *buddy, PurpleNotifyUserInfo *info)
{
  ShimSession *session = account_session (purple_buddy_get_account (buddy));
  char *bare = account_bare_jid (purple_buddy_get_name (buddy));
  const Arrival *arrival =
      session != NULL && bare != NULL ? g_hash_table_lookup (session->arrivals, bare) : NULL;
  char *when;
  char *value;

  g_free (bare);
  if (arrival == NULL)
    return;
  when = markup_moment (arrival->when);
  value = g_strdup_printf ("%s %s", arrival->displayed ? "displayed" : "delivered", when);
  g_free (when);
  purple_notify_user_info_add_pair_plaintext (info, "Last message", value);
  g_free (value);
}
