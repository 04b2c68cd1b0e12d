/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Somebody asks us into a room (XEP-0045 section 7.8, XEP-0249). */

#include "muc.h"

/* A program without prompts would let it vanish. */
static gboolean
can_ask (void)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();

  return ops != NULL && ops->request_action != NULL;
}

static void
tell (PurpleConnection *gc, const char *who, const char *room, const char *reason)
{
  char *primary = g_strdup_printf ("%s invites you to the room %s.", who, room);

  purple_notify_info (gc, NULL, primary, *reason != '\0' ? reason : NULL);
  g_free (primary);
}

/* A room may name its occupant; his person, if we know him, is known by the bare JID. Returns: (transfer
 * full) */
static char *
inviter (const char *from, const char *room)
{
  size_t length = strlen (room);
  gboolean occupant = strncmp (from, room, length) == 0 && from[length] == '/';

  return occupant ? g_strdup (from) : muc_peer (from);
}

/* The prompt shows plain text, so nothing is escaped. */
void
muc_got_invitation (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  char *room = muc_room_of (stead_event_room_jid (event));
  char *who = inviter (stead_event_invitation_from (event), room);
  const char *reason = stead_event_invitation_reason (event);
  const ShimRoom *known = muc_find (session, room);
  gboolean blocked = !purple_privacy_check (session->account, who);
  GHashTable *components;

  if (gc != NULL && (known == NULL || !known->joined))
    {
      const char *nick = muc_last_nick (session, room);
      GHashTable *defaults = muc_chat_info_defaults (gc, room);

      if (nick == NULL)
        nick = g_hash_table_lookup (defaults, "handle");
      components = muc_components (room, nick, stead_event_invitation_password (event));
      g_hash_table_destroy (defaults);
      if (!blocked && !can_ask ())
        tell (gc, who, room, reason);
      if (blocked || can_ask ())
        serv_got_chat_invite (gc, room, who, *reason != '\0' ? reason : NULL, components);
      /* libpurple takes the components only when it asks. */
      if (blocked || !can_ask ())
        g_hash_table_destroy (components);
    }
  g_free (who);
  g_free (room);
}
