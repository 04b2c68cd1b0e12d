/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said in rooms. */

#include "muc.h"

#include <string.h>

/* libpurple drops what is written into a chat that is none of its connection's. */
typedef struct
{
  PurpleConnection *gc;
  PurpleConversation *conversation;
  gboolean borrowed; /* it is on the connection's list only for this line */
  gboolean opened;   /* it was opened for this line, of a room that we are not in */
} Place;

/* Returns: whether there is a place for a line; if so, call leave(). @open: whether to open one */
static gboolean
enter (Place *place, ShimSession *session, const char *jid, gboolean open)
{
  ShimRoom *room = muc_find (session, jid);
  char *bare = muc_room_of (jid);
  PurpleConversation *found =
      purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, bare, session->account);

  memset (place, 0, sizeof *place);
  place->gc = account_connection (session);
  place->conversation = found;
  if (found == NULL && open)
    {
      place->opened = room == NULL;
      place->conversation = muc_open_conversation (session, muc_add (session, jid));
    }
  else if (found != NULL && g_slist_find (place->gc->buddy_chats, found) == NULL)
    {
      place->borrowed = TRUE;
      place->gc->buddy_chats = g_slist_prepend (place->gc->buddy_chats, found);
    }
  g_free (bare);
  return place->conversation != NULL;
}

static void
leave (Place *place, ShimSession *session, const char *jid)
{
  ShimRoom *room = place->opened ? muc_find (session, jid) : NULL;

  if (place->borrowed)
    place->gc->buddy_chats = g_slist_remove (place->gc->buddy_chats, place->conversation);
  if (room == NULL)
    return;
  muc_end_conversation (session, room, NULL);
  muc_remove (session, room);
}

/* serv_got_chat_in() takes a line for ours by its nick, normalized like an address: "ALICE" and
 * "alice/x" would pass for "alice", and a line of ours from before a change of nick would not. */
static void
show_line (Place *place, const char *nick, const char *html, PurpleMessageFlags flags, time_t when,
           gboolean own)
{
  PurpleConvChat *chat = PURPLE_CONV_CHAT (place->conversation);
  PurpleAccount *account = purple_conversation_get_account (place->conversation);
  gboolean looks_own =
      g_strcmp0 (purple_conv_chat_get_nick (chat), purple_normalize (account, nick)) == 0;

  if (own == looks_own)
    serv_got_chat_in (place->gc, purple_conv_chat_get_id (chat), nick, flags, html, when);
  else if (own || !purple_conv_chat_is_user_ignored (chat, nick))
    purple_conversation_write (place->conversation, nick, html,
                               flags | (own ? PURPLE_MESSAGE_SEND : PURPLE_MESSAGE_RECV), when);
}

void
muc_got_line (ShimSession *session, const stead_event *event, const char *html,
              PurpleMessageFlags flags, time_t when)
{
  const char *from = stead_event_message_from (event);
  const char *nick = muc_nick_in (from);
  gboolean left = muc_left (session, from) != SHIM_NOT_LEFT;
  Place place;

  if (!enter (&place, session, from, !left))
    {
      purple_debug_info ("steadfast", "a line came from a room that was left: %s\n", from);
      return;
    }
  if (*nick == '\0')
    link_write (place.conversation, html, flags | PURPLE_MESSAGE_SYSTEM, when);
  else
    show_line (&place, nick, html, flags, when, stead_event_message_outgoing (event));
  if (stead_event_message_maybe_shown (event))
    link_write_line (place.conversation, "The message above may have been shown before.");
  leave (&place, session, from);
}

gboolean
muc_write (ShimSession *session, const char *jid, const char *html, PurpleMessageFlags flags)
{
  Place place;

  if (account_connection (session) == NULL || !enter (&place, session, jid, FALSE))
    return FALSE;
  link_write (place.conversation, html, flags, time (NULL));
  leave (&place, session, jid);
  return TRUE;
}

/* One line for each outage, and one for each time that we are on the way in. */
void
muc_tell_queued (ShimSession *session, const char *jid)
{
  ShimRoom *room = muc_find (session, jid);
  PurpleConversation *conversation = room != NULL ? muc_conversation (session, room) : NULL;

  if (conversation == NULL)
    return;
  if (session->state != STEAD_LINK_ONLINE)
    link_tell_outage (session, conversation,
                      "The connection is interrupted. Your message is kept and sent when it is "
                      "back.");
  else if (!room->joined && !room->told_waiting)
    {
      room->told_waiting = TRUE;
      link_write_line (conversation,
                       "You are not in the room yet. Your message is kept and sent when you are.");
    }
}

char *
muc_on_one_line (const char *text)
{
  char *line = purple_utf8_strip_unprintables (text);

  return g_strstrip (g_strdelimit (line, "\n\r\t", ' '));
}

/* Returns: (transfer full): "bob has set the topic to: ...", plain */
static char *
words_of_subject (const char *subject, const char *nick)
{
  if (*subject == '\0')
    return *nick == '\0' ? g_strdup ("The topic was taken away.")
                         : g_strdup_printf ("%s has taken the topic away.", nick);
  return *nick == '\0' ? g_strdup_printf ("The topic is: %s", subject)
                       : g_strdup_printf ("%s has set the topic to: %s", nick, subject);
}

/* A topic has one line in every host. The room tells it at each joining: what is shown already gets no line. */
void
muc_got_subject (ShimSession *session, const stead_event *event)
{
  ShimRoom *room = muc_find (session, stead_event_room_jid (event));
  PurpleConversation *conversation = room != NULL ? muc_conversation (session, room) : NULL;
  char *nick = muc_on_one_line (stead_event_room_subject_nick (event));
  gint64 set_s = stead_event_room_subject_set_time_ms (event) / 1000;
  char *subject = muc_on_one_line (stead_event_room_subject (event));
  char *words = words_of_subject (subject, nick);
  char *html = markup_from_plain (words);
  const char *shown =
      conversation != NULL ? purple_conv_chat_get_topic (PURPLE_CONV_CHAT (conversation)) : NULL;

  if (conversation != NULL && strcmp (shown != NULL ? shown : "", subject) != 0)
    {
      purple_conv_chat_set_topic (PURPLE_CONV_CHAT (conversation), *nick != '\0' ? nick : NULL,
                                  subject);
      link_write (conversation, html, PURPLE_MESSAGE_SYSTEM,
                  set_s > 0 ? (time_t) set_s : time (NULL));
    }
  g_free (html);
  g_free (words);
  g_free (subject);
  g_free (nick);
}

void
muc_got_notice (ShimSession *session, const stead_event *event)
{
  ShimRoom *room = muc_find (session, stead_event_room_jid (event));
  PurpleConversation *conversation = room != NULL ? muc_conversation (session, room) : NULL;

  if (conversation != NULL)
    link_write_line (conversation, stead_event_room_notice_text (event));
}
