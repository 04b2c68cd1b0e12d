// SPDX-License-Identifier: MIT

#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

gboolean host_network_available = TRUE;
const char *host_ui = "steadfast-test-host";

static GMainLoop *loop;
static gboolean prompts = TRUE;

/* Takes the place of libpurple's own, for libpurple and for the plugins alike. */
__attribute__ ((visibility ("default"))) gboolean
purple_network_is_available (void)
{
  return host_network_available;
}

GString *
host_event (const char *name)
{
  GString *event = g_string_new ("{");

  json_add_string (event, "event", name);
  return event;
}

void
host_emit (GString *event)
{
  g_string_append (event, "}\n");
  fwrite (event->str, 1, event->len, stdout);
  fflush (stdout);
  g_string_free (event, TRUE);
}

/* libpurple's input watches on GLib's. */
typedef struct
{
  PurpleInputFunction function;
  gpointer data;
} Watch;

static gboolean
on_ready (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  Watch *watch = data;
  PurpleInputCondition ready = 0;

  if ((condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0)
    ready |= PURPLE_INPUT_READ;
  if ((condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL)) != 0)
    ready |= PURPLE_INPUT_WRITE;
  watch->function (watch->data, g_io_channel_unix_get_fd (channel), ready);
  return TRUE;
}

static guint
add_input (int fd, PurpleInputCondition wanted, PurpleInputFunction function, gpointer data)
{
  Watch *watch = g_new0 (Watch, 1);
  GIOChannel *channel = g_io_channel_unix_new (fd);
  GIOCondition condition = 0;
  guint id;

  if ((wanted & PURPLE_INPUT_READ) != 0)
    condition |= G_IO_IN | G_IO_HUP | G_IO_ERR;
  if ((wanted & PURPLE_INPUT_WRITE) != 0)
    condition |= G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL;
  watch->function = function;
  watch->data = data;
  id = g_io_add_watch_full (channel, G_PRIORITY_DEFAULT, condition, on_ready, watch, g_free);
  g_io_channel_unref (channel);
  return id;
}

static PurpleEventLoopUiOps eventloop_ops = {
  .timeout_add = g_timeout_add,
  .timeout_remove = g_source_remove,
  .input_add = add_input,
  .input_remove = g_source_remove,
  .timeout_add_seconds = g_timeout_add_seconds,
};

static void
on_debug (PurpleDebugLevel level, const char *category, const char *text)
{
  GString *event = host_event ("debug");

  json_add_int (event, "level", level);
  json_add_string (event, "category", category);
  json_add_string (event, "text", text);
  host_emit (event);
}

static gboolean
wants_debug (PurpleDebugLevel level, const char *category)
{
  return level >= PURPLE_DEBUG_INFO && category != NULL && strcmp (category, "steadfast") == 0;
}

static PurpleDebugUiOps debug_ops = { .print = on_debug, .is_enabled = wants_debug };

/* libpurple fills in how the list is written to disk. */
static PurpleBlistUiOps blist_ops;

static void
set_ui_ops (void)
{
  purple_blist_set_ui_ops (&blist_ops);
  purple_accounts_set_ui_ops (host_account_ops ());
  purple_connections_set_ui_ops (host_connection_ops ());
  purple_conversations_set_ui_ops (host_conversation_ops ());
  purple_notify_set_ui_ops (host_notify_ops ());
  purple_roomlist_set_ui_ops (host_roomlist_ops ());
  if (prompts)
    purple_request_set_ui_ops (host_request_ops ());
}

static PurpleCoreUiOps core_ops = { .ui_init = set_ui_ops };

static void
answer (const JsonValue *command)
{
  GString *reply = host_event ("reply");
  const char *wrong = "not a JSON object";

  json_add_int (reply, "id", json_int (command, "id", 0));
  json_open (reply, "result", '{');
  if (command != NULL && command->type == JSON_OBJECT)
    wrong = host_run (command, reply);
  json_close (reply, '}');
  json_add_string (reply, "error", wrong);
  host_emit (reply);
}

static gboolean
on_line (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  char *line = NULL;
  GIOStatus status = g_io_channel_read_line (channel, &line, NULL, NULL, NULL);

  (void) condition;
  (void) data;
  if (status == G_IO_STATUS_EOF || status == G_IO_STATUS_ERROR)
    {
      g_main_loop_quit (loop);
      return FALSE;
    }
  if (line != NULL)
    {
      JsonValue *command = json_parse (g_strchomp (line));

      if (command != NULL && g_strcmp0 (json_string (command, "cmd"), "quit") == 0)
        g_main_loop_quit (loop);
      else
        answer (command);
      json_free (command);
      g_free (line);
    }
  return TRUE;
}

static gboolean
start_core (int argc, char **argv)
{
  gboolean debug = FALSE;
  int i;

  for (i = 1; i < argc; i++)
    {
      if (strcmp (argv[i], "--debug") == 0)
        debug = TRUE;
      else if (strcmp (argv[i], "--no-prompts") == 0)
        prompts = FALSE;
      else if (strcmp (argv[i], "--ui") == 0 && i + 1 < argc)
        host_ui = argv[++i];
      else if (strcmp (argv[i], "--user-dir") == 0 && i + 1 < argc)
        purple_util_set_user_dir (argv[++i]);
      else if (strcmp (argv[i], "--plugins") == 0 && i + 1 < argc)
        purple_plugins_add_search_path (argv[++i]);
      else
        return FALSE;
    }
  purple_debug_set_enabled (FALSE);
  if (debug)
    purple_debug_set_ui_ops (&debug_ops);
  purple_eventloop_set_ui_ops (&eventloop_ops);
  purple_core_set_ui_ops (&core_ops);
  return purple_core_init (host_ui);
}

int
main (int argc, char **argv)
{
  GIOChannel *commands;
  GString *event;

  if (!start_core (argc, argv))
    {
      fprintf (stderr,
               "usage: %s --user-dir DIR [--plugins DIR]... [--debug] [--no-prompts] [--ui ID]\n",
               argv[0]);
      return EXIT_FAILURE;
    }
  purple_set_blist (purple_blist_new ());
  purple_blist_load ();
  purple_savedstatus_activate (purple_savedstatus_new (NULL, PURPLE_STATUS_AVAILABLE));
  host_conversations_watch ();
  host_chats_watch ();
  host_buddies_watch ();
  event = host_event ("ready");
  json_add_string (event, "version", purple_core_get_version ());
  host_emit (event);

  loop = g_main_loop_new (NULL, FALSE);
  commands = g_io_channel_unix_new (STDIN_FILENO);
  g_io_add_watch (commands, G_IO_IN | G_IO_HUP, on_line, NULL);
  g_main_loop_run (loop);
  g_io_channel_unref (commands);
  purple_core_quit ();
  g_main_loop_unref (loop);
  host_emit (host_event ("quit"));
  return EXIT_SUCCESS;
}
