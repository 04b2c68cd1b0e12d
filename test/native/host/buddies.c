// SPDX-License-Identifier: MIT

#include "host.h"

/* What each operation of the buddy list needs, read from the command. */
typedef struct
{
  PurpleAccount *account;
  PurpleConnection *gc;
  const char *name;
  const char *group;
  PurpleBuddy *buddy; /* the first of that name, or NULL */
} Target;

static Target
target_of (const JsonValue *command)
{
  Target target = { 0 };

  target.account = host_account (json_int (command, "account", 0));
  target.name = json_string (command, "name");
  target.group = json_string (command, "group");
  if (target.account == NULL)
    return target;
  target.gc = purple_account_get_connection (target.account);
  if (target.name != NULL)
    target.buddy = purple_find_buddy (target.account, target.name);
  return target;
}

static PurpleGroup *
group_named (const char *name)
{
  PurpleGroup *group = purple_find_group (name);

  if (group == NULL)
    {
      group = purple_group_new (name);
      purple_blist_add_group (group, NULL);
    }
  return group;
}

/* As the Add Buddy dialog does it: the local list first, then the server. */
static const char *
run_add (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  PurpleBuddy *buddy;

  (void) result;
  if (target.gc == NULL || target.name == NULL)
    return "a connected account and a name are wanted";
  buddy = purple_buddy_new (target.account, target.name, json_string (command, "alias"));
  purple_blist_add_buddy (buddy, NULL, target.group ? group_named (target.group) : NULL, NULL);
  purple_account_add_buddy_with_invite (target.account, buddy, json_string (command, "text"));
  return NULL;
}

static const char *
run_remove (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.gc == NULL || target.buddy == NULL)
    return "no such buddy";
  purple_account_remove_buddy (target.account, target.buddy, purple_buddy_get_group (target.buddy));
  purple_blist_remove_buddy (target.buddy);
  return NULL;
}

static const char *
run_alias (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.buddy == NULL)
    return "no such buddy";
  purple_blist_alias_buddy (target.buddy, json_string (command, "alias"));
  serv_alias_buddy (target.buddy);
  return NULL;
}

static const char *
run_move (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.buddy == NULL || target.group == NULL)
    return "no such buddy";
  purple_blist_add_buddy (target.buddy, NULL, group_named (target.group), NULL);
  return NULL;
}

static const char *
run_rename_group (const JsonValue *command, GString *result)
{
  const char *group = json_string (command, "group");
  PurpleGroup *found = group != NULL ? purple_find_group (group) : NULL;

  (void) result;
  if (found == NULL)
    return "no such group";
  purple_blist_rename_group (found, json_string (command, "name"));
  return NULL;
}

static const char *
run_info (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.gc == NULL || target.name == NULL)
    return "a connected account and a name are wanted";
  serv_get_info (target.gc, target.name);
  return NULL;
}

static void
add_menu (GString *out, GList *menu)
{
  json_open (out, "menu", '[');
  for (; menu != NULL; menu = menu->next)
    json_add_string (out, NULL, ((PurpleMenuAction *) menu->data)->label);
  json_close (out, ']');
}

void
host_run_menu (GString *result, PurpleBlistNode *node, PurplePluginProtocolInfo *prpl,
               const char *choose)
{
  GList *menu = prpl->blist_node_menu (node);
  GList *item;

  add_menu (result, menu);
  for (item = menu; item != NULL; item = item->next)
    {
      PurpleMenuAction *action = item->data;

      if (action != NULL && action->callback != NULL && g_strcmp0 (action->label, choose) == 0)
        ((void (*) (PurpleBlistNode *, gpointer)) action->callback) (node, action->data);
      purple_menu_action_free (action);
    }
  g_list_free (menu);
}

static const char *
run_menu (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  if (target.gc == NULL || target.buddy == NULL)
    return "no such buddy";
  host_run_menu (result, (PurpleBlistNode *) target.buddy,
                 PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (target.gc)),
                 json_string (command, "choose"));
  return NULL;
}

static void
add_texts (GString *out, PurpleBuddy *buddy)
{
  PurpleAccount *account = purple_buddy_get_account (buddy);
  PurpleConnection *gc = purple_account_get_connection (account);
  PurplePluginProtocolInfo *prpl;
  PurpleNotifyUserInfo *info;
  char *status;

  if (gc == NULL)
    return;
  prpl = PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (gc));
  status = prpl->status_text (buddy);
  json_add_string (out, "statusText", status);
  g_free (status);
  json_add_string (out, "emblem", prpl->list_emblem != NULL ? prpl->list_emblem (buddy) : NULL);
  info = purple_notify_user_info_new ();
  prpl->tooltip_text (buddy, info, TRUE);
  host_add_rows (out, "tooltip", info);
  purple_notify_user_info_destroy (info);
}

static void
add_buddy (GString *out, PurpleBuddy *buddy)
{
  PurplePresence *presence = purple_buddy_get_presence (buddy);
  PurpleStatus *status = purple_presence_get_active_status (presence);

  json_open (out, NULL, '{');
  json_add_string (out, "name", purple_buddy_get_name (buddy));
  json_add_string (out, "alias", purple_buddy_get_alias_only (buddy));
  json_add_string (out, "group", purple_group_get_name (purple_buddy_get_group (buddy)));
  json_add_bool (out, "online", purple_presence_is_online (presence));
  json_add_bool (out, "idle", purple_presence_is_idle (presence));
  json_add_string (out, "status", purple_status_get_id (status));
  json_add_string (out, "message", purple_status_get_attr_string (status, "message"));
  add_texts (out, buddy);
  json_close (out, '}');
}

static const char *
run_buddies (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  GSList *buddies;

  if (target.account == NULL)
    return "no such account";
  buddies = purple_find_buddies (target.account, target.name);
  json_open (result, "buddies", '[');
  for (; buddies != NULL; buddies = g_slist_delete_link (buddies, buddies))
    add_buddy (result, buddies->data);
  json_close (result, ']');
  return NULL;
}

static void
emit_buddy (const char *name, PurpleBuddy *buddy)
{
  GString *event = host_event (name);
  PurplePresence *presence = purple_buddy_get_presence (buddy);
  PurpleStatus *status = purple_presence_get_active_status (presence);

  json_add_int (event, "account", host_account_number (purple_buddy_get_account (buddy)));
  json_add_string (event, "name", purple_buddy_get_name (buddy));
  json_add_bool (event, "online", purple_presence_is_online (presence));
  json_add_string (event, "status", purple_status_get_id (status));
  json_add_string (event, "message", purple_status_get_attr_string (status, "message"));
  host_emit (event);
}

static void
on_buddy (PurpleBuddy *buddy, gpointer name)
{
  emit_buddy (name, buddy);
}

static void
on_status_changed (PurpleBuddy *buddy, PurpleStatus *old, PurpleStatus *status)
{
  (void) old;
  (void) status;
  emit_buddy ("buddy-status", buddy);
}

void
host_buddies_watch (void)
{
  static int handle;
  void *blist = purple_blist_get_handle ();

  purple_signal_connect (blist, "buddy-added", &handle, PURPLE_CALLBACK (on_buddy), "buddy-added");
  purple_signal_connect (blist, "buddy-removed", &handle, PURPLE_CALLBACK (on_buddy),
                         "buddy-removed");
  purple_signal_connect (blist, "buddy-signed-on", &handle, PURPLE_CALLBACK (on_buddy),
                         "buddy-online");
  purple_signal_connect (blist, "buddy-signed-off", &handle, PURPLE_CALLBACK (on_buddy),
                         "buddy-offline");
  purple_signal_connect (blist, "buddy-status-changed", &handle,
                         PURPLE_CALLBACK (on_status_changed), NULL);
}

HostCommand
host_buddy_command (const char *name)
{
  static const struct
  {
    const char *name;
    HostCommand run;
  } commands[] = {
    { "buddy-add", run_add },   { "buddy-remove", run_remove },       { "buddy-alias", run_alias },
    { "buddy-move", run_move }, { "group-rename", run_rename_group }, { "info", run_info },
    { "buddy-menu", run_menu }, { "buddies", run_buddies },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}
