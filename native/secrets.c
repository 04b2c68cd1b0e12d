/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passwords and passphrases, asked for only when the sign-in needs one. */

#include "shim.h"

/* The setting; one that is typed into the account's dialog is the same. */
static const char *const PASSPHRASE = "client_cert_passphrase";

static void ask_password (PurpleAccount *account, guint32 number);

static void
send_secret (gpointer number, stead_secret what, const char *secret)
{
  stead_client *client = dispatch_client ();
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));

  /* Finch calls what belongs to "Cancel" for a prompt that we close, too. */
  if (client == NULL || session == NULL || !session->asking)
    return;
  session->asking = FALSE;
  stead_answer_secret (client, GPOINTER_TO_UINT (number), what, secret);
  dispatch_update ();
}

static void
on_password (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));
  const char *password = purple_request_fields_get_string (fields, "password");
  gboolean remember = purple_request_fields_get_bool (fields, "remember");

  if (session == NULL)
    return;
  if (password == NULL || *password == '\0')
    {
      purple_notify_error (account_connection (session), NULL, "A password is needed to sign in.",
                           NULL);
      ask_password (session->account, session->number);
      return;
    }
  purple_account_set_remember_password (session->account, remember);
  /* Kept over a reconnect; libpurple writes it to disk only when it is to be remembered. */
  purple_account_set_password (session->account, password);
  send_secret (number, STEAD_SECRET_PASSWORD, password);
}

static void
on_password_cancel (gpointer number, PurpleRequestFields *fields)
{
  (void) fields;
  send_secret (number, STEAD_SECRET_PASSWORD, NULL);
}

static void
ask_password (PurpleAccount *account, guint32 number)
{
  purple_account_request_password (account, G_CALLBACK (on_password),
                                   G_CALLBACK (on_password_cancel), GUINT_TO_POINTER (number));
}

/* libpurple keeps no secret of an account but its password: what is to be remembered is a setting. */
static void
on_passphrase (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));
  const char *passphrase = purple_request_fields_get_string (fields, "passphrase");
  gboolean remember = purple_request_fields_get_bool (fields, "remember");

  if (session == NULL || !session->asking)
    return;
  purple_account_set_string (session->account, PASSPHRASE, remember ? passphrase : NULL);
  send_secret (number, STEAD_SECRET_PASSPHRASE, passphrase != NULL ? passphrase : "");
}

static void
on_passphrase_cancel (gpointer number, PurpleRequestFields *fields)
{
  (void) fields;
  send_secret (number, STEAD_SECRET_PASSPHRASE, NULL);
}

/* @why: why the last one was refused, or ""
 * Returns: (transfer full): what there is to know before one is typed, and before it is remembered */
static char *
about_passphrase (PurpleAccount *account, const char *why)
{
  char *file = g_build_filename (purple_user_dir (), "accounts.xml", NULL);
  char *text = g_strdup_printf (
      "%s\n\nRemembered, it is written into %s: in clear, as all that libpurple stores, in a file "
      "that only you can read (mode 0600). Otherwise it stays in memory until you sign off.",
      *why != '\0' ? why : purple_account_get_username (account), file);

  g_free (file);
  return text;
}

static void
ask_passphrase (ShimSession *session, gboolean refused, const char *why)
{
  PurpleAccount *account = session->account;
  const char *stored = purple_account_get_string (account, PASSPHRASE, NULL);
  gboolean kept = stored != NULL && *stored != '\0';
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestFields *fields = purple_request_fields_new ();
  PurpleRequestField *field =
      purple_request_field_string_new ("passphrase", "Passphrase", NULL, FALSE);
  char *text = about_passphrase (account, why);

  /* One that does not open the key is not worth keeping, whatever it opens elsewhere. */
  if (refused && kept)
    purple_account_set_string (account, PASSPHRASE, NULL);
  purple_request_field_string_set_masked (field, TRUE);
  purple_request_field_group_add_field (group, field);
  purple_request_field_group_add_field (
      group,
      purple_request_field_bool_new ("remember", "Remember it in accounts.xml, in clear", kept));
  purple_request_fields_add_group (fields, group);
  purple_request_fields (account, "Passphrase", "The key of your certificate is locked.", text,
                         fields, "OK", G_CALLBACK (on_passphrase), "Cancel",
                         G_CALLBACK (on_passphrase_cancel), account, NULL, NULL,
                         GUINT_TO_POINTER (session->number));
  g_free (text);
}

/* A program without prompts would leave the question open for ever. The error closes the connection,
 * which is an answer, too. */
static void
report_unasked (PurpleConnection *gc, gboolean passphrase, const char *why)
{
  const char *what = passphrase ? "passphrase" : "password";
  char *text = g_strdup_printf ("%s%sThis program cannot ask for a %s. Set it in the account's "
                                "settings.",
                                why, *why != '\0' ? " " : "", what);

  purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS, text);
  g_free (text);
}

void
secrets_ask (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  gboolean refused = stead_event_error_kind (event) != STEAD_ERROR_NONE;
  const char *why = refused ? stead_event_error_text (event) : "";
  gboolean passphrase = stead_event_secret_what (event) == STEAD_SECRET_PASSPHRASE;
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();

  secrets_close (session);
  if (gc == NULL || gc->disconnect_timeout != 0)
    return;
  if (ops == NULL || ops->request_fields == NULL)
    {
      report_unasked (gc, passphrase, why);
      return;
    }
  session->asking = TRUE;
  if (passphrase)
    {
      ask_passphrase (session, refused, why);
      return;
    }
  /* libpurple's password prompt has no room for a reason. */
  if (refused)
    purple_notify_error (gc, NULL, "The password was not accepted.", why);
  ask_password (session->account, session->number);
}

/* The prompts' handle is the account, as is that of Finch's dialog saying why the account was
 * disabled: so only a prompt of ours is closed, and before an error is reported. */
void
secrets_close (ShimSession *session)
{
  gboolean asking = session->asking;

  session->asking = FALSE;
  if (asking)
    purple_request_close_with_handle (session->account);
}
