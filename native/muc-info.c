/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a room is named in the host: by the keys of prpl-jabber, so that the buddy list's chats carry
 * over. */

#include "muc.h"

#include <string.h>

static GList *
add_entry (GList *entries, const char *label, const char *identifier, gboolean required,
           gboolean secret)
{
  struct proto_chat_entry *entry = g_new0 (struct proto_chat_entry, 1);

  entry->label = label;
  entry->identifier = identifier;
  entry->required = required;
  entry->secret = secret;
  return g_list_append (entries, entry);
}

GList *
muc_chat_info (PurpleConnection *gc)
{
  GList *entries = NULL;

  (void) gc;
  entries = add_entry (entries, "_Room:", "room", TRUE, FALSE);
  entries = add_entry (entries, "_Server:", "server", TRUE, FALSE);
  entries = add_entry (entries, "_Handle:", "handle", TRUE, FALSE);
  return add_entry (entries, "_Password:", "password", FALSE, TRUE);
}

static void
set (GHashTable *components, const char *key, const char *value)
{
  if (value != NULL && *value != '\0')
    g_hash_table_replace (components, (gpointer) g_intern_string (key), g_strdup (value));
}

GHashTable *
muc_components (const char *jid, const char *nick, const char *password)
{
  /* As prpl-jabber's: BitlBee puts literals in, so no key may be freed. Some chats outlive the plugin. */
  GHashTable *components = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  char **parts = g_strsplit (jid, "@", 2);

  set (components, "room", parts[0]);
  if (parts[0] != NULL)
    set (components, "server", parts[1]);
  set (components, "handle", nick);
  set (components, "password", password);
  g_strfreev (parts);
  return components;
}

/* Pidgin enters a room again by what this makes of its name: the nick must be the one used there. */
GHashTable *
muc_chat_info_defaults (PurpleConnection *gc, const char *name)
{
  PurpleAccount *account = purple_connection_get_account (gc);
  ShimSession *session = account_session (account);
  char *bare = account_bare_jid (purple_account_get_username (account));
  char **own = g_strsplit (bare != NULL ? bare : "", "@", 2);
  char *server = muc_service (session, g_strv_length (own) == 2 ? own[1] : "");
  char *room = name != NULL ? muc_room_of (name) : NULL;
  const char *nick = room != NULL && session != NULL ? muc_last_nick (session, room) : NULL;
  GHashTable *components =
      muc_components (room != NULL ? room : "", nick != NULL ? nick : own[0], NULL);

  if (g_hash_table_lookup (components, "server") == NULL)
    set (components, "server", server);
  g_free (room);
  g_free (server);
  g_strfreev (own);
  g_free (bare);
  return components;
}

/* Returns: (transfer full): what was typed into a field, without blanks around it */
static char *
typed (GHashTable *components, const char *key)
{
  const char *value = g_hash_table_lookup (components, key);

  return g_strstrip (g_strdup (value != NULL ? value : ""));
}

/* Returns: (transfer full) (nullable). A whole address may stand where the room's name belongs. */
char *
muc_get_chat_name (GHashTable *components)
{
  char *room = typed (components, "room");
  char *server = typed (components, "server");
  char *jid =
      strchr (room, '@') != NULL ? g_strdup (room) : g_strdup_printf ("%s@%s", room, server);
  char *name = account_bare_jid (jid);

  /* A nick has its own field; one in the address would be dropped in silence. */
  if (strchr (jid, '/') != NULL)
    {
      g_free (name);
      name = NULL;
    }
  g_free (jid);
  g_free (server);
  g_free (room);
  return name;
}

PurpleChat *
muc_find_blist_chat (PurpleAccount *account, const char *name)
{
  char *wanted = muc_room_of (name);
  PurpleChat *found = NULL;
  PurpleBlistNode *node;

  for (node = purple_blist_get_root (); node != NULL && found == NULL;
       node = purple_blist_node_next (node, TRUE))
    {
      PurpleChat *chat = (PurpleChat *) node;
      char *room;

      if (!PURPLE_BLIST_NODE_IS_CHAT (node) || purple_chat_get_account (chat) != account)
        continue;
      room = muc_get_chat_name (purple_chat_get_components (chat));
      if (room != NULL && strcmp (room, wanted) == 0)
        found = chat;
      g_free (room);
    }
  g_free (wanted);
  return found;
}
