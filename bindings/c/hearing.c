/* SPDX-License-Identifier: MIT */
/* What the engine says: about itself here, about accounts in events.c. */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Bound of one turn, so that a flood cannot hold the host's main loop. */
#define TURN_CAP (256 * 1024)

void
stead_engine_lose (stead_client *client, const char *condition, char *text, stead_error_retry retry)
{
  wire_error *error = stead_error_copy (STEAD_ERROR_CONTRACT, condition, text, retry);
  free (text);
  stead_engine_lost (client, error);
}

static void
hear_hello (stead_client *client, const Steadfast__V1__Hello *hello)
{
  stead_engine *engine = &client->engine;
  if (hello->version != STEAD_CONTRACT_VERSION)
    {
      char *text = stead_format (
          "The Steadfast engine %s is too %s for this program: it speaks version %u of their "
          "contract, the program version %d. Install both from one release and start the program "
          "again.",
          engine->location.engine, hello->version < STEAD_CONTRACT_VERSION ? "old" : "new",
          hello->version, STEAD_CONTRACT_VERSION);
      stead_engine_lose (client, "version-mismatch", text, STEAD_RETRY_NEVER);
      return;
    }
  engine->stage = STEAD_ENGINE_READY;
  engine->since = stead_now ();
  stead_made_engine (client, STEAD_ENGINE_STARTED, hello->program, NULL, 0);
  for (stead_account *a = client->accounts; a != NULL; a = a->next)
    stead_account_serve (client, a);
}

static void
hear_goodbye (stead_client *client, Steadfast__V1__Goodbye *goodbye)
{
  /* The end of the socket follows, and with it the account of it. */
  if (goodbye->reason != NULL && client->engine.reason == NULL)
    {
      client->engine.reason = goodbye->reason;
      goodbye->reason = NULL;
    }
}

static void
hear (stead_client *client, wire_event *wire, size_t size)
{
  bool hello = wire->body_case == STEADFAST__V1__EVENT__BODY_HELLO;
  bool goodbye = wire->body_case == STEADFAST__V1__EVENT__BODY_GOODBYE;
  if (!hello && !goodbye && client->engine.stage == STEAD_ENGINE_READY)
    {
      stead_events_arrived (client, wire, size);
      return;
    }
  if (goodbye)
    hear_goodbye (client, wire->goodbye);
  else if (hello && client->engine.stage == STEAD_ENGINE_STARTING)
    hear_hello (client, wire->hello);
  else
    stead_engine_lose (client, "unexpected-frame",
                       stead_copy ("The Steadfast engine spoke out of turn and is started again."),
                       STEAD_RETRY_LATER);
  steadfast__v1__event__free_unpacked (wire, NULL);
}

static void
take_frames (stead_client *client)
{
  stead_engine *engine = &client->engine;
  stead_frame result = STEAD_FRAME_TAKEN;
  while (result == STEAD_FRAME_TAKEN && engine->process.socket >= 0)
    {
      wire_event *wire = NULL;
      uint64_t before = engine->in.passed;
      result = stead_frames_take (&engine->in, &wire);
      if (result == STEAD_FRAME_TAKEN)
        hear (client, wire, (size_t) (engine->in.passed - before));
    }
  if (result == STEAD_FRAME_BAD)
    stead_engine_lose (client, "bad-frame",
                       stead_copy ("The Steadfast engine sent what cannot be read and is started "
                                   "again."),
                       STEAD_RETRY_LATER);
}

/* A full queue leaves the rest with a living engine. What a dead one left is no more than the
 * kernel's buffer holds, and its end stands behind that. */
void
stead_engine_read (stead_client *client, bool gone)
{
  stead_engine *engine = &client->engine;
  uint8_t bytes[65536];
  size_t total = 0;
  bool more = true;
  while (engine->process.socket >= 0 && more && total < TURN_CAP
         && (gone || !stead_events_many (client)))
    {
      ssize_t n = recv (engine->process.socket, bytes, sizeof bytes, 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
      if (n <= 0)
        {
          stead_engine_lost (client, NULL);
          return;
        }
      stead_buffer_append (&engine->in, bytes, (size_t) n);
      take_frames (client);
      total += (size_t) n;
      more = (size_t) n == sizeof bytes;
    }
}
