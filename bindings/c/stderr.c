/* SPDX-License-Identifier: MIT */
/* What the engine prints is for the log, and the last resort when it dies without a Goodbye. */
#include "private.h"

#include <ctype.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A crash of Node.js prints many lines, the last of which is its version: the one that names an
 * error says more, whatever follows it. */
static void
remember (stead_stderr *words)
{
  if (strncmp (words->line, "Node.js v", 9) == 0)
    strncpy (words->version, words->line + 9, sizeof words->version - 1);
  else if (strstr (words->line, "Error") != NULL || strstr (words->told, "Error") == NULL)
    memcpy (words->told, words->line, sizeof words->told);
}

static void
end_line (stead_client *client)
{
  stead_stderr *words = &client->engine.words;
  words->line[words->length] = '\0';
  if (words->length > 0 && stead_utf8_valid (words->line, words->length))
    {
      stead_made_log (client, STEAD_LOG_WARNING, words->line);
      remember (words);
    }
  words->length = 0;
}

static void
take (stead_client *client, const char *bytes, size_t length)
{
  stead_stderr *words = &client->engine.words;
  for (size_t i = 0; i < length; i++)
    {
      if (bytes[i] == '\n' || words->length == sizeof words->line - 1)
        end_line (client);
      if (!iscntrl ((unsigned char) bytes[i]))
        words->line[words->length++] = bytes[i];
    }
}

void
stead_stderr_read (stead_client *client)
{
  int fd = client->engine.process.errors;
  char bytes[4096];
  /* A bound for one turn: an engine that prints without end must not hold the host. */
  for (int turn = 0; fd >= 0 && turn < 16; turn++)
    {
      ssize_t n = read (fd, bytes, sizeof bytes);
      if (n > 0)
        take (client, bytes, (size_t) n);
      else if (n < 0)
        return;
      else
        {
          end_line (client);
          stead_client_watch (client, fd, EPOLLIN, 0);
          close (fd);
          client->engine.process.errors = -1;
          return;
        }
    }
}
