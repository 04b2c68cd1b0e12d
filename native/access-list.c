/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's list of who has access, as a form that works in Finch as well, and whose is taken away. */

#include "access.h"
#include "muc.h"

#include <string.h>

typedef struct
{
  char *id; /* "" for one that cannot be revoked */
  char *label;
  gboolean current;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->id);
  g_free (item->label);
  g_free (item);
}

static void
items_free (gpointer items)
{
  g_ptr_array_free (items, TRUE);
}

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

static GPtrArray *
items_of (const stead_event *event)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (item_free);
  size_t i;

  for (i = 0; i < stead_event_access_count (event); i++)
    {
      Item *item = g_new0 (Item, 1);

      item->id = g_strdup (stead_event_access_id (event, i));
      item->label = label_of (event, i);
      item->current = stead_event_access_current (event, i);
      g_ptr_array_add (items, item);
    }
  return items;
}

/* Finch has one narrow line for a list. Returns: (transfer full) (nullable): what is to be read above it */
static char *
text_of (const GPtrArray *items, guint left_out)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0 && i < items->len; i++)
    {
      const Item *item = g_ptr_array_index (items, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", item->label);
    }
  if (left_out > 0)
    g_string_append_printf (text, "%sThe server has listed %u more, which are not shown.",
                            text->len > 0 ? "\n" : "", left_out);
  return g_string_free (text, text->len == 0);
}

/* ---- Taking it away ----------------------------------------------------------------------------- */

static void
on_revoke (gpointer number, int choice)
{
  ShimSession *session;
  char *id = muc_prompt_take (number, &session);

  (void) choice;
  if (session != NULL && id != NULL && access_is_free (session))
    access_expect (session, ACCESS_REVOKING,
                   stead_revoke_access (dispatch_client (), session->number, id));
  g_free (id);
}

static void
on_leave (gpointer number, int choice)
{
  ShimSession *session;

  (void) choice;
  g_free (muc_prompt_take (number, &session));
}

static void
ask_revoke (ShimSession *session, const Item *item)
{
  if (item->current)
    access_ask_here (session);
  else if (*item->id == '\0')
    access_tell_error (session, "Not done.",
                       "The server has given no name by which this client can be signed out.");
  else
    purple_request_action (account_connection (session), "Access",
                           "Do you want to sign this client out?", item->label, 1, session->account,
                           NULL, NULL, muc_prompt_new (session, g_strdup (item->id), g_free), 2,
                           "Sign Out", G_CALLBACK (on_revoke), "Cancel", G_CALLBACK (on_leave));
}

/* ---- The list ----------------------------------------------------------------------------------- */

static void
on_chosen (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  GPtrArray *items = muc_prompt_take (number, &session);
  const PurpleRequestField *field = purple_request_fields_get_field (fields, "client");
  guint i;

  for (i = 0; session != NULL && items != NULL && i < items->len; i++)
    {
      const Item *item = g_ptr_array_index (items, i);

      if (purple_request_field_list_is_selected (field, item->label))
        {
          ask_revoke (session, item);
          break;
        }
    }
  if (items != NULL)
    items_free (items);
}

static void
on_closed (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  GPtrArray *items = muc_prompt_take (number, &session);

  (void) fields;
  if (items != NULL)
    items_free (items);
}

static void
show (ShimSession *session, GPtrArray *items, const char *text)
{
  PurpleRequestField *field = purple_request_field_list_new ("client", "Client");
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestFields *fields = purple_request_fields_new ();
  guint i;

  purple_request_fields_add_group (fields, group);
  purple_request_field_group_add_field (group, field);
  /* libpurple takes none without data; it is not looked at. */
  for (i = 0; i < items->len; i++)
    {
      const Item *item = g_ptr_array_index (items, i);

      purple_request_field_list_add_icon (field, item->label, NULL, (gpointer) item->label);
    }
  purple_request_fields (account_connection (session), "Access",
                         "These have access to your account:", text, fields, "Sign Out...",
                         G_CALLBACK (on_chosen), "Close", G_CALLBACK (on_closed), session->account,
                         NULL, NULL, muc_prompt_new (session, items, items_free));
}

void
access_got_list (ShimSession *session, const stead_event *event)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  GPtrArray *items = items_of (event);
  char *text = text_of (items, stead_event_access_left_out (event));

  if (items->len > 0 && ops != NULL && ops->request_fields != NULL)
    show (session, items, text);
  else
    {
      if (items->len == 0)
        access_tell (session, "The server lists nobody who has access to this account.", NULL);
      else
        access_tell_error (session, "The list is not shown.", "This program cannot show forms.");
      items_free (items);
    }
  g_free (text);
}
