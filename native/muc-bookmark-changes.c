/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the person changes in chats of the buddy list goes to the server. */

#include "muc-bookmarks.h"

#include <string.h>

/* A change that the server has not answered. */
typedef struct
{
  char *id;
  char *room;
  ShimBookmark *sent; /* (nullable): NULL for one that is taken away */
  gboolean heard;     /* the server has said what became of the bookmark */
} Change;

static void
change_free (Change *change)
{
  if (change->sent != NULL)
    bookmark_free (change->sent);
  g_free (change->room);
  g_free (change->id);
  g_free (change);
}

void
bookmark_changes_close (ShimSession *session)
{
  for (; session->bookmark_changes != NULL;
       session->bookmark_changes =
           g_slist_delete_link (session->bookmark_changes, session->bookmark_changes))
    change_free (session->bookmark_changes->data);
  g_free (session->bookmark_trouble);
  session->bookmark_trouble = NULL;
}

const ShimBookmark *
bookmarks_of_server (const ShimSession *session, const char *room)
{
  return session->bookmarks != NULL ? g_hash_table_lookup (session->bookmarks, room) : NULL;
}

/* Returns: (transfer none) (nullable): the last one of @room */
static const Change *
last_change (const ShimSession *session, const char *room)
{
  const Change *last = NULL;
  const GSList *item;

  for (item = session->bookmark_changes; item != NULL; item = item->next)
    if (strcmp (((const Change *) item->data)->room, room) == 0)
      last = item->data;
  return last;
}

gboolean
bookmarks_is_pending (const ShimSession *session, const char *room)
{
  return last_change (session, room) != NULL;
}

gboolean
bookmarks_heard (ShimSession *session, const char *room)
{
  GSList *item;
  gboolean pending = FALSE;

  for (item = session->bookmark_changes; item != NULL; item = item->next)
    {
      Change *change = item->data;

      if (strcmp (change->room, room) != 0)
        continue;
      change->heard = TRUE;
      pending = TRUE;
    }
  return pending;
}

static void
tell_trouble (ShimSession *session, const char *room, const char *text)
{
  PurpleConnection *gc = account_connection (session);
  char *primary = g_strdup_printf ("The bookmark of %s was not changed on the server.", room);

  /* Many at once may have one and the same reason. */
  if (gc != NULL && g_strcmp0 (text, session->bookmark_trouble) != 0)
    purple_notify_error (gc, NULL, primary, text);
  g_free (session->bookmark_trouble);
  session->bookmark_trouble = g_strdup (text);
  g_free (primary);
}

/* @id: (nullable): NULL when the library would not take it. @sent: (transfer full) (nullable) */
static void
expect (ShimSession *session, const char *id, const char *room, ShimBookmark *sent)
{
  Change *change = g_new0 (Change, 1);

  change->id = g_strdup (id);
  change->room = g_strdup (room);
  change->sent = sent;
  if (id != NULL)
    {
      session->bookmark_changes = g_slist_append (session->bookmark_changes, change);
      return;
    }
  tell_trouble (session, room, stead_client_error (dispatch_client ()));
  if (sent != NULL)
    g_hash_table_replace (session->bookmarks_refused, g_strdup (room), bookmark_copy (sent));
  change_free (change);
}

/* ---- Sending ------------------------------------------------------------------------------------
 */

static void
send_set (ShimSession *session, ShimBookmark *wanted)
{
  const ShimBookmark *known = bookmarks_of_server (session, wanted->room);
  char *shown = known != NULL ? bookmark_shown_name (known->name) : NULL;

  /* What the list cannot show of a name is not the person's wish to be without it. */
  if (g_strcmp0 (shown, wanted->name) == 0)
    {
      g_free (wanted->name);
      wanted->name = g_strdup (known->name);
    }
  if (!bookmarks_with_passwords (session->account))
    {
      g_free (wanted->password);
      wanted->password = g_strdup (known != NULL ? known->password : "");
    }
  expect (session,
          stead_set_bookmark (dispatch_client (), session->number, wanted->room, wanted->name,
                              wanted->nick, wanted->password, wanted->autojoin),
          wanted->room, wanted);
  g_free (shown);
}

/* Returns: whether the chat says what the server was not told yet */
static gboolean
is_to_be_sent (ShimSession *session, PurpleChat *chat, const ShimBookmark *now)
{
  const Change *change = last_change (session, now->room);
  const ShimBookmark *refused = g_hash_table_lookup (session->bookmarks_refused, now->room);

  if (refused != NULL && bookmark_looks_like (session, now, refused))
    return FALSE;
  if (change != NULL)
    return change->sent == NULL || !bookmark_looks_like (session, now, change->sent);
  return bookmarks_mark (chat) == SHIM_MARK_NONE
         || bookmarks_is_news (chat, now, bookmarks_with_passwords (session->account));
}

void
bookmarks_look (ShimSession *session)
{
  GHashTable *nodes;
  GHashTableIter iter;
  gpointer room;
  gpointer chat;

  if (session->bookmarks == NULL || dispatch_client () == NULL)
    return;
  nodes = bookmarks_nodes (session);
  g_hash_table_iter_init (&iter, nodes);
  while (g_hash_table_iter_next (&iter, &room, &chat))
    {
      ShimBookmark *now = bookmarks_read_node (session, chat, room);

      if (is_to_be_sent (session, chat, now))
        send_set (session, now);
      else
        bookmark_free (now);
    }
  g_hash_table_destroy (nodes);
  dispatch_update ();
}

void
bookmarks_removed (ShimSession *session, PurpleBlistNode *node)
{
  char *room = bookmarks_room_of_node (session, node);
  GHashTable *nodes;

  if (room == NULL || session->bookmarks == NULL || dispatch_client () == NULL)
    {
      g_free (room);
      return;
    }
  nodes = bookmarks_nodes (session);
  /* A second chat of the same room stands for the bookmark as well. */
  if (g_hash_table_lookup (nodes, room) == NULL
      && (bookmarks_of_server (session, room) != NULL || bookmarks_is_pending (session, room)))
    {
      g_hash_table_remove (session->bookmarks_refused, room);
      expect (session, stead_remove_bookmark (dispatch_client (), session->number, room), room,
              NULL);
      dispatch_update ();
    }
  g_hash_table_destroy (nodes);
  g_free (room);
}

/* ---- Answers ------------------------------------------------------------------------------------
 */

static void
refused (ShimSession *session, const Change *change, const char *text)
{
  const ShimBookmark *known = bookmarks_of_server (session, change->room);

  tell_trouble (session, change->room, text);
  if (change->sent != NULL)
    {
      /* The chat is the person's: it stays, and is not sent again as it is. */
      g_hash_table_replace (session->bookmarks_refused, g_strdup (change->room),
                            bookmark_copy (change->sent));
      return;
    }
  if (known == NULL || bookmarks_is_pending (session, change->room)
      || muc_find_blist_chat (session->account, change->room) != NULL)
    return;
  session->applying = TRUE;
  bookmarks_set_mark (bookmarks_show (session->account, NULL, known), SHIM_MARK_THEIRS, known);
  session->applying = FALSE;
}

/* The answer may come before the server's own word of it. */
static void
accepted (ShimSession *session, const Change *change)
{
  PurpleChat *chat = muc_find_blist_chat (session->account, change->room);

  g_hash_table_remove (session->bookmarks_refused, change->room);
  g_free (session->bookmark_trouble);
  session->bookmark_trouble = NULL;
  if (change->heard || session->bookmarks == NULL)
    return;
  if (change->sent == NULL)
    {
      g_hash_table_remove (session->bookmarks, change->room);
      return;
    }
  g_hash_table_replace (session->bookmarks, g_strdup (change->room), bookmark_copy (change->sent));
  if (chat == NULL)
    return;
  session->applying = TRUE;
  bookmarks_set_mark (chat,
                      bookmarks_mark (chat) == SHIM_MARK_THEIRS ? SHIM_MARK_THEIRS : SHIM_MARK_OURS,
                      change->sent);
  session->applying = FALSE;
}

void
muc_bookmarks_answered (guint32 number, const stead_event *event)
{
  ShimSession *session = account_session_numbered (number);
  const char *id = stead_event_command_id (event);
  GSList *item = session != NULL ? session->bookmark_changes : NULL;
  Change *change;

  while (item != NULL && strcmp (((Change *) item->data)->id, id) != 0)
    item = item->next;
  if (item == NULL)
    return;
  change = item->data;
  session->bookmark_changes = g_slist_delete_link (session->bookmark_changes, item);
  if (stead_event_type (event) == STEAD_EVENT_REFUSED)
    refused (session, change, stead_event_error_text (event));
  else
    accepted (session, change);
  change_free (change);
}
