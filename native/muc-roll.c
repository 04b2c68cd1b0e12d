/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everybody who is in a room. The list comes in parts; when it is complete it is laid over what the
 * host shows, without a line, a little in each turn. */

#include "muc.h"

/* Pidgin sorts its list anew at each call, and looks through it for each one who is taken away. */
enum
{
  ADDED_AT_ONCE = 50
};

static void
free_nicks (GQueue *nicks)
{
  g_queue_foreach (nicks, (GFunc) (void (*) (void)) g_free, NULL);
  g_queue_free (nicks);
}

void
muc_drop_list (ShimRoom *room)
{
  if (room->coming == NULL)
    return;
  g_hash_table_destroy (room->coming);
  room->coming = NULL;
  free_nicks (room->order);
  free_nicks (room->gone);
  room->order = NULL;
  room->gone = NULL;
  room->list_complete = FALSE;
}

static void
begin_list (ShimRoom *room)
{
  muc_drop_list (room);
  room->coming = muc_occupants_new ();
  room->order = g_queue_new ();
  room->gone = g_queue_new ();
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
      if (muc_occupant (room->coming, nick) == NULL)
        g_queue_push_tail (room->order, g_strdup (nick));
      muc_occupant_put (room->coming, event, i);
    }
}

static void
complete_list (ShimRoom *room)
{
  GHashTableIter iter;
  gpointer nick;

  g_hash_table_iter_init (&iter, room->occupants);
  while (g_hash_table_iter_next (&iter, &nick, NULL))
    if (muc_occupant (room->coming, nick) == NULL)
      g_queue_push_tail (room->gone, g_strdup (nick));
  room->list_complete = TRUE;
}

gboolean
muc_take_part (ShimRoom *room, const stead_event *event)
{
  if (stead_event_occupants_begin (event))
    begin_list (room);
  if (room->coming == NULL)
    return FALSE;
  collect (room, event);
  if (stead_event_occupants_end (event))
    complete_list (room);
  return TRUE;
}

static gboolean
says_nothing (PurpleConversation *conversation, const char *nick, const char *reason, gpointer ours)
{
  (void) nick;
  (void) reason;
  return conversation == ours;
}

/* libpurple leaves the line out where somebody answers this signal so. (To clear the whole list would be
 * quiet as well, but Pidgin takes a tenth of a second for one of five hundred.) */
static void
remove_quietly (PurpleConvChat *chat, const char *nick)
{
  static int handle;
  void *conversations = purple_conversations_get_handle ();
  PurpleCallback quiet = PURPLE_CALLBACK (says_nothing);

  purple_signal_connect (conversations, "chat-buddy-leaving", &handle, quiet,
                         purple_conv_chat_get_conversation (chat));
  purple_conv_chat_remove_user (chat, nick, NULL);
  purple_signal_disconnect (conversations, "chat-buddy-leaving", &handle, quiet);
}

static void
take_one_away (PurpleConvChat *chat, ShimRoom *room)
{
  char *nick = g_queue_pop_head (room->gone);

  g_hash_table_remove (room->occupants, nick);
  remove_quietly (chat, nick);
  g_free (nick);
}

static void
show_some (PurpleConvChat *chat, ShimRoom *room)
{
  GList *users = NULL;
  GList *flags = NULL;
  int count;

  for (count = 0; count < ADDED_AT_ONCE && !g_queue_is_empty (room->order); count++)
    {
      char *nick = g_queue_pop_head (room->order);
      PurpleConvChatBuddyFlags flag = muc_occupant (room->coming, nick)->flags;
      gboolean known = muc_occupant (room->occupants, nick) != NULL;

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
}

gboolean
muc_show_list (PurpleConvChat *chat, ShimRoom *room)
{
  while (room->list_complete)
    {
      if (!g_queue_is_empty (room->gone))
        take_one_away (chat, room);
      else
        show_some (chat, room);
      if (g_queue_is_empty (room->gone) && g_queue_is_empty (room->order))
        muc_drop_list (room);
      else if (dispatch_turn_is_over ())
        return FALSE;
    }
  return TRUE;
}

gboolean
muc_empty_list (PurpleConvChat *chat)
{
  GList *users = purple_conv_chat_get_users (chat);

  while (users != NULL)
    {
      char *nick = g_strdup (purple_conv_chat_cb_get_name (users->data));

      remove_quietly (chat, nick);
      g_free (nick);
      users = purple_conv_chat_get_users (chat);
      if (users != NULL && dispatch_turn_is_over ())
        return FALSE;
    }
  return TRUE;
}
