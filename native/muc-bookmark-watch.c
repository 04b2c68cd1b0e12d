/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Noticing what the person does to chats of the buddy list. libpurple has signals for chats that come,
 * go or get another name; that one is to be entered at the sign-on, and other settings, are only
 * written down: by an operation of the host's, behind which we stand. */

#include "muc-bookmarks.h"

static gboolean watching;
static int handle;
static void (*save_node) (PurpleBlistNode *node); /* the host's own */

static gboolean
on_look (gpointer number)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));

  if (session != NULL)
    {
      session->bookmark_look = 0;
      bookmarks_look (session);
    }
  return FALSE;
}

/* A chat may be changed by several calls in one turn: looked at when all of them are done. */
static void
notice (PurpleBlistNode *node)
{
  ShimSession *session;

  if (!PURPLE_BLIST_NODE_IS_CHAT (node))
    return;
  session = account_session (purple_chat_get_account ((PurpleChat *) node));
  if (session != NULL && !session->applying && session->bookmark_look == 0)
    session->bookmark_look = purple_timeout_add (0, on_look, GUINT_TO_POINTER (session->number));
}

static void
on_node (PurpleBlistNode *node, gpointer data)
{
  (void) data;
  notice (node);
}

static void
on_aliased (PurpleBlistNode *node, const char *before, gpointer data)
{
  (void) before;
  (void) data;
  notice (node);
}

static void
on_removed (PurpleBlistNode *node, gpointer data)
{
  ShimSession *session;

  (void) data;
  if (!PURPLE_BLIST_NODE_IS_CHAT (node))
    return;
  session = account_session (purple_chat_get_account ((PurpleChat *) node));
  if (session != NULL && !session->applying)
    bookmarks_removed (session, node);
}

static void
on_save (PurpleBlistNode *node)
{
  if (save_node != NULL)
    save_node (node);
  notice (node);
}

/* libpurple's buddy list starts after the protocols are loaded: so not before a login. */
void
bookmarks_watch (void)
{
  PurpleBlistUiOps *ops = purple_blist_get_ui_ops ();
  void *blist = purple_blist_get_handle ();

  if (watching)
    return;
  watching = TRUE;
  purple_signal_connect (blist, "blist-node-added", &handle, PURPLE_CALLBACK (on_node), NULL);
  purple_signal_connect (blist, "blist-node-removed", &handle, PURPLE_CALLBACK (on_removed), NULL);
  purple_signal_connect (blist, "blist-node-aliased", &handle, PURPLE_CALLBACK (on_aliased), NULL);
  if (ops == NULL)
    return;
  save_node = ops->save_node;
  ops->save_node = on_save;
}

void
bookmarks_unwatch (void)
{
  PurpleBlistUiOps *ops = watching ? purple_blist_get_ui_ops () : NULL;

  purple_signals_disconnect_by_handle (&handle);
  if (ops != NULL && ops->save_node == on_save)
    ops->save_node = save_node;
  watching = FALSE;
}
