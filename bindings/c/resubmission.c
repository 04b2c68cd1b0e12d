/* SPDX-License-Identifier: MIT */
/* Commands that change something are kept until the engine answers, given again in their order to a
 * new engine, and told as failed when none takes them in time. */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *
stead_pending_add (stead_client *client, stead_account *account, wire_command *command)
{
  stead_pending *pending = stead_alloc (sizeof *pending);
  snprintf (pending->id, sizeof pending->id, "%s-%llu", client->ids,
            (unsigned long long) ++client->last_id);
  command->account = account->number;
  command->id = pending->id;
  pending->account = account->number;
  pending->since = stead_now ();
  pending->length = steadfast__v1__command__get_packed_size (command);
  if (pending->length > STEAD_FRAME_CAP)
    {
      free (pending);
      stead_client_fail (client, "The text is too long.");
      return NULL;
    }
  pending->bytes = stead_alloc (pending->length);
  steadfast__v1__command__pack (command, pending->bytes);
  *client->pending_end = pending;
  client->pending_end = &pending->next;
  if (account->attached)
    {
      stead_frames_push (&client->engine.out, command);
      pending->written = true;
      stead_engine_flush (client);
    }
  return pending->id;
}

static void
write_again (stead_client *client, stead_pending *pending)
{
  wire_command *command =
      steadfast__v1__command__unpack (&stead_wiped, pending->length, pending->bytes);
  if (command == NULL)
    abort ();
  stead_frames_push (&client->engine.out, command);
  steadfast__v1__command__free_unpacked (command, &stead_wiped);
  pending->written = true;
}

void
stead_pending_write (stead_client *client, const stead_account *account)
{
  for (stead_pending *p = client->pending; p != NULL; p = p->next)
    if (p->account == account->number)
      write_again (client, p);
}

/* Takes the one at @place out of the list. */
static void
drop (stead_client *client, stead_pending **place)
{
  stead_pending *pending = *place;
  *place = pending->next;
  if (*place == NULL)
    client->pending_end = place;
  /* It may hold a secret. */
  explicit_bzero (pending->bytes, pending->length);
  free (pending->bytes);
  free (pending);
}

bool
stead_pending_answered (stead_client *client, uint32_t account, const char *id)
{
  for (stead_pending **place = &client->pending; *place != NULL; place = &(*place)->next)
    if ((*place)->account == account && strcmp ((*place)->id, id) == 0)
      {
        drop (client, place);
        return true;
      }
  return false;
}

/** Returns: when this one is given up; -1 while an engine has it, or a living one parked its
 * account. */
static int64_t
deadline (const stead_client *client, const stead_pending *pending)
{
  for (const stead_account *a = client->accounts; a != NULL; a = a->next)
    if (a->number == pending->account)
      {
        if (a->attached || (a->options == NULL && stead_engine_ready (client)))
          return -1;
        int64_t since = a->unserved_since > pending->since ? a->unserved_since : pending->since;
        return since + client->give_up_ms;
      }
  return -1;
}

void
stead_pending_expire (stead_client *client, int64_t now)
{
  for (stead_pending **place = &client->pending; *place != NULL;)
    {
      int64_t end = deadline (client, *place);
      if (end >= 0 && now >= end)
        {
          stead_made_failed (client, *place);
          drop (client, place);
        }
      else
        place = &(*place)->next;
    }
}

int64_t
stead_pending_due (const stead_client *client)
{
  int64_t due = -1;
  for (const stead_pending *p = client->pending; p != NULL; p = p->next)
    {
      int64_t end = deadline (client, p);
      if (end >= 0 && (due < 0 || end < due))
        due = end;
    }
  return due;
}

void
stead_pending_free_all (stead_client *client)
{
  while (client->pending != NULL)
    drop (client, &client->pending);
}
