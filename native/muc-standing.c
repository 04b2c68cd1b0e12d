/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where we stand in a room. A fresh session in which it is joined again shows nothing of that. */

#include "muc.h"

/* The engine goes on trying: said once, and in a dialog only to one who waits for the room to open. */
static void
tell_trouble (ShimSession *session, ShimRoom *room, const stead_event *event)
{
  PurpleConversation *conversation = muc_conversation (session, room);
  const char *text = stead_event_error_text (event);
  char *primary;

  if (*text != '\0' && g_strcmp0 (text, room->told_trouble) != 0)
    {
      primary = g_strdup_printf ("%s is not entered yet.", room->jid);
      if (conversation != NULL)
        link_write_line (conversation, text);
      else
        purple_notify_info (account_connection (session), NULL, primary, text);
      g_free (primary);
    }
  g_free (room->told_trouble);
  room->told_trouble = *text != '\0' ? g_strdup (text) : NULL;
}

static void
got_joined (ShimSession *session, ShimRoom *room, const stead_event *event)
{
  PurpleConversation *conversation = muc_open_conversation (session, room);

  room->joined = TRUE;
  room->told_waiting = FALSE;
  room->offered_voice = FALSE;
  muc_set_nick (session, room, stead_event_room_nick (event));
  /* Both may be learned later than that we are in. */
  if (stead_event_room_created (event) && !room->told_new)
    muc_got_new (session, room, conversation);
  /* XEP-0045 section 7.2.3 wants this to be said. */
  if (stead_event_room_non_anonymous (event) && !room->told_visible)
    link_write_line (conversation, "Everybody in this room can see your address.");
  room->told_new |= stead_event_room_created (event);
  room->told_visible |= stead_event_room_non_anonymous (event);
}

/* "You were kicked out by bob: noise." Returns: (transfer full) */
static char *
words_of_departure (const char *what, const stead_event *event)
{
  char *actor = muc_on_one_line (stead_event_room_actor (event));
  char *reason = muc_on_one_line (stead_event_room_reason (event));
  char *words = g_strdup_printf ("%s%s%s%s%s", what, *actor != '\0' ? " by " : "", actor,
                                 *reason != '\0' ? ": " : ".", reason);

  g_free (reason);
  g_free (actor);
  return words;
}

static char *
words_of_destruction (const stead_event *event)
{
  char *reason = muc_on_one_line (stead_event_room_reason (event));
  const char *alternate = stead_event_room_alternate (event);
  char *words =
      g_strdup_printf ("The room was closed%s%s%s%s", *reason != '\0' ? ": " : ".", reason,
                       *alternate != '\0' ? "\nThe room to go to instead: " : "", alternate);

  g_free (reason);
  return words;
}

/* Returns: (transfer full) (nullable): plain; NULL when there is nothing to say */
static char *
words_of_leaving (const stead_event *event)
{
  switch (stead_event_room_why (event))
    {
    case STEAD_WHY_KICKED:
      return words_of_departure ("You were kicked out of the room", event);
    case STEAD_WHY_BANNED:
      return words_of_departure ("You were banned from the room", event);
    case STEAD_WHY_EXCLUDED:
      return words_of_departure ("You are out of the room: your affiliation with it was changed",
                                 event);
    case STEAD_WHY_MEMBERS_ONLY:
      return words_of_departure ("You are out of the room: only members may be in it now", event);
    case STEAD_WHY_DESTROYED:
      return words_of_destruction (event);
    case STEAD_WHY_REFUSED:
      return g_strdup_printf ("You are out of the room: it did not let you in again. %s",
                              stead_event_error_text (event));
    case STEAD_WHY_ASKED:
      break;
    }
  return NULL;
}

static void
got_left (ShimSession *session, const stead_event *event)
{
  const char *jid = stead_event_room_jid (event);
  ShimRoom *room = muc_find (session, jid);
  char *words = words_of_leaving (event);
  char *html = words != NULL ? markup_from_plain (words) : NULL;

  if (muc_left (session, jid) == SHIM_LEAVING)
    muc_note_left (session, jid, SHIM_LEFT);
  muc_forget_new (session, jid);
  if (room != NULL)
    {
      gboolean outside = muc_conversation (session, room) == NULL;
      stead_room_why why = stead_event_room_why (event);

      if (outside && (why == STEAD_WHY_REFUSED || why == STEAD_WHY_DESTROYED))
        muc_got_refusal (session, room, event);
      muc_end_conversation (session, room, html);
      if (why == STEAD_WHY_DESTROYED)
        muc_offer_alternate (session, room, event);
      muc_remove (session, room);
    }
  g_free (html);
  g_free (words);
}

/* A chat that ends, and one that begins again, has no users: libpurple would take them all away at once.
 * Returns: whether there are none, or they stay */
static gboolean
is_emptied (ShimSession *session, const stead_event *event)
{
  char *jid = muc_room_of (stead_event_room_jid (event));
  PurpleConversation *conversation =
      purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, jid, session->account);
  stead_room_state state = stead_event_room_state (event);
  GSList *chats = account_connection (session)->buddy_chats;

  g_free (jid);
  if (conversation == NULL || state == STEAD_ROOM_JOINING
      || (state == STEAD_ROOM_JOINED && g_slist_find (chats, conversation) != NULL))
    return TRUE;
  return muc_empty_list (PURPLE_CONV_CHAT (conversation));
}

gboolean
muc_got_room (ShimSession *session, const stead_event *event)
{
  const char *jid = stead_event_room_jid (event);
  ShimRoom *room;

  if (account_connection (session) == NULL)
    return TRUE;
  if (!is_emptied (session, event))
    return FALSE;
  if (stead_event_room_state (event) == STEAD_ROOM_LEFT)
    {
      got_left (session, event);
      return TRUE;
    }
  /* From before the engine came to our leaving. */
  if (muc_left (session, jid) == SHIM_LEAVING)
    return TRUE;
  muc_note_wanted (session, jid);
  room = muc_add (session, jid);
  if (stead_event_room_state (event) == STEAD_ROOM_JOINED)
    got_joined (session, room, event);
  else
    room->joined = FALSE;
  tell_trouble (session, room, event);
  return TRUE;
}
