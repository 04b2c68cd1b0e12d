// SPDX-License-Identifier: MIT

#include "host.h"

#include <time.h>

enum
{
  PRIORITY =
      G_PRIORITY_HIGH_IDLE + 20, /* GTK's of drawing: below that of everything that comes in */
  EACH_MS = 10
};

static guint source;
static gint64 drawn_us;
static gint64 longest_us;
static gint64 due_us; /* by the clock */
static gint64 latest_us;

/* The program's own work, so that a busy machine and a slow reader of our events do not count. */
static gint64
worked_us (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &worked);
  return (gint64) worked.tv_sec * 1000000 + worked.tv_nsec / 1000;
}

static void
look (void)
{
  gint64 now_us = worked_us ();

  longest_us = MAX (longest_us, now_us - drawn_us);
  drawn_us = now_us;
  now_us = g_get_monotonic_time ();
  latest_us = MAX (latest_us, now_us - due_us);
  due_us = now_us + EACH_MS * 1000;
}

static gboolean
on_draw (gpointer data)
{
  (void) data;
  look ();
  return TRUE;
}

/* Begins to draw; or ends, and says how much was done at worst without drawing, and how much later
 * than wanted it was drawn at worst: that is the machine's and our reader's fault, too. */
static const char *
run_redraw (const JsonValue *command, GString *result)
{
  if (json_bool (command, "begin", FALSE))
    {
      longest_us = latest_us = 0;
      drawn_us = worked_us ();
      due_us = g_get_monotonic_time () + EACH_MS * 1000;
      source = g_timeout_add_full (PRIORITY, EACH_MS, on_draw, NULL, NULL);
      return NULL;
    }
  if (source == 0)
    return "nothing is drawn";
  look ();
  g_source_remove (source);
  source = 0;
  json_add_int (result, "longestMs", longest_us / 1000);
  json_add_int (result, "latestMs", latest_us / 1000);
  return NULL;
}

HostCommand
host_redraw_command (const char *name)
{
  return g_strcmp0 (name, "redraw") == 0 ? run_redraw : NULL;
}
