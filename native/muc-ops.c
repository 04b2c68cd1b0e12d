/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the person does in rooms. */

#include "muc.h"

#include <errno.h>
#include <string.h>

static ShimRoom *
room_of (PurpleConnection *gc, int id, ShimSession **session)
{
  *session = account_session_of (gc);
  return *session != NULL && dispatch_client () != NULL ? muc_find_id (*session, id) : NULL;
}

void
muc_expect (ShimSession *session, const char *room, const char *id)
{
  if (id == NULL)
    purple_notify_error (account_connection (session), NULL, room,
                         stead_client_error (dispatch_client ()));
  messages_expect (session->number, id, room, NULL);
  dispatch_update ();
}

static void
tell_failed (PurpleConnection *gc, GHashTable *components, const char *text)
{
  purple_serv_got_join_chat_failed (gc, components);
  purple_notify_error (gc, NULL, "The room cannot be entered.", text);
}

/* Finch opens a window under what was typed before it asks for the room, and shows it as left. That of
 * half an address would stay so, beside the room's own. */
static void
adopt_window (ShimSession *session, GHashTable *components, const char *jid)
{
  const char *typed = g_hash_table_lookup (components, "room");
  PurpleConversation *own =
      purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, jid, session->account);
  PurpleConversation *found = NULL;

  if (typed != NULL && *typed != '\0' && strchr (typed, '@') == NULL)
    found = purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, typed, session->account);
  if (found == NULL || !purple_conv_chat_has_left (PURPLE_CONV_CHAT (found)))
    return;
  if (own == NULL)
    {
      purple_conversation_set_name (found, jid);
      return;
    }
  purple_conversation_destroy (found);
  purple_conversation_present (own);
}

/* The host joins its chats at each sign-in, and the engine may have kept us in them: what is joined
 * already is left alone. */
void
muc_join_chat (PurpleConnection *gc, GHashTable *components)
{
  ShimSession *session = account_session_of (gc);
  stead_client *client = dispatch_client ();
  const char *handle = g_hash_table_lookup (components, "handle");
  char *nick = g_strstrip (g_strdup (handle != NULL ? handle : ""));
  char *jid = muc_get_chat_name (components);
  ShimRoom *room = session != NULL && jid != NULL ? muc_find (session, jid) : NULL;
  gboolean there =
      room != NULL && room->joined && (*nick == '\0' || strcmp (nick, room->nick) == 0);

  if (session != NULL && jid != NULL)
    adopt_window (session, components, jid);
  if (jid == NULL)
    tell_failed (gc, components, "A room has a name and a server, and no blanks in them.");
  else if (session == NULL || client == NULL)
    tell_failed (gc, components, "The account is not signed in.");
  else if (!there
           && !stead_join_room (client, session->number, jid, nick,
                                g_hash_table_lookup (components, "password")))
    tell_failed (gc, components, stead_client_error (client));
  else if (!there)
    {
      muc_note_wanted (session, jid);
      room = muc_add (session, jid);
      if (!room->joined && *nick != '\0')
        muc_set_nick (session, room, nick);
      dispatch_update ();
    }
  g_free (jid);
  g_free (nick);
}

/* XEP-0045 section 7.8.2 has an answer only for invitations through a room, and people who are asked
 * in twice a day are glad if nobody hears of it. */
void
muc_reject_chat (PurpleConnection *gc, GHashTable *components)
{
  (void) gc;
  (void) components;
}

void
muc_part (PurpleConnection *gc, int id, const char *text)
{
  ShimSession *session;
  ShimRoom *room = room_of (gc, id, &session);

  if (room == NULL)
    return;
  /* The window is closed by now: better without a line that is too long than not at all. */
  if (!stead_leave_room (dispatch_client (), session->number, room->jid, text))
    stead_leave_room (dispatch_client (), session->number, room->jid, NULL);
  muc_note_left (session, room->jid, SHIM_LEAVING);
  muc_forget_new (session, room->jid);
  muc_remove (session, room);
  serv_got_chat_left (gc, id);
  dispatch_update ();
}

void
muc_chat_leave (PurpleConnection *gc, int id)
{
  muc_part (gc, id, NULL);
}

/* Returns: 0: libpurple shows nothing of its own, the line comes back from the room. */
int
muc_chat_send (PurpleConnection *gc, int id, const char *html, PurpleMessageFlags flags)
{
  ShimSession *session;
  ShimRoom *room = room_of (gc, id, &session);
  const char *sent = NULL;
  char *body = NULL;
  char *xhtml = NULL;
  gboolean too_long;

  (void) flags;
  if (room == NULL)
    return -EIO;
  markup_to_xmpp (html, &body, &xhtml);
  if (body == NULL || *body == '\0')
    {
      g_free (body);
      g_free (xhtml);
      return -EINVAL;
    }
  too_long = strlen (body) > STEAD_TEXT_MAX || (xhtml != NULL && strlen (xhtml) > STEAD_TEXT_MAX);
  if (!too_long)
    sent = stead_send_room_message (dispatch_client (), session->number, room->jid, body, xhtml);
  if (sent == NULL)
    purple_debug_error ("steadfast", "not sent: %s\n", stead_client_error (dispatch_client ()));
  messages_expect (session->number, sent, room->jid, body);
  g_free (body);
  g_free (xhtml);
  dispatch_update ();
  return sent != NULL ? 0 : too_long ? -E2BIG : -EIO;
}

void
muc_set_chat_topic (PurpleConnection *gc, int id, const char *topic)
{
  ShimSession *session;
  ShimRoom *room = room_of (gc, id, &session);

  if (room == NULL)
    return;
  muc_expect (session, room->jid,
              stead_set_room_subject (dispatch_client (), session->number, room->jid, topic));
}

void
muc_chat_invite (PurpleConnection *gc, int id, const char *message, const char *who)
{
  ShimSession *session;
  ShimRoom *room = room_of (gc, id, &session);
  const char *sent;

  if (room == NULL)
    return;
  sent = stead_invite (dispatch_client (), session->number, room->jid, who, message);
  if (sent == NULL)
    purple_notify_error (gc, NULL, who, stead_client_error (dispatch_client ()));
  messages_expect (session->number, sent, who, NULL);
  dispatch_update ();
}

/* The name of a conversation with an occupant alone (XEP-0045 section 7.5). */
char *
muc_get_cb_real_name (PurpleConnection *gc, int id, const char *nick)
{
  ShimSession *session;
  ShimRoom *room = room_of (gc, id, &session);

  return room != NULL ? g_strdup_printf ("%s/%s", room->jid, nick) : NULL;
}
