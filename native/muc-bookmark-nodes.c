/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bookmarks as chats of the buddy list, and back. */

#include "muc-bookmarks.h"

#include <string.h>

/* A setting of the chat: "MARK ROOM LOOKS PASSWORD", the last three as digests. */
#define MARK "steadfast-bookmark"

static const char *const mark_words[] = { NULL, "theirs", "ours", "alone" };

ShimBookmark *
bookmark_new (const char *room, const char *name, const char *nick, const char *password,
              gboolean autojoin)
{
  ShimBookmark *bookmark = g_new0 (ShimBookmark, 1);

  bookmark->room = g_strdup (room);
  bookmark->name = g_strdup (name != NULL ? name : "");
  bookmark->nick = g_strdup (nick != NULL ? nick : "");
  bookmark->password = g_strdup (password != NULL ? password : "");
  bookmark->autojoin = autojoin;
  return bookmark;
}

ShimBookmark *
bookmark_copy (const ShimBookmark *bookmark)
{
  return bookmark_new (bookmark->room, bookmark->name, bookmark->nick, bookmark->password,
                       bookmark->autojoin);
}

void
bookmark_free (gpointer data)
{
  ShimBookmark *bookmark = data;

  g_free (bookmark->room);
  g_free (bookmark->name);
  g_free (bookmark->nick);
  explicit_bzero (bookmark->password, strlen (bookmark->password));
  g_free (bookmark->password);
  g_free (bookmark);
}

gboolean
bookmarks_with_passwords (const PurpleAccount *account)
{
  return purple_account_get_bool (account, "bookmark_passwords", FALSE);
}

char *
bookmark_shown_name (const char *name)
{
  char *line = muc_on_one_line (name);
  char *shown = purple_utf8_strip_unprintables (line);

  g_free (line);
  return shown != NULL ? shown : g_strdup ("");
}

gboolean
bookmark_looks_like (const ShimSession *session, const ShimBookmark *one, const ShimBookmark *other)
{
  char *name = bookmark_shown_name (one->name);
  char *other_name = bookmark_shown_name (other->name);
  gboolean same = strcmp (name, other_name) == 0 && strcmp (one->nick, other->nick) == 0
                  && one->autojoin == other->autojoin
                  && (!bookmarks_with_passwords (session->account)
                      || strcmp (one->password, other->password) == 0);

  g_free (other_name);
  g_free (name);
  return same;
}

/* ---- Chats --------------------------------------------------------------------------------------
 */

/* Returns: (transfer none) (nullable): where the host keeps that a chat is to be entered at the
 * sign-on; NULL for one that has no such thing */
static const char *
autojoin_key (void)
{
  const char *ui = purple_core_get_ui ();

  if (g_strcmp0 (ui, "gtk-gaim") == 0)
    return "gtk-autojoin";
  return g_strcmp0 (ui, "gnt-purple") == 0 ? "gnt-autojoin" : NULL;
}

char *
bookmarks_room_of_node (const ShimSession *session, PurpleBlistNode *node)
{
  if (!PURPLE_BLIST_NODE_IS_CHAT (node)
      || purple_chat_get_account ((PurpleChat *) node) != session->account)
    return NULL;
  return muc_get_chat_name (purple_chat_get_components ((PurpleChat *) node));
}

GHashTable *
bookmarks_nodes (const ShimSession *session)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  PurpleBlistNode *node;

  for (node = purple_blist_get_root (); node != NULL; node = purple_blist_node_next (node, TRUE))
    {
      char *room = bookmarks_room_of_node (session, node);

      if (room != NULL && g_hash_table_lookup (found, room) == NULL)
        g_hash_table_insert (found, room, node);
      else
        g_free (room);
    }
  return found;
}

ShimBookmark *
bookmarks_read_node (const ShimSession *session, PurpleChat *chat, const char *room)
{
  GHashTable *components = purple_chat_get_components (chat);
  const ShimBookmark *known = bookmarks_of_server (session, room);
  const char *key = autojoin_key ();
  gboolean autojoin = key != NULL ? purple_blist_node_get_bool ((PurpleBlistNode *) chat, key)
                                  : known != NULL && known->autojoin;
  ShimBookmark *read = bookmark_new (room, chat->alias, g_hash_table_lookup (components, "handle"),
                                     g_hash_table_lookup (components, "password"), autojoin);

  g_strstrip (read->nick);
  return read;
}

/* Nobody can tell whether a chat's table frees its keys: one of its own takes its place. */
static void
set_component (PurpleChat *chat, const char *key, const char *value)
{
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer name;
  gpointer old;

  g_hash_table_iter_init (&iter, chat->components);
  while (g_hash_table_iter_next (&iter, &name, &old))
    g_hash_table_insert (components, g_strdup (name), g_strdup (old));
  if (*value == '\0')
    g_hash_table_remove (components, key);
  else
    g_hash_table_insert (components, g_strdup (key), g_strdup (value));
  g_hash_table_destroy (chat->components);
  chat->components = components;
}

PurpleChat *
bookmarks_show (PurpleAccount *account, PurpleChat *chat, const ShimBookmark *bookmark)
{
  const char *key = autojoin_key ();
  char *name = bookmark_shown_name (bookmark->name);

  if (chat == NULL)
    {
      chat = purple_chat_new (account, name,
                              muc_components (bookmark->room, bookmark->nick, bookmark->password));
      purple_blist_add_chat (chat, NULL, NULL);
    }
  else
    {
      purple_blist_alias_chat (chat, name);
      set_component (chat, "handle", bookmark->nick);
      /* One that may be known only here is not forgotten. */
      if (*bookmark->password != '\0' || bookmarks_with_passwords (account))
        set_component (chat, "password", bookmark->password);
    }
  if (key != NULL
      && purple_blist_node_get_bool ((PurpleBlistNode *) chat, key) != bookmark->autojoin)
    purple_blist_node_set_bool ((PurpleBlistNode *) chat, key, bookmark->autojoin);
  g_free (name);
  return chat;
}

/* ---- Marks --------------------------------------------------------------------------------------
 */

/* Returns: (transfer full) */
static char *
digest (const char *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

static char *
digest_of_looks (const ShimBookmark *bookmark)
{
  char *name = bookmark_shown_name (bookmark->name);
  char *text = g_strdup_printf ("%s\n%s\n%d", name, bookmark->nick, bookmark->autojoin ? 1 : 0);
  char *made = digest (text);

  g_free (text);
  g_free (name);
  return made;
}

/* Returns: (transfer full): the setting in its four parts; none for a chat that has none, or that was made
 * one of another room since */
static char **
parts_of (PurpleChat *chat)
{
  const char *kept = purple_blist_node_get_string ((PurpleBlistNode *) chat, MARK);
  char **parts = g_strsplit (kept != NULL ? kept : "", " ", 4);
  char *room = *parts != NULL ? muc_get_chat_name (purple_chat_get_components (chat)) : NULL;
  char *now = room != NULL ? digest (room) : NULL;

  if (*parts != NULL && (g_strv_length (parts) != 4 || now == NULL || strcmp (parts[1], now) != 0))
    {
      g_strfreev (parts);
      parts = g_new0 (char *, 1);
    }
  g_free (now);
  g_free (room);
  return parts;
}

ShimMark
bookmarks_mark (PurpleChat *chat)
{
  char **parts = parts_of (chat);
  ShimMark found = SHIM_MARK_NONE;
  ShimMark mark;

  for (mark = SHIM_MARK_THEIRS; *parts != NULL && mark <= SHIM_MARK_ALONE; mark++)
    if (strcmp (parts[0], mark_words[mark]) == 0)
      found = mark;
  g_strfreev (parts);
  return found;
}

void
bookmarks_set_mark (PurpleChat *chat, ShimMark mark, const ShimBookmark *agreed)
{
  char *room = digest (agreed->room);
  char *looks = digest_of_looks (agreed);
  char *password = digest (agreed->password);
  char *text = g_strdup_printf ("%s %s %s %s", mark_words[mark], room, looks, password);

  /* Each time it is set, the host writes the list. */
  if (g_strcmp0 (text, purple_blist_node_get_string ((PurpleBlistNode *) chat, MARK)) != 0)
    purple_blist_node_set_string ((PurpleBlistNode *) chat, MARK, text);
  g_free (text);
  g_free (password);
  g_free (looks);
  g_free (room);
}

gboolean
bookmarks_is_news (PurpleChat *chat, const ShimBookmark *bookmark, gboolean password)
{
  char **parts = parts_of (chat);
  char *looks = digest_of_looks (bookmark);
  char *secret = digest (bookmark->password);
  gboolean news = *parts == NULL || strcmp (parts[2], looks) != 0
                  || (password && strcmp (parts[3], secret) != 0);

  g_free (secret);
  g_free (looks);
  g_strfreev (parts);
  return news;
}
