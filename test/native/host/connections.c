// SPDX-License-Identifier: MIT

#include "host.h"

static GPtrArray *accounts;

PurpleAccount *
host_account_new (const char *username, const char *protocol)
{
  PurpleAccount *account = purple_account_new (username, protocol);

  if (accounts == NULL)
    accounts = g_ptr_array_new ();
  g_ptr_array_add (accounts, account);
  purple_accounts_add (account);
  return account;
}

PurpleAccount *
host_account (int number)
{
  if (accounts == NULL || number < 1 || (guint) number > accounts->len)
    return NULL;
  return g_ptr_array_index (accounts, (guint) number - 1);
}

int
host_account_number (const PurpleAccount *account)
{
  guint i;

  for (i = 0; accounts != NULL && i < accounts->len; i++)
    if (g_ptr_array_index (accounts, i) == account)
      return (int) i + 1;
  return 0;
}

static GString *
connection_event (const char *name, PurpleConnection *gc)
{
  GString *event = host_event (name);

  json_add_int (event, "account", host_account_number (purple_connection_get_account (gc)));
  return event;
}

static void
on_progress (PurpleConnection *gc, const char *text, size_t step, size_t steps)
{
  GString *event = connection_event ("progress", gc);

  json_add_string (event, "text", text);
  json_add_int (event, "step", (gint64) step);
  json_add_int (event, "steps", (gint64) steps);
  host_emit (event);
}

static void
on_connected (PurpleConnection *gc)
{
  GString *event = connection_event ("connected", gc);

  json_add_string (event, "name", purple_connection_get_display_name (gc));
  host_emit (event);
}

static void
on_disconnected (PurpleConnection *gc)
{
  host_emit (connection_event ("disconnected", gc));
}

/* Pidgin and Finch disable an account whose error only the person can mend. */
static void
on_error (PurpleConnection *gc, PurpleConnectionError reason, const char *text)
{
  GString *event = connection_event ("connection-error", gc);
  gboolean fatal = purple_connection_error_is_fatal (reason);

  json_add_int (event, "reason", reason);
  json_add_bool (event, "fatal", fatal);
  json_add_string (event, "text", text);
  host_emit (event);
  if (fatal)
    purple_account_set_enabled (purple_connection_get_account (gc), host_ui, FALSE);
}

static PurpleConnectionUiOps ops = {
  .connect_progress = on_progress,
  .connected = on_connected,
  .disconnected = on_disconnected,
  .report_disconnect_reason = on_error,
};

PurpleConnectionUiOps *
host_connection_ops (void)
{
  return &ops;
}
