/* SPDX-License-Identifier: MIT */
/* Part of steadfast.h, which is the one to include: bookmarks of rooms (XEP-0402, and XEP-0048 on
 * servers that have nothing newer). Strings, failures and ids are as in steadfast-client.h and
 * steadfast-event.h.
 *
 * Rooms whose bookmark says so are entered at the sign-in by the engine: STEAD_EVENT_ROOM tells of
 * them as of those that stead_join_room() was called for, and the library keeps them as well. */
#ifndef STEADFAST_BOOKMARK_H
#define STEADFAST_BOOKMARK_H

/* ---- Commands ---- */

/**
 * stead_set_bookmark:
 * @room: bare JID
 * @name: (nullable): for people; NULL or "" for none
 * @nick: (nullable): 1023 bytes at most; NULL or "" for none
 * @password: (nullable): 4096 bytes at most; NULL or "" for none. The server keeps it in clear.
 * @autojoin: enter the room at each sign-in
 *
 * Makes a bookmark, or makes the one of @room say this. What other programs keep with it stays.
 * Nothing is entered or left by it here; other devices of the account may do so. Answered by
 * STEAD_EVENT_ACCEPTED when the server has it, with STEAD_EVENT_BOOKMARKS before that, or by
 * STEAD_EVENT_REFUSED: then everything is as it was. Without a link it waits for one.
 *
 * Returns: (transfer none): the command's id as stead_send_message() does; NULL when it could not be
 * taken.
 */
STEAD_EXPORT const char *stead_set_bookmark (stead_client *client, uint32_t account,
                                             const char *room, const char *name, const char *nick,
                                             const char *password, bool autojoin);

/** Takes the bookmark of @room away, if there is one. Answered as stead_set_bookmark() is. */
STEAD_EXPORT const char *stead_remove_bookmark (stead_client *client, uint32_t account,
                                                const char *room);

/* ---- What events carry; see steadfast-event.h ---- */

/* BOOKMARKS: as the server has them, each room once. The whole list comes in parts, from one with
 * `begin` to one with `end`; what was not named in between is gone. A change has neither, and names
 * those that are new or other than before, and those that are gone. Nothing is told where the server
 * keeps none, or the list cannot be read. */

STEAD_EXPORT bool stead_event_bookmarks_begin (const stead_event *event);
STEAD_EXPORT bool stead_event_bookmarks_end (const stead_event *event);
STEAD_EXPORT size_t stead_event_bookmark_count (const stead_event *event);
/** Bare JID. */
STEAD_EXPORT const char *stead_event_bookmark_room (const stead_event *event, size_t index);
/** For people; "" without. */
STEAD_EXPORT const char *stead_event_bookmark_name (const stead_event *event, size_t index);
/** "" without. */
STEAD_EXPORT const char *stead_event_bookmark_nick (const stead_event *event, size_t index);
/** Secret; "" without. */
STEAD_EXPORT const char *stead_event_bookmark_password (const stead_event *event, size_t index);
STEAD_EXPORT bool stead_event_bookmark_autojoin (const stead_event *event, size_t index);
/** Rooms that have none any more. */
STEAD_EXPORT size_t stead_event_bookmark_removed_count (const stead_event *event);
/** Bare JID. */
STEAD_EXPORT const char *stead_event_bookmark_removed (const stead_event *event, size_t index);

#endif
