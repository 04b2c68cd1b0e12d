/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of rooms and registration with them (XEP-0045 sections 10.2 and 7.10). */

#include "muc.h"

/* A dialog that waits for the person. */
typedef struct
{
  char *room;
  stead_room_form_kind kind;
  ShimForm *form; /* (nullable): only the question whether to see it */
} Prompt;

static void
prompt_free (gpointer data)
{
  Prompt *prompt = data;

  forms_free (prompt->form);
  g_free (prompt->room);
  g_free (prompt);
}

/* Returns: for the prompt's callbacks */
static gpointer
prompt_new (const ShimSession *session, const char *room, stead_room_form_kind kind, ShimForm *form)
{
  Prompt *prompt = g_new0 (Prompt, 1);

  prompt->room = g_strdup (room);
  prompt->kind = kind;
  prompt->form = form;
  return muc_prompt_new (session, prompt, prompt_free);
}

void
muc_get_form (ShimSession *session, const char *room, stead_room_form_kind kind)
{
  stead_client *client = dispatch_client ();

  if (client != NULL)
    muc_expect (session, room, stead_get_room_form (client, session->number, room, kind));
}

/* ---- The form -----------------------------------------------------------------------------------
 */

/* @filled: (nullable): %NULL when it is given up */
static void
submit (ShimSession *session, const Prompt *prompt, const stead_form *filled)
{
  stead_client *client = dispatch_client ();

  if (client != NULL)
    muc_expect (
        session, prompt->room,
        stead_submit_room_form (client, session->number, prompt->room, prompt->kind, filled));
}

static void
on_filled (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  Prompt *prompt = muc_prompt_take (number, &session);
  stead_form *filled;

  if (prompt == NULL)
    return;
  filled = forms_filled (prompt->form, fields);
  if (session != NULL && filled != NULL)
    submit (session, prompt, filled);
  else if (session != NULL)
    purple_notify_error (account_connection (session), NULL, prompt->room,
                         "The form was not sent: a text in it is too long.");
  stead_form_free (filled);
  prompt_free (prompt);
}

static void
on_given_up (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  Prompt *prompt = muc_prompt_take (number, &session);

  (void) fields;
  if (prompt == NULL)
    return;
  /* Of settings a room keeps in mind that they are being changed; of one who asks for voice the engine
   * keeps in mind that he does. */
  if (session != NULL
      && (prompt->kind == STEAD_ROOM_FORM_CONFIGURE || prompt->kind == STEAD_ROOM_FORM_VOICE))
    submit (session, prompt, NULL);
  prompt_free (prompt);
}

/* Returns: (transfer full): plain, as the dialog shows it */
static char *
words_of_form (const stead_event *event)
{
  const char *title = stead_event_form_title (event);
  const char *instructions = stead_event_form_instructions (event);

  return g_strdup_printf ("%s%s%s", title, *title != '\0' && *instructions != '\0' ? "\n" : "",
                          instructions);
}

/* By kind; %s is the room. */
static const struct
{
  const char *title, *primary, *ok;
} dialogs[] = {
  [STEAD_ROOM_FORM_CONFIGURE] = { "Configure Room", "Settings of %s", "Save" },
  [STEAD_ROOM_FORM_REGISTER] = { "Register Nick", "Registration with %s", "Register" },
  [STEAD_ROOM_FORM_VOICE] = { "Voice Request", "Somebody asks for voice in %s", "Answer" },
  [STEAD_ROOM_FORM_UNREGISTER] = { "Unregister", "The end of your registration with %s", "Send" },
};

/* Returns: (transfer full) */
static char *
primary_of (stead_room_form_kind kind, const char *room)
{
  char **parts = g_strsplit (dialogs[kind].primary, "%s", 2);
  char *primary = g_strconcat (parts[0], room, parts[1], NULL);

  g_strfreev (parts);
  return primary;
}

/* A person need not have asked for it, so it is no dialog that comes up by itself. */
static void
tell_unshown (ShimSession *session, const char *jid, stead_room_form_kind kind)
{
  ShimRoom *room = muc_find (session, jid);
  PurpleConversation *conversation = room != NULL ? muc_conversation (session, room) : NULL;
  Prompt prompt = { 0 };
  char *primary = primary_of (kind, jid);

  if (kind == STEAD_ROOM_FORM_VOICE && conversation != NULL)
    {
      link_write_line (conversation,
                       "Somebody asks for voice in this room. This program cannot show who.");
      prompt.room = room->jid;
      prompt.kind = kind;
      submit (session, &prompt, NULL);
    }
  else
    purple_notify_error (account_connection (session), NULL, primary,
                         "This program cannot show forms.");
  g_free (primary);
}

static void
show_form (ShimSession *session, const stead_event *event)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  const char *room = stead_event_room_jid (event);
  stead_room_form_kind kind = (stead_room_form_kind) CLAMP (
      (int) stead_event_room_form_kind (event), 0, (int) G_N_ELEMENTS (dialogs) - 1);
  char *primary = primary_of (kind, room);
  char *secondary = words_of_form (event);
  PurpleRequestFields *fields;
  ShimForm *form;

  if (ops == NULL || ops->request_fields == NULL)
    tell_unshown (session, room, kind);
  else
    {
      form = forms_read (event, &fields);
      purple_request_fields (account_connection (session), dialogs[kind].title, primary, secondary,
                             fields, dialogs[kind].ok, G_CALLBACK (on_filled), "Cancel",
                             G_CALLBACK (on_given_up), session->account, NULL, NULL,
                             prompt_new (session, room, kind, form));
    }
  g_free (secondary);
  g_free (primary);
}

void
muc_got_form (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  char *nick = muc_on_one_line (stead_event_room_form_registered_nick (event));
  char *primary =
      g_strdup_printf ("You are registered with %s already.", stead_event_room_jid (event));
  char *secondary = g_strdup_printf ("Your nick there is %s.", nick);

  if (gc != NULL && stead_event_form (event))
    show_form (session, event);
  else if (gc != NULL)
    purple_notify_info (gc, NULL, primary, *nick != '\0' ? secondary : NULL);
  g_free (secondary);
  g_free (primary);
  g_free (nick);
}

/* ---- A new room ---------------------------------------------------------------------------------
 */

static void
on_configure (gpointer number, int action)
{
  ShimSession *session;
  Prompt *prompt = muc_prompt_take (number, &session);

  (void) action;
  if (prompt == NULL)
    return;
  if (session != NULL)
    muc_get_form (session, prompt->room, prompt->kind);
  prompt_free (prompt);
}

static void
on_accept (gpointer number, int action)
{
  ShimSession *session;
  Prompt *prompt = muc_prompt_take (number, &session);

  (void) action;
  if (prompt != NULL)
    prompt_free (prompt);
}

/* The engine has opened it with the settings that its service has for new ones: nobody has to wait in
 * front of it for an answer. */
void
muc_offer_settings (ShimSession *session, const ShimRoom *room)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  char *primary = g_strdup_printf ("The room %s is new.", room->jid);

  if (ops != NULL && ops->request_action != NULL)
    purple_request_action (account_connection (session), "New Room", primary,
                           "It has the usual settings, which you can change now or later.", 1,
                           session->account, NULL, muc_conversation (session, room),
                           prompt_new (session, room->jid, STEAD_ROOM_FORM_CONFIGURE, NULL), 2,
                           "_Configure Room", on_configure, "_Accept Defaults", on_accept);
  g_free (primary);
}
