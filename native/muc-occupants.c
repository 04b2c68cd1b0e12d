/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is in a room: one who came, changed or left. The whole list is muc-roll.c's. */

#include "muc.h"

#include <string.h>

enum
{
  /* libpurple writes the line about a new nick into a buffer of 4096 bytes and cuts it anywhere. */
  RENAMED_MAX = 3000
};

static void
remove_one (PurpleConvChat *chat, ShimRoom *room, const char *nick, const char *reason)
{
  if (muc_occupant (room->occupants, nick) == NULL)
    return;
  g_hash_table_remove (room->occupants, nick);
  purple_conv_chat_remove_user (chat, nick, reason);
}

/* "kicked by bob: noise"; libpurple escapes it. Returns: (transfer full) */
static char *
words_of_departure (const stead_event *event, size_t index)
{
  static const char *const words[] = { "",
                                       "",
                                       "kicked",
                                       "banned",
                                       "affiliation changed",
                                       "",
                                       "only members may be in the room now",
                                       "the connection was lost",
                                       "the room's service shuts down" };
  stead_departure departure = stead_event_occupant_departure (event, index);
  const char *what = words[CLAMP ((int) departure, 0, (int) G_N_ELEMENTS (words) - 1)];
  char *actor = muc_on_one_line (stead_event_occupant_actor (event, index));
  char *reason = muc_on_one_line (stead_event_occupant_reason (event, index));
  gboolean by = departure >= STEAD_DEPARTURE_KICKED && departure <= STEAD_DEPARTURE_EXCLUDED
                && *actor != '\0';
  char *text = g_strdup_printf ("%s%s%s%s%s", what, by ? " by " : "", by ? actor : "",
                                *what != '\0' && *reason != '\0' ? ": " : "", reason);

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
  const ShimOccupant *occupant = muc_occupant (room->occupants, nick);
  PurpleConvChatBuddyFlags flags;

  if (*new_nick == '\0' || occupant == NULL || muc_occupant (room->occupants, new_nick) != NULL)
    return;
  flags = occupant->flags;
  muc_occupant_move (room->occupants, nick, room->occupants, new_nick);
  if (strlen (nick) + strlen (new_nick) < RENAMED_MAX / 6
      && is_taken_for_ours (session, chat, nick) == self)
    purple_conv_chat_rename_user (chat, nick, new_nick);
  else
    {
      char *reason = g_strdup_printf ("now known as %s", new_nick);

      purple_conv_chat_add_user (chat, new_nick, NULL, flags, FALSE);
      purple_conv_chat_remove_user (chat, nick, reason);
      g_free (reason);
    }
  if (self)
    muc_set_nick (session, room, new_nick);
}

/* He came, or is there in another way than before. */
static void
here_one (PurpleConvChat *chat, ShimRoom *room, const stead_event *event, size_t index)
{
  const char *nick = stead_event_occupant_nick (event, index);
  const char *jid = stead_event_occupant_jid (event, index);
  gboolean self = stead_event_occupant_self (event, index);
  const ShimOccupant *known = muc_occupant (room->occupants, nick);
  stead_role role = known != NULL ? known->role : STEAD_ROLE_NONE;
  stead_affiliation affiliation = known != NULL ? known->affiliation : STEAD_AFFILIATION_NONE;
  const ShimOccupant *now = muc_occupant_put (room->occupants, event, index);

  if (known == NULL)
    purple_conv_chat_add_user (chat, nick, *jid != '\0' ? jid : NULL, now->flags, !self);
  else
    {
      purple_conv_chat_user_set_flags (chat, nick, now->flags);
      if (self)
        muc_tell_rights (purple_conv_chat_get_conversation (chat), role, affiliation, now);
    }
}

static void
change_one (ShimSession *session, PurpleConvChat *chat, ShimRoom *room, const stead_event *event,
            size_t index)
{
  const char *nick = stead_event_occupant_nick (event, index);
  stead_departure departure = stead_event_occupant_departure (event, index);
  char *words;

  if (*nick == '\0')
    return;
  if (departure == STEAD_DEPARTURE_RENAMED)
    rename_one (session, chat, room, event, index);
  else if (departure != STEAD_DEPARTURE_NO)
    {
      /* What becomes of ourselves is told for the room as a whole. */
      words = words_of_departure (event, index);
      if (!stead_event_occupant_self (event, index))
        remove_one (chat, room, nick, words);
      g_free (words);
    }
  else
    here_one (chat, room, event, index);
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
