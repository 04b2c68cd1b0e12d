/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rooms that do not let us in, or are gone. Whoever is to enter one that wants a password is asked for it,
 * and whether to enter the one that another was closed for. */

#include "muc.h"

#include <string.h>

/* A prompt that waits for the person. */
typedef struct
{
  guint32 number;
  char *jid;
  char *nick;
  char *password; /* (nullable) */
} Prompt;

static void
prompt_free (Prompt *prompt)
{
  if (prompt->password != NULL)
    memset (prompt->password, 0, strlen (prompt->password));
  g_free (prompt->password);
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
enter (Prompt *prompt, const char *password)
{
  ShimSession *session = take (prompt);
  PurpleConnection *gc = session != NULL ? account_connection (session) : NULL;
  GHashTable *components = muc_components (prompt->jid, prompt->nick, password);

  if (gc != NULL)
    serv_join_chat (gc, components);
  g_hash_table_destroy (components);
  prompt_free (prompt);
}

static void
on_password (gpointer data, const char *password)
{
  enter (data, password);
}

static void
on_cancel (gpointer data, const char *password)
{
  (void) password;
  take (data);
  prompt_free (data);
}

static Prompt *
prompt_new (ShimSession *session, const char *jid, const char *nick, const char *password)
{
  Prompt *prompt = g_new0 (Prompt, 1);

  prompt->number = session->number;
  prompt->jid = g_strdup (jid);
  prompt->nick = g_strdup (nick);
  prompt->password = g_strdup (password);
  session->room_prompts = g_slist_prepend (session->room_prompts, prompt);
  return prompt;
}

static void
ask_password (ShimSession *session, const ShimRoom *room, const char *why)
{
  PurpleConnection *gc = account_connection (session);
  char *primary = g_strdup_printf ("A password is needed to enter %s.", room->jid);

  purple_request_input (gc, NULL, primary, why, NULL, FALSE, TRUE, NULL, "Enter",
                        G_CALLBACK (on_password), "Cancel", G_CALLBACK (on_cancel),
                        session->account, NULL, NULL,
                        prompt_new (session, room->jid, room->nick, NULL));
  g_free (primary);
}

void
muc_got_refusal (ShimSession *session, const ShimRoom *room, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  const char *condition = stead_event_error_condition (event);
  const char *error = stead_event_error_text (event);
  const char *text = *error != '\0' ? error : "It was closed.";
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

/* ---- Another room instead (XEP-0045 section 10.9) -----------------------------------------------
 */

static void
on_enter (gpointer data, int action)
{
  const Prompt *prompt = data;

  (void) action;
  enter (data, prompt->password);
}

static void
on_stay_out (gpointer data, int action)
{
  (void) action;
  on_cancel (data, NULL);
}

/* The prompt shows plain text, so nothing is escaped. */
void
muc_offer_alternate (ShimSession *session, const ShimRoom *room, const stead_event *event)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  const char *alternate = stead_event_room_alternate (event);
  char *primary = g_strdup_printf ("The room %s was closed.", room->jid);
  char *secondary = g_strdup_printf ("Do you want to enter %s instead?", alternate);

  if (strchr (alternate, '@') != NULL && muc_find (session, alternate) == NULL && ops != NULL
      && ops->request_action != NULL)
    purple_request_action (
        account_connection (session), "Another Room", primary, secondary, 1, session->account, NULL,
        NULL,
        prompt_new (session, alternate, room->nick, stead_event_room_alternate_password (event)), 2,
        "_Enter", on_enter, "_Stay Out", on_stay_out);
  g_free (secondary);
  g_free (primary);
}
