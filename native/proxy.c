/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proxy that libpurple's settings name. The engine connects through it, so it is only told, and
 * told again when it changes: libpurple has no signal for that of an account. */

#include "shim.h"

enum
{
  LOOK_S = 2
};

/* Asked of the settings, not of purple_proxy_get_setup(), which runs a program and waits for it.
 *
 * Returns: (transfer none) (nullable) */
static PurpleProxyInfo *
chosen (PurpleAccount *account)
{
  PurpleProxyInfo *info = purple_account_get_proxy_info (account);

  if (info == NULL || purple_proxy_info_get_type (info) == PURPLE_PROXY_USE_GLOBAL)
    return purple_global_proxy_get_info ();
  return info;
}

/* Returns: the type in libsteadfast's words, -1 for one that neither knows. */
static int
type_of (PurpleProxyInfo *info)
{
  switch (info != NULL ? purple_proxy_info_get_type (info) : PURPLE_PROXY_NONE)
    {
    case PURPLE_PROXY_USE_GLOBAL:
    case PURPLE_PROXY_NONE:
      return STEAD_PROXY_NONE;
    case PURPLE_PROXY_HTTP:
      return STEAD_PROXY_HTTP;
    case PURPLE_PROXY_SOCKS4:
      return STEAD_PROXY_SOCKS4;
    case PURPLE_PROXY_SOCKS5:
      return STEAD_PROXY_SOCKS5;
    case PURPLE_PROXY_TOR:
      return STEAD_PROXY_TOR;
    case PURPLE_PROXY_USE_ENVVAR:
      return STEAD_PROXY_ENVIRONMENT;
    }
  return -1;
}

char *
proxy_set_options (PurpleAccount *account, stead_options *options)
{
  PurpleProxyInfo *info = chosen (account);
  int type = type_of (info);

  if (type < 0)
    return g_strdup ("The proxy of the settings is of a kind that is not known here. A direct "
                     "connection would show your address, so none was made.");
  stead_options_set_int (options, STEAD_OPTION_PROXY_TYPE, type);
  if (type == STEAD_PROXY_NONE || type == STEAD_PROXY_ENVIRONMENT)
    return NULL;
  if (stead_options_set_string (options, STEAD_OPTION_PROXY_HOST, purple_proxy_info_get_host (info))
      && stead_options_set_int (options, STEAD_OPTION_PROXY_PORT, purple_proxy_info_get_port (info))
      && stead_options_set_string (options, STEAD_OPTION_PROXY_USER,
                                   purple_proxy_info_get_username (info))
      && stead_options_set_string (options, STEAD_OPTION_PROXY_PASSWORD,
                                   purple_proxy_info_get_password (info)))
    return NULL;
  return g_strdup ("The proxy of the settings cannot be used: its port does not exist, or its "
                   "host, user name or password is not UTF-8. No connection was made.");
}

/* Returns: (transfer full): the same only while nothing of the proxy changes; shows no password. */
static char *
mark_of (PurpleAccount *account)
{
  PurpleProxyInfo *info = chosen (account);
  const char *texts[3] = { "", "", "" };
  GString *all = g_string_new (NULL);
  char *mark;
  gsize i;

  if (info != NULL)
    {
      texts[0] = purple_proxy_info_get_host (info);
      texts[1] = purple_proxy_info_get_username (info);
      texts[2] = purple_proxy_info_get_password (info);
      g_string_printf (all, "%d %d", type_of (info), purple_proxy_info_get_port (info));
    }
  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    g_string_append_printf (all, "\n%s", texts[i] != NULL ? texts[i] : "");
  mark = g_compute_checksum_for_string (G_CHECKSUM_SHA256, all->str, -1);
  memset (all->str, 0, all->len);
  g_string_free (all, TRUE);
  return mark;
}

static void
tell (ShimSession *session)
{
  PurpleConnection *gc = account_connection (session);
  stead_client *client = dispatch_client ();
  stead_options *options = stead_options_new ();
  char *problem = proxy_set_options (session->account, options);

  if (problem == NULL && client != NULL)
    stead_set_proxy (client, session->number, options);
  else if (problem != NULL && gc != NULL && gc->disconnect_timeout == 0)
    purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS, problem);
  g_free (problem);
  stead_options_free (options);
  dispatch_update ();
}

void
proxy_look (ShimSession *session)
{
  char *mark = mark_of (session->account);
  gboolean changed = g_strcmp0 (mark, session->proxy_mark) != 0;

  g_free (session->proxy_mark);
  session->proxy_mark = mark;
  if (changed)
    tell (session);
}

static gboolean
on_look (gpointer number)
{
  ShimSession *session = account_session_numbered (GPOINTER_TO_UINT (number));

  if (session != NULL)
    proxy_look (session);
  return session != NULL;
}

void
proxy_open (ShimSession *session)
{
  session->proxy_mark = mark_of (session->account);
  session->proxy_look =
      purple_timeout_add_seconds (LOOK_S, on_look, GUINT_TO_POINTER (session->number));
}

void
proxy_close (ShimSession *session)
{
  purple_timeout_remove (session->proxy_look);
  g_free (session->proxy_mark);
}
