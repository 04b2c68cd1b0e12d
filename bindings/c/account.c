/* SPDX-License-Identifier: MIT */
/* Accounts: who may have them, and what a new engine must be told. */
#include "private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_RETRY_MS 1000

stead_account *
stead_account_find (stead_client *client, uint32_t number)
{
  for (stead_account *a = client->accounts; a != NULL; a = a->next)
    if (a->number == number)
      return a;
  return NULL;
}

/* Only names the folder and the lock, the same in every locale; the engine prepares the JID as RFC
 * 7622 asks. */
char *
stead_bare_of (const char *jid)
{
  char *bare = stead_copy (jid);
  bare[strcspn (bare, "/")] = '\0';
  for (char *c = bare; *c != '\0'; c++)
    if (*c >= 'A' && *c <= 'Z')
      *c = (char) (*c - 'A' + 'a');
  return bare;
}

static void
release (stead_client *client, stead_account *account)
{
  if (account->locked)
    stead_lock_release (client->lock, account->bare_jid);
  account->locked = false;
}

static void
fill_attach (const stead_account *account, Steadfast__V1__Attach *attach)
{
  const stead_options *options = account->options;
  char *const *texts = options->texts;
  const uint32_t *numbers = options->numbers;
  attach->jid = texts[STEAD_OPTION_JID];
  attach->inbox_taken = account->inbox_taken;
  attach->security = numbers[STEAD_OPTION_SECURITY];
  attach->connect_server = texts[STEAD_OPTION_CONNECT_SERVER];
  attach->port = numbers[STEAD_OPTION_PORT];
  attach->auth_method = numbers[STEAD_OPTION_AUTH_METHOD];
  attach->password = texts[STEAD_OPTION_PASSWORD];
  attach->client_cert = texts[STEAD_OPTION_CLIENT_CERT];
  attach->client_key = texts[STEAD_OPTION_CLIENT_KEY];
  attach->client_cert_passphrase = texts[STEAD_OPTION_CLIENT_CERT_PASSPHRASE];
  attach->ca_file = texts[STEAD_OPTION_CA_FILE];
  attach->pin_sha256 = texts[STEAD_OPTION_PIN_SHA256];
  attach->plain_in_clear = numbers[STEAD_OPTION_PLAIN_IN_CLEAR] != 0;
  attach->queue_hours = numbers[STEAD_OPTION_QUEUE_HOURS];
  attach->no_carbons = numbers[STEAD_OPTION_CARBONS] == 0;
  attach->no_archive = numbers[STEAD_OPTION_ARCHIVE] == 0;
  attach->no_receipts = numbers[STEAD_OPTION_RECEIPTS] == 0;
  attach->no_csi = numbers[STEAD_OPTION_CSI] == 0;
  attach->no_bookmarks = numbers[STEAD_OPTION_BOOKMARKS] == 0;
  attach->cert_tls12 = numbers[STEAD_OPTION_CERT_TLS12] != 0;
  attach->archive_days = numbers[STEAD_OPTION_ARCHIVE_DAYS];
  attach->folder = account->folder;
  attach->online = account->online;
}

static void
write_attach (stead_client *client, stead_account *account)
{
  const stead_options *options = account->options;
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__Attach attach = STEADFAST__V1__ATTACH__INIT;
  Steadfast__V1__SetPresence presence = STEADFAST__V1__SET_PRESENCE__INIT;
  Steadfast__V1__Proxy proxy = STEADFAST__V1__PROXY__INIT;
  fill_attach (account, &attach);
  if (stead_proxy_fill (options, &proxy))
    attach.proxy = &proxy;
  presence.show = (Steadfast__V1__Show) options->show;
  presence.status = options->status;
  presence.priority = options->priority;
  presence.idle_since_time_ms = options->idle_since_time_ms;
  attach.presence = &presence;
  stead_rooms_fill (account, &attach);
  command.account = account->number;
  command.body_case = STEADFAST__V1__COMMAND__BODY_ATTACH;
  command.attach = &attach;
  stead_frames_push (&client->engine.out, &command);
  stead_rooms_drain (&attach);
}

static void
tell_held (stead_client *client, stead_account *account, int cause)
{
  char *program = NULL;
  int64_t pid = 0;
  if (cause == EAGAIN)
    stead_lock_holder (account->folder, &program, &pid);
  if (!account->held_told || pid != account->held_pid)
    {
      account->held_told = true;
      account->held_pid = pid;
      stead_made_held (client, account, program, cause);
    }
  free (program);
}

static bool
lock (stead_client *client, stead_account *account)
{
  account->retry_at = 0;
  if (account->locked)
    return true;
  int cause = stead_lock_take (client->lock, account->bare_jid);
  if (cause != 0)
    {
      account->retry_at = stead_now () + LOCK_RETRY_MS;
      tell_held (client, account, cause);
      return false;
    }
  account->locked = true;
  account->held_told = false;
  stead_lock_sign (account->folder, client->program);
  return true;
}

void
stead_account_serve (stead_client *client, stead_account *account)
{
  if (account->options == NULL || !lock (client, account) || !stead_engine_ready (client))
    return;
  bool fresh = !account->attached;
  account->attached = true;
  write_attach (client, account);
  /* What the engine before this one did not answer; one that knows an id says so again. */
  if (fresh)
    stead_pending_write (client, account);
  stead_engine_flush (client);
}

static stead_account *
add (stead_client *client, uint32_t number, char *bare, char *folder)
{
  stead_account *account = stead_alloc (sizeof *account);
  account->number = number;
  account->bare_jid = bare;
  account->folder = folder;
  /* A new engine is told of them in the order the program named them. */
  stead_account **place = &client->accounts;
  while (*place != NULL)
    place = &(*place)->next;
  *place = account;
  return account;
}

/* The engine keeps one session an address: a second number would take over the first one's. */
static bool
is_taken (const stead_client *client, const char *bare, uint32_t number)
{
  for (const stead_account *a = client->accounts; a != NULL; a = a->next)
    if (a->number != number && strcmp (a->bare_jid, bare) == 0 && (a->options != NULL || a->locked))
      return true;
  return false;
}

/** Returns: the account of this number, made if need be; NULL with the client's error set. */
static stead_account *
for_jid (stead_client *client, uint32_t number, const char *jid)
{
  int cause = 0;
  char *bare = stead_bare_of (jid);
  stead_account *account = stead_account_find (client, number);
  bool taken = is_taken (client, bare, number);
  if (account != NULL && !taken && strcmp (account->bare_jid, bare) == 0)
    {
      free (bare);
      return account;
    }
  char *problem = NULL, *folder = NULL;
  if (taken)
    problem = stead_format ("%s is in use under another number. Detach that one first.", bare);
  else if (account != NULL)
    problem = stead_format ("Account number %u is %s already.", number, account->bare_jid);
  else if (*bare == '\0' || strlen (bare) > 2047)
    problem = stead_copy ("The account has no usable JID.");
  else
    folder = stead_lock_folder (client->state_folder, bare, &problem, &cause);
  if (folder != NULL)
    return add (client, number, bare, folder);
  stead_client_fail (client, problem);
  free (problem);
  free (bare);
  errno = cause;
  return NULL;
}

bool
stead_attach (stead_client *client, uint32_t number, const stead_options *options)
{
  errno = 0;
  if (number == 0)
    return stead_client_fail (client, "Account numbers begin at 1.");
  if (options == NULL)
    return stead_client_fail (client, "An account cannot be attached without options.");
  stead_account *account = for_jid (client, number, options->texts[STEAD_OPTION_JID]);
  if (account == NULL)
    return false;
  if (account->options == NULL)
    account->unserved_since = stead_now ();
  stead_options_free (account->options);
  account->options = stead_options_copy (options);
  account->signing_off = false;
  account->held_told = false;
  stead_engine_want (client);
  stead_engine_tick (client, stead_now ());
  stead_account_serve (client, account);
  return true;
}

bool
stead_detach (stead_client *client, uint32_t number, stead_detach_how how)
{
  stead_account *account = stead_account_find (client, number);
  /* The engine keeps a parked one, which can still be signed off. */
  bool parked = account != NULL && account->options == NULL && account->locked
                && !account->signing_off && how == STEAD_DETACH_SIGN_OFF;
  if (account == NULL || (account->options == NULL && !parked))
    return stead_client_fail (client, "The account is not attached.");
  stead_events_leaving (client, account);
  stead_events_account_left (client, number);
  stead_options_free (account->options);
  account->options = NULL;
  account->retry_at = 0;
  account->online = false;
  account->signing_off = how == STEAD_DETACH_SIGN_OFF;
  if (account->signing_off)
    stead_rooms_free (account);
  if (!account->attached && !parked)
    {
      release (client, account);
      stead_made_detached (client, number);
      return true;
    }
  account->attached = false;
  account->leaving++;
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__Detach detach = STEADFAST__V1__DETACH__INIT;
  detach.how = how == STEAD_DETACH_PARK ? STEADFAST__V1__DETACH__HOW__PARK
                                        : STEADFAST__V1__DETACH__HOW__SIGN_OFF;
  command.account = number;
  command.body_case = STEADFAST__V1__COMMAND__BODY_DETACH;
  command.detach = &detach;
  stead_frames_push (&client->engine.out, &command);
  stead_engine_flush (client);
  return true;
}

/* The last Link of a stay, or @by_itself when the engine let go of a parked account: see Link in the
 * contract. Returns: whether the program is to hear of it, which it is not when it is back. */
static bool
left (stead_client *client, stead_account *account, bool by_itself)
{
  if (!by_itself && account->leaving > 0)
    account->leaving--;
  if (account->options != NULL)
    return false;
  if (account->leaving == 0 && (account->signing_off || by_itself))
    {
      account->signing_off = false;
      release (client, account);
    }
  return !by_itself;
}

bool
stead_account_link (stead_client *client, stead_account *account, Steadfast__V1__Link *link)
{
  if (link->state == STEADFAST__V1__LINK__STATE__DETACHED)
    return left (client, account, link->error != NULL);
  /* From before the Detach that the engine has not come to yet. */
  if (account->options == NULL || account->leaving > 0)
    return false;
  account->online = link->state == STEADFAST__V1__LINK__STATE__ONLINE
                    || link->state == STEADFAST__V1__LINK__STATE__INTERRUPTED
                    || (link->state == STEADFAST__V1__LINK__STATE__CONNECTING && account->online);
  return true;
}

void
stead_account_lost (stead_client *client)
{
  int64_t now = stead_now ();
  for (stead_account *a = client->accounts; a != NULL; a = a->next)
    {
      a->unserved_since = now;
      a->attached = false;
      for (; a->leaving > 0; a->leaving--)
        if (a->options == NULL)
          stead_made_detached (client, a->number);
      if (a->options != NULL)
        continue;
      release (client, a);
      a->signing_off = false;
    }
}

void
stead_account_retry (stead_client *client, int64_t now)
{
  for (stead_account *a = client->accounts; a != NULL; a = a->next)
    if (a->retry_at != 0 && now >= a->retry_at)
      stead_account_serve (client, a);
}

int64_t
stead_account_due (const stead_client *client)
{
  int64_t due = -1;
  for (const stead_account *a = client->accounts; a != NULL; a = a->next)
    if (a->retry_at != 0 && (due < 0 || a->retry_at < due))
      due = a->retry_at;
  return due;
}

void
stead_account_free_all (stead_client *client)
{
  while (client->accounts != NULL)
    {
      stead_account *account = client->accounts;
      client->accounts = account->next;
      stead_options_free (account->options);
      stead_rooms_free (account);
      free (account->bare_jid);
      free (account->folder);
      free (account);
    }
}
