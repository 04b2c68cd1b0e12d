/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has access to the account (XEP-0494), and the end of it: the account's menu, and what follows from
 * it. The list is in access-list.c. */

#include "access.h"

#include <string.h>

void
access_open (ShimSession *session)
{
  session->access = g_new0 (ShimAccess, 1);
}

void
access_close (ShimSession *session)
{
  g_free (session->access->id);
  g_free (session->access);
}

void
access_tell (ShimSession *session, const char *primary, const char *secondary)
{
  purple_notify_info (account_connection (session), "Access", primary, secondary);
}

void
access_tell_error (ShimSession *session, const char *primary, const char *secondary)
{
  purple_notify_error (account_connection (session), "Access", primary, secondary);
}

gboolean
access_is_free (ShimSession *session)
{
  if (session->access->work == ACCESS_IDLE)
    return TRUE;
  access_tell_error (session, "Not now.",
                     session->access->work == ACCESS_SIGNING_OUT
                         ? "This account is being signed out. That takes two minutes at most."
                         : "The server is still being asked about the access to this account.");
  return FALSE;
}

void
access_expect (ShimSession *session, ShimAccessWork work, const char *id)
{
  g_free (session->access->id);
  session->access->id = g_strdup (id);
  session->access->work = id != NULL ? work : ACCESS_IDLE;
  if (id == NULL)
    access_tell_error (session, "Not done.", stead_client_error (dispatch_client ()));
  dispatch_update ();
}

/* ---- Answers ------------------------------------------------------------------------------------ */

void
access_got_access (ShimSession *session, const stead_event *event)
{
  if (session->access->work == ACCESS_LISTING)
    access_got_list (session, event);
}

/* Whoever took its access away, it has none any more. */
static gboolean
is_gone (const stead_event *event)
{
  return stead_event_type (event) == STEAD_EVENT_ACCEPTED
         || strcmp (stead_event_error_condition (event), "item-not-found") == 0;
}

void
access_answered (guint32 account, const stead_event *event)
{
  ShimSession *session = account_session_numbered (account);
  ShimAccess *access = session != NULL ? session->access : NULL;
  ShimAccessWork work;

  if (access == NULL || g_strcmp0 (access->id, stead_event_command_id (event)) != 0)
    return;
  work = access->work;
  access->work = ACCESS_IDLE;
  if (work == ACCESS_REVOKING && is_gone (event))
    access_tell (session, "This client is signed out for good.", NULL);
  else if (stead_event_type (event) == STEAD_EVENT_REFUSED)
    access_tell_error (session, "Not done.", stead_event_error_text (event));
}

/* The engine does not know where the host keeps it. */
static const char *
words_of_password (PurpleAccount *account)
{
  if (purple_account_get_remember_password (account)
      && purple_account_get_password (account) != NULL)
    return " Your password is still stored on this computer, and signs in when the account is "
           "enabled again.";
  return "";
}

/* It belongs to the account, since its connection is about to go. */
void
access_got_signed_out (ShimSession *session, const stead_event *event)
{
  const PurpleNotifyUiOps *ops = purple_notify_get_ui_ops ();
  PurpleConnection *gc = account_connection (session);
  char *text =
      g_strconcat (stead_event_signed_out_text (event), words_of_password (session->account), NULL);
  char *primary =
      g_strdup_printf ("%s is signed out.", purple_account_get_username (session->account));

  if (ops != NULL && ops->notify_message != NULL)
    purple_notify_info (session->account, "Access", primary, text);
  else if (gc != NULL)
    purple_connection_notice (gc, text);
  g_free (primary);
  g_free (text);
}

static gboolean
disable (gpointer number)
{
  PurpleAccount *account = account_numbered (GPOINTER_TO_UINT (number));

  if (account != NULL)
    purple_account_set_enabled (account, purple_core_get_ui (), FALSE);
  return FALSE;
}

gboolean
access_is_over (ShimSession *session, const stead_event *event)
{
  if (strcmp (stead_event_error_condition (event), "signed-out") != 0)
    return FALSE;
  /* Not from within an event, which the connection's end would take away. */
  purple_timeout_add (0, disable, GUINT_TO_POINTER (session->number));
  return TRUE;
}

/* ---- The menu ----------------------------------------------------------------------------------- */

static void
on_cancel (gpointer number, int choice)
{
  (void) number;
  (void) choice;
}

static void
sign_out (gpointer number, gboolean everywhere)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));

  if (session != NULL && access_is_free (session))
    access_expect (session, ACCESS_SIGNING_OUT,
                   stead_sign_out (dispatch_client (), session->number, everywhere));
}

static void
on_everywhere (gpointer number, int choice)
{
  (void) choice;
  sign_out (number, TRUE);
}

static void
on_here (gpointer number, int choice)
{
  (void) choice;
  sign_out (number, FALSE);
}

static void
confirm (ShimSession *session, const char *primary, const char *secondary, GCallback on_ok)
{
  purple_request_action (account_connection (session), "Access", primary, secondary, 1,
                         session->account, NULL, NULL, GUINT_TO_POINTER (session->number), 2,
                         "Sign Out", on_ok, "Cancel", G_CALLBACK (on_cancel));
}

static void
ask_everywhere (PurplePluginAction *action)
{
  ShimSession *session = account_session_of (action->context);

  if (session != NULL && access_is_free (session))
    confirm (session, "Sign out everywhere?",
             "Every other device and program that your server lets you sign out loses its access. "
             "Then this account signs off here, cannot sign in by its token any more, and is "
             "disabled. What has signed in with your password keeps its access until you change "
             "that; you are told what was signed out and what was not.",
             G_CALLBACK (on_everywhere));
}

void
access_ask_here (ShimSession *session)
{
  confirm (session, "Sign out here?",
           "That is this account on this computer. It signs off, cannot sign in by its token any "
           "more, and is disabled. To use it again, enable it in the list of accounts.",
           G_CALLBACK (on_here));
}

static void
ask_list (PurplePluginAction *action)
{
  ShimSession *session = account_session_of (action->context);

  if (session != NULL && access_is_free (session))
    access_expect (session, ACCESS_LISTING,
                   stead_query_access (dispatch_client (), session->number));
}

GList *
access_actions (PurpleConnection *gc)
{
  GList *actions = NULL;

  if (gc == NULL)
    return NULL;
  actions =
      g_list_append (actions, purple_plugin_action_new ("Where you are signed in...", ask_list));
  return g_list_append (actions,
                        purple_plugin_action_new ("Sign out everywhere...", ask_everywhere));
}
