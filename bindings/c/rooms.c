/* SPDX-License-Identifier: MIT */
/* The rooms an account is to be in: a new engine, and one that kept the account while the program
 * was gone, are told of them by Attach. */
#include "private.h"

#include <stdlib.h>
#include <string.h>

struct stead_room
{
  stead_room *next;
  char *jid; /* bare, in the form of stead_bare_of() */
  char *nick, *password;
  bool out; /* we were put out, or not let in: not to be joined again by itself */
};

/** Returns: where the room's pointer is, or the end of the list. */
static stead_room **
place_of (stead_account *account, const char *jid)
{
  stead_room **place = &account->rooms;
  char *bare = stead_bare_of (jid);
  while (*place != NULL && strcmp ((*place)->jid, bare) != 0)
    place = &(*place)->next;
  free (bare);
  return place;
}

static void
forget (stead_room **place)
{
  stead_room *room = *place;
  *place = room->next;
  free (room->jid);
  free (room->nick);
  stead_wipe (room->password);
  free (room);
}

void
stead_rooms_add (stead_account *account, const char *jid, const char *nick, const char *password)
{
  stead_room **place = place_of (account, jid);
  if (*place == NULL)
    {
      *place = stead_alloc (sizeof **place);
      (*place)->jid = stead_bare_of (jid);
    }
  stead_options_replace (&(*place)->nick, nick);
  /* One who is in and only wants another nick need not know how he came in. */
  if ((*place)->out || (*place)->password == NULL || (password != NULL && *password != '\0'))
    stead_options_replace (&(*place)->password, password);
  (*place)->out = false;
}

void
stead_rooms_remove (stead_account *account, const char *jid)
{
  stead_room **place = place_of (account, jid);
  if (*place != NULL)
    forget (place);
}

/* A word that we are out may be older than the program's wish to be in again: so the room is kept,
 * and counts again with the next word that we are on the way. */
void
stead_rooms_heard (stead_account *account, const Steadfast__V1__Room *heard)
{
  stead_room *room = *place_of (account, heard->room);
  bool left = heard->state == STEADFAST__V1__ROOM__STATE__LEFT;
  /* The engine entered it by itself, and a new one is to be in it, too. */
  if (heard->by_bookmark && !left && (room == NULL || room->out))
    stead_rooms_add (account, heard->room, heard->nick, heard->password);
  else if (room != NULL)
    room->out = left;
}

void
stead_rooms_free (stead_account *account)
{
  while (account->rooms != NULL)
    forget (&account->rooms);
}

void
stead_rooms_fill (const stead_account *account, Steadfast__V1__Attach *attach)
{
  size_t count = 0;
  for (const stead_room *room = account->rooms; room != NULL; room = room->next)
    count += !room->out;
  attach->rooms = stead_alloc ((count + 1) * sizeof *attach->rooms);
  for (const stead_room *room = account->rooms; room != NULL; room = room->next)
    {
      if (room->out)
        continue;
      Steadfast__V1__JoinRoom *join = stead_alloc (sizeof *join);
      steadfast__v1__join_room__init (join);
      join->room = room->jid;
      join->nick = room->nick;
      join->password = room->password;
      attach->rooms[attach->n_rooms++] = join;
    }
}

void
stead_rooms_drain (Steadfast__V1__Attach *attach)
{
  for (size_t i = 0; i < attach->n_rooms; i++)
    free (attach->rooms[i]);
  free (attach->rooms);
}
