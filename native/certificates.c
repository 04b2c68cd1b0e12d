/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates to sign in with (XEP-0257): the account's menu, and answers to what it asked. */

#include "certificates.h"

#include <string.h>

void
certificates_open (ShimSession *session)
{
  session->certificates = g_new0 (ShimCertificates, 1);
}

void
certificates_close (ShimSession *session)
{
  ShimCertificates *certificates = session->certificates;

  if (certificates->settled_timer != 0)
    purple_timeout_remove (certificates->settled_timer);
  certificates_sign_in_free (certificates->before);
  g_free (certificates->name);
  g_free (certificates->id);
  g_free (certificates);
}

void
certificates_tell (ShimSession *session, const char *primary, const char *secondary)
{
  purple_notify_info (account_connection (session), "Certificates", primary, secondary);
}

void
certificates_tell_error (ShimSession *session, const char *primary, const char *secondary)
{
  purple_notify_error (account_connection (session), "Certificates", primary, secondary);
}

gboolean
certificates_is_free (ShimSession *session)
{
  if (session->certificates->work == CERTIFICATES_IDLE)
    return TRUE;
  certificates_tell_error (session, "Not now.",
                           "Something else is being done with the certificates of this account.");
  return FALSE;
}

gboolean
certificates_expect (ShimSession *session, ShimCertificatesWork work, const char *id)
{
  ShimCertificates *certificates = session->certificates;

  g_free (certificates->id);
  certificates->id = g_strdup (id);
  certificates->work = id != NULL ? work : CERTIFICATES_IDLE;
  if (id == NULL)
    certificates_tell_error (session, "Not done.", stead_client_error (dispatch_client ()));
  return id != NULL;
}

void
certificates_done (ShimSession *session)
{
  session->certificates->work = CERTIFICATES_IDLE;
}

/* ---- Answers ------------------------------------------------------------------------------------ */

/* This is the answer that counts: the connection is being made anew now, and that has an outcome of its
 * own. An engine that dies here leaves the command to the next one, whose answer says nothing new. */
void
certificates_got_made (ShimSession *session, const stead_event *event)
{
  ShimCertificates *certificates = session->certificates;

  if (g_strcmp0 (certificates->id, stead_event_command_id (event)) != 0)
    return;
  g_free (certificates->id);
  certificates->id = NULL;
  certificates_switch (session, stead_event_made_path (event), stead_event_made_name (event),
                       stead_event_made_replaces (event));
}

void
certificates_got_certificates (ShimSession *session, const stead_event *event)
{
  if (session->certificates->work == CERTIFICATES_LISTING)
    certificates_got_list (session, event);
}

static void
accepted (ShimSession *session, ShimCertificatesWork work)
{
  switch (work)
    {
    case CERTIFICATES_RETIRING:
      certificates_retired (session);
      break;
    case CERTIFICATES_APPENDING:
      certificates_done (session);
      certificates_tell (session, "The certificate is uploaded.",
                         "Whoever has its key can sign in to this account with it.");
      break;
    case CERTIFICATES_REVOKING:
      certificates_done (session);
      certificates_tell (session, "The certificate is revoked.", NULL);
      break;
    default:
      certificates_done (session);
      break;
    }
}

static void
refused (ShimSession *session, ShimCertificatesWork work, const stead_event *event)
{
  gboolean gone = strcmp (stead_event_error_condition (event), "item-not-found") == 0;

  /* It was in the list: whoever took it out, nobody can sign in with it any more. */
  if (gone && (work == CERTIFICATES_RETIRING || work == CERTIFICATES_REVOKING))
    accepted (session, work);
  else if (work == CERTIFICATES_RETIRING)
    certificates_not_retired (session, event);
  else
    {
      certificates_done (session);
      certificates_tell_error (session, "Not done.", stead_event_error_text (event));
    }
}

void
certificates_answered (guint32 account, const stead_event *event)
{
  ShimSession *session = account_session_numbered (account);
  ShimCertificates *certificates = session != NULL ? session->certificates : NULL;

  if (certificates == NULL || g_strcmp0 (certificates->id, stead_event_command_id (event)) != 0)
    return;
  g_free (certificates->id);
  certificates->id = NULL;
  if (stead_event_type (event) == STEAD_EVENT_ACCEPTED)
    accepted (session, certificates->work);
  else
    refused (session, certificates->work, event);
}

/* One of these two is the engine's first answer to an attach with another certificate. An outage with
 * another reason may be older than that. */
void
certificates_offline (ShimSession *session, const stead_event *event)
{
  if (stead_event_link_state (event) == STEAD_LINK_CONNECTING
      || g_strcmp0 (stead_event_error_condition (event), "other-certificate") == 0)
    certificates_switch_begun (session);
}

void
certificates_online (ShimSession *session, const stead_event *event)
{
  certificates_switch_online (session, stead_event_link_mechanism (event));
}

gboolean
certificates_failed (ShimSession *session, const stead_event *event)
{
  return certificates_switch_failed (session, stead_event_error_text (event));
}

/* ---- The menu ----------------------------------------------------------------------------------- */

static gboolean
has_certificate (PurpleAccount *account)
{
  const char *path = purple_account_get_string (account, "client_cert", NULL);

  return path != NULL && *path != '\0';
}

static void
make (gpointer number, ShimCertificatesWork work)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));
  const GHashTable *info = purple_core_get_ui_info ();
  const char *program = info != NULL ? g_hash_table_lookup ((GHashTable *) info, "name") : NULL;
  char *host = g_locale_to_utf8 (g_get_host_name (), -1, NULL, NULL, NULL);
  char *name = g_strdup_printf ("%s on %s", program != NULL ? program : "libpurple",
                                host != NULL ? host : "this computer");

  if (session != NULL && certificates_is_free (session))
    {
      certificates_expect (session, work,
                           stead_make_certificate (dispatch_client (), session->number, name));
      dispatch_update ();
    }
  g_free (name);
  g_free (host);
}

static void
on_make (gpointer number, int choice)
{
  (void) choice;
  make (number, CERTIFICATES_MAKING);
}

static void
on_renew (gpointer number, int choice)
{
  (void) choice;
  make (number, CERTIFICATES_RENEWING);
}

static void
on_cancel (gpointer number, int choice)
{
  (void) number;
  (void) choice;
}

static void
confirm (PurplePluginAction *action, const char *primary, const char *secondary, const char *ok,
         GCallback on_ok)
{
  ShimSession *session = account_session_of (action->context);

  if (session == NULL || !certificates_is_free (session))
    return;
  purple_request_action (action->context, "Certificates", primary, secondary, 0, session->account,
                         NULL, NULL, GUINT_TO_POINTER (session->number), 2, ok, on_ok, "Cancel",
                         G_CALLBACK (on_cancel));
}

static void
ask_make (PurplePluginAction *action)
{
  confirm (
      action, "Sign in without a password from now on?",
      "A key is made on this computer and a certificate for it is given to your server. When the "
      "server has let it sign in once, this account signs in with it. Your password stays good, "
      "and you are asked whether to remove it from here.",
      "Go on", G_CALLBACK (on_make));
}

static void
ask_renew (PurplePluginAction *action)
{
  confirm (action, "Renew the certificate?",
           "A new key and certificate are made. The old certificate is good until the new one has "
           "signed in, and is disabled then.",
           "Renew", G_CALLBACK (on_renew));
}

static void
on_append (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));

  if (session == NULL || !certificates_is_free (session))
    return;
  certificates_expect (
      session, CERTIFICATES_APPENDING,
      stead_append_certificate (dispatch_client (), session->number,
                                purple_request_fields_get_string (fields, "name"),
                                purple_request_fields_get_string (fields, "path"),
                                purple_request_fields_get_bool (fields, "no_management")));
  dispatch_update ();
}

static void
on_append_cancel (gpointer number, PurpleRequestFields *fields)
{
  (void) number;
  (void) fields;
}

static void
add_text (PurpleRequestFieldGroup *group, const char *id, const char *label)
{
  PurpleRequestField *field = purple_request_field_string_new (id, label, NULL, FALSE);

  purple_request_field_set_required (field, TRUE);
  purple_request_field_group_add_field (group, field);
}

static void
ask_append (PurplePluginAction *action)
{
  ShimSession *session = account_session_of (action->context);
  PurpleRequestFieldGroup *group;
  PurpleRequestFields *fields;

  if (session == NULL || !certificates_is_free (session))
    return;
  group = purple_request_field_group_new (NULL);
  fields = purple_request_fields_new ();
  add_text (group, "name", "Name");
  add_text (group, "path", "Certificate (file)");
  purple_request_field_group_add_field (
      group, purple_request_field_bool_new ("no_management",
                                            "Who signs in with it may not change the list", TRUE));
  purple_request_fields_add_group (fields, group);
  purple_request_fields (action->context, "Certificates", "Add a certificate",
                         "For a program of yours that has made its own key, for example.", fields,
                         "Add", G_CALLBACK (on_append), "Cancel", G_CALLBACK (on_append_cancel),
                         session->account, NULL, NULL, GUINT_TO_POINTER (session->number));
}

GList *
certificates_actions (PurplePlugin *plugin, gpointer context)
{
  PurpleConnection *gc = context;
  GList *actions = NULL;

  (void) plugin;
  if (gc == NULL)
    return NULL;
  if (has_certificate (purple_connection_get_account (gc)))
    actions = g_list_append (actions, purple_plugin_action_new (CERTIFICATES_RENEW, ask_renew));
  else
    actions = g_list_append (
        actions, purple_plugin_action_new ("Sign in without a password from now on...", ask_make));
  actions =
      g_list_append (actions, purple_plugin_action_new ("Certificates...", certificates_ask_list));
  return g_list_append (actions, purple_plugin_action_new ("Add a Certificate...", ask_append));
}
