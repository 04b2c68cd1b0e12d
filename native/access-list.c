/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's list of who has access, and whose is taken away. */

#include "access.h"
#include "choice.h"

#include <string.h>

/* ---- What it says ------------------------------------------------------------------------------- */

static const char *
words_of (const char *auth)
{
  if (strcmp (auth, "password") == 0)
    return "password";
  if (strcmp (auth, "grant") == 0)
    return "a permission it was given";
  if (strcmp (auth, "fast") == 0)
    return "a token";
  return auth;
}

static void
add_auth (GString *text, const stead_event *event, size_t index)
{
  size_t count = stead_event_access_auth_count (event, index);
  size_t i;

  for (i = 0; i < count; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? ", by " : " and ",
                            words_of (stead_event_access_auth (event, index, i)));
}

static void
add_day (GString *text, const char *what, gint64 time_ms)
{
  time_t when = (time_t) (time_ms / 1000);

  if (time_ms > 0)
    g_string_append_printf (text, ", %s %s", what, purple_date_format_short (localtime (&when)));
}

/* Returns: (transfer full): the number tells apart what has one name */
static char *
label_of (const stead_event *event, size_t index)
{
  const char *software = stead_event_access_software (event, index);
  const char *device = stead_event_access_device (event, index);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%u. %s%s%s (", (guint) index + 1,
                          *software != '\0' ? software : "Unknown program",
                          *device != '\0' ? ", " : "", device);
  if (stead_event_access_current (event, index))
    g_string_append (text, "this one here, ");
  g_string_append (text, stead_event_access_connected (event, index) ? "signed in now"
                         : stead_event_access_session (event, index) ? "not signed in now"
                                                                     : "was given access");
  add_auth (text, event, index);
  if (stead_event_access_permission (event, index) == STEAD_PERMISSION_RESTRICTED)
    g_string_append (text, ", restricted");
  add_day (text, "since", stead_event_access_first_seen_time_ms (event, index));
  add_day (text, "last seen", stead_event_access_last_seen_time_ms (event, index));
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

/* ---- Taking it away ----------------------------------------------------------------------------- */

static const char *
about_revoking (ShimSession *session, const ShimChoiceItem *item)
{
  if (!item->current && *item->name != '\0')
    return item->label;
  if (item->current)
    access_ask_here (session);
  else
    access_tell_error (session, "Not done.",
                       "The server has given no name by which this client can be signed out.");
  return NULL;
}

static void
on_revoke (ShimSession *session, const ShimChoiceItem *item)
{
  if (access_is_free (session))
    access_expect (session, ACCESS_REVOKING,
                   stead_revoke_access (dispatch_client (), session->number, item->name));
}

static const ShimChoice revoking = {
  .title = "Access",
  .none = "The server lists nobody who has access to this account.",
  .primary = "These have access to your account:",
  .label = "Client",
  .button = "Sign Out...",
  .about = about_revoking,
  .question = "Do you want to sign this client out?",
  .yes = "Sign Out",
  .act = on_revoke,
};

void
access_got_list (ShimSession *session, const stead_event *event)
{
  GPtrArray *items = choice_items_new ();
  guint left_out = stead_event_access_left_out (event);
  char *more = NULL;
  size_t i;

  for (i = 0; i < stead_event_access_count (event); i++)
    choice_items_add (items, stead_event_access_id (event, i), label_of (event, i),
                      stead_event_access_current (event, i));
  if (left_out > 0)
    more = g_strdup_printf ("The server has listed %u more, which are not shown.", left_out);
  choice_show (session, &revoking, items, more);
  g_free (more);
}
