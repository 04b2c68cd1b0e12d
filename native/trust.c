/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server certificate that the engine does not trust. The person is asked by libpurple's own
 * verifier, which keeps the answer where it keeps those of all protocols, although TLS ran
 * elsewhere.
 *
 * The verifier is easier to satisfy than the engine (it takes a common name for a host name), so a
 * "valid" that came without a question only counts for a certificate accepted before.
 */

#include "shim.h"

#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

/* The verifier's answer cannot be called off. It is known by its serial, never by address. */
typedef struct
{
  guint serial;
  guint32 number;
  char *domain;
  char *sha256;
  char *text;
  GList *chain;      /* of PurpleCertificate */
  gboolean known;    /* exactly this certificate was accepted before */
  gboolean deciding; /* the verifier has not returned yet */
} Trust;

static guint last_serial;
static guint wanted_serial; /* found by find_trust() */
static Trust *found_trust;

static void
trust_free (Trust *trust)
{
  /* Closes the verifier's prompt, which has the serial for a handle. */
  purple_request_close_with_handle (GUINT_TO_POINTER (trust->serial));
  purple_certificate_destroy_list (trust->chain);
  g_free (trust->domain);
  g_free (trust->sha256);
  g_free (trust->text);
  g_free (trust);
}

void
trust_close (ShimSession *session)
{
  Trust *trust = session->trust;

  session->trust = NULL;
  if (trust != NULL)
    trust_free (trust);
}

static void
match_serial (ShimSession *session, const stead_event *event)
{
  Trust *trust = session->trust;

  (void) event;
  if (trust != NULL && trust->serial == wanted_serial)
    found_trust = trust;
}

static Trust *
find_trust (gpointer serial)
{
  wanted_serial = GPOINTER_TO_UINT (serial);
  found_trust = NULL;
  account_foreach (match_serial, NULL);
  return found_trust;
}

static void
answer (Trust *trust, gboolean accept)
{
  stead_client *client = dispatch_client ();
  ShimSession *session = account_session_numbered (trust->number);

  if (client != NULL)
    stead_answer_trust (client, trust->number, trust->sha256, accept);
  if (session != NULL)
    trust_close (session);
  dispatch_update ();
}

static void
on_choice (gpointer serial, int choice)
{
  Trust *trust = find_trust (serial);

  if (trust != NULL)
    answer (trust, choice == 1);
}

static void
ask_ourselves (Trust *trust)
{
  ShimSession *session = account_session_numbered (trust->number);
  char *primary = g_strdup_printf ("Accept certificate for %s?", trust->domain);
  char *secondary = g_strdup_printf ("%s\nSHA-256: %s", trust->text, trust->sha256);

  purple_request_action (GUINT_TO_POINTER (trust->serial), NULL, primary, secondary, 0,
                         session->account, NULL, NULL, GUINT_TO_POINTER (trust->serial), 2,
                         "_Reject", on_choice, "_Accept", on_choice);
  g_free (secondary);
  g_free (primary);
}

static void
on_verified (PurpleCertificateVerificationStatus status, gpointer serial)
{
  Trust *trust = find_trust (serial);

  if (trust == NULL)
    return;
  if (status == PURPLE_CERTIFICATE_VALID && trust->deciding && !trust->known)
    ask_ourselves (trust);
  else
    answer (trust, status == PURPLE_CERTIFICATE_VALID);
}

/* libpurple imports certificates only from PEM files, one each. */
static PurpleCertificate *
import (PurpleCertificateScheme *scheme, const guint8 *der, size_t length)
{
  char *path = NULL;
  char *base64 = g_base64_encode (der, length);
  FILE *file = purple_mkstemp (&path, FALSE);
  PurpleCertificate *certificate = NULL;
  size_t at;

  if (file != NULL)
    {
      fputs ("-----BEGIN CERTIFICATE-----\n", file);
      for (at = 0; at < strlen (base64); at += 64)
        fprintf (file, "%.64s\n", base64 + at);
      fputs ("-----END CERTIFICATE-----\n", file);
      fclose (file);
      certificate = purple_certificate_import (scheme, path);
      g_unlink (path);
    }
  g_free (path);
  g_free (base64);
  return certificate;
}

static GList *
import_chain (PurpleCertificateScheme *scheme, const stead_event *event)
{
  size_t count = stead_event_trust_chain_count (event);
  GList *chain = NULL;
  size_t i;

  for (i = 0; i < count; i++)
    {
      size_t length = 0;
      const guint8 *der = stead_event_trust_chain (event, i, &length);
      PurpleCertificate *certificate = der != NULL ? import (scheme, der, length) : NULL;

      /* A chain with a hole would be judged wrongly: what comes before it still can be. */
      if (certificate == NULL)
        break;
      chain = g_list_append (chain, certificate);
    }
  return chain;
}

static gboolean
same_fingerprint (PurpleCertificate *a, PurpleCertificate *b)
{
  GByteArray *one = purple_certificate_get_fingerprint_sha1 (a);
  GByteArray *other = purple_certificate_get_fingerprint_sha1 (b);
  gboolean same = one != NULL && other != NULL && one->len == other->len
                  && memcmp (one->data, other->data, one->len) == 0;

  if (one != NULL)
    g_byte_array_free (one, TRUE);
  if (other != NULL)
    g_byte_array_free (other, TRUE);
  return same;
}

/* libpurple's prompt does not say that another certificate was accepted before: so we do. */
static void
compare_with_known (Trust *trust, PurpleConnection *gc)
{
  PurpleCertificatePool *pool = purple_certificate_find_pool ("x509", "tls_peers");
  PurpleCertificate *known =
      pool != NULL ? purple_certificate_pool_retrieve (pool, trust->domain) : NULL;

  if (known == NULL)
    return;
  trust->known = same_fingerprint (known, trust->chain->data);
  if (!trust->known)
    purple_notify_warning (gc, NULL, "The certificate of this server has changed.",
                           "Another certificate was accepted for it before. If you do not expect "
                           "a new one, somebody may be listening: do not accept it.");
  purple_certificate_destroy (known);
}

static gboolean
can_ask (void)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();

  return ops != NULL && ops->request_action != NULL;
}

/* No SSL plugin, a certificate it cannot read, or a program without prompts: nobody can be asked. */
static void
refuse (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  char *text = g_strdup_printf ("%s To accept this certificate, set the account's pin_sha256 to %s",
                                stead_event_trust_text (event), stead_event_trust_sha256 (event));

  /* In an outage the engine goes on until it meets somebody whom it trusts. */
  if (PURPLE_CONNECTION_IS_CONNECTED (gc))
    link_explain (session, text);
  else
    purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_CERT_UNTRUSTED, text);
  g_free (text);
}

/* What libpurple keeps for its prompt is lost when that is closed unanswered: it offers no way to
   call a verification off. A function of its own, so that this loss can be told from ours. */
static void
verify_by_libpurple (PurpleCertificateVerifier *verifier, Trust *trust)
{
  purple_certificate_verify (verifier, trust->domain, trust->chain, on_verified,
                             GUINT_TO_POINTER (trust->serial));
}

void
trust_ask (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  PurpleCertificateScheme *scheme = purple_certificate_find_scheme ("x509");
  PurpleCertificateVerifier *verifier =
      scheme != NULL ? purple_certificate_find_verifier ("x509", "tls_cached") : NULL;
  GList *chain = verifier != NULL ? import_chain (scheme, event) : NULL;
  guint serial;
  Trust *trust;

  trust_close (session);
  if (gc == NULL || gc->disconnect_timeout != 0)
    {
      purple_certificate_destroy_list (chain);
      return;
    }
  if (chain == NULL)
    {
      refuse (session, event);
      return;
    }
  trust = g_new0 (Trust, 1);
  serial = trust->serial = ++last_serial;
  trust->number = session->number;
  trust->domain = g_strdup (stead_event_trust_domain (event));
  trust->sha256 = g_strdup (stead_event_trust_sha256 (event));
  trust->text = g_strdup (stead_event_trust_text (event));
  trust->chain = chain;
  trust->deciding = TRUE;
  session->trust = trust;
  compare_with_known (trust, gc);
  /* What was accepted before needs no question. */
  if (!trust->known && !can_ask ())
    {
      trust_close (session);
      refuse (session, event);
      return;
    }
  verify_by_libpurple (verifier, trust);
  trust = find_trust (GUINT_TO_POINTER (serial));
  if (trust != NULL)
    trust->deciding = FALSE;
}
