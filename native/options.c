/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The account's settings. Keys that prpl-jabber has too keep its names, types and defaults, so that
 * settings carry over. */

#include "shim.h"

#include <string.h>

typedef enum
{
  STRING,
  PATH,
  SECRET,
  NUMBER,
  TRUTH,
  CHOICE
} Type;

typedef struct
{
  const char *value;
  const char *text;
  int number; /* in libsteadfast's enum */
} Choice;

static const Choice securities[] = {
  { "require_tls", "Require encryption", STEAD_SECURITY_REQUIRE_TLS },
  { "opportunistic_tls", "Use encryption if available", STEAD_SECURITY_OPPORTUNISTIC_TLS },
  { "old_ssl", "Direct TLS only", STEAD_SECURITY_OLD_SSL },
  { NULL, NULL, 0 },
};

static const Choice auth_methods[] = {
  { "auto", "Certificate if set, else password", STEAD_AUTH_AUTO },
  { "external", "Certificate (EXTERNAL)", STEAD_AUTH_EXTERNAL },
  { "scram", "Password (SCRAM)", STEAD_AUTH_SCRAM },
  { "plain", "Password (PLAIN)", STEAD_AUTH_PLAIN },
  { NULL, NULL, 0 },
};

/* In place of an option of libsteadfast: nobody but this plugin reads the setting. */
#define OURS ((stead_option) 0)

/* In the order of the account dialog. The first choice of a list is its default. */
static const struct
{
  Type type;
  const char *key;
  const char *text;
  stead_option option;
  int fallback;
  const Choice *choices;
} rows[] = {
  { CHOICE, "connection_security", "Connection security", STEAD_OPTION_SECURITY, 0, securities },
  { CHOICE, "auth_method", "Sign in with", STEAD_OPTION_AUTH_METHOD, 0, auth_methods },
  { PATH, "client_cert", "Client certificate (file)", STEAD_OPTION_CLIENT_CERT, 0, NULL },
  { PATH, "client_key", "Key of the certificate (file)", STEAD_OPTION_CLIENT_KEY, 0, NULL },
  { SECRET, "client_cert_passphrase", "Passphrase of the key", STEAD_OPTION_CLIENT_CERT_PASSPHRASE,
    0, NULL },
  { TRUTH, "cert_tls12", "Certificate over TLS 1.2, too (others on the way can read it)",
    STEAD_OPTION_CERT_TLS12, FALSE, NULL },
  { TRUTH, "auth_plain_in_clear", "Allow plaintext auth over unencrypted streams",
    STEAD_OPTION_PLAIN_IN_CLEAR, FALSE, NULL },
  { NUMBER, "port", "Connect port", STEAD_OPTION_PORT, 5222, NULL },
  { STRING, "connect_server", "Connect server", STEAD_OPTION_CONNECT_SERVER, 0, NULL },
  { PATH, "ca_file", "Trust these authorities too (file)", STEAD_OPTION_CA_FILE, 0, NULL },
  { STRING, "pin_sha256", "Accept only the server certificate with SHA-256",
    STEAD_OPTION_PIN_SHA256, 0, NULL },
  { TRUTH, "carbons", "Show what other devices send and receive", STEAD_OPTION_CARBONS, TRUE,
    NULL },
  { TRUTH, "archive", "Read what you missed from the server's archive", STEAD_OPTION_ARCHIVE, TRUE,
    NULL },
  { NUMBER, "archive_days", "At first, read the archive of the last (days)",
    STEAD_OPTION_ARCHIVE_DAYS, 3, NULL },
  { TRUTH, "receipts", "Ask for and give delivery receipts", STEAD_OPTION_RECEIPTS, TRUE, NULL },
  { TRUTH, "csi", "Let the server save traffic while you are away", STEAD_OPTION_CSI, TRUE, NULL },
  { TRUTH, "bookmarks", "Keep chats of the buddy list as bookmarks on the server",
    STEAD_OPTION_BOOKMARKS, TRUE, NULL },
  { TRUTH, "bookmark_passwords", "Keep passwords of chats with the bookmarks, in clear", OURS,
    FALSE, NULL },
  { NUMBER, "queue_hours", "Keep unsent messages for (hours)", STEAD_OPTION_QUEUE_HOURS, 24, NULL },
};

GList *
options_splits (void)
{
  GList *splits = NULL;

  splits = g_list_append (splits, purple_account_user_split_new ("Domain", NULL, '@'));
  /* A resource may contain an '@': so the domain is looked for from the left. */
  purple_account_user_split_set_reverse (splits->data, FALSE);
  splits = g_list_append (splits, purple_account_user_split_new ("Resource", "", '/'));
  purple_account_user_split_set_reverse (splits->next->data, FALSE);
  return splits;
}

static PurpleAccountOption *
list_option (const char *text, const char *key, const Choice *choices)
{
  GList *values = NULL;

  for (; choices->value != NULL; choices++)
    {
      PurpleKeyValuePair *pair = g_new0 (PurpleKeyValuePair, 1);

      pair->key = g_strdup (choices->text);
      pair->value = g_strdup (choices->value);
      values = g_list_append (values, pair);
    }
  return purple_account_option_list_new (text, key, values);
}

GList *
options_list (void)
{
  GList *options = NULL;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      PurpleAccountOption *option = NULL;

      switch (rows[i].type)
        {
        case CHOICE:
          option = list_option (rows[i].text, rows[i].key, rows[i].choices);
          break;
        case TRUTH:
          option = purple_account_option_bool_new (rows[i].text, rows[i].key, rows[i].fallback);
          break;
        case NUMBER:
          option = purple_account_option_int_new (rows[i].text, rows[i].key, rows[i].fallback);
          break;
        case STRING:
        case PATH:
        case SECRET:
          option = purple_account_option_string_new (rows[i].text, rows[i].key, NULL);
          purple_account_option_set_masked (option, rows[i].type == SECRET);
          break;
        }
      options = g_list_append (options, option);
    }
  return options;
}

/* A value nobody knows, from a hand-edited file, counts as the default: the safe one. */
static int
choice_number (PurpleAccount *account, const char *key, const Choice *choices)
{
  const char *value = purple_account_get_string (account, key, choices->value);
  const Choice *choice;

  for (choice = choices; choice->value != NULL; choice++)
    if (strcmp (choice->value, value) == 0)
      return choice->number;
  return choices->number;
}

static char *
expand_path (const char *path)
{
  if (g_str_has_prefix (path, "~/"))
    return g_build_filename (purple_home_dir (), path + 2, NULL);
  return g_strdup (path);
}

static gboolean
set_text (stead_options *options, Type type, stead_option option, const char *stored)
{
  char *path = type == PATH && stored != NULL ? expand_path (stored) : NULL;
  gboolean set = stead_options_set_string (options, option, path != NULL ? path : stored);

  g_free (path);
  return set;
}

/* Returns: (transfer full) (nullable): what is wrong with the setting, else %NULL */
static char *
set_row (stead_options *options, PurpleAccount *account, gsize row)
{
  const char *key = rows[row].key;
  int number = rows[row].fallback;

  if (rows[row].option == OURS)
    return NULL;
  switch (rows[row].type)
    {
    case CHOICE:
      number = choice_number (account, key, rows[row].choices);
      break;
    case TRUTH:
      number = purple_account_get_bool (account, key, rows[row].fallback) ? 1 : 0;
      break;
    case NUMBER:
      number = purple_account_get_int (account, key, rows[row].fallback);
      break;
    case STRING:
    case PATH:
    case SECRET:
      if (set_text (options, rows[row].type, rows[row].option,
                    purple_account_get_string (account, key, NULL)))
        return NULL;
      return g_strdup_printf ("The setting \"%s\" is too long, or not UTF-8.", rows[row].text);
    }
  if (stead_options_set_int (options, rows[row].option, number))
    return NULL;
  return g_strdup_printf ("The setting \"%s\" cannot be %d.", rows[row].text, number);
}

stead_options *
options_of (PurpleAccount *account, char **problem)
{
  stead_options *options = stead_options_new ();
  gsize i;

  *problem = NULL;
  stead_options_set_string (options, STEAD_OPTION_JID, purple_account_get_username (account));
  if (!stead_options_set_string (options, STEAD_OPTION_PASSWORD,
                                 purple_account_get_password (account)))
    *problem = g_strdup ("The password is too long, or not UTF-8.");
  for (i = 0; *problem == NULL && i < G_N_ELEMENTS (rows); i++)
    *problem = set_row (options, account, i);
  if (*problem == NULL)
    *problem = proxy_set_options (account, options);
  if (*problem == NULL)
    return options;
  stead_options_free (options);
  return NULL;
}
