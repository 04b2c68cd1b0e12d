/* SPDX-License-Identifier: MIT */
/* The life of the engine: started, heard, lost, started again. */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Without a Hello in this time the engine hangs; slow machines start it in a few seconds. */
#define START_CAP_MS 30000
/* An engine whose socket is closed exits at once; this one does not. */
#define END_CAP_MS 3000
/* One that lived so long starts the back-off over. */
#define LONG_LIFE_MS 10000

bool
stead_engine_ready (const stead_client *client)
{
  return client->engine.stage == STEAD_ENGINE_READY;
}

/* The first new start is at once, and the longest wait is well below the time after which texts are
 * given up: an engine that is killed again and again costs none of them. */
static uint32_t
next_delay (stead_client *client)
{
  unsigned failures = client->engine.failures++;
  int64_t most = client->restart_ms * 8;
  int64_t delay = failures == 0 ? 0 : failures > 4 ? most : client->restart_ms << (failures - 1);
  return (uint32_t) (delay > most ? most : delay);
}

static bool
is_wanted (const stead_client *client)
{
  for (const stead_account *a = client->accounts; a != NULL; a = a->next)
    if (a->options != NULL)
      return true;
  return false;
}

/* Tells the program, and sees to a new start where that can help. */
static void
tell_end (stead_client *client, stead_engine_state state, wire_error *error)
{
  uint32_t delay = 0;
  client->engine.start_at = -1;
  if (error->retry == STEADFAST__V1__ERROR__RETRY__LATER && is_wanted (client))
    {
      delay = next_delay (client);
      client->engine.start_at = stead_now () + delay;
    }
  stead_made_engine (client, state, NULL, error, delay);
}

static void
tell_no_start (stead_client *client, const char *condition, char *text, stead_error_retry retry)
{
  client->engine.stage = STEAD_ENGINE_NONE;
  tell_end (client, STEAD_ENGINE_FAILED,
            stead_error_copy (STEAD_ERROR_CONTRACT, condition, text, retry));
  free (text);
}

static void
say_hello (stead_client *client)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__Hello hello = STEADFAST__V1__HELLO__INIT;
  hello.version = STEAD_CONTRACT_VERSION;
  hello.program = client->program;
  hello.state_folder = client->state_folder;
  command.body_case = STEADFAST__V1__COMMAND__BODY_HELLO;
  command.hello = &hello;
  stead_frames_push (&client->engine.out, &command);
}

static void
start (stead_client *client)
{
  stead_engine *engine = &client->engine;
  const char *condition;
  engine->start_at = -1;
  char *problem = stead_locate (&engine->location, &condition);
  if (problem != NULL)
    {
      tell_no_start (client, condition, problem, STEAD_RETRY_NEVER);
      return;
    }
  int result = stead_process_start (&engine->process, &engine->location, client->lock);
  if (result != 0)
    {
      problem = stead_format ("The Steadfast engine could not be started: running %s failed "
                              "(%s). " STEAD_NEED_NODE,
                              engine->location.node, strerror (result));
      tell_no_start (client, "engine-not-started", problem, STEAD_RETRY_LATER);
      return;
    }
  engine->stage = STEAD_ENGINE_STARTING;
  engine->since = stead_now ();
  memset (&engine->words, 0, sizeof engine->words);
  engine->watched = EPOLLIN | EPOLLERR;
  stead_client_watch (client, engine->process.socket, 0, engine->watched);
  stead_client_watch (client, engine->process.errors, 0, EPOLLIN);
  /* Once: a copy of it that a forked child of the host keeps would be ready for ever. */
  stead_client_watch (client, engine->process.pidfd, 0, EPOLLIN | EPOLLONESHOT);
  say_hello (client);
  stead_engine_flush (client);
}

void
stead_engine_want (stead_client *client)
{
  stead_engine *engine = &client->engine;
  bool gone = engine->stage == STEAD_ENGINE_NONE || engine->stage == STEAD_ENGINE_ENDING;
  if (gone && engine->start_at < 0)
    {
      engine->failures = 0;
      engine->start_at = stead_now ();
    }
}

static void
let_go (stead_client *client)
{
  stead_engine *engine = &client->engine;
  stead_client_watch (client, engine->process.socket, engine->watched, 0);
  /* A child the host forked may hold a copy: the engine must see the end all the same. */
  shutdown (engine->process.socket, SHUT_RDWR);
  close (engine->process.socket);
  engine->process.socket = -1;
  stead_buffer_clear (&engine->in);
  stead_buffer_clear (&engine->out);
}

void
stead_engine_lost (stead_client *client, wire_error *error)
{
  stead_engine *engine = &client->engine;
  bool started = engine->stage == STEAD_ENGINE_READY;
  int64_t now = stead_now ();
  if (started && now - engine->since >= LONG_LIFE_MS)
    engine->failures = 0;
  stead_stderr_read (client);
  if (error == NULL)
    error = stead_engine_account_for_end (client);
  let_go (client);
  engine->stage = STEAD_ENGINE_ENDING;
  engine->since = now;
  stead_events_engine_lost (client);
  tell_end (client, started ? STEAD_ENGINE_DIED : STEAD_ENGINE_FAILED, error);
  stead_account_lost (client);
}

void
stead_engine_flush (stead_client *client)
{
  stead_engine *engine = &client->engine;
  stead_buffer *out = &engine->out;
  if (engine->process.socket < 0)
    return;
  while (out->end > out->start)
    {
      ssize_t n = send (engine->process.socket, out->data + out->start, out->end - out->start,
                        MSG_NOSIGNAL);
      /* Anything but "full" is the end of the engine, which reading tells in its turn, after what
       * it said last. */
      if (n <= 0)
        break;
      stead_buffer_consume (out, (size_t) n);
    }
  /* Never nothing at all, which would end the watch. */
  uint32_t watch = EPOLLERR | (stead_events_many (client) ? 0 : EPOLLIN)
                   | (out->end > out->start ? EPOLLOUT : 0);
  stead_client_watch (client, engine->process.socket, engine->watched, watch);
  engine->watched = watch;
}

void
stead_engine_tick (stead_client *client, int64_t now)
{
  stead_engine *engine = &client->engine;
  bool ended = engine->stage != STEAD_ENGINE_NONE && stead_process_ended (&engine->process);
  if (engine->stage == STEAD_ENGINE_STARTING && now - engine->since >= START_CAP_MS)
    stead_engine_lose (client, "engine-hangs",
                       stead_format ("The Steadfast engine %s does not answer and is started "
                                     "again.",
                                     engine->location.engine),
                       STEAD_RETRY_LATER);
  if (engine->stage == STEAD_ENGINE_ENDING && ended)
    {
      stead_client_watch (client, engine->process.errors, EPOLLIN, 0);
      stead_process_leave (&engine->process);
      engine->stage = STEAD_ENGINE_NONE;
    }
  else if (engine->stage == STEAD_ENGINE_ENDING && now - engine->since >= END_CAP_MS)
    {
      stead_process_kill (&engine->process);
      engine->since = now;
    }
  if (engine->stage != STEAD_ENGINE_NONE || engine->start_at < 0 || now < engine->start_at)
    return;
  if (is_wanted (client))
    start (client);
  else
    engine->start_at = -1;
}

int64_t
stead_engine_due (const stead_client *client)
{
  const stead_engine *engine = &client->engine;
  switch (engine->stage)
    {
    case STEAD_ENGINE_STARTING:
      return engine->since + START_CAP_MS;
    case STEAD_ENGINE_ENDING:
      return engine->process.pidfd < 0 ? 0 : engine->since + END_CAP_MS;
    case STEAD_ENGINE_NONE:
      return engine->start_at;
    default:
      return -1;
    }
}

void
stead_engine_close (stead_client *client)
{
  stead_engine *engine = &client->engine;
  if (engine->process.socket >= 0)
    {
      wire_command command = STEADFAST__V1__COMMAND__INIT;
      Steadfast__V1__Goodbye goodbye = STEADFAST__V1__GOODBYE__INIT;
      command.body_case = STEADFAST__V1__COMMAND__BODY_GOODBYE;
      command.goodbye = &goodbye;
      stead_frames_push (&engine->out, &command);
      stead_engine_flush (client);
      let_go (client);
    }
  stead_process_leave (&engine->process);
  stead_location_clear (&engine->location);
  if (engine->reason != NULL)
    steadfast__v1__error__free_unpacked (engine->reason, NULL);
}
