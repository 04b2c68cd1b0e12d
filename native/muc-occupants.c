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

static PurpleConvChatBuddyFlags
flags_of (const stead_event *event, size_t index)
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

static gboolean
is_known (GHashTable *occupants, const char *nick)
{
  return g_hash_table_lookup_extended (occupants, nick, NULL, NULL);
}

static void
keep (GHashTable *occupants, const char *nick, PurpleConvChatBuddyFlags flags)
{
  g_hash_table_replace (occupants, g_strdup (nick), GINT_TO_POINTER ((int) flags));
}

/* ---- One who came, changed or left --------------------------------------------------------------
 */

static void
set_flags (PurpleConvChat *chat, ShimRoom *room, const char *nick, PurpleConvChatBuddyFlags flags)
{
  keep (room->occupants, nick, flags);
  purple_conv_chat_user_set_flags (chat, nick, flags);
}

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
  PurpleConvChatBuddyFlags flags =
      (PurpleConvChatBuddyFlags) GPOINTER_TO_INT (g_hash_table_lookup (room->occupants, nick));

  if (*new_nick == '\0' || !is_known (room->occupants, nick)
      || is_known (room->occupants, new_nick))
    return;
  if (strlen (nick) + strlen (new_nick) < RENAMED_MAX / 6
      && is_taken_for_ours (session, chat, nick) == self)
    {
      g_hash_table_remove (room->occupants, nick);
      keep (room->occupants, new_nick, flags);
      purple_conv_chat_rename_user (chat, nick, new_nick);
    }
  else
    {
      char *reason = g_strdup_printf ("now known as %s", new_nick);

      keep (room->occupants, new_nick, flags);
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
  PurpleConvChatBuddyFlags flags = flags_of (event, index);
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
  else if (is_known (room->occupants, nick))
    set_flags (chat, room, nick, flags);
  else
    {
      keep (room->occupants, nick, flags);
      purple_conv_chat_add_user (chat, nick, *jid != '\0' ? jid : NULL, flags, !self);
    }
}

/* ---- All of them --------------------------------------------------------------------------------
 */

static void
begin_list (ShimRoom *room)
{
  muc_drop_list (room);
  room->coming = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
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
      keep (room->coming, nick, flags_of (event, i));
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
      gpointer flag = g_hash_table_lookup (room->coming, nick);

      if (is_known (room->occupants, nick))
        {
          set_flags (chat, room, nick, (PurpleConvChatBuddyFlags) GPOINTER_TO_INT (flag));
          g_free (nick);
          continue;
        }
      keep (room->occupants, nick, (PurpleConvChatBuddyFlags) GPOINTER_TO_INT (flag));
      users = g_list_prepend (users, nick);
      flags = g_list_prepend (flags, flag);
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
