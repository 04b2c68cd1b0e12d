/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of bookmarks (XEP-0402), muc-bookmark*.c. */
#pragma once

#include "muc.h"

/* What a bookmark says, or a chat of the buddy list. None of it is NULL. */
typedef struct
{
  char *room; /* bare JID */
  char *name;
  char *nick;
  char *password;
  gboolean autojoin;
} ShimBookmark;

/* How a chat of the buddy list stands to the server's bookmarks. It is kept with the chat. */
typedef enum
{
  SHIM_MARK_NONE,   /* nothing was agreed on yet */
  SHIM_MARK_THEIRS, /* it came from the server, and goes with its bookmark */
  SHIM_MARK_OURS,   /* it was here before its bookmark, and stays without it */
  SHIM_MARK_ALONE   /* its bookmark was taken away elsewhere */
} ShimMark;

/* ---- muc-bookmark-nodes.c: chats of the buddy list ---- */

ShimBookmark *bookmark_new (const char *room, const char *name, const char *nick,
                            const char *password, gboolean autojoin);
ShimBookmark *bookmark_copy (const ShimBookmark *bookmark);
void bookmark_free (gpointer bookmark);
/* Whether passwords of chats may go to the server. */
gboolean bookmarks_with_passwords (const PurpleAccount *account);
/* Whether both look the same in a buddy list; passwords count where they are kept with bookmarks. */
gboolean bookmark_looks_like (const ShimSession *session, const ShimBookmark *one,
                              const ShimBookmark *other);
/* Returns: (transfer full): the name as libpurple would show it */
char *bookmark_shown_name (const char *name);
/* Returns: (transfer full) (nullable): the room of a chat of this account */
char *bookmarks_room_of_node (const ShimSession *session, PurpleBlistNode *node);
/* Returns: (transfer full): room to PurpleChat, the first of each room */
GHashTable *bookmarks_nodes (const ShimSession *session);
/* Returns: (transfer full): what the chat says now */
ShimBookmark *bookmarks_read_node (const ShimSession *session, PurpleChat *chat, const char *room);
/* Makes a chat say this. @chat: (nullable): one is made. Returns: (transfer none): it */
PurpleChat *bookmarks_show (PurpleAccount *account, PurpleChat *chat, const ShimBookmark *bookmark);

ShimMark bookmarks_mark (PurpleChat *chat);
/* @agreed: what chat and server both had last */
void bookmarks_set_mark (PurpleChat *chat, ShimMark mark, const ShimBookmark *agreed);
/* Whether @bookmark differs from what was agreed on last. @password: that counts, too */
gboolean bookmarks_is_news (PurpleChat *chat, const ShimBookmark *bookmark, gboolean password);

/* ---- muc-bookmark-changes.c: what the person changes ---- */

/* Returns: (transfer none) (nullable): what the server has, as far as it has said */
const ShimBookmark *bookmarks_of_server (const ShimSession *session, const char *room);
/* Whether a change of this bookmark is not answered yet. */
gboolean bookmarks_is_pending (const ShimSession *session, const char *room);
/* The same, where the server has spoken of it. */
gboolean bookmarks_heard (ShimSession *session, const char *room);
/* Sends what differs from what was agreed on. */
void bookmarks_look (ShimSession *session);
/* A chat was taken out of the list. */
void bookmarks_removed (ShimSession *session, PurpleBlistNode *node);
void bookmark_changes_close (ShimSession *session);

/* ---- muc-bookmark-watch.c: noticing it ---- */

void bookmarks_watch (void);
