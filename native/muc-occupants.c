/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is in a room. The whole list is laid over what the host shows without a line and, unless
 * somebody is gone, without taking anybody away. */

#include "muc.h"

#include <string.h>

enum
{
  ADDED_AT_ONCE = 50,
  /* libpurple writes the line about a new nick into a buffer of 4096 bytes and cuts it anywhere. */
  RENAMED_MAX = 3000
};

void
muc_drop_list (ShimRoom *room)
{
  if (room->coming == NULL)
    return;
  g_hash_table_destroy (room->coming);
  room->coming = NULL;
  g_queue_foreach (room->order, (GFunc) (void (*) (void)) g_free, NULL);
  g_queue_free (room->order);
  room->order = NULL;
  room->list_complete = FALSE;
}

static gboolean
is_known (GHashTable *occupants, const char *nick)
{
  return g_hash_table_lookup_extended (occupants, nick, NULL, NULL);
}

/* ---- One who came, changed or left --------------------------------------------------------------
 */

static void
remove_one (PurpleConvChat *chat, ShimRoom *room, const char *nick, const char *reason)
{
  if (!is_known (room->occupants, nick))
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

  if (*new_nick == '\0' || occupant == NULL || is_known (room->occupants, new_nick))
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

/* ---- All of them --------------------------------------------------------------------------------
 */

static void
begin_list (ShimRoom *room)
{
  muc_drop_list (room);
  room->coming = muc_occupants_new ();
  room->order = g_queue_new ();
}

static void
collect (ShimRoom *room, const stead_event *event)
{
  size_t count = stead_event_occupant_count (event);
  size_t i;

  for (i = 0; i < count; i++)
    {
      const char *nick = stead_event_occupant_nick (event, i);

      if (*nick == '\0' || stead_event_occupant_departure (event, i) != STEAD_DEPARTURE_NO)
        continue;
      if (!is_known (room->coming, nick))
        g_queue_push_tail (room->order, g_strdup (nick));
      muc_occupant_put (room->coming, event, i);
    }
}

/* libpurple can take users away quietly only all at once. */
static void
complete_list (PurpleConvChat *chat, ShimRoom *room)
{
  GHashTableIter iter;
  gpointer nick;
  gboolean gone = FALSE;

  g_hash_table_iter_init (&iter, room->occupants);
  while (!gone && g_hash_table_iter_next (&iter, &nick, NULL))
    gone = !is_known (room->coming, nick);
  if (gone)
    {
      purple_conv_chat_clear_users (chat);
      g_hash_table_remove_all (room->occupants);
    }
  room->list_complete = TRUE;
}

/* Returns: whether there is something left to do. */
static gboolean
show_some (PurpleConvChat *chat, ShimRoom *room)
{
  GList *users = NULL;
  GList *flags = NULL;
  int count;

  for (count = 0; count < ADDED_AT_ONCE && !g_queue_is_empty (room->order); count++)
    {
      char *nick = g_queue_pop_head (room->order);
      PurpleConvChatBuddyFlags flag = muc_occupant (room->coming, nick)->flags;
      gboolean known = is_known (room->occupants, nick);

      muc_occupant_move (room->coming, nick, room->occupants, nick);
      if (known)
        {
          purple_conv_chat_user_set_flags (chat, nick, flag);
          g_free (nick);
          continue;
        }
      users = g_list_prepend (users, nick);
      flags = g_list_prepend (flags, GINT_TO_POINTER ((int) flag));
    }
  users = g_list_reverse (users);
  flags = g_list_reverse (flags);
  if (users != NULL)
    purple_conv_chat_add_users (chat, users, NULL, flags, FALSE);
  g_list_foreach (users, (GFunc) (void (*) (void)) g_free, NULL);
  g_list_free (users);
  g_list_free (flags);
  return !g_queue_is_empty (room->order);
}

/* Takes a part of the list in. Returns: whether it was one. */
static gboolean
take_part (PurpleConvChat *chat, ShimRoom *room, const stead_event *event)
{
  if (stead_event_occupants_begin (event))
    begin_list (room);
  if (room->coming == NULL)
    return FALSE;
  collect (room, event);
  if (stead_event_occupants_end (event))
    complete_list (chat, room);
  return TRUE;
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
  if (!room->list_complete && !take_part (chat, room, event))
    for (i = 0; i < count; i++)
      change_one (session, chat, room, event, i);
  while (room->list_complete)
    {
      if (!show_some (chat, room))
        muc_drop_list (room);
      else if (dispatch_turn_is_over ())
        return FALSE;
    }
  return TRUE;
}
