/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates that have a successor. Each of them is good until that has signed in and is in the settings on
 * disk, and is disabled then; where the next renewal comes before that, there are several. */

#include "certificates.h"

#include <string.h>

enum
{
  LOOK_S = 2,  /* libpurple writes settings some seconds after they were changed */
  AGAIN_S = 60 /* a server that is busy is asked again */
};

/* All of ASCII that can be seen, without the percent sign. */
static const char *const PLAIN = " !\"#$&'()*+,/:;<=>?@[\\]^`{|}";

static const char *
setting (const ShimSession *session, const char *key)
{
  const char *value = purple_account_get_string (session->account, key, NULL);

  return value != NULL ? value : "";
}

/* ---- Their names -------------------------------------------------------------------------------- */

/* Returns: (transfer full) */
static char *
oldest (const ShimSession *session)
{
  const char *names = setting (session, CERTIFICATES_RETIRED);
  char *line = g_strndup (names, strcspn (names, "\n"));
  char *name = g_uri_unescape_string (line, NULL);

  /* One that an earlier version wrote is as it is. */
  if (name == NULL)
    return line;
  g_free (line);
  return name;
}

static void
drop_oldest (ShimSession *session)
{
  const char *end = strchr (setting (session, CERTIFICATES_RETIRED), '\n');
  char *others = g_strdup (end != NULL ? end + 1 : NULL);

  purple_account_set_string (session->account, CERTIFICATES_RETIRED, others);
  g_free (others);
}

void
certificates_retire_later (ShimSession *session, const char *name)
{
  const char *others = setting (session, CERTIFICATES_RETIRED);
  char *line = g_uri_escape_string (name, PLAIN, TRUE);
  char *names = g_strconcat (others, *others != '\0' ? "\n" : "", line, NULL);

  purple_account_set_string (session->account, CERTIFICATES_RETIRED, names);
  g_free (names);
  g_free (line);
}

/* ---- Their end ---------------------------------------------------------------------------------- */

/* libpurple has no word for "the settings are on disk". A certificate that only a file from before names
 * would be the one way to sign in, and must not be taken away. */
static gboolean
is_on_disk (const ShimSession *session)
{
  char *file = g_build_filename (purple_user_dir (), "accounts.xml", NULL);
  char *path = g_markup_escape_text (setting (session, "client_cert"), -1);
  char *content = NULL;
  gboolean there = *path != '\0' && g_file_get_contents (file, &content, NULL, NULL)
                   && strstr (content, path) != NULL;

  g_free (content);
  g_free (path);
  g_free (file);
  return there;
}

static gboolean
on_settled (gpointer number)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));
  char *name;

  if (session == NULL)
    return FALSE;
  if (session->certificates->work != CERTIFICATES_IDLE || !is_on_disk (session))
    return TRUE;
  session->certificates->settled_timer = 0;
  name = oldest (session);
  certificates_expect (session, CERTIFICATES_RETIRING,
                       stead_revoke_certificate (dispatch_client (), session->number, name, TRUE));
  g_free (name);
  dispatch_update ();
  return FALSE;
}

static void
retire_in (ShimSession *session, guint seconds)
{
  ShimCertificates *certificates = session->certificates;

  if (*setting (session, CERTIFICATES_RETIRED) != '\0' && certificates->settled_timer == 0)
    certificates->settled_timer =
        purple_timeout_add_seconds (seconds, on_settled, GUINT_TO_POINTER (session->number));
}

void
certificates_retire (ShimSession *session)
{
  retire_in (session, LOOK_S);
}

void
certificates_retired (ShimSession *session)
{
  drop_oldest (session);
  certificates_done (session);
  certificates_retire (session);
}

void
certificates_not_retired (ShimSession *session, const stead_event *event)
{
  char *name;
  char *text;

  /* Where the engine does not come back, nobody has been asked. */
  if (stead_event_error_retry (event) == STEAD_RETRY_LATER
      || stead_event_error_kind (event) == STEAD_ERROR_CONTRACT)
    {
      certificates_done (session);
      retire_in (session, AGAIN_S);
      return;
    }
  name = oldest (session);
  text = g_strdup_printf ("%s\n\nIts name is \"%s\". You can revoke it by \"Certificates...\".",
                          stead_event_error_text (event), name);
  certificates_retired (session);
  certificates_tell_error (session, "The old certificate is still good.", text);
  g_free (text);
  g_free (name);
}
