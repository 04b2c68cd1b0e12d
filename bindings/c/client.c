/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#define GIVE_UP_MS 10000
#define RESTART_MS 500

const char *
stead_version (void)
{
  return STEAD_VERSION;
}

static void
make_ids (stead_client *client)
{
  uint8_t chance[16];
  if (getrandom (chance, sizeof chance, 0) != sizeof chance)
    abort ();
  for (size_t i = 0; i < sizeof chance; i++)
    sprintf (client->ids + 2 * i, "%02x", chance[i]);
}

/** Returns: NULL, or (transfer full) what is wrong. */
static char *
open_up (stead_client *client, int *cause)
{
  *cause = 0;
  if (!stead_text_valid (client->program) || !stead_text_valid (client->state_folder))
    return stead_copy ("The names given to the library are not UTF-8.");
  if (client->state_folder[0] != '/')
    return stead_format ("The state folder must be an absolute path, not \"%s\".",
                         client->state_folder);
  char *problem = NULL;
  client->lock = stead_lock_open (client->state_folder, &problem, cause);
  if (client->lock < 0)
    return problem;
  client->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (client->epoll >= 0)
    return NULL;
  *cause = errno;
  return stead_copy ("The system has no descriptor left.");
}

stead_client *
stead_client_new (const char *program, const char *state_folder, char **error_text)
{
  stead_client *client = stead_alloc (sizeof *client);
  client->program = stead_copy (program);
  client->state_folder = stead_copy (state_folder);
  client->error = stead_copy ("");
  client->lock = client->epoll = -1;
  client->give_up_ms = GIVE_UP_MS;
  client->restart_ms = RESTART_MS;
  client->engine.process = (stead_process){ -1, -1, -1 };
  client->engine.start_at = -1;
  client->pending_end = &client->pending;
  client->events_end = &client->events;
  make_ids (client);
  int cause;
  char *problem = open_up (client, &cause);
  if (error_text != NULL)
    *error_text = problem;
  else
    free (problem);
  if (problem == NULL)
    return client;
  stead_client_close (client);
  errno = cause;
  return NULL;
}

void
stead_client_close (stead_client *client)
{
  if (client == NULL)
    return;
  stead_engine_close (client);
  stead_events_free_all (client);
  stead_pending_free_all (client);
  stead_account_free_all (client);
  if (client->epoll >= 0)
    close (client->epoll);
  if (client->lock >= 0)
    close (client->lock);
  free (client->program);
  free (client->state_folder);
  free (client->error);
  free (client);
}

void
stead_client_watch (stead_client *client, int fd, uint32_t before, uint32_t events)
{
  if (fd < 0 || before == events)
    return;
  struct epoll_event watch = { .events = events, .data.fd = fd };
  epoll_ctl (client->epoll,
             before == 0   ? EPOLL_CTL_ADD
             : events == 0 ? EPOLL_CTL_DEL
                           : EPOLL_CTL_MOD,
             fd, &watch);
}

bool
stead_client_fail (stead_client *client, const char *text)
{
  stead_options_replace (&client->error, text);
  return false;
}

const char *
stead_client_error (const stead_client *client)
{
  return client->error;
}

/* One descriptor for all that is watched: the socket, the engine's stderr and its end. It lives as
 * long as the client, and readiness to write shows on it as readiness to read. */
int
stead_client_fd (const stead_client *client)
{
  return client->epoll;
}

bool
stead_client_wants_write (const stead_client *client)
{
  (void) client;
  return false;
}

static int64_t
sooner (int64_t a, int64_t b)
{
  return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

int
stead_client_wait_ms (const stead_client *client)
{
  if (stead_events_ready (client))
    return 0;
  int64_t due = sooner (stead_engine_due (client),
                        sooner (stead_account_due (client), stead_pending_due (client)));
  if (due < 0)
    return -1;
  int64_t wait = due - stead_now ();
  return wait < 0 ? 0 : wait > INT_MAX ? INT_MAX : (int) wait;
}

void
stead_client_dispatch (stead_client *client)
{
  struct epoll_event ready[4];
  int n = epoll_wait (client->epoll, ready, 4, 0);
  for (int i = 0; i < n; i++)
    if (ready[i].data.fd == client->engine.process.errors)
      stead_stderr_read (client);
  for (int i = 0; i < n; i++)
    if (ready[i].data.fd == client->engine.process.socket)
      stead_engine_read (client, (ready[i].events & (EPOLLHUP | EPOLLERR)) != 0);
  int64_t now = stead_now ();
  stead_engine_tick (client, now);
  stead_account_retry (client, now);
  stead_pending_expire (client, now);
  stead_engine_flush (client);
}

void
stead_client_set_times (stead_client *client, uint32_t give_up_ms, uint32_t restart_ms)
{
  client->give_up_ms = give_up_ms == 0 ? GIVE_UP_MS : give_up_ms;
  client->restart_ms = restart_ms == 0 ? RESTART_MS : restart_ms;
}
