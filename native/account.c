/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Login and close: a connection of libpurple is a view that joins and leaves a session which the
 * engine keeps. */

#include "shim.h"

#include <errno.h>
#include <string.h>

static GHashTable *sessions; /* PurpleAccount to ShimSession */
static GHashTable *numbers;  /* bare JID to number, the same as long as the client lives */
static guint32 last_number;
static gboolean quitting;
static gboolean accounts_hooked;
static int handle;

static void
on_quitting (void)
{
  quitting = TRUE;
}

void
account_init (void)
{
  sessions = g_hash_table_new (NULL, NULL);
  numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  purple_signal_connect (purple_get_core (), "quitting", &handle, PURPLE_CALLBACK (on_quitting),
                         NULL);
}

void
account_uninit (void)
{
  purple_signals_disconnect_by_handle (&handle);
  g_hash_table_destroy (numbers);
  g_hash_table_destroy (sessions);
}

/* The engine keeps one session an address, whatever the resource, so that is what has a number.
 * Returns: 0 when the account never signed in. */
static guint32
known_number (PurpleAccount *account)
{
  char *bare = account_bare_jid (purple_account_get_username (account));
  guint32 number = bare != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (numbers, bare)) : 0;

  g_free (bare);
  return number;
}

static guint32
number_of (PurpleAccount *account)
{
  guint32 number = known_number (account);

  if (number != 0)
    return number;
  number = ++last_number;
  g_hash_table_insert (numbers, account_bare_jid (purple_account_get_username (account)),
                       GUINT_TO_POINTER (number));
  return number;
}

ShimSession *
account_session (const PurpleAccount *account)
{
  return g_hash_table_lookup (sessions, account);
}

ShimSession *
account_session_of (PurpleConnection *gc)
{
  return account_session (purple_connection_get_account (gc));
}

ShimSession *
account_session_numbered (guint32 number)
{
  GHashTableIter iter;
  gpointer session;

  g_hash_table_iter_init (&iter, sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (((ShimSession *) session)->number == number)
      return session;
  return NULL;
}

void
account_foreach (void (*visit) (ShimSession *session, const stead_event *event),
                 const stead_event *event)
{
  GList *accounts = g_hash_table_get_keys (sessions);
  GList *item;

  for (item = accounts; item != NULL; item = item->next)
    {
      ShimSession *session = account_session (item->data);

      if (session != NULL)
        visit (session, event);
    }
  g_list_free (accounts);
}

PurpleAccount *
account_numbered (guint32 number)
{
  ShimSession *session = account_session_numbered (number);
  GHashTableIter iter;
  gpointer bare;
  gpointer value;

  if (session != NULL)
    return session->account;
  g_hash_table_iter_init (&iter, numbers);
  while (g_hash_table_iter_next (&iter, &bare, &value))
    if (GPOINTER_TO_UINT (value) == number)
      return purple_accounts_find (bare, SHIM_PROTOCOL);
  return NULL;
}

PurpleConnection *
account_connection (const ShimSession *session)
{
  return purple_account_get_connection (session->account);
}

/* A parked session has no connection whose close() could sign it off. */
static void
sign_parked_off (PurpleAccount *account)
{
  stead_client *client = dispatch_client ();
  guint32 number;

  if (client == NULL || strcmp (purple_account_get_protocol_id (account), SHIM_PROTOCOL) != 0)
    return;
  number = known_number (account);
  if (number == 0 || account_session_numbered (number) != NULL)
    return;
  stead_detach (client, number, STEAD_DETACH_SIGN_OFF);
  dispatch_update ();
}

static void
on_left (PurpleAccount *account, gpointer data)
{
  (void) data;
  sign_parked_off (account);
}

static void
on_status (PurpleAccount *account, PurpleStatus *before, PurpleStatus *now, gpointer data)
{
  (void) before;
  (void) data;
  if (!purple_status_is_online (now))
    sign_parked_off (account);
}

/* libpurple's accounts start after the protocols are loaded: so not before a login. */
static void
hook_accounts (void)
{
  void *accounts = purple_accounts_get_handle ();

  if (accounts_hooked)
    return;
  accounts_hooked = TRUE;
  purple_signal_connect (accounts, "account-disabled", &handle, PURPLE_CALLBACK (on_left), NULL);
  purple_signal_connect (accounts, "account-removed", &handle, PURPLE_CALLBACK (on_left), NULL);
  purple_signal_connect (accounts, "account-status-changed", &handle, PURPLE_CALLBACK (on_status),
                         NULL);
}

static ShimSession *
session_open (PurpleAccount *account)
{
  ShimSession *session = g_new0 (ShimSession, 1);

  session->number = number_of (account);
  session->account = account;
  g_hash_table_insert (sessions, account, session);
  link_open (session);
  proxy_open (session);
  roster_open (session);
  presence_open (session);
  receipts_open (session);
  info_open (session);
  muc_open (session);
  certificates_open (session);
  access_open (session);
  return session;
}

static void
session_close (ShimSession *session)
{
  dispatch_forget (session->number);
  trust_close (session);
  secrets_close (session);
  access_close (session);
  certificates_close (session);
  subscriptions_close (session);
  muc_close (session);
  info_close (session);
  receipts_close (session);
  presence_close (session);
  roster_close (session);
  proxy_close (session);
  link_close (session);
  g_hash_table_remove (sessions, session->account);
  g_free (session);
}

static void
attach (PurpleConnection *gc, stead_client *client)
{
  PurpleAccount *account = purple_connection_get_account (gc);
  ShimSession *session;
  char *problem = NULL;
  stead_options *options = options_of (account, &problem);

  if (options == NULL)
    {
      purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS, problem);
      g_free (problem);
      return;
    }
  session = session_open (account);
  presence_set_options (account, options);
  if (stead_attach (client, session->number, options))
    muc_attached (session, client);
  else
    purple_connection_error_reason (
        gc, errors_reason_of_start (errno, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS),
        stead_client_error (client));
  stead_options_free (options);
  link_hook_network ();
  hook_accounts ();
  dispatch_update ();
}

void
account_attach_again (ShimSession *session)
{
  PurpleConnection *gc = account_connection (session);
  stead_client *client = dispatch_client ();
  char *problem = NULL;
  stead_options *options = options_of (session->account, &problem);

  if (options != NULL)
    {
      presence_set_options (session->account, options);
      if (client != NULL && !stead_attach (client, session->number, options))
        problem = g_strdup (stead_client_error (client));
      stead_options_free (options);
      dispatch_update ();
    }
  if (problem != NULL && gc != NULL)
    purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS, problem);
  g_free (problem);
}

void
account_login (PurpleAccount *account)
{
  PurpleConnection *gc = purple_account_get_connection (account);
  char *bare = account_bare_jid (purple_account_get_username (account));
  char *error_text = NULL;
  int cause = 0;
  stead_client *client;

  gc->flags |= PURPLE_CONNECTION_HTML | PURPLE_CONNECTION_NO_IMAGES;
  if (bare == NULL || strchr (bare, '@') == NULL)
    {
      g_free (bare);
      purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_INVALID_SETTINGS,
                                      "This is no XMPP address. Both user name and domain must be "
                                      "set.");
      return;
    }
  g_free (bare);
  if (account_session_numbered (known_number (account)) != NULL)
    {
      purple_connection_error_reason (gc, PURPLE_CONNECTION_ERROR_NAME_IN_USE,
                                      "Another account here is signed in with this address. To "
                                      "use another resource, change it there.");
      return;
    }
  client = dispatch_open (&error_text, &cause);
  if (client == NULL)
    {
      purple_connection_error_reason (
          gc, errors_reason_of_start (cause, PURPLE_CONNECTION_ERROR_OTHER_ERROR), error_text);
      g_free (error_text);
      return;
    }
  attach (gc, client);
}

/* A person signs off by disabling the account, by going offline or by quitting. Everything else
 * that closes a connection (the network went, an error was shown, "reconnect") will come back. */
static stead_detach_how
detach_how (PurpleConnection *gc)
{
  PurpleAccount *account = purple_connection_get_account (gc);
  PurpleStatus *status = purple_account_get_active_status (account);

  if (quitting || !purple_account_get_enabled (account, purple_core_get_ui ()))
    return STEAD_DETACH_SIGN_OFF;
  if (status == NULL || !purple_status_is_online (status) || gc->wants_to_die)
    return STEAD_DETACH_SIGN_OFF;
  return STEAD_DETACH_PARK;
}

void
account_close (PurpleConnection *gc)
{
  ShimSession *session = account_session_of (gc);
  stead_client *client = dispatch_client ();

  if (session == NULL)
    return;
  if (client != NULL)
    {
      stead_detach (client, session->number, detach_how (gc));
      /* There may be no further turn of the main loop. */
      stead_client_dispatch (client);
    }
  session_close (session);
  dispatch_update ();
}
