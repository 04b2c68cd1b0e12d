// SPDX-License-Identifier: MIT

#include "host.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

GString *
host_conversation_event (const char *name, PurpleConversation *conversation)
{
  GString *event = host_event (name);

  json_add_int (event, "account",
                host_account_number (purple_conversation_get_account (conversation)));
  json_add_string (event, "conversation", purple_conversation_get_name (conversation));
  if (purple_conversation_get_type (conversation) == PURPLE_CONV_TYPE_CHAT)
    json_add_bool (event, "chat", TRUE);
  return event;
}

static void
add_flags (GString *event, PurpleMessageFlags flags)
{
  static const struct
  {
    PurpleMessageFlags flag;
    const char *name;
  } names[] = {
    { PURPLE_MESSAGE_SEND, "send" },
    { PURPLE_MESSAGE_RECV, "recv" },
    { PURPLE_MESSAGE_SYSTEM, "system" },
    { PURPLE_MESSAGE_AUTO_RESP, "auto-response" },
    { PURPLE_MESSAGE_NICK, "nick" },
    { PURPLE_MESSAGE_NO_LOG, "no-log" },
    { PURPLE_MESSAGE_ERROR, "error" },
    { PURPLE_MESSAGE_DELAYED, "delayed" },
    { PURPLE_MESSAGE_RAW, "raw" },
    { PURPLE_MESSAGE_NOTIFY, "notify" },
    { PURPLE_MESSAGE_REMOTE_SEND, "remote-send" },
  };
  gsize i;

  json_open (event, "flags", '[');
  for (i = 0; i < G_N_ELEMENTS (names); i++)
    if ((flags & names[i].flag) != 0)
      json_add_string (event, NULL, names[i].name);
  json_close (event, ']');
}

/* So many lines from others are not printed, for measurements: the next one is. */
static int quiet;

static const char *
run_quiet (const JsonValue *command, GString *result)
{
  (void) result;
  quiet = json_int (command, "lines", 0);
  host_chats_hush (json_int (command, "users", 0));
  return NULL;
}

/* A text that this host cannot show without coming to its end. */
static char *deadly;

static const char *
run_deadly (const JsonValue *command, GString *result)
{
  (void) result;
  g_free (deadly);
  deadly = g_strdup (json_string (command, "html"));
  return NULL;
}

HostCommand
host_conversation_command (const char *name)
{
  return g_strcmp0 (name, "quiet") == 0    ? run_quiet
         : g_strcmp0 (name, "deadly") == 0 ? run_deadly
                                           : NULL;
}

static void
on_write (PurpleConversation *conversation, const char *name, const char *alias, const char *html,
          PurpleMessageFlags flags, time_t mtime)
{
  GString *event;

  if (deadly != NULL && strcmp (html, deadly) == 0)
    kill (getpid (), SIGKILL);
  if ((flags & PURPLE_MESSAGE_RECV) != 0 && quiet > 0)
    {
      quiet--;
      return;
    }
  event = host_conversation_event ("write", conversation);
  json_add_string (event, "name", name);
  json_add_string (event, "alias", alias);
  json_add_string (event, "html", html);
  add_flags (event, flags);
  json_add_int (event, "mtime", mtime);
  host_emit (event);
}

static void
on_created (PurpleConversation *conversation)
{
  host_emit (host_conversation_event ("conversation-opened", conversation));
}

static void
on_destroyed (PurpleConversation *conversation)
{
  host_emit (host_conversation_event ("conversation-closed", conversation));
}

static void
on_typing (PurpleAccount *account, const char *name, gpointer state)
{
  GString *event = host_event ("typing");

  json_add_int (event, "account", host_account_number (account));
  json_add_string (event, "name", name);
  json_add_string (event, "state", state);
  host_emit (event);
}

void
host_conversations_watch (void)
{
  static int handle;
  void *conversations = purple_conversations_get_handle ();

  purple_signal_connect (conversations, "buddy-typing", &handle, PURPLE_CALLBACK (on_typing),
                         "typing");
  purple_signal_connect (conversations, "buddy-typed", &handle, PURPLE_CALLBACK (on_typing),
                         "typed");
  purple_signal_connect (conversations, "buddy-typing-stopped", &handle,
                         PURPLE_CALLBACK (on_typing), "stopped");
}

static PurpleConversationUiOps ops = {
  .create_conversation = on_created,
  .destroy_conversation = on_destroyed,
  .write_conv = on_write,
};

PurpleConversationUiOps *
host_conversation_ops (void)
{
  host_chats_fill_ops (&ops);
  return &ops;
}
