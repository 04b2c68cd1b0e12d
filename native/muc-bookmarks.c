/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bookmarks of rooms (XEP-0402): laid over the chats of the buddy list as the roster is over its
 * buddies. Each chat keeps what it and the server had in common last, so that of two that differ it is
 * known which one was changed. */

#include "muc-bookmarks.h"

#include <string.h>

static GHashTable *
new_book (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, bookmark_free);
}

void
muc_bookmarks_open (ShimSession *session)
{
  bookmarks_watch ();
  session->bookmarks_refused = new_book ();
}

void
muc_bookmarks_close (ShimSession *session)
{
  if (session->bookmark_look != 0)
    purple_timeout_remove (session->bookmark_look);
  if (session->bookmarks_coming != NULL)
    g_hash_table_destroy (session->bookmarks_coming);
  if (session->bookmarks != NULL)
    g_hash_table_destroy (session->bookmarks);
  session->bookmarks = NULL;
  bookmark_changes_close (session);
  g_hash_table_destroy (session->bookmarks_refused);
}

/* A chat that nobody has compared with a bookmark yet: neither of them loses anything. */
static void
join_both (ShimSession *session, PurpleChat *chat, const ShimBookmark *here,
           const ShimBookmark *there)
{
  ShimBookmark *both = bookmark_new (there->room, *there->name != '\0' ? there->name : here->name,
                                     *there->nick != '\0' ? there->nick : here->nick,
                                     *there->password != '\0' ? there->password : here->password,
                                     here->autojoin || there->autojoin);

  bookmarks_show (session->account, chat, both);
  bookmark_free (both);
}

static void
settle (ShimSession *session, GHashTable *nodes, const ShimBookmark *there)
{
  PurpleChat *chat = g_hash_table_lookup (nodes, there->room);
  ShimMark mark = chat != NULL ? bookmarks_mark (chat) : SHIM_MARK_THEIRS;
  gboolean pending = bookmarks_heard (session, there->room);
  ShimBookmark *here;

  if (chat == NULL)
    {
      /* One that the person has just taken away does not come back. */
      if (pending)
        return;
      chat = bookmarks_show (session->account, NULL, there);
      g_hash_table_insert (nodes, g_strdup (there->room), chat);
    }
  else if (!pending)
    {
      here = bookmarks_read_node (session, chat, there->room);
      if (mark == SHIM_MARK_NONE)
        join_both (session, chat, here, there);
      /* Where both were changed, the server's word counts. */
      else if (bookmarks_is_news (chat, there, TRUE))
        bookmarks_show (session->account, chat, there);
      bookmark_free (here);
    }
  /* What then still differs is the person's change, which goes to the server. */
  bookmarks_set_mark (chat, mark == SHIM_MARK_THEIRS ? mark : SHIM_MARK_OURS, there);
}

/* Its bookmark is gone from the server. */
static void
drop (ShimSession *session, PurpleChat *chat, const char *room)
{
  ShimMark mark = bookmarks_mark (chat);
  ShimBookmark *here;

  if (bookmarks_heard (session, room))
    return;
  if (mark == SHIM_MARK_THEIRS)
    purple_blist_remove_chat (chat);
  else if (mark == SHIM_MARK_OURS)
    {
      here = bookmarks_read_node (session, chat, room);
      bookmarks_set_mark (chat, SHIM_MARK_ALONE, here);
      bookmark_free (here);
    }
}

static void
drop_unnamed (ShimSession *session, GHashTable *nodes)
{
  GHashTableIter iter;
  gpointer room;
  gpointer chat;

  g_hash_table_iter_init (&iter, nodes);
  while (g_hash_table_iter_next (&iter, &room, &chat))
    if (g_hash_table_lookup (session->bookmarks, room) == NULL)
      drop (session, chat, room);
}

static void
got_bookmark (ShimSession *session, const stead_event *event, size_t index, GHashTable *nodes)
{
  GHashTable *book =
      session->bookmarks_coming != NULL ? session->bookmarks_coming : session->bookmarks;
  char *room = account_bare_jid (stead_event_bookmark_room (event, index));
  ShimBookmark *there;

  if (room == NULL || book == NULL)
    {
      g_free (room);
      return;
    }
  there = bookmark_new (
      room, stead_event_bookmark_name (event, index), stead_event_bookmark_nick (event, index),
      stead_event_bookmark_password (event, index), stead_event_bookmark_autojoin (event, index));
  g_strstrip (there->nick);
  g_hash_table_replace (book, room, there);
  settle (session, nodes, there);
}

static void
got_removed (ShimSession *session, const stead_event *event, GHashTable *nodes)
{
  size_t count = session->bookmarks != NULL ? stead_event_bookmark_removed_count (event) : 0;
  size_t i;

  for (i = 0; i < count; i++)
    {
      char *room = account_bare_jid (stead_event_bookmark_removed (event, i));
      PurpleChat *chat = room != NULL ? g_hash_table_lookup (nodes, room) : NULL;

      if (room != NULL)
        {
          g_hash_table_remove (session->bookmarks, room);
          bookmarks_heard (session, room);
        }
      if (chat != NULL)
        {
          /* It may be freed by that, and its room named again. */
          g_hash_table_remove (nodes, room);
          drop (session, chat, room);
        }
      g_free (room);
    }
}

static void
end_list (ShimSession *session)
{
  GHashTable *nodes;

  if (session->bookmarks != NULL)
    g_hash_table_destroy (session->bookmarks);
  session->bookmarks = session->bookmarks_coming;
  session->bookmarks_coming = NULL;
  nodes = bookmarks_nodes (session);
  drop_unnamed (session, nodes);
  g_hash_table_destroy (nodes);
}

/* libpurple takes its time for each chat that it adds, so a long list takes many turns. */
gboolean
muc_got_bookmarks (ShimSession *session, const stead_event *event)
{
  size_t count = stead_event_bookmark_count (event);
  GHashTable *nodes = bookmarks_nodes (session);
  gboolean left;

  if (session->bookmarks_done == 0 && stead_event_bookmarks_begin (event))
    {
      if (session->bookmarks_coming != NULL)
        g_hash_table_destroy (session->bookmarks_coming);
      session->bookmarks_coming = new_book ();
    }
  session->applying = TRUE;
  while (session->bookmarks_done < count)
    {
      got_bookmark (session, event, session->bookmarks_done++, nodes);
      if (dispatch_turn_is_over ())
        break;
    }
  left = session->bookmarks_done < count;
  if (!left)
    {
      session->bookmarks_done = 0;
      got_removed (session, event, nodes);
      if (stead_event_bookmarks_end (event) && session->bookmarks_coming != NULL)
        end_list (session);
    }
  session->applying = FALSE;
  g_hash_table_destroy (nodes);
  if (!left && session->bookmarks_coming == NULL)
    bookmarks_look (session);
  return !left;
}
