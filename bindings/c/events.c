/* SPDX-License-Identifier: MIT */
/* The queue between the engine and the program, and what the engine is told to have been dealt
 * with. */
#include "private.h"

#include <stdlib.h>
#include <string.h>

/* So much waits for the program before the engine is left to hold the rest. */
#define MANY (4u * 1024u * 1024u)
/* Ordinary events are told in such lots, or when the queue is empty. */
#define LOT 64

void
stead_events_push (stead_client *client, stead_event *event)
{
  *client->events_end = event;
  client->events_end = &event->next;
  client->events_size += event->size;
}

static uint32_t
durable_number (const wire_event *wire)
{
  switch (wire->body_case)
    {
    case STEADFAST__V1__EVENT__BODY_MESSAGE:
      return wire->message->inbox;
    case STEADFAST__V1__EVENT__BODY_MESSAGE_STATE:
      return wire->message_state->inbox;
    default:
      return 0;
    }
}

/* Whether the program wants to hear this: an account it left is silent but for its last words. */
static bool
is_news (stead_client *client, const wire_event *wire)
{
  stead_account *account = stead_account_find (client, wire->account);
  switch (wire->body_case)
    {
    /* Each command has its answer. */
    case STEADFAST__V1__EVENT__BODY_LOG:
    case STEADFAST__V1__EVENT__BODY_ACCEPTED:
    case STEADFAST__V1__EVENT__BODY_REFUSED:
      return true;
    case STEADFAST__V1__EVENT__BODY_LINK:
      return account != NULL && stead_account_link (client, account, wire->link);
    default:
      /* What was under way at a Detach comes again after the Attach that overtook it. */
      return account != NULL && account->options != NULL && account->leaving == 0;
    }
}

void
stead_events_arrived (stead_client *client, wire_event *wire, size_t size)
{
  stead_event *event = stead_alloc (sizeof *event);
  event->kind = (stead_event_kind) wire->body_case;
  event->account = wire->account;
  event->seq = wire->seq;
  event->inbox = durable_number (wire);
  event->size = size + sizeof *event;
  event->wire = wire;
  event->silent = wire->body_case == STEADFAST__V1__EVENT__BODY__NOT_SET || !is_news (client, wire);
  if (wire->body_case == STEADFAST__V1__EVENT__BODY_ROOM && !event->silent)
    stead_rooms_heard (stead_account_find (client, wire->account), wire->room);
  /* An answer to something given up meanwhile would contradict what the program was told. */
  if (wire->body_case == STEADFAST__V1__EVENT__BODY_ACCEPTED)
    event->silent |= !stead_pending_answered (client, wire->account, wire->accepted->id);
  else if (wire->body_case == STEADFAST__V1__EVENT__BODY_REFUSED)
    stead_pending_answered (client, wire->account, wire->refused->id);
  stead_events_push (client, event);
}

/* Tells the engine what was dealt with. */
static void
tell (stead_client *client)
{
  if (client->told == client->dealt_with || !stead_engine_ready (client))
    return;
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__Handled handled = STEADFAST__V1__HANDLED__INIT;
  handled.seq = client->told = client->dealt_with;
  command.body_case = STEADFAST__V1__COMMAND__BODY_HANDLED;
  command.handled = &handled;
  stead_frames_push (&client->engine.out, &command);
  stead_engine_flush (client);
}

/* What the program has in hand when it leaves the account was given to it: a main loop that ends in
 * that moment asks for no next one, and would be given it again in its next life. */
void
stead_events_leaving (stead_client *client, const stead_account *account)
{
  const stead_event *event = client->current;
  if (event == NULL || event->account != account->number || event->inbox == 0 || event->seq == 0)
    return;
  client->dealt_with = event->seq;
  tell (client);
}

/** @event: (transfer full) */
static void
deal (stead_client *client, stead_event *event)
{
  stead_account *account = event->inbox == 0 ? NULL : stead_account_find (client, event->account);
  if (account != NULL && !event->silent && event->inbox > account->inbox_taken)
    account->inbox_taken = event->inbox;
  if (event->seq != 0)
    client->dealt_with = event->seq;
  if (event->inbox != 0 && event->seq != 0)
    {
      tell (client);
      client->durable_mark = stead_buffer_mark (&client->engine.out);
    }
  else if (client->dealt_with - client->told >= LOT)
    tell (client);
  stead_event_free (event);
}

/* A durable event is not shown while the engine cannot know that the one before it was. */
static bool
may_show (const stead_client *client, const stead_event *event)
{
  return event->inbox == 0 || client->engine.out.passed >= client->durable_mark;
}

static bool
is_repeat (stead_client *client, const stead_event *event)
{
  stead_account *account =
      event->inbox == 0 || event->silent ? NULL : stead_account_find (client, event->account);
  return account != NULL && stead_shown_before (&account->shown, event);
}

const stead_event *
stead_client_next (stead_client *client)
{
  stead_event *before = client->current;
  client->current = NULL;
  if (before != NULL)
    deal (client, before);
  while (client->events != NULL && may_show (client, client->events))
    {
      stead_event *event = client->events;
      client->events = event->next;
      if (client->events == NULL)
        client->events_end = &client->events;
      client->events_size -= event->size;
      event->silent |= is_repeat (client, event);
      if (!event->silent)
        {
          /* If this one ends the program, the engine knows that it was at none before it. */
          if (event->inbox != 0)
            tell (client);
          return client->current = event;
        }
      deal (client, event);
    }
  if (client->events == NULL)
    tell (client);
  stead_engine_flush (client);
  return NULL;
}

bool
stead_events_ready (const stead_client *client)
{
  return client->events != NULL && may_show (client, client->events);
}

bool
stead_events_many (const stead_client *client)
{
  return client->events_size > MANY;
}

/* Takes out of the queue what @is_out says. */
static void
sift (stead_client *client, bool (*is_out) (const stead_event *, uint32_t), uint32_t account)
{
  stead_event **place = &client->events;
  while (*place != NULL)
    {
      stead_event *event = *place;
      if (!is_out (event, account))
        {
          place = &event->next;
          continue;
        }
      *place = event->next;
      client->events_size -= event->size;
      stead_event_free (event);
    }
  client->events_end = place;
}

static bool
is_given_again (const stead_event *event, uint32_t account)
{
  (void) account;
  return event->inbox != 0 || event->silent;
}

/* What was accepted, refused, or failed without an engine, is told only this once. */
static bool
is_of_account (const stead_event *event, uint32_t account)
{
  bool last_word =
      event->kind == STEAD_EVENT_ACCEPTED || event->kind == STEAD_EVENT_REFUSED
      || (event->kind == STEAD_EVENT_MESSAGE_STATE && event->inbox == 0
          && event->wire->message_state->state == STEADFAST__V1__MESSAGE_STATE__STATE__FAILED);
  return event->account == account && event->kind != STEAD_EVENT_LOG && !last_word;
}

void
stead_events_engine_lost (stead_client *client)
{
  sift (client, is_given_again, 0);
  for (stead_event *event = client->events; event != NULL; event = event->next)
    event->seq = 0;
  if (client->current != NULL)
    client->current->seq = 0;
  client->dealt_with = client->told = 0;
  client->durable_mark = 0;
}

void
stead_events_account_left (stead_client *client, uint32_t account)
{
  sift (client, is_of_account, account);
}

static void
wipe_bookmarks (Steadfast__V1__Bookmarks *bookmarks)
{
  for (size_t i = 0; i < bookmarks->n_bookmarks; i++)
    explicit_bzero (bookmarks->bookmarks[i]->password, strlen (bookmarks->bookmarks[i]->password));
}

void
stead_event_free (stead_event *event)
{
  if (event == NULL)
    return;
  if (event->wire != NULL && event->wire->body_case == STEADFAST__V1__EVENT__BODY_INVITATION)
    explicit_bzero (event->wire->invitation->password, strlen (event->wire->invitation->password));
  if (event->wire != NULL && event->wire->body_case == STEADFAST__V1__EVENT__BODY_ROOM)
    {
      explicit_bzero (event->wire->room->password, strlen (event->wire->room->password));
      explicit_bzero (event->wire->room->alternate_password,
                      strlen (event->wire->room->alternate_password));
    }
  if (event->wire != NULL && event->wire->body_case == STEADFAST__V1__EVENT__BODY_BOOKMARKS)
    wipe_bookmarks (event->wire->bookmarks);
  if (event->wire != NULL && event->wire->body_case == STEADFAST__V1__EVENT__BODY_ROOM_FORM)
    stead_form_wipe (event->wire->room_form->form);
  if (event->wire != NULL)
    steadfast__v1__event__free_unpacked (event->wire, NULL);
  if (event->error != NULL)
    steadfast__v1__error__free_unpacked (event->error, NULL);
  free (event->program);
  free (event);
}

void
stead_events_free_all (stead_client *client)
{
  stead_event_free (client->current);
  while (client->events != NULL)
    {
      stead_event *event = client->events;
      client->events = event->next;
      stead_event_free (event);
    }
}
