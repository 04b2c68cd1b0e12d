// SPDX-License-Identifier: MIT
//
// usage: edges STATE_FOLDER      What only a C program can ask of the library. A line for each answer.

#include "steadfast.h"

#include <locale.h>
#include <stdio.h>

int
main (int argc, char **argv)
{
  stead_options *options = stead_options_new ();
  stead_client *client;

  if (argc != 2 || setlocale (LC_ALL, "") == NULL)
    return 2;
  printf ("version %s\n", stead_version ());
  printf ("headers %s %d.%d.%d\n", STEAD_VERSION, STEAD_VERSION_MAJOR, STEAD_VERSION_MINOR,
          STEAD_VERSION_MICRO);
  printf ("chain %s\n", stead_event_trust_chain (NULL, 0, NULL) == NULL ? "none" : "some");
  client = stead_client_new ("Edges 1.0", argv[1], NULL);
  if (client == NULL)
    return 3;
  printf ("no options: %d\n", stead_attach (client, 1, NULL));
  printf ("because: %s\n", stead_client_error (client));
  stead_options_set_string (options, STEAD_OPTION_JID, "\xc3\x84liceB@Home.example/x");
  printf ("attach: %d\n", stead_attach (client, 1, options));
  stead_options_free (options);
  stead_client_close (client);
  return 0;
}
