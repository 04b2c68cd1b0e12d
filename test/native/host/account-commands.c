// SPDX-License-Identifier: MIT

#include "host.h"

#include <time.h>

static const char no_account[] = "no such account";
static const char not_connected[] = "the account is not connected";

static PurpleAccount *
account_of (const JsonValue *command)
{
  return host_account (json_int (command, "account", 0));
}

static PurpleConnection *
connection_of (const JsonValue *command)
{
  PurpleAccount *account = account_of (command);

  return account != NULL ? purple_account_get_connection (account) : NULL;
}

static const char *
run_account_new (const JsonValue *command, GString *result)
{
  const char *username = json_string (command, "username");
  const char *protocol = json_string (command, "protocol");

  if (username == NULL || protocol == NULL)
    return "username and protocol are wanted";
  json_add_int (result, "account", host_account_number (host_account_new (username, protocol)));
  return NULL;
}

/* Of an account, or with `global` of all that name none of their own. */
static void
set_proxy (PurpleAccount *account, const JsonValue *wanted)
{
  gboolean global = json_bool (wanted, "global", FALSE);
  PurpleProxyInfo *info = global ? purple_global_proxy_get_info () : purple_proxy_info_new ();

  purple_proxy_info_set_type (info, json_int (wanted, "type", PURPLE_PROXY_NONE));
  purple_proxy_info_set_host (info, json_string (wanted, "host"));
  purple_proxy_info_set_port (info, json_int (wanted, "port", 0));
  purple_proxy_info_set_username (info, json_string (wanted, "user"));
  purple_proxy_info_set_password (info, json_string (wanted, "password"));
  if (!global)
    purple_account_set_proxy_info (account, info);
}

static const char *
run_account_set (const JsonValue *command, GString *result)
{
  PurpleAccount *account = account_of (command);
  const JsonValue *options = json_get (command, "options");
  GHashTableIter iter;
  gpointer key;
  gpointer data;

  (void) result;
  if (account == NULL)
    return no_account;
  if (json_get (command, "username") != NULL)
    purple_account_set_username (account, json_string (command, "username"));
  if (json_get (command, "password") != NULL)
    purple_account_set_password (account, json_string (command, "password"));
  purple_account_set_remember_password (account, json_bool (command, "remember", FALSE));
  if (json_get (command, "proxy") != NULL)
    set_proxy (account, json_get (command, "proxy"));
  if (options == NULL || options->type != JSON_OBJECT)
    return NULL;
  g_hash_table_iter_init (&iter, options->fields);
  while (g_hash_table_iter_next (&iter, &key, &data))
    {
      const JsonValue *value = data;

      if (value->type == JSON_STRING)
        purple_account_set_string (account, key, value->string);
      else if (value->type == JSON_NUMBER)
        purple_account_set_int (account, key, (int) value->number);
      else if (value->type == JSON_BOOL)
        purple_account_set_bool (account, key, value->number != 0);
    }
  return NULL;
}

static const char *
run_account_get (const JsonValue *command, GString *result)
{
  PurpleAccount *account = account_of (command);

  if (account == NULL)
    return no_account;
  json_add_bool (result, "enabled", purple_account_get_enabled (account, host_ui));
  json_add_bool (result, "connected", purple_account_is_connected (account));
  json_add_bool (result, "connecting", purple_account_is_connecting (account));
  json_add_bool (result, "hasPassword", purple_account_get_password (account) != NULL);
  json_add_string (result, "status",
                   purple_status_get_id (purple_account_get_active_status (account)));
  return NULL;
}

static const char *
run_account_enable (const JsonValue *command, GString *result)
{
  PurpleAccount *account = account_of (command);

  (void) result;
  if (account == NULL)
    return no_account;
  purple_account_set_enabled (account, host_ui, json_bool (command, "enabled", TRUE));
  return NULL;
}

static const char *
run_account_connect (const JsonValue *command, GString *result)
{
  PurpleAccount *account = account_of (command);

  (void) result;
  if (account == NULL)
    return no_account;
  if (json_bool (command, "connected", TRUE))
    purple_account_connect (account);
  else
    purple_account_disconnect (account);
  return NULL;
}

static const char *
run_account_delete (const JsonValue *command, GString *result)
{
  PurpleAccount *account = account_of (command);

  (void) result;
  if (account == NULL)
    return no_account;
  purple_accounts_delete (account);
  return NULL;
}

static const char *
run_status (const JsonValue *command, GString *result)
{
  PurpleAccount *account = account_of (command);
  const char *status = json_string (command, "status");
  const char *message = json_string (command, "message");
  const JsonValue *priority = json_get (command, "priority");

  (void) result;
  if (account == NULL || status == NULL)
    return no_account;
  if (message != NULL)
    purple_account_set_status (account, status, TRUE, "message", message, NULL);
  else
    purple_account_set_status (account, status, TRUE, NULL);
  if (priority != NULL)
    purple_status_set_attr_int (purple_account_get_active_status (account), "priority",
                                (int) priority->number);
  return NULL;
}

static const char *
run_idle (const JsonValue *command, GString *result)
{
  PurpleAccount *account = account_of (command);
  int seconds = json_int (command, "seconds", 0);

  (void) result;
  if (account == NULL)
    return no_account;
  purple_presence_set_idle (purple_account_get_presence (account), seconds > 0,
                            time (NULL) - seconds);
  return NULL;
}

static PurpleConversation *
conversation_of (const JsonValue *command, gboolean open)
{
  PurpleAccount *account = account_of (command);
  const char *name = json_string (command, "name");
  PurpleConversation *found;

  if (account == NULL || name == NULL)
    return NULL;
  found = purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, name, account);
  if (found == NULL && open)
    found = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, name);
  return found;
}

/* As Pidgin's entry does it: HTML, and only while the account is connected. */
static const char *
run_send (const JsonValue *command, GString *result)
{
  PurpleConversation *conversation = conversation_of (command, TRUE);
  const char *html = json_string (command, "html");

  (void) result;
  if (conversation == NULL || html == NULL)
    return no_account;
  if (connection_of (command) == NULL)
    return not_connected;
  purple_conv_im_send (PURPLE_CONV_IM (conversation), html);
  return NULL;
}

static const char *
run_conversation (const JsonValue *command, GString *result)
{
  PurpleConversation *conversation = conversation_of (command, json_bool (command, "open", TRUE));

  (void) result;
  if (conversation == NULL)
    return "no such conversation";
  if (!json_bool (command, "open", TRUE))
    purple_conversation_destroy (conversation);
  return NULL;
}

static const char *
run_typing (const JsonValue *command, GString *result)
{
  PurpleConnection *gc = connection_of (command);
  const char *name = json_string (command, "name");

  if (gc == NULL || name == NULL)
    return not_connected;
  json_add_int (result, "again",
                serv_send_typing (gc, name, (PurpleTypingState) json_int (command, "state", 0)));
  return NULL;
}

/* As NetworkManager's word reaches Pidgin: the signal, then every account is disconnected; or the
 * signal, then every enabled account connects. */
static const char *
run_network (const JsonValue *command, GString *result)
{
  GList *accounts;

  (void) result;
  host_network_available = json_bool (command, "available", TRUE);
  purple_signal_emit (purple_network_get_handle (), "network-configuration-changed", NULL);
  if (json_bool (command, "signalOnly", FALSE))
    return NULL;
  for (accounts = purple_accounts_get_all (); accounts != NULL; accounts = accounts->next)
    {
      PurpleAccount *account = accounts->data;

      if (!host_network_available && !purple_account_is_disconnected (account))
        purple_account_disconnect (account);
      else if (host_network_available && purple_account_is_disconnected (account)
               && purple_account_get_enabled (account, host_ui))
        purple_account_connect (account);
    }
  return NULL;
}

static const char *
run_connection_error (const JsonValue *command, GString *result)
{
  PurpleConnection *gc = connection_of (command);

  (void) result;
  if (gc == NULL)
    return not_connected;
  purple_connection_error_reason (gc, (PurpleConnectionError) json_int (command, "reason", 0),
                                  json_string (command, "text"));
  return NULL;
}

/* Lists the protocol's items of the account's menu; runs the one that is named. */
static const char *
run_actions (const JsonValue *command, GString *result)
{
  PurpleConnection *gc = connection_of (command);
  const char *choose = json_string (command, "choose");
  PurplePlugin *plugin;
  GList *actions;
  GList *item;

  if (gc == NULL)
    return not_connected;
  plugin = purple_connection_get_prpl (gc);
  actions = PURPLE_PLUGIN_ACTIONS (plugin, gc);
  json_open (result, "menu", '[');
  for (item = actions; item != NULL; item = item->next)
    json_add_string (result, NULL, ((PurplePluginAction *) item->data)->label);
  json_close (result, ']');
  for (item = actions; item != NULL; item = item->next)
    {
      PurplePluginAction *action = item->data;

      action->plugin = plugin;
      action->context = gc;
      if (g_strcmp0 (action->label, choose) == 0)
        action->callback (action);
      purple_plugin_action_free (action);
    }
  g_list_free (actions);
  return NULL;
}

HostCommand
host_account_command (const char *name)
{
  static const struct
  {
    const char *name;
    HostCommand run;
  } commands[] = {
    { "account-new", run_account_new },
    { "account-set", run_account_set },
    { "account-get", run_account_get },
    { "account-enable", run_account_enable },
    { "account-connect", run_account_connect },
    { "account-delete", run_account_delete },
    { "account-menu", run_actions },
    { "status", run_status },
    { "idle", run_idle },
    { "send", run_send },
    { "conversation", run_conversation },
    { "typing", run_typing },
    { "network", run_network },
    { "connection-error", run_connection_error },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      return commands[i].run;
  return NULL;
}
