// SPDX-License-Identifier: MIT

/* What a person does in chats. */

#include "host.h"

static const char no_chat[] = "no such chat, or not connected";

/* What each command needs. */
typedef struct
{
  PurpleAccount *account;
  PurpleConnection *gc;
  PurplePluginProtocolInfo *prpl;
  PurpleConversation *conversation; /* the chat of that name, or NULL */
  int id;
} Target;

static Target
target_of (const JsonValue *command)
{
  Target target = { 0 };
  const char *name = json_string (command, "name");

  target.account = host_account (json_int (command, "account", 0));
  if (target.account == NULL)
    return target;
  target.gc = purple_account_get_connection (target.account);
  if (target.gc != NULL)
    target.prpl = PURPLE_PLUGIN_PROTOCOL_INFO (purple_connection_get_prpl (target.gc));
  if (name != NULL)
    target.conversation =
        purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, name, target.account);
  if (target.conversation != NULL)
    target.id = purple_conv_chat_get_id (PURPLE_CONV_CHAT (target.conversation));
  return target;
}

static GHashTable *
components_of (const JsonValue *command)
{
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const JsonValue *given = json_get (command, "components");
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  if (given == NULL || given->type != JSON_OBJECT)
    return components;
  g_hash_table_iter_init (&iter, given->fields);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_replace (components, g_strdup (key),
                          g_strdup (((const JsonValue *) value)->string));
  return components;
}

/* With "components", as the buddy list does it; with "name" alone, as Pidgin enters a chat again; with a
 * "window" of that name opened before, as Finch does it. */
static const char *
run_join (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  GHashTable *components;

  (void) result;
  if (target.gc == NULL)
    return no_chat;
  if (json_get (command, "window") != NULL)
    purple_conv_chat_left (PURPLE_CONV_CHAT (purple_conversation_new (
        PURPLE_CONV_TYPE_CHAT, target.account, json_string (command, "window"))));
  if (json_get (command, "components") != NULL)
    components = components_of (command);
  else
    components = target.prpl->chat_info_defaults (target.gc, json_string (command, "name"));
  serv_join_chat (target.gc, components);
  g_hash_table_destroy (components);
  return NULL;
}

static const char *
run_send (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.conversation == NULL || target.gc == NULL)
    return no_chat;
  purple_conv_chat_send (PURPLE_CONV_CHAT (target.conversation), json_string (command, "html"));
  return NULL;
}

/* As a person closes the window. */
static const char *
run_leave (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.conversation == NULL)
    return no_chat;
  purple_conversation_destroy (target.conversation);
  return NULL;
}

static const char *
run_topic (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.conversation == NULL || target.gc == NULL)
    return no_chat;
  target.prpl->set_chat_topic (target.gc, target.id, json_string (command, "topic"));
  return NULL;
}

static const char *
run_invite (const JsonValue *command, GString *result)
{
  Target target = target_of (command);

  (void) result;
  if (target.conversation == NULL || target.gc == NULL)
    return no_chat;
  serv_chat_invite (target.gc, target.id, json_string (command, "text"),
                    json_string (command, "who"));
  return NULL;
}

static void
add_fields (GString *out, GList *entries)
{
  json_open (out, "fields", '[');
  for (; entries != NULL; entries = g_list_delete_link (entries, entries))
    {
      struct proto_chat_entry *entry = entries->data;

      json_open (out, NULL, '{');
      json_add_string (out, "label", entry->label);
      json_add_string (out, "identifier", entry->identifier);
      json_add_bool (out, "required", entry->required);
      json_add_bool (out, "secret", entry->secret);
      json_close (out, '}');
      g_free (entry);
    }
  json_close (out, ']');
}

/* How a chat is named: the fields to fill in, what they are for "name", and the name that
 * "components" have. */
static const char *
run_naming (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  GHashTable *components;
  GHashTable *defaults;
  char *name;

  if (target.gc == NULL)
    return no_chat;
  components = components_of (command);
  defaults = target.prpl->chat_info_defaults (target.gc, json_string (command, "name"));
  name = target.prpl->get_chat_name (components);
  add_fields (result, target.prpl->chat_info (target.gc));
  host_add_components (result, defaults);
  json_add_string (result, "name", name);
  g_free (name);
  g_hash_table_destroy (defaults);
  g_hash_table_destroy (components);
  return NULL;
}

/* Puts a chat into the buddy list; tells under which alias one of "name" is found there. */
static const char *
run_keep (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  PurpleChat *found;

  if (target.gc == NULL)
    return no_chat;
  if (json_get (command, "components") != NULL)
    purple_blist_add_chat (
        purple_chat_new (target.account, json_string (command, "alias"), components_of (command)),
        NULL, NULL);
  found = purple_blist_find_chat (target.account, json_string (command, "name"));
  json_add_string (result, "found", found != NULL ? purple_chat_get_name (found) : NULL);
  return NULL;
}

/* Lists the protocol's items of the menu of a chat in the buddy list; runs the one that is named. */
static const char *
run_menu (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  PurpleChat *chat = target.gc != NULL
                         ? purple_blist_find_chat (target.account, json_string (command, "name"))
                         : NULL;

  if (chat == NULL)
    return "no such chat in the list";
  host_run_menu (result, (PurpleBlistNode *) chat, target.prpl, json_string (command, "choose"));
  return NULL;
}

static const char *
run_chat (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  const char *nick = json_string (command, "nick");
  PurpleConvChat *chat;
  GList *user;
  char *real;

  if (target.conversation == NULL || target.gc == NULL)
    return no_chat;
  chat = PURPLE_CONV_CHAT (target.conversation);
  real = nick != NULL ? target.prpl->get_cb_real_name (target.gc, target.id, nick) : NULL;
  json_add_bool (result, "left", purple_conv_chat_has_left (chat));
  json_add_string (result, "nick", purple_conv_chat_get_nick (chat));
  json_add_string (result, "topic", purple_conv_chat_get_topic (chat));
  json_add_string (result, "realName", real);
  json_open (result, "users", '[');
  for (user = purple_conv_chat_get_users (chat); user != NULL; user = user->next)
    {
      PurpleConvChatBuddy *one = user->data;

      host_add_chat_user (result, one->name, one->flags);
    }
  json_close (result, ']');
  g_free (real);
  return NULL;
}

/* What a person types behind a slash; with "help" the lines about it that the host would show. */
static const char *
run_command (const JsonValue *command, GString *result)
{
  Target target = target_of (command);
  const char *text = json_string (command, "text");
  const char *help = json_string (command, "help");
  char *html = g_markup_escape_text (text != NULL ? text : "", -1);
  char *error = NULL;
  GList *lines;

  if (target.conversation != NULL && text != NULL)
    json_add_int (result, "status",
                  purple_cmd_do_command (target.conversation, text, html, &error));
  json_add_string (result, "wrong", error);
  json_open (result, "help", '[');
  lines = help != NULL ? purple_cmd_help (target.conversation, help) : NULL;
  for (; lines != NULL; lines = g_list_delete_link (lines, lines))
    json_add_string (result, NULL, lines->data);
  json_close (result, ']');
  g_free (error);
  g_free (html);
  return target.conversation != NULL ? NULL : no_chat;
}

HostCommand
host_chat_command (const char *name)
{
  static const struct
  {
    const char *name;
    HostCommand run;
  } commands[] = {
    { "join-chat", run_join },     { "chat-send", run_send },  { "leave-chat", run_leave },
    { "topic", run_topic },        { "invite", run_invite },   { "chat", run_chat },
    { "chat-keep", run_keep },     { "command", run_command }, { "chat-menu", run_menu },
    { "chat-naming", run_naming },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}
