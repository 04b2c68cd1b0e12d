// SPDX-License-Identifier: MIT
//
// usage: freed-secrets STATE_FOLDER SECRET      Keeps a room's password with a bookmark, and waits for the
// answer. What this process frees with the password still in it is counted. A line for each answer.

#define _GNU_SOURCE

#include "steadfast.h"

#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

static const char *secret;
static size_t freed, left;

void __libc_free (void *memory);

/* The program's own, which libsteadfast and protobuf-c call as well. */
void
free (void *memory)
{
  if (memory != NULL && secret != NULL)
    {
      freed++;
      if (memmem (memory, malloc_usable_size (memory), secret, strlen (secret)) != NULL)
        left++;
    }
  __libc_free (memory);
}

/* Returns: what has become of the command. */
static const char *
answer (stead_client *client)
{
  for (;;)
    {
      short wanted = stead_client_wants_write (client) ? POLLIN | POLLOUT : POLLIN;
      struct pollfd ready = { stead_client_fd (client), wanted, 0 };
      const stead_event *event;

      if (poll (&ready, 1, stead_client_wait_ms (client)) < 0)
        return "no poll";
      stead_client_dispatch (client);
      while ((event = stead_client_next (client)) != NULL)
        {
          if (stead_event_type (event) == STEAD_EVENT_ACCEPTED)
            return "accepted";
          if (stead_event_type (event) == STEAD_EVENT_REFUSED)
            return "refused";
        }
    }
}

int
main (int argc, char **argv)
{
  stead_options *options = stead_options_new ();
  stead_client *client;

  if (argc != 3)
    return 2;
  secret = argv[2];
  client = stead_client_new ("Freed 1.0", argv[1], NULL);
  if (client == NULL)
    return 3;
  stead_client_set_times (client, 1000, 10);
  stead_options_set_string (options, STEAD_OPTION_JID, "alice@home.example");
  if (!stead_attach (client, 1, options)
      || stead_set_bookmark (client, 1, "den@rooms.example", NULL, NULL, secret, false) == NULL)
    return 4;
  stead_options_free (options);
  printf ("%s\n", answer (client));
  stead_client_close (client);
  printf ("left in %zu of %s\n", left, freed > 0 ? "what was freed" : "nothing");
  return 0;
}
