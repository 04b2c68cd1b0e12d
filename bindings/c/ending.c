/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <stdlib.h>

/* Why it ended, from the best witness: its Goodbye, else what it printed. */
wire_error *
stead_engine_account_for_end (stead_client *client)
{
  stead_engine *engine = &client->engine;
  bool started = stead_engine_ready (client);
  const stead_stderr *words = &engine->words;
  wire_error *error = engine->reason;
  engine->reason = NULL;
  if (error != NULL)
    return error;
  bool old = words->version[0] != '\0' && atoi (words->version) < 20;
  const char *said = words->told[0] != '\0' ? words->told : "it said nothing";
  char *text;
  if (started)
    text = stead_format ("The Steadfast engine ended unexpectedly (%s). It is started again; "
                         "texts it had taken are kept.",
                         said);
  else if (old)
    text = stead_format (
        "The Steadfast engine could not be started: %s is Node.js %s. " STEAD_NEED_NODE
        " Install that, or set STEADFAST_NODE to its path.",
        engine->location.node, words->version);
  else
    text = stead_format (
        "The Steadfast engine could not be started: %s %s ended at once (%s). " STEAD_NEED_NODE,
        engine->location.node, engine->location.engine, said);
  error = stead_error_copy (STEAD_ERROR_CONTRACT,
                            started ? "engine-ended"
                            : old   ? "node-too-old"
                                    : "engine-not-started",
                            text, old && !started ? STEAD_RETRY_NEVER : STEAD_RETRY_LATER);
  free (text);
  return error;
}
