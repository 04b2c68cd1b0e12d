/* SPDX-License-Identifier: MIT */
/* Bookmarks of rooms (XEP-0402): commands, and accessors of their event. */
#include "accessors.h"

const char *
stead_set_bookmark (stead_client *client, uint32_t number, const char *room, const char *name,
                    const char *nick, const char *password, bool autojoin)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SetBookmark set = STEADFAST__V1__SET_BOOKMARK__INIT;
  Steadfast__V1__Bookmark bookmark = STEADFAST__V1__BOOKMARK__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room) || !stead_is_text (client, name)
      || !stead_is_entry (client, nick, password))
    return NULL;
  bookmark.room = stead_given (room);
  bookmark.name = stead_given (name);
  bookmark.nick = stead_given (nick);
  bookmark.password = stead_given (password);
  bookmark.autojoin = autojoin;
  set.bookmark = &bookmark;
  command.body_case = STEADFAST__V1__COMMAND__BODY_SET_BOOKMARK;
  command.set_bookmark = &set;
  return stead_pending_add (client, account, &command);
}

const char *
stead_remove_bookmark (stead_client *client, uint32_t number, const char *room)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__RemoveBookmark remove = STEADFAST__V1__REMOVE_BOOKMARK__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !stead_is_room (client, room))
    return NULL;
  remove.room = stead_given (room);
  command.body_case = STEADFAST__V1__COMMAND__BODY_REMOVE_BOOKMARK;
  command.remove_bookmark = &remove;
  return stead_pending_add (client, account, &command);
}

VALUE (bool, stead_event_bookmarks_begin, BOOKMARKS, bookmarks->begin)
VALUE (bool, stead_event_bookmarks_end, BOOKMARKS, bookmarks->end)
VALUE (size_t, stead_event_bookmark_count, BOOKMARKS, bookmarks->n_bookmarks)
TEXT_AT (stead_event_bookmark_room, BOOKMARKS, bookmarks, bookmarks, ->room)
TEXT_AT (stead_event_bookmark_name, BOOKMARKS, bookmarks, bookmarks, ->name)
TEXT_AT (stead_event_bookmark_nick, BOOKMARKS, bookmarks, bookmarks, ->nick)
TEXT_AT (stead_event_bookmark_password, BOOKMARKS, bookmarks, bookmarks, ->password)
VALUE_AT (bool, stead_event_bookmark_autojoin, BOOKMARKS, bookmarks, bookmarks, ->autojoin)
VALUE (size_t, stead_event_bookmark_removed_count, BOOKMARKS, bookmarks->n_removed)
TEXT_AT (stead_event_bookmark_removed, BOOKMARKS, bookmarks, removed, )
