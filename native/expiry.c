/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The certificate of an account ends soon. The engine tells it three times in its life, so a window
 * is no nuisance; it belongs to the account, not to a connection that may be gone before it is read.
 */

#include "certificates.h"

/* Returns: (transfer none): where the person finds what the engine's words say */
static const char *
what_to_do (gboolean renewable, gboolean windows)
{
  if (!renewable)
    return "";
  if (windows)
    return " Choose \"" CERTIFICATES_RENEW "\" in the menu of this account; the old certificate "
           "stays good until the new one has signed in.";
  return " This program has no menu for that: get a new certificate elsewhere, and put its file "
         "into the setting client_cert.";
}

void
expiry_got (ShimSession *session, const stead_event *event)
{
  const PurpleNotifyUiOps *ops = purple_notify_get_ui_ops ();
  PurpleConnection *gc = account_connection (session);
  gboolean windows = ops != NULL && ops->notify_message != NULL;
  char *text = g_strdup_printf ("%s%s", stead_event_expiry_text (event),
                                what_to_do (stead_event_expiry_renewable (event), windows));
  char *primary = g_strdup_printf ("The certificate of %s expires soon.",
                                   purple_account_get_username (session->account));

  if (windows)
    purple_notify_warning (session->account, NULL, primary, text);
  else if (gc != NULL)
    /* BitlBee has no windows, but a channel for what an account has to say. */
    purple_connection_notice (gc, text);
  g_free (primary);
  g_free (text);
}
