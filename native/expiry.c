/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The certificate of an account ends soon. The engine tells it three times in its life, so a window
 * is no nuisance; it belongs to the account, not to a connection that may be gone before it is read.
 */

#include "shim.h"

void
expiry_got (ShimSession *session, const stead_event *event)
{
  const PurpleNotifyUiOps *ops = purple_notify_get_ui_ops ();
  PurpleConnection *gc = account_connection (session);
  const char *text = stead_event_expiry_text (event);
  char *primary = g_strdup_printf ("The certificate of %s expires soon.",
                                   purple_account_get_username (session->account));

  if (ops != NULL && ops->notify_message != NULL)
    purple_notify_warning (session->account, NULL, primary, text);
  else if (gc != NULL)
    /* BitlBee has no windows, but a channel for what an account has to say. */
    purple_connection_notice (gc, text);
  g_free (primary);
}
