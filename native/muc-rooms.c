/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rooms of a session and their conversations. */

#include "muc.h"

#include <string.h>

static int last_id;
static GHashTable *nicks;  /* "ACCOUNT ROOM" to the nick used last, while the process lives */
static GHashTable *closed; /* "ADDRESS ROOM": set, of windows closed while offline */
static gboolean hooked;
static int handle;

void
muc_init (void)
{
  muc_names_init ();
  muc_new_init ();
  muc_commands_init ();
  nicks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  closed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
muc_uninit (void)
{
  bookmarks_unwatch ();
  muc_commands_uninit ();
  muc_new_uninit ();
  muc_names_uninit ();
  purple_signals_disconnect_by_handle (&handle);
  g_hash_table_destroy (closed);
  g_hash_table_destroy (nicks);
}

static void
room_free (gpointer data)
{
  ShimRoom *room = data;

  muc_drop_list (room);
  g_hash_table_destroy (room->occupants);
  g_free (room->told_trouble);
  g_free (room->nick);
  g_free (room->jid);
  g_free (room);
}

/* Returns: (transfer full) */
static char *
closed_key (PurpleAccount *account, const char *jid)
{
  char *address = account_bare_jid (purple_account_get_username (account));
  char *room = muc_room_of (jid);
  char *key = g_strdup_printf ("%s %s", address != NULL ? address : "", room);

  g_free (room);
  g_free (address);
  return key;
}

/* libpurple tells a protocol of a closed window only while the account is connected. */
static void
on_deleting (PurpleConversation *conversation)
{
  PurpleAccount *account = purple_conversation_get_account (conversation);

  if (purple_conversation_get_type (conversation) == PURPLE_CONV_TYPE_CHAT
      && purple_account_get_connection (account) == NULL
      && strcmp (purple_account_get_protocol_id (account), SHIM_PROTOCOL) == 0)
    g_hash_table_replace (closed, closed_key (account, purple_conversation_get_name (conversation)),
                          NULL);
}

/* The engine kept us in them. */
void
muc_attached (ShimSession *session, stead_client *client)
{
  char *prefix = closed_key (session->account, "");
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, closed);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const char *room = (const char *) key + strlen (prefix);

      if (!g_str_has_prefix (key, prefix))
        continue;
      stead_leave_room (client, session->number, room, NULL);
      muc_note_left (session, room, SHIM_LEAVING);
      g_hash_table_iter_remove (&iter);
    }
  g_free (prefix);
}

/* libpurple's conversations start after the protocols are loaded: so not before a login. */
static void
hook (void)
{
  if (hooked)
    return;
  hooked = TRUE;
  purple_signal_connect (purple_conversations_get_handle (), "deleting-conversation", &handle,
                         PURPLE_CALLBACK (on_deleting), NULL);
}

void
muc_open (ShimSession *session)
{
  hook ();
  session->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, room_free);
  session->left_rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  muc_bookmarks_open (session);
  muc_users_open (session);
}

void
muc_close (ShimSession *session)
{
  muc_bookmarks_close (session);
  muc_list_close (session);
  muc_prompts_close (session);
  muc_users_close (session);
  g_hash_table_destroy (session->left_rooms);
  g_hash_table_destroy (session->rooms);
}

char *
muc_room_of (const char *jid)
{
  char *bare = account_bare_jid (jid);

  return bare != NULL ? bare : g_strndup (jid, strcspn (jid, "/"));
}

const char *
muc_nick_in (const char *jid)
{
  const char *slash = strchr (jid, '/');

  return slash != NULL ? slash + 1 : "";
}

ShimRoom *
muc_find (const ShimSession *session, const char *jid)
{
  char *bare = muc_room_of (jid);
  ShimRoom *room = g_hash_table_lookup (session->rooms, bare);

  g_free (bare);
  return room;
}

ShimRoom *
muc_find_id (const ShimSession *session, int id)
{
  GHashTableIter iter;
  gpointer room;

  g_hash_table_iter_init (&iter, session->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    if (((ShimRoom *) room)->id == id)
      return room;
  return NULL;
}

ShimRoom *
muc_add (ShimSession *session, const char *jid)
{
  ShimRoom *room = muc_find (session, jid);

  if (room != NULL)
    return room;
  room = g_new0 (ShimRoom, 1);
  room->jid = muc_room_of (jid);
  room->nick = g_strdup ("");
  room->id = ++last_id;
  room->occupants = muc_occupants_new ();
  g_hash_table_insert (session->rooms, room->jid, room);
  muc_name_room (room->jid);
  return room;
}

void
muc_remove (ShimSession *session, ShimRoom *room)
{
  g_hash_table_remove (session->rooms, room->jid);
}

static char *
key_of (const ShimSession *session, const char *jid)
{
  char *bare = muc_room_of (jid);
  char *key = g_strdup_printf ("%u %s", session->number, bare);

  g_free (bare);
  return key;
}

const char *
muc_last_nick (const ShimSession *session, const char *jid)
{
  char *key = key_of (session, jid);
  const char *nick = g_hash_table_lookup (nicks, key);

  g_free (key);
  return nick;
}

void
muc_set_nick (ShimSession *session, ShimRoom *room, const char *nick)
{
  PurpleConversation *conversation = muc_conversation (session, room);
  char *copy = g_strdup (nick); /* it may be the room's own */

  g_free (room->nick);
  room->nick = copy;
  if (*copy == '\0')
    return;
  g_hash_table_replace (nicks, key_of (session, room->jid), g_strdup (copy));
  if (conversation != NULL)
    purple_conv_chat_set_nick (PURPLE_CONV_CHAT (conversation), copy);
}

/* ---- What was left ------------------------------------------------------------------------------
 */

void
muc_note_left (ShimSession *session, const char *jid, ShimLeft left)
{
  g_hash_table_replace (session->left_rooms, muc_room_of (jid), GINT_TO_POINTER ((int) left));
}

void
muc_note_wanted (ShimSession *session, const char *jid)
{
  char *bare = muc_room_of (jid);

  g_hash_table_remove (session->left_rooms, bare);
  g_free (bare);
}

ShimLeft
muc_left (const ShimSession *session, const char *jid)
{
  char *bare = muc_room_of (jid);
  gpointer left = g_hash_table_lookup (session->left_rooms, bare);

  g_free (bare);
  return (ShimLeft) GPOINTER_TO_INT (left);
}

/* ---- Conversations ------------------------------------------------------------------------------
 */

PurpleConversation *
muc_conversation (ShimSession *session, const ShimRoom *room)
{
  PurpleConnection *gc = account_connection (session);
  PurpleConversation *found =
      purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, room->jid, session->account);

  if (gc == NULL || found == NULL || g_slist_find (gc->buddy_chats, found) == NULL)
    return NULL;
  return found;
}

PurpleConversation *
muc_open_conversation (ShimSession *session, ShimRoom *room)
{
  PurpleConversation *conversation = muc_conversation (session, room);

  if (conversation != NULL)
    return conversation;
  /* libpurple begins with an empty list of users, whatever was in it before. */
  muc_drop_list (room);
  g_hash_table_remove_all (room->occupants);
  conversation = serv_got_joined_chat (account_connection (session), room->id, room->jid);
  if (*room->nick != '\0')
    purple_conv_chat_set_nick (PURPLE_CONV_CHAT (conversation), room->nick);
  return conversation;
}

void
muc_end_conversation (ShimSession *session, ShimRoom *room, const char *html)
{
  PurpleConversation *conversation = muc_conversation (session, room);

  if (conversation == NULL)
    return;
  if (html != NULL)
    link_write (conversation, html, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LINKIFY, time (NULL));
  purple_conv_chat_clear_users (PURPLE_CONV_CHAT (conversation));
  serv_got_chat_left (account_connection (session), room->id);
  /* BitlBee would show us in it for ever, and let nobody join it again. */
  if (!link_shows_lines ())
    purple_conversation_destroy (conversation);
}
