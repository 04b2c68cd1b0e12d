/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rooms that do not let us in; one that wants a password is asked for it. */

#include "muc.h"

#include <string.h>

/* A prompt that waits for the person. */
typedef struct
{
  guint32 number;
  char *jid;
  char *nick;
} Prompt;

static void
prompt_free (Prompt *prompt)
{
  g_free (prompt->jid);
  g_free (prompt->nick);
  g_free (prompt);
}

/* The prompts' handle is the connection, which closes them without a word. */
void
muc_refusals_close (ShimSession *session)
{
  while (session->room_prompts != NULL)
    {
      prompt_free (session->room_prompts->data);
      session->room_prompts = g_slist_delete_link (session->room_prompts, session->room_prompts);
    }
}

/* Returns: (nullable): the session, if the prompt is still one of it. */
static ShimSession *
take (Prompt *prompt)
{
  ShimSession *session = account_session_numbered (prompt->number);

  if (session != NULL)
    session->room_prompts = g_slist_remove (session->room_prompts, prompt);
  return session;
}

static void
on_password (gpointer data, const char *password)
{
  Prompt *prompt = data;
  ShimSession *session = take (prompt);
  PurpleConnection *gc = session != NULL ? account_connection (session) : NULL;
  GHashTable *components = muc_components (prompt->jid, prompt->nick, password);

  if (gc != NULL)
    serv_join_chat (gc, components);
  g_hash_table_destroy (components);
  prompt_free (prompt);
}

static void
on_cancel (gpointer data, const char *password)
{
  (void) password;
  take (data);
  prompt_free (data);
}

static void
ask_password (ShimSession *session, const ShimRoom *room, const char *why)
{
  PurpleConnection *gc = account_connection (session);
  Prompt *prompt = g_new0 (Prompt, 1);
  char *primary = g_strdup_printf ("A password is needed to enter %s.", room->jid);

  prompt->number = session->number;
  prompt->jid = g_strdup (room->jid);
  prompt->nick = g_strdup (room->nick);
  session->room_prompts = g_slist_prepend (session->room_prompts, prompt);
  purple_request_input (gc, NULL, primary, why, NULL, FALSE, TRUE, NULL, "Enter",
                        G_CALLBACK (on_password), "Cancel", G_CALLBACK (on_cancel),
                        session->account, NULL, NULL, prompt);
  g_free (primary);
}

void
muc_got_refusal (ShimSession *session, const ShimRoom *room, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  const char *condition = stead_event_error_condition (event);
  const char *text = stead_event_error_text (event);
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  GHashTable *components = muc_components (room->jid, room->nick, NULL);
  char *primary = g_strdup_printf ("You could not enter %s.", room->jid);
  char *taken = g_strdup_printf ("Somebody there has the nick %s already. Choose another one.",
                                 *room->nick != '\0' ? room->nick : "you wanted");

  purple_serv_got_join_chat_failed (gc, components);
  if (strcmp (condition, "not-authorized") == 0 && ops != NULL && ops->request_input != NULL)
    ask_password (session, room, text);
  else
    purple_notify_error (gc, NULL, primary, strcmp (condition, "conflict") == 0 ? taken : text);
  g_free (taken);
  g_free (primary);
  g_hash_table_destroy (components);
}
