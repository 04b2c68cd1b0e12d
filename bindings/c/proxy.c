/* SPDX-License-Identifier: MIT */
#include "private.h"

static const stead_option texts[] = { STEAD_OPTION_PROXY_HOST, STEAD_OPTION_PROXY_USER,
                                      STEAD_OPTION_PROXY_PASSWORD };
static const stead_option numbers[] = { STEAD_OPTION_PROXY_TYPE, STEAD_OPTION_PROXY_PORT };

bool
stead_proxy_fill (const stead_options *options, Steadfast__V1__Proxy *proxy)
{
  proxy->type = (Steadfast__V1__Proxy__Type) options->numbers[STEAD_OPTION_PROXY_TYPE];
  proxy->host = options->texts[STEAD_OPTION_PROXY_HOST];
  proxy->port = options->numbers[STEAD_OPTION_PROXY_PORT];
  proxy->user = options->texts[STEAD_OPTION_PROXY_USER];
  proxy->password = options->texts[STEAD_OPTION_PROXY_PASSWORD];
  return options->numbers[STEAD_OPTION_PROXY_TYPE] != STEAD_PROXY_NONE;
}

bool
stead_set_proxy (stead_client *client, uint32_t number, const stead_options *options)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SetProxy set = STEADFAST__V1__SET_PROXY__INIT;
  Steadfast__V1__Proxy proxy = STEADFAST__V1__PROXY__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL)
    return false;
  if (options == NULL)
    return stead_client_fail (client, "A proxy cannot be set without options.");
  /* Kept in the options, from where a new engine gets it. */
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    stead_options_replace (&account->options->texts[texts[i]], options->texts[texts[i]]);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    account->options->numbers[numbers[i]] = options->numbers[numbers[i]];
  stead_proxy_fill (account->options, &proxy);
  set.proxy = &proxy;
  command.body_case = STEADFAST__V1__COMMAND__BODY_SET_PROXY;
  command.set_proxy = &set;
  stead_write_now (client, account, &command);
  return true;
}
