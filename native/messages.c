/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts between two people. A text that was taken is never lost without a word: what could not be
 * delivered is shown again, quoted, as an error. */

#include "shim.h"

#include <errno.h>
#include <string.h>

/* What a command was about, by its id, until the engine has answered it. */
typedef struct
{
  char *jid;
  char *text; /* (nullable): NULL for other commands than a message */
} Expected;

static GHashTable *expected; /* "ACCOUNT ID" to Expected */

static void
expected_free (gpointer data)
{
  Expected *command = data;

  g_free (command->jid);
  g_free (command->text);
  g_free (command);
}

void
messages_init (void)
{
  expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, expected_free);
}

void
messages_uninit (void)
{
  g_hash_table_destroy (expected);
}

static char *
key_of (guint32 account, const char *id)
{
  return g_strdup_printf ("%u %s", account, id);
}

void
messages_expect (guint32 account, const char *id, const char *jid, const char *text)
{
  Expected *command;

  if (id == NULL)
    return;
  command = g_new0 (Expected, 1);
  command->jid = g_strdup (jid);
  command->text = g_strdup (text);
  g_hash_table_replace (expected, key_of (account, id), command);
}

static const Expected *
find_expected (guint32 account, const char *id)
{
  char *key = key_of (account, id);
  const Expected *command = g_hash_table_lookup (expected, key);

  g_free (key);
  return command;
}

static void
forget (guint32 account, const char *id)
{
  char *key = key_of (account, id);

  g_hash_table_remove (expected, key);
  g_free (key);
}

/* ---- Out ----------------------------------------------------------------------------------------
 */

/* The return values are read by libpurple: above 0 shows the text, 0 or -ENOTCONN would let it
 * vanish without a trace. */
int
messages_send_im (PurpleConnection *gc, const char *who, const char *html, PurpleMessageFlags flags)
{
  ShimSession *session = account_session_of (gc);
  stead_client *client = dispatch_client ();
  const char *id = NULL;
  char *body = NULL;
  char *xhtml = NULL;
  gboolean too_long;

  (void) flags;
  if (session == NULL || client == NULL)
    return -EIO;
  markup_to_xmpp (html, &body, &xhtml);
  if (body == NULL || *body == '\0')
    {
      g_free (body);
      g_free (xhtml);
      return -EINVAL;
    }
  too_long = strlen (body) > STEAD_TEXT_MAX || (xhtml != NULL && strlen (xhtml) > STEAD_TEXT_MAX);
  id = too_long ? NULL : stead_send_message (client, session->number, who, body, xhtml);
  if (id == NULL)
    purple_debug_error ("steadfast", "not sent: %s\n", stead_client_error (client));
  messages_expect (session->number, id, who, body);
  g_free (body);
  g_free (xhtml);
  dispatch_update ();
  return id != NULL ? 1 : too_long ? -E2BIG : -EIO;
}

static PurpleConversation *
conversation_with (PurpleAccount *account, const char *peer, gboolean open)
{
  PurpleConversation *found =
      purple_find_conversation_with_account (PURPLE_CONV_TYPE_IM, peer, account);

  /* libpurple opens none for an account that is signed off. */
  if (found == NULL && open && purple_account_get_connection (account) != NULL)
    found = purple_conversation_new (PURPLE_CONV_TYPE_IM, account, peer);
  return found;
}

/* Returns: (transfer none) (nullable): where a text to @jid was written. A room's conversation is
 * opened by joining it only. */
static PurpleConversation *
conversation_of_text (PurpleAccount *account, const char *jid, gboolean open)
{
  if (account == NULL)
    return NULL;
  if (muc_is_room (jid) && strchr (jid, '/') == NULL)
    return purple_find_conversation_with_account (PURPLE_CONV_TYPE_CHAT, jid, account);
  return conversation_with (account, jid, open);
}

static gboolean
is_chat (PurpleConversation *conversation)
{
  return conversation != NULL
         && purple_conversation_get_type (conversation) == PURPLE_CONV_TYPE_CHAT;
}

static void
write_error (guint32 number, const char *jid, const char *text, const stead_event *event)
{
  PurpleAccount *account = account_numbered (number);
  ShimSession *session = account_session_numbered (number);
  PurpleConversation *conversation = conversation_of_text (account, jid, TRUE);
  const PurpleMessageFlags flags = PURPLE_MESSAGE_ERROR | PURPLE_MESSAGE_NO_LINKIFY;
  const char *why = stead_event_error_text (event);
  char *plain =
      g_strdup_printf ("Not delivered: %s%s%s", *why != '\0' ? why : "the reason is not known.",
                       *text != '\0' ? "\n" : "", text);
  char *html = markup_from_plain (plain);

  if (is_chat (conversation) && session != NULL)
    muc_write (session, jid, html, flags);
  else if (conversation != NULL)
    link_write (conversation, html, flags, time (NULL));
  else
    purple_notify_error (account, NULL, jid, plain);
  g_free (html);
  g_free (plain);
}

/* One line for each conversation and outage says that texts wait. */
static void
tell_queued (guint32 number, const char *jid)
{
  ShimSession *session = account_session_numbered (number);
  PurpleConversation *conversation =
      session != NULL ? conversation_of_text (session->account, jid, FALSE) : NULL;

  if (is_chat (conversation))
    muc_tell_queued (session, jid);
  else if (conversation != NULL && session->state != STEAD_LINK_ONLINE)
    link_tell_outage (session, conversation,
                      "The connection is interrupted. Your message is kept and sent when it is "
                      "back.");
}

static void
tell_maybe_twice (guint32 number, const char *jid)
{
  PurpleAccount *account = account_numbered (number);
  PurpleConversation *conversation = conversation_of_text (account, jid, FALSE);

  if (conversation != NULL)
    link_write_line (conversation, "Your last message had to be sent again without proof that the "
                                   "first copy was lost: it may arrive twice.");
}

void
messages_got_accepted (guint32 account, const stead_event *event)
{
  const char *id = stead_event_command_id (event);
  const Expected *command = find_expected (account, id);

  if (command == NULL)
    return;
  /* What becomes of it from here on is told with its words. */
  if (command->text != NULL)
    tell_queued (account, command->jid);
  forget (account, id);
}

void
messages_got_state (guint32 account, const stead_event *event)
{
  const char *id = stead_event_command_id (event);
  ShimSession *session = account_session_numbered (account);

  /* After a restart of this program nobody else has named it yet. */
  if (stead_event_state_groupchat (event))
    muc_name_room (stead_event_state_to (event));
  switch (stead_event_state (event))
    {
    case STEAD_STATE_FAILED:
      write_error (account, stead_event_state_to (event), stead_event_state_body (event), event);
      if (session != NULL && stead_event_state_groupchat (event))
        muc_got_failed_line (session, event);
      forget (account, id);
      break;
    case STEAD_STATE_AT_SERVER:
      if (stead_event_state_maybe_twice (event))
        tell_maybe_twice (account, stead_event_state_to (event));
      break;
    case STEAD_STATE_QUEUED:
      tell_queued (account, stead_event_state_to (event));
      break;
    case STEAD_STATE_DELIVERED:
      receipts_got (account, event);
      forget (account, id);
      break;
    case STEAD_STATE_SENT:
    case STEAD_STATE_IN_DOUBT:
    case STEAD_STATE_UNKNOWN:
      break;
    }
}

/* A refused text is quoted; another refused command has nothing to quote and is a notice. */
void
messages_got_refused (guint32 account, const stead_event *event)
{
  const char *id = stead_event_command_id (event);
  const Expected *command = find_expected (account, id);
  ShimSession *session = account_session_numbered (account);

  if (command == NULL)
    return;
  if (command->text != NULL)
    write_error (account, command->jid, command->text, event);
  else if (session != NULL)
    purple_notify_error (account_connection (session), NULL, command->jid,
                         stead_event_error_text (event));
  forget (account, id);
}

/* ---- In -----------------------------------------------------------------------------------------
 */

static char *
html_of (const stead_event *event)
{
  const char *xhtml = stead_event_message_xhtml (event);
  const char *subject = stead_event_message_subject (event);
  char *html = *xhtml != '\0' ? markup_from_xhtml (xhtml) : NULL;
  char *shown;
  char *head;

  if (html == NULL || *html == '\0')
    {
      g_free (html);
      html = markup_from_plain (stead_event_message_body (event));
    }
  if (*subject == '\0')
    return html;
  head = markup_from_plain (subject);
  shown = g_strdup_printf ("<b>%s</b><br>%s", head, html);
  g_free (head);
  g_free (html);
  return shown;
}

static void
tell_maybe_shown (PurpleConversation *conversation, const stead_event *event)
{
  if (conversation != NULL && stead_event_message_maybe_shown (event))
    link_write_line (conversation, "The message above may have been shown before.");
}

/* From another device of ours. serv_got_im() would show it as the other one's, and make a sound. */
static void
show_outgoing (PurpleAccount *account, const char *html, PurpleMessageFlags flags, time_t when,
               const stead_event *event)
{
  char *peer = muc_peer (stead_event_message_to (event));
  PurpleConversation *conversation = conversation_with (account, peer, TRUE);

  purple_conv_im_write (PURPLE_CONV_IM (conversation), NULL, html,
                        flags | PURPLE_MESSAGE_SEND | PURPLE_MESSAGE_REMOTE_SEND, when);
  tell_maybe_shown (conversation, event);
  g_free (peer);
}

static void
show_received (PurpleConnection *gc, const char *html, PurpleMessageFlags flags, time_t when,
               const stead_event *event)
{
  char *peer = muc_peer (stead_event_message_from (event));

  serv_got_im (gc, peer, html, flags | PURPLE_MESSAGE_RECV, when);
  tell_maybe_shown (conversation_with (purple_connection_get_account (gc), peer, FALSE), event);
  g_free (peer);
}

/* "A message from bob@home.example of 12:03". Returns: (transfer full) */
static char *
source_and_time (const stead_event *event, const char *peer)
{
  gint64 sent_s = stead_event_message_sent_time_ms (event) / 1000;
  char *moment = sent_s > 0 ? markup_moment ((time_t) sent_s) : NULL;
  const char *way = *peer == '\0' ? "" : stead_event_message_outgoing (event) ? " to " : " from ";
  char *words = g_strdup_printf ("A message%s%s%s%s", way, peer, moment != NULL ? " of " : "",
                                 moment != NULL ? moment : "");

  g_free (moment);
  return words;
}

/* What ended the program when it was shown, and is not tried again. It goes the way of a message,
 * since that is the only one that some programs (BitlBee) show. */
static void
show_set_aside (ShimSession *session, const stead_event *event)
{
  gboolean of_room = stead_event_message_type (event) == STEAD_MESSAGE_GROUPCHAT;
  gboolean outgoing = stead_event_message_outgoing (event) && !of_room;
  const char *other = outgoing ? stead_event_message_to (event) : stead_event_message_from (event);
  char *peer = of_room ? g_strdup (other) : muc_peer (other);
  char *what = source_and_time (event, peer);
  char *plain = g_strdup_printf ("%s could not be %s. It is kept in %s.", what,
                                 *peer != '\0' ? "shown: it ended the program twice" : "read",
                                 stead_event_message_kept_in (event));
  char *html = markup_from_plain (plain);
  const PurpleMessageFlags flags = PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LINKIFY;
  PurpleConversation *conversation =
      *peer != '\0' && !of_room ? conversation_with (session->account, peer, TRUE) : NULL;

  if (conversation != NULL)
    purple_conv_im_write (PURPLE_CONV_IM (conversation), peer, html, flags, time (NULL));
  else if (!of_room || !muc_write (session, peer, html, flags))
    purple_notify_warning (account_connection (session), NULL, plain, NULL);
  g_free (html);
  g_free (plain);
  g_free (what);
  g_free (peer);
}

void
messages_got_message (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  gint64 sent_s = stead_event_message_sent_time_ms (event) / 1000;
  time_t when = sent_s > 0 ? (time_t) sent_s : time (NULL);
  /* The flag does no more than mute the sound; replays after an outage shall be heard. */
  PurpleMessageFlags flags = stead_event_message_late (event) ? PURPLE_MESSAGE_DELAYED : 0;
  char *html;

  if (gc == NULL)
    return;
  if (stead_event_message_set_aside (event))
    {
      show_set_aside (session, event);
      return;
    }
  if (stead_event_message_private (event))
    muc_name_room (stead_event_message_outgoing (event) ? stead_event_message_to (event)
                                                        : stead_event_message_from (event));
  html = html_of (event);
  if (stead_event_message_type (event) == STEAD_MESSAGE_GROUPCHAT)
    muc_got_line (session, event, html, flags, when);
  else if (stead_event_message_outgoing (event))
    show_outgoing (session->account, html, flags, when, event);
  else
    show_received (gc, html, flags, when, event);
  g_free (html);
}
