/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of one occupant of a room, and how a person sees it. */

#include "muc.h"

static void
occupant_free (gpointer data)
{
  ShimOccupant *occupant = data;

  g_free (occupant->hats);
  g_free (occupant->status);
  g_free (occupant->jid);
  g_free (occupant);
}

GHashTable *
muc_occupants_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, occupant_free);
}

ShimOccupant *
muc_occupant (GHashTable *occupants, const char *nick)
{
  return g_hash_table_lookup (occupants, nick);
}

static PurpleConvChatBuddyFlags
flags_of (const ShimOccupant *occupant)
{
  PurpleConvChatBuddyFlags flags = PURPLE_CBFLAGS_NONE;

  if (occupant->affiliation == STEAD_AFFILIATION_OWNER)
    flags |= PURPLE_CBFLAGS_FOUNDER;
  if (occupant->affiliation == STEAD_AFFILIATION_ADMIN || occupant->role == STEAD_ROLE_MODERATOR)
    flags |= PURPLE_CBFLAGS_OP;
  else if (occupant->role == STEAD_ROLE_PARTICIPANT)
    flags |= PURPLE_CBFLAGS_VOICE;
  if (occupant->show == STEAD_SHOW_AWAY || occupant->show == STEAD_SHOW_XA)
    flags |= PURPLE_CBFLAGS_AWAY;
  return flags;
}

static char *
hats_of (const stead_event *event, size_t index)
{
  GString *hats = g_string_new (NULL);
  size_t count = stead_event_occupant_hat_count (event, index);
  size_t i;

  for (i = 0; i < count; i++)
    g_string_append_printf (hats, "%s%s", i > 0 ? ", " : "",
                            stead_event_occupant_hat (event, index, i));
  return g_string_free (hats, FALSE);
}

ShimOccupant *
muc_occupant_put (GHashTable *occupants, const stead_event *event, size_t index)
{
  ShimOccupant *occupant = g_new0 (ShimOccupant, 1);

  occupant->role = stead_event_occupant_role (event, index);
  occupant->affiliation = stead_event_occupant_affiliation (event, index);
  occupant->show = stead_event_occupant_show (event, index);
  occupant->jid = g_strdup (stead_event_occupant_jid (event, index));
  occupant->status = g_strdup (stead_event_occupant_status (event, index));
  occupant->hats = hats_of (event, index);
  occupant->flags = flags_of (occupant);
  g_hash_table_replace (occupants, g_strdup (stead_event_occupant_nick (event, index)), occupant);
  return occupant;
}

void
muc_occupant_move (GHashTable *from, const char *nick, GHashTable *to, const char *new_nick)
{
  gpointer key;
  gpointer occupant;
  char *copy = g_strdup (new_nick); /* it may be the key */

  if (g_hash_table_lookup_extended (from, nick, &key, &occupant))
    {
      g_hash_table_steal (from, nick);
      g_hash_table_replace (to, copy, occupant);
      g_free (key);
    }
  else
    g_free (copy);
}

const char *
muc_role_name (stead_role role)
{
  static const char *const names[] = { "none", "visitor", "participant", "moderator" };

  return names[CLAMP ((int) role, 0, 3)];
}

const char *
muc_affiliation_name (stead_affiliation affiliation)
{
  static const char *const names[] = { "none", "outcast", "member", "admin", "owner" };

  return names[CLAMP ((int) affiliation, 0, 4)];
}

/* XEP-0045 sections 8.3, 8.4, 9.6 and 9.7. Returns: (nullable): nothing where nothing changes that matters */
static const char *
words_of_role (stead_role before, stead_role now)
{
  if (before == now)
    return NULL;
  switch (now)
    {
    case STEAD_ROLE_VISITOR:
      return "You have no voice in this room now: what you write is not shown to the others.";
    case STEAD_ROLE_PARTICIPANT:
      return before == STEAD_ROLE_MODERATOR ? "You are no moderator of this room any more."
                                            : "You have voice in this room now.";
    case STEAD_ROLE_MODERATOR:
      return "You are a moderator of this room now.";
    case STEAD_ROLE_NONE:
      break;
    }
  return NULL;
}

void
muc_tell_rights (PurpleConversation *conversation, stead_role before,
                 stead_affiliation affiliation_before, const ShimOccupant *now)
{
  const char *words = words_of_role (before, now->role);
  char *affiliation;

  if (words != NULL)
    link_write_line (conversation, words);
  if (now->affiliation == affiliation_before)
    return;
  affiliation = g_strdup_printf ("Your affiliation with this room is %s now.",
                                 muc_affiliation_name (now->affiliation));
  link_write_line (conversation, affiliation);
  g_free (affiliation);
}

/* ---- "Get Info" ---------------------------------------------------------------------------------
 */

static void
add (PurpleNotifyUserInfo *info, const char *label, const char *value)
{
  if (*value != '\0')
    purple_notify_user_info_add_pair_plaintext (info, label, value);
}

gboolean
muc_show_info (PurpleConnection *gc, const char *who)
{
  ShimSession *session = account_session_of (gc);
  const char *nick = muc_nick_in (who);
  const ShimRoom *room = session != NULL && *nick != '\0' ? muc_find (session, who) : NULL;
  const ShimOccupant *occupant = room != NULL ? muc_occupant (room->occupants, nick) : NULL;
  PurpleNotifyUserInfo *info;

  if (room == NULL && !(*nick != '\0' && muc_is_room (who)))
    return FALSE;
  info = purple_notify_user_info_new ();
  add (info, "Nick", nick);
  if (occupant != NULL)
    {
      add (info, "XMPP address", occupant->jid);
      add (info, "Status", presence_show_name (occupant->show));
      add (info, "Message", occupant->status);
      add (info, "Title", occupant->hats);
      add (info, "Role", muc_role_name (occupant->role));
      add (info, "Affiliation", muc_affiliation_name (occupant->affiliation));
    }
  else
    add (info, "Status", "Not in the room now");
  purple_notify_userinfo (gc, who, info, NULL, NULL);
  purple_notify_user_info_destroy (info);
  return TRUE;
}
