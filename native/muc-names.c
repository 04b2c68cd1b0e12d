/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which addresses are rooms, and the names of conversations with their occupants. libpurple files
 * what it has under the normal form that a name had at that time, and finds it no more when that
 * changes: so a room stays one as long as the process lives. */

#include "muc.h"

#include <string.h>

static GHashTable *rooms; /* bare JIDs: set */

void
muc_names_init (void)
{
  rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
muc_names_uninit (void)
{
  g_hash_table_destroy (rooms);
  rooms = NULL;
}

gboolean
muc_is_room (const char *jid)
{
  char *bare = account_bare_jid (jid);
  gboolean found =
      bare != NULL && rooms != NULL && g_hash_table_lookup_extended (rooms, bare, NULL, NULL);

  g_free (bare);
  return found;
}

char *
muc_peer (const char *jid)
{
  return muc_is_room (jid) ? g_strdup (jid) : g_strndup (jid, strcspn (jid, "/"));
}

/* Returns: whether @name gets another normal form when @bare is a room */
static gboolean
is_affected (const PurpleAccount *account, const char *name, const char *bare)
{
  char *of_name;
  gboolean affected;

  if (strchr (name, '/') == NULL
      || strcmp (purple_account_get_protocol_id (account), SHIM_PROTOCOL) != 0)
    return FALSE;
  of_name = account_bare_jid (name);
  affected = of_name != NULL && strcmp (of_name, bare) == 0;
  g_free (of_name);
  return affected;
}

/* Gives what is named ROOM/NICK already another name, and when @back its own again: libpurple takes
 * it out of its tables under the old normal form and puts it in under the new one. */
static void
refile (const char *bare, gboolean back)
{
  static const char mark[] = "renamed:"; /* no address begins so */
  gsize skip = back ? sizeof mark - 1 : 0;
  GList *item;
  GSList *buddies = purple_blist_get_buddies ();
  GSList *buddy;

  for (item = purple_get_ims (); item != NULL; item = item->next)
    {
      const char *name = purple_conversation_get_name (item->data);
      char *other;

      if ((back && !g_str_has_prefix (name, mark))
          || !is_affected (purple_conversation_get_account (item->data), name + skip, bare))
        continue;
      other = g_strconcat (back ? "" : mark, name + skip, NULL);
      purple_conversation_set_name (item->data, other);
      g_free (other);
    }
  for (buddy = buddies; buddy != NULL; buddy = buddy->next)
    {
      const char *name = purple_buddy_get_name (buddy->data);
      char *other;

      if ((back && !g_str_has_prefix (name, mark))
          || !is_affected (purple_buddy_get_account (buddy->data), name + skip, bare))
        continue;
      other = g_strconcat (back ? "" : mark, name + skip, NULL);
      purple_blist_rename_buddy (buddy->data, other);
      g_free (other);
    }
  g_slist_free (buddies);
}

void
muc_name_room (const char *jid)
{
  char *bare = account_bare_jid (jid);

  if (bare == NULL || muc_is_room (bare))
    {
      g_free (bare);
      return;
    }
  refile (bare, FALSE);
  g_hash_table_insert (rooms, g_strdup (bare), NULL);
  refile (bare, TRUE);
  g_free (bare);
}
