/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The normal form of names in the host, the same as prpl-jabber's, since buddy lists, logs and
 * icons are filed under it. The engine has RFC 7622's own; this one is only for comparing. */

#include "shim.h"

#include <string.h>

enum
{
  JID_MAX = 3071 /* three parts of 1023 bytes and their separators */
};

/* Nodeprep (RFC 6122 appendix A.5) forbids these and all blanks and controls. */
static gboolean
local_allows (gunichar c)
{
  return !g_unichar_isspace (c) && !g_unichar_iscntrl (c)
         && (c >= 0x80 || strchr ("\"&'/:<>@", (int) c) == NULL);
}

static gboolean
domain_allows (gunichar c)
{
  if (c < 0x80)
    return g_ascii_isalnum ((char) c) || strchr ("-.[]:", (int) c) != NULL;
  return !g_unichar_isspace (c) && !g_unichar_iscntrl (c);
}

static char *
fold (const char *text, gsize length, gboolean (*allows) (gunichar c))
{
  char *folded = g_utf8_casefold (text, (gssize) length);
  char *normal = g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC);
  const char *at;

  g_free (folded);
  for (at = normal; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    if (!allows (g_utf8_get_char (at)))
      break;
  if (normal == NULL || *at != '\0' || *normal == '\0')
    {
      g_free (normal);
      return NULL;
    }
  return normal;
}

char *
account_bare_jid (const char *text)
{
  const char *slash;
  const char *at;
  char *local = NULL;
  char *domain;
  char *bare = NULL;

  if (text == NULL || strlen (text) > JID_MAX || !g_utf8_validate (text, -1, NULL))
    return NULL;
  slash = strchr (text, '/');
  if (slash == NULL)
    slash = text + strlen (text);
  at = memchr (text, '@', (gsize) (slash - text));
  domain = fold (at != NULL ? at + 1 : text, (gsize) (slash - (at != NULL ? at + 1 : text)),
                 domain_allows);
  if (at != NULL)
    local = fold (text, (gsize) (at - text), local_allows);
  if (domain != NULL && at == NULL)
    bare = g_strdup (domain);
  else if (domain != NULL && local != NULL)
    bare = g_strconcat (local, "@", domain, NULL);
  g_free (local);
  g_free (domain);
  return bare;
}

/* libpurple wants a buffer that lives until the next call, and NULL for what is no name of ours. */
const char *
account_normalize (const PurpleAccount *account, const char *text)
{
  /* Folding may make a letter longer, up to three times in UTF-8. */
  static char normal[3 * JID_MAX + 1];
  char *bare = account_bare_jid (text);
  const char *nick;

  (void) account;
  if (bare == NULL)
    return text != NULL && *text == '\0' ? "" : NULL;
  g_strlcpy (normal, bare, sizeof normal);
  nick = strchr (text, '/');
  if (nick != NULL && nick[1] != '\0' && muc_is_room (bare))
    g_strlcat (normal, nick, sizeof normal);
  g_free (bare);
  return normal;
}
