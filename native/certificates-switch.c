/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From one way to sign in to another. The settings are changed first and the account is attached with
 * them; what was good before stays good until the new way has signed in, and comes back if that fails. */

#include "certificates.h"

#include <string.h>

static char *
copy_of (const ShimSession *session, const char *key)
{
  return g_strdup (purple_account_get_string (session->account, key, NULL));
}

static void
apply (const ShimSession *session, const ShimSignIn *how)
{
  PurpleAccount *account = session->account;

  purple_account_set_string (account, "client_cert", how->cert);
  purple_account_set_string (account, "client_key", how->key);
  purple_account_set_string (account, "client_cert_passphrase", how->passphrase);
  /* A choice that was never made is its default; libpurple would give NULL for one that is set to it. */
  purple_account_set_string (account, "auth_method", how->method != NULL ? how->method : "auto");
  purple_prpl_got_account_actions (account);
}

void
certificates_sign_in_free (ShimSignIn *before)
{
  if (before == NULL)
    return;
  g_free (before->cert);
  g_free (before->key);
  g_free (before->passphrase);
  g_free (before->method);
  g_free (before->retired);
  g_free (before);
}

void
certificates_switch (ShimSession *session, const char *path, const char *name, const char *replaces)
{
  ShimCertificates *certificates = session->certificates;
  ShimSignIn now = { .cert = (char *) path, .method = (char *) "auto" };

  certificates->before = g_new0 (ShimSignIn, 1);
  certificates->before->cert = copy_of (session, "client_cert");
  certificates->before->key = copy_of (session, "client_key");
  certificates->before->passphrase = copy_of (session, "client_cert_passphrase");
  certificates->before->method = copy_of (session, "auth_method");
  certificates->before->retired = copy_of (session, CERTIFICATES_RETIRED);
  certificates->to_a_cert = path != NULL;
  certificates->begun = FALSE;
  g_free (certificates->name);
  certificates->name = g_strdup (name);
  apply (session, &now);
  if (*replaces != '\0')
    certificates_retire_later (session, replaces);
  account_attach_again (session);
}

/* ---- The password ------------------------------------------------------------------------------- */

static void
on_forget (gpointer number, int choice)
{
  PurpleAccount *account = account_numbered (GPOINTER_TO_UINT (number));

  (void) choice;
  if (account == NULL)
    return;
  purple_account_set_remember_password (account, FALSE);
  purple_account_set_password (account, NULL);
}

static void
on_keep (gpointer number, int choice)
{
  (void) number;
  (void) choice;
}

static void
offer_to_forget (ShimSession *session)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  const char *primary = "You sign in without a password now.";

  if (!purple_account_get_remember_password (session->account))
    {
      /* Known in this life only; nothing signs in with it any more. */
      purple_account_set_password (session->account, NULL);
      certificates_tell (session, primary, "No password is stored here.");
    }
  else if (ops != NULL && ops->request_action != NULL)
    purple_request_action (
        account_connection (session), "Certificates", primary,
        "Your password is still stored here, and nothing needs it any more. Keep it "
        "in mind, or somewhere safe, for the day on which you lose the certificate. "
        "Remove it from this computer?",
        0, session->account, NULL, NULL, GUINT_TO_POINTER (session->number), 2, "Remove",
        G_CALLBACK (on_forget), "Keep", G_CALLBACK (on_keep));
  else
    certificates_tell (session, primary, "Your password is still stored here.");
}

/* ---- How it went -------------------------------------------------------------------------------- */

static void
end_switch (ShimSession *session)
{
  certificates_sign_in_free (session->certificates->before);
  session->certificates->before = NULL;
}

void
certificates_switch_begun (ShimSession *session)
{
  session->certificates->begun = TRUE;
}

/* From one certificate to another the mechanism says nothing, and this may have been under way before the
 * engine heard of the other one. Where a password is used at last, it is enough that it was used. */
static gboolean
is_outcome (const ShimCertificates *certificates, gboolean external)
{
  return external == certificates->to_a_cert && (certificates->begun || !external);
}

void
certificates_switch_online (ShimSession *session, const char *mechanism)
{
  ShimCertificates *certificates = session->certificates;
  gboolean external = strcmp (mechanism, "EXTERNAL") == 0;
  gboolean renewed = certificates->work == CERTIFICATES_RENEWING;

  if (certificates->before != NULL && is_outcome (certificates, external))
    {
      end_switch (session);
      if (!external)
        {
          certificates_expect (session, CERTIFICATES_REVOKING,
                               stead_revoke_certificate (dispatch_client (), session->number,
                                                         certificates->name, FALSE));
          dispatch_update ();
          return;
        }
      certificates_done (session);
      if (renewed)
        certificates_tell (
            session, "The certificate is renewed.",
            "You sign in with the new one now. The old one is disabled as soon as that "
            "is written down.");
      else
        offer_to_forget (session);
    }
  if (external && certificates->before == NULL)
    certificates_retire (session);
}

gboolean
certificates_switch_failed (ShimSession *session, const char *why)
{
  ShimCertificates *certificates = session->certificates;
  char *name = NULL;
  char *text;

  if (certificates->before == NULL)
    return FALSE;
  secrets_close (session);
  apply (session, certificates->before);
  purple_account_set_string (session->account, CERTIFICATES_RETIRED, certificates->before->retired);
  end_switch (session);
  text = g_strdup_printf ("%s You sign in as before.", why);
  certificates_tell_error (session, "Nothing was changed.", text);
  g_free (text);
  account_attach_again (session);
  if (certificates->to_a_cert)
    name = g_strdup (certificates->name);
  certificates_done (session);
  if (name != NULL)
    certificates_expect (
        session, CERTIFICATES_REVOKING,
        stead_revoke_certificate (dispatch_client (), session->number, name, FALSE));
  g_free (name);
  dispatch_update ();
  return TRUE;
}
