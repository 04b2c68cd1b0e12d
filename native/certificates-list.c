/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's list of certificates, as a form that works in Finch as well, and what is revoked in it. */

#include "certificates.h"
#include "muc.h"

#include <string.h>

typedef struct
{
  char *name;
  char *label;
  gboolean current;
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->name);
  g_free (item->label);
  g_free (item);
}

static void
items_free (gpointer items)
{
  g_ptr_array_free (items, TRUE);
}

/* Returns: (transfer full): the day in the person's own words */
static char *
day_of (gint64 time_ms)
{
  time_t when = (time_t) (time_ms / 1000);

  return time_ms > 0 ? g_strdup (purple_date_format_short (localtime (&when)))
                     : g_strdup ("an unknown day");
}

/* Returns: (transfer full): on one line, as servers may give names of any shape */
static char *
label_of (const stead_event *event, size_t index)
{
  gint64 end = stead_event_certificate_not_after_time_ms (event, index);
  gboolean over = end > 0 && end / 1000 < (gint64) time (NULL);
  char *name = muc_on_one_line (stead_event_certificate_name (event, index));
  char *day = day_of (end);
  char *label =
      g_strdup_printf ("%s (%s %s%s)", name, over ? "expired on" : "until", day,
                       stead_event_certificate_current (event, index) ? ", used here" : "");

  g_free (day);
  g_free (name);
  return label;
}

static GPtrArray *
items_of (const stead_event *event)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (item_free);
  size_t i;

  for (i = 0; i < stead_event_certificate_count (event); i++)
    {
      Item *item = g_new0 (Item, 1);

      item->name = g_strdup (stead_event_certificate_name (event, i));
      item->label = label_of (event, i);
      item->current = stead_event_certificate_current (event, i);
      g_ptr_array_add (items, item);
    }
  return items;
}

/* Finch has one narrow line for a list. Returns: (transfer full) (nullable): all labels, to be read above
 * it */
static char *
text_of (const GPtrArray *items)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < items->len; i++)
    {
      const Item *item = g_ptr_array_index (items, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", item->label);
    }
  return g_string_free (text, g_strcmp0 (purple_core_get_ui (), "gnt-purple") != 0);
}

/* ---- Revoking ----------------------------------------------------------------------------------- */

static void
on_revoke (gpointer number, int choice)
{
  ShimSession *session;
  Item *item = muc_prompt_take (number, &session);

  (void) choice;
  if (session != NULL && item != NULL && certificates_is_free (session))
    {
      if (item->current)
        {
          /* Only once the password has signed in: else nothing would be left that does. */
          session->certificates->work = CERTIFICATES_REVOKING;
          certificates_switch (session, NULL, item->name, "");
        }
      else
        certificates_expect (
            session, CERTIFICATES_REVOKING,
            stead_revoke_certificate (dispatch_client (), session->number, item->name, FALSE));
      dispatch_update ();
    }
  if (item != NULL)
    item_free (item);
}

static void
on_leave (gpointer number, int choice)
{
  ShimSession *session;
  Item *item = muc_prompt_take (number, &session);

  (void) choice;
  if (item != NULL)
    item_free (item);
}

static void
ask_revoke (ShimSession *session, const Item *item)
{
  Item *copy = g_new0 (Item, 1);

  copy->name = g_strdup (item->name);
  copy->current = item->current;
  purple_request_action (
      account_connection (session), "Certificates", "Do you want to revoke this certificate?",
      item->current
          ? "This account signs in with it here. It will sign in with your password first, and ask "
            "for "
            "it unless it is stored; the certificate is revoked when that has worked."
          : "Whatever signs in with it is signed off by the server, and cannot sign in any more.",
      1, session->account, NULL, NULL, muc_prompt_new (session, copy, item_free), 2, "Revoke",
      G_CALLBACK (on_revoke), "Cancel", G_CALLBACK (on_leave));
}

/* ---- The list ----------------------------------------------------------------------------------- */

static void
on_chosen (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  GPtrArray *items = muc_prompt_take (number, &session);
  const PurpleRequestField *field = purple_request_fields_get_field (fields, "certificate");
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

void
certificates_got_list (ShimSession *session, const stead_event *event)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  PurpleRequestField *field = purple_request_field_list_new ("certificate", "Certificate");
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestFields *fields = purple_request_fields_new ();
  GPtrArray *items = items_of (event);
  char *text = text_of (items);
  guint i;

  purple_request_fields_add_group (fields, group);
  purple_request_field_group_add_field (group, field);
  /* libpurple takes none without data; it is not looked at. */
  for (i = 0; i < items->len; i++)
    {
      const Item *item = g_ptr_array_index (items, i);

      purple_request_field_list_add_icon (field, item->label, NULL, (gpointer) item->label);
    }
  if (items->len > 0 && ops != NULL && ops->request_fields != NULL)
    {
      purple_request_fields (
          account_connection (session), "Certificates", "With these you can sign in:", text, fields,
          "Revoke...", G_CALLBACK (on_chosen), "Close", G_CALLBACK (on_closed), session->account,
          NULL, NULL, muc_prompt_new (session, items, items_free));
      return;
    }
  if (items->len == 0)
    certificates_tell (session, "The server has no certificate of this account.", NULL);
  else
    certificates_tell_error (session, "The list is not shown.", "This program cannot show forms.");
  purple_request_fields_destroy (fields);
  items_free (items);
  g_free (text);
}

void
certificates_ask_list (PurplePluginAction *action)
{
  ShimSession *session = account_session_of (action->context);

  if (session == NULL || !certificates_is_free (session))
    return;
  certificates_expect (session, CERTIFICATES_LISTING,
                       stead_query_certificates (dispatch_client (), session->number));
  dispatch_update ();
}
