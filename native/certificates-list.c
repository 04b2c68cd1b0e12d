/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's list of certificates, and what is revoked in it. */

#include "certificates.h"
#include "choice.h"
#include "muc.h"

/* Returns: (transfer full): the day in the person's own words */
static char *
day_of (gint64 time_ms)
{
  time_t when = (time_t) (time_ms / 1000);

  return time_ms > 0 ? g_strdup (purple_date_format_short (localtime (&when)))
                     : g_strdup ("an unknown day");
}

/* Returns: (transfer full): on one line, as servers may give names of any shape */
static char *
label_of (const stead_event *event, size_t index)
{
  gint64 end = stead_event_certificate_not_after_time_ms (event, index);
  gboolean over = end > 0 && end / 1000 < (gint64) time (NULL);
  char *name = muc_on_one_line (stead_event_certificate_name (event, index));
  char *day = day_of (end);
  char *label =
      g_strdup_printf ("%s (%s %s%s)", name, over ? "expired on" : "until", day,
                       stead_event_certificate_current (event, index) ? ", used here" : "");

  g_free (day);
  g_free (name);
  return label;
}

/* ---- Revoking ----------------------------------------------------------------------------------- */

static const char *
about_revoking (ShimSession *session, const ShimChoiceItem *item)
{
  (void) session;
  return item->current
             ? "This account signs in with it here. It will sign in with your password first, and "
               "ask for it unless it is stored; the certificate is revoked when that has worked."
             : "Whatever signs in with it is signed off by the server, and cannot sign in any "
               "more.";
}

static void
on_revoke (ShimSession *session, const ShimChoiceItem *item)
{
  if (!certificates_is_free (session))
    return;
  if (item->current)
    {
      /* Only once the password has signed in: else nothing would be left that does. */
      session->certificates->work = CERTIFICATES_REVOKING;
      certificates_switch (session, NULL, item->name, "");
    }
  else
    certificates_expect (
        session, CERTIFICATES_REVOKING,
        stead_revoke_certificate (dispatch_client (), session->number, item->name, FALSE));
  dispatch_update ();
}

/* ---- The list ----------------------------------------------------------------------------------- */

static const ShimChoice revoking = {
  .title = "Certificates",
  .none = "The server has no certificate of this account.",
  .primary = "With these you can sign in:",
  .label = "Certificate",
  .button = "Revoke...",
  .about = about_revoking,
  .question = "Do you want to revoke this certificate?",
  .yes = "Revoke",
  .act = on_revoke,
};

void
certificates_got_list (ShimSession *session, const stead_event *event)
{
  GPtrArray *items = choice_items_new ();
  size_t i;

  for (i = 0; i < stead_event_certificate_count (event); i++)
    choice_items_add (items, stead_event_certificate_name (event, i), label_of (event, i),
                      stead_event_certificate_current (event, i));
  choice_show (session, &revoking, items, NULL);
}

void
certificates_ask_list (PurplePluginAction *action)
{
  ShimSession *session = account_session_of (action->context);

  if (session == NULL || !certificates_is_free (session))
    return;
  certificates_expect (session, CERTIFICATES_LISTING,
                       stead_query_certificates (dispatch_client (), session->number));
  dispatch_update ();
}
