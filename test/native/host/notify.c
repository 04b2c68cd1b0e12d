// SPDX-License-Identifier: MIT

#include "host.h"

static int handles;

/* libpurple keeps what these return and gives it back on close; any pointer but NULL will do. */
static void *
emit (GString *event)
{
  host_emit (event);
  return GINT_TO_POINTER (++handles);
}

static GString *
notify_event (const char *kind, const char *title, const char *primary, const char *secondary)
{
  GString *event = host_event ("notify");

  json_add_string (event, "kind", kind);
  json_add_string (event, "title", title);
  json_add_string (event, "primary", primary);
  json_add_string (event, "secondary", secondary);
  return event;
}

static void *
on_message (PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
  static const char *const kinds[] = { "error", "warning", "info" };

  return emit (notify_event (kinds[type], title, primary, secondary));
}

static void *
on_formatted (const char *title, const char *primary, const char *secondary, const char *text)
{
  GString *event = notify_event ("formatted", title, primary, secondary);

  json_add_string (event, "html", text);
  return emit (event);
}

void
host_add_rows (GString *out, const char *key, PurpleNotifyUserInfo *info)
{
  GList *entry;

  json_open (out, key, '[');
  for (entry = purple_notify_user_info_get_entries (info); entry != NULL; entry = entry->next)
    {
      json_open (out, NULL, '{');
      json_add_string (out, "label", purple_notify_user_info_entry_get_label (entry->data));
      json_add_string (out, "value", purple_notify_user_info_entry_get_value (entry->data));
      json_close (out, '}');
    }
  json_close (out, ']');
}

static void *
on_userinfo (PurpleConnection *gc, const char *who, PurpleNotifyUserInfo *info)
{
  GString *event = host_event ("userinfo");

  json_add_int (event, "account", host_account_number (purple_connection_get_account (gc)));
  json_add_string (event, "name", who);
  host_add_rows (event, "rows", info);
  return emit (event);
}

static PurpleNotifyUiOps ops = {
  .notify_message = on_message,
  .notify_formatted = on_formatted,
  .notify_userinfo = on_userinfo,
};

PurpleNotifyUiOps *
host_notify_ops (void)
{
  return &ops;
}
