/* SPDX-License-Identifier: MIT */
/* A client without Pidgin: signs in, sends one text, prints what happens until the server has it.
 *
 *   cc client.c $(pkg-config --cflags --libs steadfast) -o client
 *   ./client alice@example.org "$PASSWORD" bob@example.org "Hello" /tmp/steadfast-example
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <steadfast.h>

/** Returns: whether the text is where it belongs, or never will be. */
static bool
show (const stead_event *event, const char *id)
{
  const char *problem = stead_event_error_text (event);
  if (*problem != '\0')
    printf ("! %s\n", problem);
  if (stead_event_type (event) == STEAD_EVENT_LINK
      && stead_event_link_state (event) == STEAD_LINK_ONLINE)
    printf ("online as %s\n", stead_event_link_jid (event));
  if (stead_event_type (event) == STEAD_EVENT_MESSAGE && stead_event_message_set_aside (event))
    printf ("! what %s wrote cannot be shown; it is kept in %s\n", stead_event_message_from (event),
            stead_event_message_kept_in (event));
  else if (stead_event_type (event) == STEAD_EVENT_MESSAGE)
    printf ("%s: %s\n", stead_event_message_from (event), stead_event_message_body (event));
  if (stead_event_type (event) != STEAD_EVENT_MESSAGE_STATE
      || strcmp (stead_event_command_id (event), id) != 0)
    return false;
  printf ("text: state %d\n", (int) stead_event_state (event));
  return stead_event_state (event) >= STEAD_STATE_AT_SERVER;
}

int
main (int count, char **arguments)
{
  char *error, id[65] = "";
  if (count != 6)
    return 2;
  stead_client *client = stead_client_new ("example 1.0", arguments[5], &error);
  if (client == NULL)
    return fprintf (stderr, "%s\n", error), stead_free (error), 1;
  stead_options *options = stead_options_new ();
  stead_options_set_string (options, STEAD_OPTION_JID, arguments[1]);
  stead_options_set_string (options, STEAD_OPTION_PASSWORD, arguments[2]);
  stead_attach (client, 1, options);
  stead_options_free (options);
  snprintf (id, sizeof id, "%s", stead_send_message (client, 1, arguments[3], arguments[4], NULL));
  for (bool done = false; !done;)
    {
      struct pollfd watch = { stead_client_fd (client), POLLIN, 0 };
      watch.events |= stead_client_wants_write (client) ? POLLOUT : 0;
      poll (&watch, 1, stead_client_wait_ms (client));
      stead_client_dispatch (client);
      for (const stead_event *event; (event = stead_client_next (client)) != NULL;)
        done = show (event, id) || done;
    }
  stead_client_close (client);
  return 0;
}
