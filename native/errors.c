/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table from errors to libpurple's reasons.
 *
 * All reasons but NETWORK_ERROR and ENCRYPTION_ERROR make Pidgin and Finch disable the account
 * until the person acts. So only what another setting, another password or another installation can
 * mend (STEAD_RETRY_NEVER) gets one of those: a server's verdict, a bad option, a refused
 * certificate, a missing Node.js or engine. All that may pass is NETWORK_ERROR, which the host
 * tries again.
 */

#include "shim.h"

#include <errno.h>
#include <string.h>

/* The first row that fits is taken; an empty condition fits all of its kind. */
static const struct
{
  stead_error_kind kind;
  const char *condition;
  PurpleConnectionError reason;
} rows[] = {
  /* Our certificate, which the server refused; and the server's, which the person refused. */
  { STEAD_ERROR_TLS, "certificate-refused", PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED },
  { STEAD_ERROR_TLS, "certificate-rejected", PURPLE_CONNECTION_ERROR_CERT_UNTRUSTED },
  { STEAD_ERROR_TLS, "certificate-needs-tls13", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_TLS, "", PURPLE_CONNECTION_ERROR_NO_SSL_SUPPORT },
  /* The proxy's refusal: another name or password must be set. */
  { STEAD_ERROR_LINK, "proxy-auth", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
  /* Found out before anything was sent. */
  { STEAD_ERROR_SASL, "certificate-missing", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
  { STEAD_ERROR_SASL, "certificate-wrong-account", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
  { STEAD_ERROR_SASL, "certificate-expired", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
  { STEAD_ERROR_SASL, "certificate-not-yet-valid", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
  { STEAD_ERROR_SASL, "no-mechanism", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_SASL, "channel-binding-changed",
    PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_SASL, "downgrade", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_SASL, "offer-changed", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_SASL, "password-not-allowed", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  /* RFC 6120 section 6.5 */
  { STEAD_ERROR_SASL, "invalid-authzid", PURPLE_CONNECTION_ERROR_INVALID_USERNAME },
  { STEAD_ERROR_SASL, "invalid-mechanism", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_SASL, "mechanism-too-weak", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_SASL, "encryption-required", PURPLE_CONNECTION_ERROR_AUTHENTICATION_IMPOSSIBLE },
  { STEAD_ERROR_SASL, "", PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED },
  /* RFC 6120 section 4.9.3 */
  { STEAD_ERROR_STREAM, "conflict", PURPLE_CONNECTION_ERROR_NAME_IN_USE },
  { STEAD_ERROR_STREAM, "host-unknown", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
  { STEAD_ERROR_STREAM, "host-gone", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
  { STEAD_ERROR_USAGE, "", PURPLE_CONNECTION_ERROR_INVALID_SETTINGS },
};

PurpleConnectionError
errors_reason (const stead_event *event)
{
  stead_error_kind kind = stead_event_error_kind (event);
  const char *condition = stead_event_error_condition (event);
  gsize i;

  if (stead_event_error_retry (event) == STEAD_RETRY_LATER)
    return PURPLE_CONNECTION_ERROR_NETWORK_ERROR;
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == kind
        && (*rows[i].condition == '\0' || strcmp (rows[i].condition, condition) == 0))
      return rows[i].reason;
  return PURPLE_CONNECTION_ERROR_OTHER_ERROR;
}

PurpleConnectionError
errors_reason_of_start (int cause, PurpleConnectionError lasting)
{
  switch (cause)
    {
    case EAGAIN:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOSPC:
      return PURPLE_CONNECTION_ERROR_NETWORK_ERROR;
    default:
      return lasting;
    }
}

void
errors_report (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  PurpleConnectionError reason = errors_reason (event);
  const char *text = stead_event_error_text (event);

  /* libpurple reports the first error of a connection and waits for its end. */
  if (gc == NULL || gc->disconnect_timeout != 0)
    return;
  secrets_close (session);
  /* One that was only kept for the next connection would be refused again, and nobody asked. */
  if (reason == PURPLE_CONNECTION_ERROR_AUTHENTICATION_FAILED
      && !purple_account_get_remember_password (session->account))
    purple_account_set_password (session->account, NULL);
  purple_connection_error_reason (gc, reason, *text != '\0' ? text : "The connection was lost.");
}
