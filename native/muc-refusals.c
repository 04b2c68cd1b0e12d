/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rooms that do not let us in, or are gone. Whoever is to enter one that wants a password is asked for it,
 * and whether to enter the one that another was closed for. */

#include "muc.h"

#include <string.h>

/* A prompt that waits for the person. */
typedef struct
{
  char *jid;
  char *nick;
  char *password; /* (nullable) */
} Prompt;

static void
prompt_free (gpointer data)
{
  Prompt *prompt = data;

  if (prompt->password != NULL)
    explicit_bzero (prompt->password, strlen (prompt->password));
  g_free (prompt->password);
  g_free (prompt->jid);
  g_free (prompt->nick);
  g_free (prompt);
}

static void
enter (const ShimSession *session, const Prompt *prompt, const char *password)
{
  PurpleConnection *gc = session != NULL ? account_connection (session) : NULL;
  GHashTable *components = muc_components (prompt->jid, prompt->nick, password);

  if (gc != NULL)
    serv_join_chat (gc, components);
  g_hash_table_destroy (components);
}

static void
on_password (gpointer number, const char *password)
{
  ShimSession *session;
  Prompt *prompt = muc_prompt_take (number, &session);

  if (prompt == NULL)
    return;
  enter (session, prompt, password);
  prompt_free (prompt);
}

static void
forget (gpointer number)
{
  ShimSession *session;
  Prompt *prompt = muc_prompt_take (number, &session);

  if (prompt != NULL)
    prompt_free (prompt);
}

static void
on_cancel (gpointer number, const char *password)
{
  (void) password;
  forget (number);
}

/* Returns: for the prompt's callbacks */
static gpointer
prompt_new (const ShimSession *session, const char *jid, const char *nick, const char *password)
{
  Prompt *prompt = g_new0 (Prompt, 1);

  prompt->jid = g_strdup (jid);
  prompt->nick = g_strdup (nick);
  prompt->password = g_strdup (password);
  return muc_prompt_new (session, prompt, prompt_free);
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
on_enter (gpointer number, int action)
{
  ShimSession *session;
  Prompt *prompt = muc_prompt_take (number, &session);

  (void) action;
  if (prompt == NULL)
    return;
  enter (session, prompt, prompt->password);
  prompt_free (prompt);
}

static void
on_stay_out (gpointer number, int action)
{
  (void) action;
  forget (number);
}

/* The prompt shows plain text, so nothing is escaped. BitlBee knows a button by OK or Cancel only. */
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
        "_OK", on_enter, "_Cancel", on_stay_out);
  g_free (secondary);
  g_free (primary);
}
