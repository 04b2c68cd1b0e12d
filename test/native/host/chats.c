// SPDX-License-Identifier: MIT

/* What is shown of chats. */

#include "host.h"

void
host_add_chat_user (GString *out, const char *name, PurpleConvChatBuddyFlags flags)
{
  static const struct
  {
    PurpleConvChatBuddyFlags flag;
    const char *name;
  } names[] = {
    { PURPLE_CBFLAGS_FOUNDER, "founder" }, { PURPLE_CBFLAGS_OP, "op" },
    { PURPLE_CBFLAGS_HALFOP, "halfop" },   { PURPLE_CBFLAGS_VOICE, "voice" },
    { PURPLE_CBFLAGS_TYPING, "typing" },   { PURPLE_CBFLAGS_AWAY, "away" },
  };
  gsize i;

  json_open (out, NULL, '{');
  json_add_string (out, "name", name);
  json_open (out, "flags", '[');
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if ((flags & names[i].flag) != 0)
      json_add_string (out, NULL, names[i].name);
  json_close (out, ']');
  json_close (out, '}');
}

/* So many users who are added are not printed, for measurements, nor are changes until then: the last of
 * them is, alone. */
static int quiet;

void
host_chats_hush (int users)
{
  quiet = users;
}

static GString *
users_event (PurpleConversation *conversation, const char *change)
{
  GString *event = host_conversation_event ("chat-users", conversation);

  json_add_string (event, "change", change);
  json_open (event, "users", '[');
  return event;
}

static void
end_users (GString *event)
{
  json_close (event, ']');
  host_emit (event);
}

static void
on_add_users (PurpleConversation *conversation, GList *users, gboolean new_arrivals)
{
  GString *event;

  if (quiet > 0)
    {
      quiet -= MIN (quiet, (int) g_list_length (users));
      if (quiet > 0)
        return;
      users = g_list_last (users);
    }
  event = users_event (conversation, new_arrivals ? "arrived" : "added");
  for (; users != NULL; users = users->next)
    {
      PurpleConvChatBuddy *user = users->data;

      host_add_chat_user (event, user->name, user->flags);
    }
  end_users (event);
}

static void
on_remove_users (PurpleConversation *conversation, GList *users)
{
  GString *event = users_event (conversation, "removed");

  for (; users != NULL; users = users->next)
    host_add_chat_user (event, users->data, PURPLE_CBFLAGS_NONE);
  end_users (event);
}

static void
on_rename_user (PurpleConversation *conversation, const char *before, const char *now,
                const char *alias)
{
  GString *event = users_event (conversation, "renamed");

  (void) alias;
  host_add_chat_user (event, before, PURPLE_CBFLAGS_NONE);
  host_add_chat_user (event, now, PURPLE_CBFLAGS_NONE);
  end_users (event);
}

static void
on_update_user (PurpleConversation *conversation, const char *name)
{
  GString *event;

  if (quiet > 0)
    return;
  event = users_event (conversation, "updated");
  host_add_chat_user (event, name,
                      purple_conv_chat_user_get_flags (PURPLE_CONV_CHAT (conversation), name));
  end_users (event);
}

void
host_chats_fill_ops (PurpleConversationUiOps *ops)
{
  ops->chat_add_users = on_add_users;
  ops->chat_remove_users = on_remove_users;
  ops->chat_rename_user = on_rename_user;
  ops->chat_update_user = on_update_user;
}

static void
on_chat (PurpleConversation *conversation, gpointer name)
{
  host_emit (host_conversation_event (name, conversation));
}

static void
on_topic (PurpleConversation *conversation, const char *who, const char *topic, gpointer data)
{
  GString *event = host_conversation_event ("topic", conversation);

  (void) data;
  json_add_string (event, "who", who);
  json_add_string (event, "topic", topic);
  host_emit (event);
}

void
host_add_components (GString *out, GHashTable *components)
{
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  json_open (out, "components", '{');
  g_hash_table_iter_init (&iter, components);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_add_string (out, key, value);
  json_close (out, '}');
}

static void
on_join_failed (PurpleConnection *gc, GHashTable *components, gpointer data)
{
  GString *event = host_event ("chat-join-failed");

  (void) data;
  json_add_int (event, "account", host_account_number (purple_connection_get_account (gc)));
  host_add_components (event, components);
  host_emit (event);
}

void
host_chats_watch (void)
{
  static int handle;
  void *conversations = purple_conversations_get_handle ();

  purple_signal_connect (conversations, "chat-joined", &handle, PURPLE_CALLBACK (on_chat),
                         "chat-joined");
  purple_signal_connect (conversations, "chat-left", &handle, PURPLE_CALLBACK (on_chat),
                         "chat-left");
  purple_signal_connect (conversations, "chat-topic-changed", &handle, PURPLE_CALLBACK (on_topic),
                         NULL);
  purple_signal_connect (conversations, "chat-join-failed", &handle,
                         PURPLE_CALLBACK (on_join_failed), NULL);
}
