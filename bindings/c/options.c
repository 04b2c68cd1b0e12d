/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <stdlib.h>
#include <string.h>

/* Far beyond any password or path, far below what a frame can hold. */
#define TEXT_CAP 65536

static bool
is_fit (const char *value)
{
  return stead_text_valid (value) && (value == NULL || strlen (value) <= TEXT_CAP);
}

static bool
is_text (stead_option option)
{
  switch (option)
    {
    case STEAD_OPTION_JID:
    case STEAD_OPTION_CONNECT_SERVER:
    case STEAD_OPTION_PASSWORD:
    case STEAD_OPTION_CLIENT_CERT:
    case STEAD_OPTION_CLIENT_KEY:
    case STEAD_OPTION_CLIENT_CERT_PASSPHRASE:
    case STEAD_OPTION_CA_FILE:
    case STEAD_OPTION_PIN_SHA256:
    case STEAD_OPTION_PROXY_HOST:
    case STEAD_OPTION_PROXY_USER:
    case STEAD_OPTION_PROXY_PASSWORD:
      return true;
    default:
      return false;
    }
}

/** Returns: the largest value of a number, -1 when @option takes none. */
static int64_t
largest (stead_option option)
{
  switch (option)
    {
    case STEAD_OPTION_SECURITY:
      return STEAD_SECURITY_OPPORTUNISTIC_TLS;
    case STEAD_OPTION_PORT:
    case STEAD_OPTION_PROXY_PORT:
      return 65535;
    case STEAD_OPTION_PROXY_TYPE:
      return STEAD_PROXY_ENVIRONMENT;
    case STEAD_OPTION_AUTH_METHOD:
      return STEAD_AUTH_PLAIN;
    case STEAD_OPTION_PLAIN_IN_CLEAR:
    case STEAD_OPTION_CARBONS:
    case STEAD_OPTION_ARCHIVE:
    case STEAD_OPTION_RECEIPTS:
    case STEAD_OPTION_CSI:
    case STEAD_OPTION_BOOKMARKS:
    case STEAD_OPTION_CERT_TLS12:
      return 1;
    case STEAD_OPTION_ARCHIVE_DAYS:
      return 366;
    case STEAD_OPTION_QUEUE_HOURS:
      return 24 * 366;
    default:
      return -1;
    }
}

stead_options *
stead_options_new (void)
{
  stead_options *options = stead_alloc (sizeof *options);
  for (int i = 0; i <= STEAD_OPTION_LAST; i++)
    options->texts[i] = stead_copy ("");
  options->status = stead_copy ("");
  for (int i = STEAD_OPTION_CARBONS; i <= STEAD_OPTION_CSI; i++)
    options->numbers[i] = 1;
  options->numbers[STEAD_OPTION_BOOKMARKS] = 1;
  return options;
}

void
stead_options_free (stead_options *options)
{
  if (options == NULL)
    return;
  for (int i = 0; i <= STEAD_OPTION_LAST; i++)
    stead_wipe (options->texts[i]);
  free (options->status);
  free (options);
}

stead_options *
stead_options_copy (const stead_options *options)
{
  stead_options *copy = stead_alloc (sizeof *copy);
  *copy = *options;
  for (int i = 0; i <= STEAD_OPTION_LAST; i++)
    copy->texts[i] = stead_copy (options->texts[i]);
  copy->status = stead_copy (options->status);
  return copy;
}

void
stead_options_replace (char **place, const char *value)
{
  char *old = *place;
  *place = stead_copy (value);
  stead_wipe (old);
}

bool
stead_options_set_string (stead_options *options, stead_option option, const char *value)
{
  if (!is_text (option) || !is_fit (value))
    return false;
  stead_options_replace (&options->texts[option], value);
  return true;
}

bool
stead_options_set_int (stead_options *options, stead_option option, int64_t value)
{
  if (value < 0 || value > largest (option))
    return false;
  options->numbers[option] = (uint32_t) value;
  return true;
}

bool
stead_options_set_presence (stead_options *options, stead_show show, const char *status,
                            int priority, int64_t idle_since_time_ms)
{
  if ((int) show < STEAD_SHOW_AVAILABLE || show > STEAD_SHOW_DND || !is_fit (status)
      || priority < -128 || priority > 127 || idle_since_time_ms < 0)
    return false;
  stead_options_replace (&options->status, status);
  options->show = show;
  options->priority = priority;
  options->idle_since_time_ms = idle_since_time_ms;
  return true;
}
