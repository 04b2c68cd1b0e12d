// SPDX-License-Identifier: MIT
//
// A libpurple user interface without a screen, for tests: commands come as one JSON object a line
// on stdin, whatever libpurple would show goes as one JSON object a line to stdout.
#pragma once

#include <purple.h>

#include "json.h"

/* The id under which accounts are enabled, as "gtk-gaim" is Pidgin's; the user interface that it
 * passes for. */
extern const char *host_ui;

/* Opens an event; host_emit() closes, prints and frees it. */
GString *host_event (const char *name);
void host_emit (GString *event);

/* Accounts are numbered from 1 in the order they were made. */
int host_account_number (const PurpleAccount *account);
PurpleAccount *host_account (int number);
PurpleAccount *host_account_new (const char *username, const char *protocol);

/* What purple_network_is_available() answers: this program defines that function itself, since a
 * test machine has no NetworkManager to switch off. */
extern gboolean host_network_available;

PurpleConnectionUiOps *host_connection_ops (void);
PurpleConversationUiOps *host_conversation_ops (void);
PurpleNotifyUiOps *host_notify_ops (void);
PurpleRequestUiOps *host_request_ops (void);
PurpleAccountUiOps *host_account_ops (void);
PurpleRoomlistUiOps *host_roomlist_ops (void);

/* Opens an event about a conversation. */
GString *host_conversation_event (const char *name, PurpleConversation *conversation);
void host_add_chat_user (GString *out, const char *name, PurpleConvChatBuddyFlags flags);
void host_add_components (GString *out, GHashTable *components);
/* Lists the protocol's items of a node's menu; runs the one that is named @choose. */
void host_run_menu (GString *result, PurpleBlistNode *node, PurplePluginProtocolInfo *prpl,
                    const char *choose);
void host_chats_fill_ops (PurpleConversationUiOps *ops);
void host_chats_hush (int users);

/* After the core is up: listen to the signals that have no UI operation. */
void host_conversations_watch (void);
void host_chats_watch (void);
void host_buddies_watch (void);

/* A command gets its JSON object and adds fields to @result.
 * Returns: (transfer none): %NULL, or what was wrong. */
typedef const char *(*HostCommand) (const JsonValue *command, GString *result);

const char *host_run (const JsonValue *command, GString *result);
HostCommand host_account_command (const char *name);
HostCommand host_buddy_command (const char *name);
HostCommand host_describe_command (const char *name);
HostCommand host_redraw_command (const char *name);
HostCommand host_conversation_command (const char *name);
HostCommand host_chat_command (const char *name);
HostCommand host_chat_node_command (const char *name);
HostCommand host_roomlist_command (const char *name);
const char *host_answer (const JsonValue *command, GString *result);

/* Writes the rows of @info as an array of {label, value}. */
void host_add_rows (GString *out, const char *key, PurpleNotifyUserInfo *info);
