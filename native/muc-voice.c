/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line refused for want of voice (XEP-0045 section 7.9): who wrote it is asked whether to ask for voice.
 * BitlBee has neither a menu of a chat nor commands, and this is the way to it there. */

#include "muc.h"

#include <string.h>

static void
on_ask (gpointer number, int action)
{
  ShimSession *session;
  char *jid = muc_prompt_take (number, &session);

  (void) action;
  if (jid != NULL && session != NULL && dispatch_client () != NULL)
    muc_expect (session, jid, stead_request_voice (dispatch_client (), session->number, jid));
  g_free (jid);
}

static void
on_leave_it (gpointer number, int action)
{
  ShimSession *session;

  (void) action;
  g_free (muc_prompt_take (number, &session));
}

void
muc_got_failed_line (ShimSession *session, const stead_event *event)
{
  ShimRoom *room = muc_find (session, stead_event_state_to (event));
  const ShimOccupant *self =
      room != NULL && room->joined ? muc_occupant (room->occupants, room->nick) : NULL;
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  PurpleConnection *gc = account_connection (session);
  char *primary;

  if (self == NULL || self->role != STEAD_ROLE_VISITOR || room->offered_voice || gc == NULL
      || ops == NULL || ops->request_action == NULL
      || strcmp (stead_event_error_condition (event), "forbidden") != 0)
    return;
  /* Once for each time in the room: the next line may be written before the moderators answer. */
  room->offered_voice = TRUE;
  /* BitlBee looks for OK and Cancel among the words of the buttons, and takes no others. */
  primary = g_strdup_printf ("You may not speak in %s.", room->jid);
  purple_request_action (gc, "Voice", primary, "Do you want to ask its moderators for voice?", 0,
                         session->account, NULL, muc_conversation (session, room),
                         muc_prompt_new (session, g_strdup (room->jid), g_free), 2, "_OK", on_ask,
                         "_Cancel", on_leave_it);
  g_free (primary);
}
