/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is typing (XEP-0085). */

#include "shim.h"

static void
send_state (PurpleConnection *gc, const char *who, stead_chat_state state)
{
  ShimSession *session = account_session_of (gc);
  stead_client *client = dispatch_client ();

  if (session == NULL || client == NULL || session->state != STEAD_LINK_ONLINE)
    return;
  stead_send_chat_state (client, session->number, who, state);
  dispatch_update ();
}

/* Returns: 0, for a state that need not be repeated */
unsigned int
chat_states_send_typing (PurpleConnection *gc, const char *who, PurpleTypingState state)
{
  static const stead_chat_state states[] = { STEAD_CHAT_ACTIVE, STEAD_CHAT_COMPOSING,
                                             STEAD_CHAT_PAUSED };

  send_state (gc, who, states[CLAMP ((int) state, 0, 2)]);
  return 0;
}

void
chat_states_convo_closed (PurpleConnection *gc, const char *who)
{
  send_state (gc, who, STEAD_CHAT_GONE);
}

void
chat_states_got (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  const char *from = stead_event_chat_from (event);
  char *who = muc_peer (from);

  if (gc != NULL)
    switch (stead_event_chat_state (event))
      {
      case STEAD_CHAT_COMPOSING:
        serv_got_typing (gc, who, 0, PURPLE_TYPING);
        break;
      case STEAD_CHAT_PAUSED:
        serv_got_typing (gc, who, 0, PURPLE_TYPED);
        break;
      case STEAD_CHAT_ACTIVE:
      case STEAD_CHAT_INACTIVE:
      case STEAD_CHAT_GONE:
        serv_got_typing_stopped (gc, who);
        break;
      }
  g_free (who);
}
