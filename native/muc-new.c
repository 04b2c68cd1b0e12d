/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rooms that we make by entering them (XEP-0045 section 10.1). A person is asked about one once: not again
 * after a sign-off that the engine has kept us in it over, and not at each start for a chat of the
 * buddy list, whose room goes when the last one leaves. */

#include "muc.h"

static const char setting[] = "steadfast-new";

static GHashTable *told; /* "ACCOUNT ROOM": set, while the process lives */

void
muc_new_init (void)
{
  told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
muc_new_uninit (void)
{
  g_hash_table_destroy (told);
  told = NULL;
}

static char *
key_of (const ShimSession *session, const char *jid)
{
  return g_strdup_printf ("%u %s", session->number, jid);
}

void
muc_forget_new (const ShimSession *session, const char *jid)
{
  char *room = muc_room_of (jid);
  char *key = key_of (session, room);

  g_hash_table_remove (told, key);
  g_free (key);
  g_free (room);
}

/* Returns: whether it was asked about at an earlier start */
static gboolean
was_asked (const ShimSession *session, const char *jid)
{
  PurpleChat *chat = muc_find_blist_chat (session->account, jid);
  gboolean asked = chat != NULL && purple_blist_node_get_bool ((PurpleBlistNode *) chat, setting);

  if (chat != NULL && !asked)
    purple_blist_node_set_bool ((PurpleBlistNode *) chat, setting, TRUE);
  return asked;
}

void
muc_got_new (ShimSession *session, const ShimRoom *room, PurpleConversation *conversation)
{
  char *key = key_of (session, room->jid);

  if (g_hash_table_lookup_extended (told, key, NULL, NULL))
    {
      g_free (key);
      return;
    }
  g_hash_table_insert (told, key, NULL);
  if (was_asked (session, room->jid))
    link_write_line (conversation,
                     "This room is new: you made it by entering it. \"Configure Room\" in its menu "
                     "changes its settings.");
  else
    {
      link_write_line (conversation, "This room is new: you made it by entering it.");
      muc_offer_settings (session, room);
    }
}
