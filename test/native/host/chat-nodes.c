// SPDX-License-Identifier: MIT

/* Chats in the buddy list, and what a person does to them there. */

#include "host.h"

/* What Pidgin and Finch call it, each. */
static const char *const autojoin_keys[] = { "gtk-autojoin", "gnt-autojoin" };

/* libpurple's own search finds none of an account that is off. */
static PurpleChat *
chat_of (const JsonValue *command)
{
  PurpleAccount *account = host_account (json_int (command, "account", 0));
  PurpleBlistNode *node;

  for (node = purple_blist_get_root (); node != NULL; node = purple_blist_node_next (node, TRUE))
    {
      GHashTable *components;
      char *name;
      gboolean found;

      if (!PURPLE_BLIST_NODE_IS_CHAT (node)
          || purple_chat_get_account ((PurpleChat *) node) != account)
        continue;
      components = purple_chat_get_components ((PurpleChat *) node);
      name = g_strdup_printf ("%s@%s", (char *) g_hash_table_lookup (components, "room"),
                              (char *) g_hash_table_lookup (components, "server"));
      found = g_strcmp0 (name, json_string (command, "name")) == 0;
      g_free (name);
      if (found)
        return (PurpleChat *) node;
    }
  return NULL;
}

static void
add_chat (GString *out, PurpleChat *chat)
{
  gsize i;

  json_open (out, NULL, '{');
  json_add_string (out, "alias", chat->alias);
  json_add_string (out, "group", purple_group_get_name (purple_chat_get_group (chat)));
  json_open (out, "autojoin", '[');
  for (i = 0; i < G_N_ELEMENTS (autojoin_keys); i++)
    if (purple_blist_node_get_bool ((PurpleBlistNode *) chat, autojoin_keys[i]))
      json_add_string (out, NULL, autojoin_keys[i]);
  json_close (out, ']');
  host_add_components (out, purple_chat_get_components (chat));
  json_close (out, '}');
}

static const char *
run_chats (const JsonValue *command, GString *result)
{
  PurpleAccount *account = host_account (json_int (command, "account", 0));
  PurpleBlistNode *node;

  json_open (result, "chats", '[');
  for (node = purple_blist_get_root (); node != NULL; node = purple_blist_node_next (node, TRUE))
    if (PURPLE_BLIST_NODE_IS_CHAT (node)
        && purple_chat_get_account ((PurpleChat *) node) == account)
      add_chat (result, (PurpleChat *) node);
  json_close (result, ']');
  return NULL;
}

/* Changes what is given: "alias", "autojoin", "group" and one of "components". */
static const char *
run_change (const JsonValue *command, GString *result)
{
  PurpleChat *chat = chat_of (command);
  const char *alias = json_string (command, "alias");
  const char *group = json_string (command, "group");
  const char *autojoin = json_string (command, "autojoin");
  const char *component = json_string (command, "component");

  (void) result;
  if (chat == NULL)
    return "no such chat in the list";
  if (alias != NULL)
    purple_blist_alias_chat (chat, alias);
  if (autojoin != NULL)
    purple_blist_node_set_bool ((PurpleBlistNode *) chat, autojoin,
                                json_bool (command, "on", TRUE));
  if (component != NULL)
    g_hash_table_replace (purple_chat_get_components (chat), g_strdup (component),
                          g_strdup (json_string (command, "value")));
  if (group != NULL)
    purple_blist_add_chat (chat, purple_group_new (group), NULL);
  return NULL;
}

static const char *
run_drop (const JsonValue *command, GString *result)
{
  PurpleChat *chat = chat_of (command);

  (void) result;
  if (chat == NULL)
    return "no such chat in the list";
  purple_blist_remove_chat (chat);
  return NULL;
}

HostCommand
host_chat_node_command (const char *name)
{
  static const struct
  {
    const char *name;
    HostCommand run;
  } commands[] = {
    { "chats", run_chats },
    { "chat-change", run_change },
    { "chat-drop", run_drop },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}
