// SPDX-License-Identifier: MIT

/* The list of a service's rooms, as a person looks at it: one at a time. */

#include "host.h"

static PurpleRoomlist *shown;

static void
add_labels (GString *out, PurpleRoomlist *list)
{
  GList *item;

  json_open (out, "labels", '[');
  for (item = purple_roomlist_get_fields (list); item != NULL; item = item->next)
    if (!purple_roomlist_field_get_hidden (item->data))
      json_add_string (out, NULL, purple_roomlist_field_get_label (item->data));
  json_close (out, ']');
}

static void
on_room (PurpleRoomlist *list, PurpleRoomlistRoom *room)
{
  GString *event = host_event ("room-listed");
  GList *field = purple_roomlist_get_fields (list);
  GList *value = purple_roomlist_room_get_fields (room);

  json_add_string (event, "name", purple_roomlist_room_get_name (room));
  json_open (event, "fields", '{');
  for (; field != NULL && value != NULL; field = field->next, value = value->next)
    json_add_string (event, ((PurpleRoomlistField *) field->data)->name, value->data);
  json_close (event, '}');
  host_emit (event);
}

static void
on_progress (PurpleRoomlist *list, gboolean running)
{
  GString *event = host_event ("room-list-progress");

  (void) list;
  json_add_bool (event, "running", running);
  host_emit (event);
}

static void
on_gone (PurpleRoomlist *list)
{
  (void) list;
  host_emit (host_event ("room-list-gone"));
}

static PurpleRoomlistUiOps ops = {
  .add_room = on_room,
  .in_progress = on_progress,
  .destroy = on_gone,
};

PurpleRoomlistUiOps *
host_roomlist_ops (void)
{
  return &ops;
}

static void
let_go (void)
{
  if (shown != NULL)
    purple_roomlist_unref (shown);
  shown = NULL;
}

static const char *
run_get (const JsonValue *command, GString *result)
{
  PurpleAccount *account = host_account (json_int (command, "account", 0));
  PurpleConnection *gc = account != NULL ? purple_account_get_connection (account) : NULL;

  let_go ();
  if (gc == NULL)
    return "no such account, or not connected";
  shown = purple_roomlist_get_list (gc);
  json_add_bool (result, "shown", shown != NULL);
  if (shown == NULL)
    return NULL;
  purple_roomlist_ref (shown);
  add_labels (result, shown);
  return NULL;
}

static const char *
run_cancel (const JsonValue *command, GString *result)
{
  (void) command;
  (void) result;
  if (shown == NULL)
    return "no list is shown";
  purple_roomlist_cancel_get_list (shown);
  return NULL;
}

/* The window is closed. */
static const char *
run_let_go (const JsonValue *command, GString *result)
{
  (void) command;
  (void) result;
  let_go ();
  return NULL;
}

static const char *
run_join (const JsonValue *command, GString *result)
{
  PurpleRoomlistRoom *room =
      shown != NULL ? g_list_nth_data (shown->rooms, (guint) json_int (command, "index", 0)) : NULL;
  PurpleConnection *gc = room != NULL ? purple_account_get_connection (shown->account) : NULL;
  char *address;

  if (gc == NULL)
    return "no such room, or not connected";
  address =
      PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc))->roomlist_room_serialize (room);
  json_add_string (result, "address", address);
  g_free (address);
  purple_roomlist_room_join (shown, room);
  return NULL;
}

HostCommand
host_roomlist_command (const char *name)
{
  static const struct
  {
    const char *name;
    HostCommand run;
  } commands[] = {
    { "room-list", run_get },
    { "room-list-cancel", run_cancel },
    { "room-list-close", run_let_go },
    { "room-list-join", run_join },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}
