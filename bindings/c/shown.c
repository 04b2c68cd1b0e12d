/* SPDX-License-Identifier: MIT */
/* An engine gives again what it was not told to have been dealt with: after it died, or after the
 * program left and came back while some were under way. The number alone would not do to know one
 * again: it starts over where the state folder was removed. */
#include "private.h"

static uint64_t
mix (uint64_t hash, const char *text)
{
  do
    hash = (hash ^ (uint8_t) *text) * 0x100000001b3u; /* FNV-1a, the end of the text included */
  while (*text++ != '\0');
  return hash;
}

static uint64_t
hash_of (const wire_event *wire)
{
  uint64_t hash = 0xcbf29ce484222325u;
  if (wire->body_case == STEADFAST__V1__EVENT__BODY_MESSAGE)
    return mix (mix (mix (hash, wire->message->from), wire->message->id), wire->message->body);
  return mix (mix (hash, wire->message_state->id), wire->message_state->body);
}

bool
stead_shown_before (stead_shown *shown, const stead_event *event)
{
  uint64_t hash = hash_of (event->wire);
  for (unsigned i = 0; i < STEAD_SHOWN_CAP; i++)
    if (shown->last[i].inbox == event->inbox && shown->last[i].hash == hash)
      return true;
  shown->last[shown->next].inbox = event->inbox;
  shown->last[shown->next].hash = hash;
  shown->next = (shown->next + 1) % STEAD_SHOWN_CAP;
  return false;
}
