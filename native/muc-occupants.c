/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is in a room: one who came, changed or left. The whole list is muc-roll.c's. */

#include "muc.h"

#include <string.h>

enum
{
  /* libpurple writes the line about a new nick into a buffer of 4096 bytes and cuts it anywhere. */
  RENAMED_MAX = 3000
};

PurpleConvChatBuddyFlags
muc_flags_of (const stead_event *event, size_t index)
{
  stead_affiliation affiliation = stead_event_occupant_affiliation (event, index);
  stead_role role = stead_event_occupant_role (event, index);
  stead_show show = stead_event_occupant_show (event, index);
  PurpleConvChatBuddyFlags flags = PURPLE_CBFLAGS_NONE;

  if (affiliation == STEAD_AFFILIATION_OWNER)
    flags |= PURPLE_CBFLAGS_FOUNDER;
  if (affiliation == STEAD_AFFILIATION_ADMIN || role == STEAD_ROLE_MODERATOR)
    flags |= PURPLE_CBFLAGS_OP;
  else if (role == STEAD_ROLE_PARTICIPANT)
    flags |= PURPLE_CBFLAGS_VOICE;
  if (show == STEAD_SHOW_AWAY || show == STEAD_SHOW_XA)
    flags |= PURPLE_CBFLAGS_AWAY;
  return flags;
}

gboolean
muc_knows (GHashTable *occupants, const char *nick)
{
  return g_hash_table_lookup_extended (occupants, nick, NULL, NULL);
}

void
muc_keep (GHashTable *occupants, const char *nick, PurpleConvChatBuddyFlags flags)
{
  g_hash_table_replace (occupants, g_strdup (nick), GINT_TO_POINTER ((int) flags));
}

void
muc_set_flags (PurpleConvChat *chat, ShimRoom *room, const char *nick,
               PurpleConvChatBuddyFlags flags)
{
  muc_keep (room->occupants, nick, flags);
  purple_conv_chat_user_set_flags (chat, nick, flags);
}

static void
remove_one (PurpleConvChat *chat, ShimRoom *room, const char *nick, const char *reason)
{
  if (!muc_knows (room->occupants, nick))
    return;
  g_hash_table_remove (room->occupants, nick);
  purple_conv_chat_remove_user (chat, nick, reason);
}

/* "kicked by bob: noise"; libpurple escapes it. Returns: (transfer full) */
static char *
words_of_departure (const stead_event *event, size_t index)
{
  static const char *const words[] = { "", "", "kicked", "banned", "no member any more", "" };
  const char *what = words[CLAMP ((int) stead_event_occupant_departure (event, index), 0, 5)];
  char *actor = muc_on_one_line (stead_event_occupant_actor (event, index));
  char *reason = muc_on_one_line (stead_event_occupant_reason (event, index));
  gboolean forced = *what != '\0';
  char *text = g_strdup_printf ("%s%s%s%s%s", what, forced && *actor != '\0' ? " by " : "",
                                forced ? actor : "", forced && *reason != '\0' ? ": " : "", reason);

  g_free (reason);
  g_free (actor);
  return text;
}

/* libpurple takes a nick for ours when it is so after normalizing, as it does for lines. */
static gboolean
is_taken_for_ours (const ShimSession *session, PurpleConvChat *chat, const char *nick)
{
  return g_strcmp0 (purple_conv_chat_get_nick (chat), purple_normalize (session->account, nick))
         == 0;
}

static void
rename_one (ShimSession *session, PurpleConvChat *chat, ShimRoom *room, const stead_event *event,
            size_t index)
{
  const char *nick = stead_event_occupant_nick (event, index);
  const char *new_nick = stead_event_occupant_new_nick (event, index);
  gboolean self = stead_event_occupant_self (event, index);
  PurpleConvChatBuddyFlags flags =
      (PurpleConvChatBuddyFlags) GPOINTER_TO_INT (g_hash_table_lookup (room->occupants, nick));

  if (*new_nick == '\0' || !muc_knows (room->occupants, nick)
      || muc_knows (room->occupants, new_nick))
    return;
  if (strlen (nick) + strlen (new_nick) < RENAMED_MAX / 6
      && is_taken_for_ours (session, chat, nick) == self)
    {
      g_hash_table_remove (room->occupants, nick);
      muc_keep (room->occupants, new_nick, flags);
      purple_conv_chat_rename_user (chat, nick, new_nick);
    }
  else
    {
      char *reason = g_strdup_printf ("now known as %s", new_nick);

      muc_keep (room->occupants, new_nick, flags);
      purple_conv_chat_add_user (chat, new_nick, NULL, flags, FALSE);
      remove_one (chat, room, nick, reason);
      g_free (reason);
    }
  if (self)
    muc_set_nick (session, room, new_nick);
}

static void
change_one (ShimSession *session, PurpleConvChat *chat, ShimRoom *room, const stead_event *event,
            size_t index)
{
  const char *nick = stead_event_occupant_nick (event, index);
  const char *jid = stead_event_occupant_jid (event, index);
  gboolean self = stead_event_occupant_self (event, index);
  stead_departure departure = stead_event_occupant_departure (event, index);
  PurpleConvChatBuddyFlags flags = muc_flags_of (event, index);
  char *words;

  if (*nick == '\0')
    return;
  if (departure == STEAD_DEPARTURE_RENAMED)
    rename_one (session, chat, room, event, index);
  else if (departure != STEAD_DEPARTURE_NO)
    {
      /* What becomes of ourselves is told for the room as a whole. */
      words = words_of_departure (event, index);
      if (!self)
        remove_one (chat, room, nick, words);
      g_free (words);
    }
  else if (muc_knows (room->occupants, nick))
    muc_set_flags (chat, room, nick, flags);
  else
    {
      muc_keep (room->occupants, nick, flags);
      purple_conv_chat_add_user (chat, nick, *jid != '\0' ? jid : NULL, flags, !self);
    }
}

gboolean
muc_got_occupants (ShimSession *session, const stead_event *event)
{
  ShimRoom *room = muc_find (session, stead_event_room_jid (event));
  PurpleConversation *conversation = room != NULL ? muc_conversation (session, room) : NULL;
  size_t count = stead_event_occupant_count (event);
  PurpleConvChat *chat;
  size_t i;

  /* The person may leave between two turns: then there is nothing left to show it in. */
  if (conversation == NULL)
    return TRUE;
  chat = PURPLE_CONV_CHAT (conversation);
  if (!room->list_complete && !muc_take_part (room, event))
    for (i = 0; i < count; i++)
      change_one (session, chat, room, event, i);
  return muc_show_list (chat, room);
}
