/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libpurple loads: the protocol's description and its table of operations. */

#include "shim.h"

/* Logs, icons and pixmaps are found under this name, so those of prpl-jabber carry over. */
static const char *
list_icon (PurpleAccount *account, PurpleBuddy *buddy)
{
  (void) account;
  (void) buddy;
  return "jabber";
}

/* The server keeps what comes while a contact is away (XEP-0160). */
static gboolean
offline_message (const PurpleBuddy *buddy)
{
  (void) buddy;
  return TRUE;
}

/* For callers older than libpurple 2.8. */
static void
add_buddy (PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
  roster_add_buddy (gc, buddy, group, NULL);
}

static GList *
menu (PurpleBlistNode *node)
{
  return PURPLE_BLIST_NODE_IS_CHAT (node) ? muc_menu (node) : subscriptions_menu (node);
}

static GList *
actions (PurplePlugin *plugin, gpointer gc)
{
  return g_list_concat (certificates_actions (plugin, gc), access_actions (gc));
}

/* `keepalive` stays NULL: the engine looks after the link itself. */
static PurplePluginProtocolInfo protocol = {
  .options = OPT_PROTO_PASSWORD_OPTIONAL | OPT_PROTO_SLASH_COMMANDS_NATIVE | OPT_PROTO_CHAT_TOPIC
             | OPT_PROTO_UNIQUE_CHATNAME | OPT_PROTO_INVITE_MESSAGE,
  .icon_spec = NO_BUDDY_ICONS,
  .list_icon = list_icon,
  .list_emblem = presence_list_emblem,
  .status_text = presence_status_text,
  .tooltip_text = presence_tooltip_text,
  .status_types = presence_status_types,
  .blist_node_menu = menu,
  .chat_info = muc_chat_info,
  .chat_info_defaults = muc_chat_info_defaults,
  .login = account_login,
  .close = account_close,
  .send_im = messages_send_im,
  .send_typing = chat_states_send_typing,
  .get_info = info_get,
  .set_status = presence_set_status,
  .set_idle = presence_set_idle,
  .add_buddy = add_buddy,
  .remove_buddy = roster_remove_buddy,
  .alias_buddy = roster_alias_buddy,
  .group_buddy = roster_group_buddy,
  .rename_group = roster_rename_group,
  .join_chat = muc_join_chat,
  .reject_chat = muc_reject_chat,
  .get_chat_name = muc_get_chat_name,
  .chat_invite = muc_chat_invite,
  .chat_leave = muc_chat_leave,
  .chat_send = muc_chat_send,
  .convo_closed = chat_states_convo_closed,
  .normalize = account_normalize,
  .find_blist_chat = muc_find_blist_chat,
  .get_cb_real_name = muc_get_cb_real_name,
  .set_chat_topic = muc_set_chat_topic,
  .roomlist_get_list = muc_roomlist_get_list,
  .roomlist_cancel = muc_roomlist_cancel,
  .roomlist_room_serialize = muc_roomlist_room_serialize,
  .offline_message = offline_message,
  .struct_size = sizeof (PurplePluginProtocolInfo),
  .add_buddy_with_invite = roster_add_buddy,
};

/* The engine starts at the first login, not here: every libpurple program loads every protocol. */
static gboolean
plugin_load (PurplePlugin *plugin)
{
  (void) plugin;
  account_init ();
  messages_init ();
  muc_init ();
  return TRUE;
}

/* libpurple leaves the connections of a protocol that it unloads as they are. */
static void
disconnect_all (PurplePlugin *plugin)
{
  GList *all = g_list_copy (purple_connections_get_all ());

  for (GList *at = all; at != NULL; at = at->next)
    if (purple_connection_get_prpl (at->data) == plugin)
      purple_account_disconnect (purple_connection_get_account (at->data));
  g_list_free (all);
}

static gboolean
plugin_unload (PurplePlugin *plugin)
{
  disconnect_all (plugin);
  link_unhook_network ();
  dispatch_close ();
  muc_uninit ();
  messages_uninit ();
  account_uninit ();
  return TRUE;
}

static PurplePluginInfo info = {
  .magic = PURPLE_PLUGIN_MAGIC,
  .major_version = PURPLE_MAJOR_VERSION,
  .minor_version = PURPLE_MINOR_VERSION,
  .type = PURPLE_PLUGIN_PROTOCOL,
  .priority = PURPLE_PRIORITY_DEFAULT,
  .id = SHIM_PROTOCOL,
  .name = "XMPP (Steadfast)",
  .version = SHIM_VERSION,
  .summary = "XMPP that does not lose messages",
  .description = "XMPP with resumed sessions (XEP-0198), a queue that survives crashes, and login "
                 "by certificate.",
  .author = "The Steadfast authors",
  .homepage = "",
  .load = plugin_load,
  .unload = plugin_unload,
  .extra_info = &protocol,
  .actions = actions,
};

static void
init_plugin (PurplePlugin *plugin)
{
  (void) plugin;
  protocol.user_splits = options_splits ();
  protocol.protocol_options = options_list ();
}

PURPLE_INIT_PLUGIN (steadfast, init_plugin, info)
