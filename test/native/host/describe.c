// SPDX-License-Identifier: MIT
//
// What a protocol declares, for comparisons.

#include "host.h"

const char *
host_run (const JsonValue *command, GString *result)
{
  const char *name = json_string (command, "cmd");
  HostCommand run = host_account_command (name);

  if (run == NULL)
    run = host_buddy_command (name);
  if (run == NULL)
    run = host_describe_command (name);
  if (run == NULL)
    run = host_redraw_command (name);
  if (run == NULL)
    run = host_conversation_command (name);
  if (run == NULL)
    run = host_chat_command (name);
  if (run == NULL)
    run = host_chat_node_command (name);
  if (run == NULL)
    run = host_roomlist_command (name);
  if (run == NULL && g_strcmp0 (name, "answer") == 0)
    run = host_answer;
  return run != NULL ? run (command, result) : "no such command";
}

static const char *
run_plugin (const JsonValue *command, GString *result)
{
  const char *id = json_string (command, "plugin");
  PurplePlugin *plugin = id != NULL ? purple_plugins_find_with_id (id) : NULL;

  json_add_bool (result, "found", plugin != NULL);
  if (plugin == NULL)
    return NULL;
  json_add_string (result, "name", purple_plugin_get_name (plugin));
  json_add_string (result, "path", plugin->path);
  if (json_bool (command, "unload", FALSE))
    purple_plugin_unload (plugin);
  json_add_bool (result, "loaded", purple_plugin_is_loaded (plugin));
  return NULL;
}

static void
add_default (GString *out, PurpleAccountOption *option)
{
  switch (purple_account_option_get_type (option))
    {
    case PURPLE_PREF_BOOLEAN:
      json_add_string (out, "type", "bool");
      json_add_bool (out, "value", purple_account_option_get_default_bool (option));
      break;
    case PURPLE_PREF_INT:
      json_add_string (out, "type", "int");
      json_add_int (out, "value", purple_account_option_get_default_int (option));
      break;
    case PURPLE_PREF_STRING:
      json_add_string (out, "type", "string");
      json_add_string (out, "value", purple_account_option_get_default_string (option));
      json_add_bool (out, "masked", purple_account_option_get_masked (option));
      break;
    case PURPLE_PREF_STRING_LIST:
      json_add_string (out, "type", "list");
      json_add_string (out, "value", purple_account_option_get_default_list_value (option));
      break;
    default:
      json_add_string (out, "type", "unknown");
    }
}

static void
add_options (GString *out, GList *options)
{
  json_open (out, "options", '[');
  for (; options != NULL; options = options->next)
    {
      PurpleAccountOption *option = options->data;

      json_open (out, NULL, '{');
      json_add_string (out, "key", purple_account_option_get_setting (option));
      json_add_string (out, "text", purple_account_option_get_text (option));
      add_default (out, option);
      if (purple_account_option_get_type (option) == PURPLE_PREF_STRING_LIST)
        {
          GList *item = purple_account_option_get_list (option);

          json_open (out, "choices", '[');
          for (; item != NULL; item = item->next)
            json_add_string (out, NULL, ((PurpleKeyValuePair *) item->data)->value);
          json_close (out, ']');
        }
      json_close (out, '}');
    }
  json_close (out, ']');
}

static void
add_splits (GString *out, GList *splits)
{
  json_open (out, "splits", '[');
  for (; splits != NULL; splits = splits->next)
    {
      char separator[2] = { purple_account_user_split_get_separator (splits->data), '\0' };

      json_open (out, NULL, '{');
      json_add_string (out, "text", purple_account_user_split_get_text (splits->data));
      json_add_string (out, "value", purple_account_user_split_get_default_value (splits->data));
      json_add_string (out, "separator", separator);
      json_add_bool (out, "reverse", purple_account_user_split_get_reverse (splits->data));
      json_close (out, '}');
    }
  json_close (out, ']');
}

static void
add_statuses (GString *out, GList *types)
{
  json_open (out, "statuses", '[');
  for (; types != NULL; types = types->next)
    {
      GList *attrs = purple_status_type_get_attrs (types->data);

      json_open (out, NULL, '{');
      json_add_string (out, "id", purple_status_type_get_id (types->data));
      json_add_string (out, "name", purple_status_type_get_name (types->data));
      json_add_int (out, "primitive", purple_status_type_get_primitive (types->data));
      json_add_bool (out, "saveable", purple_status_type_is_saveable (types->data));
      json_add_bool (out, "settable", purple_status_type_is_user_settable (types->data));
      json_add_bool (out, "independent", purple_status_type_is_independent (types->data));
      json_open (out, "attrs", '[');
      for (; attrs != NULL; attrs = attrs->next)
        {
          PurpleValue *value = purple_status_attr_get_value (attrs->data);

          json_open (out, NULL, '{');
          json_add_string (out, "id", purple_status_attr_get_id (attrs->data));
          json_add_string (out, "name", purple_status_attr_get_name (attrs->data));
          json_add_int (out, "type", purple_value_get_type (value));
          if (purple_value_get_type (value) == PURPLE_TYPE_INT)
            json_add_int (out, "value", purple_value_get_int (value));
          if (purple_value_get_type (value) == PURPLE_TYPE_BOOLEAN)
            json_add_bool (out, "value", purple_value_get_boolean (value));
          json_close (out, '}');
        }
      json_close (out, ']');
      json_close (out, '}');
    }
  json_close (out, ']');
}

static void
add_operations (GString *out, const PurplePluginProtocolInfo *prpl)
{
  json_open (out, "operations", '{');
  json_add_bool (out, "keepalive", prpl->keepalive != NULL);
  json_add_bool (out, "offlineMessage", prpl->offline_message != NULL);
  json_add_bool (out, "structSize", prpl->struct_size == sizeof *prpl);
  json_close (out, '}');
}

static const char *
run_protocol (const JsonValue *command, GString *result)
{
  const char *id = json_string (command, "protocol");
  const char *username = json_string (command, "username");
  PurplePlugin *plugin = id != NULL ? purple_find_prpl (id) : NULL;
  PurplePluginProtocolInfo *prpl;
  PurpleAccount *account;

  if (plugin == NULL)
    return "no such protocol";
  prpl = PURPLE_PLUGIN_PROTOCOL_INFO (plugin);
  account = purple_account_new (username != NULL ? username : "a@b.example/c", id);
  json_add_string (result, "name", purple_plugin_get_name (plugin));
  json_add_int (result, "flags", prpl->options);
  json_add_string (result, "icon", prpl->list_icon (account, NULL));
  add_splits (result, prpl->user_splits);
  add_options (result, prpl->protocol_options);
  add_statuses (result, purple_account_get_status_types (account));
  add_operations (result, prpl);
  purple_account_destroy (account);
  return NULL;
}

/* The normal form of "text"; with an account of that protocol, and with none. */
static const char *
run_normalize (const JsonValue *command, GString *result)
{
  const char *id = json_string (command, "protocol");
  const char *text = json_string (command, "text");
  PurplePlugin *plugin = id != NULL ? purple_find_prpl (id) : NULL;
  PurplePluginProtocolInfo *prpl;
  PurpleAccount *account;

  if (plugin == NULL || text == NULL)
    return "no such protocol, or no text";
  prpl = PURPLE_PLUGIN_PROTOCOL_INFO (plugin);
  account = purple_account_new ("a@b.example/c", id);
  json_add_string (result, "normal", prpl->normalize (account, text));
  json_add_string (result, "withoutAccount", prpl->normalize (NULL, text));
  purple_account_destroy (account);
  return NULL;
}

static const char *
run_protocols (const JsonValue *command, GString *result)
{
  GList *plugins;

  (void) command;
  json_open (result, "protocols", '[');
  for (plugins = purple_plugins_get_protocols (); plugins != NULL; plugins = plugins->next)
    json_add_string (result, NULL, purple_plugin_get_id (plugins->data));
  json_close (result, ']');
  return NULL;
}

HostCommand
host_describe_command (const char *name)
{
  static const struct
  {
    const char *name;
    HostCommand run;
  } commands[] = {
    { "plugin", run_plugin },
    { "protocol", run_protocol },
    { "protocols", run_protocols },
    { "normalize", run_normalize },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}
