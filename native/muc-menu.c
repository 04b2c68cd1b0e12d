/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menu of a chat in the buddy list: all that can be done in a room without commands. */

#include "muc.h"

static void
configure (ShimSession *session, const char *room)
{
  muc_get_form (session, room, STEAD_ROOM_FORM_CONFIGURE);
}

static void
do_register (ShimSession *session, const char *room)
{
  muc_get_form (session, room, STEAD_ROOM_FORM_REGISTER);
}

static void
unregister (ShimSession *session, const char *room)
{
  muc_expect (session, room, stead_unregister_room (dispatch_client (), session->number, room));
}

static void
request_voice (ShimSession *session, const char *room)
{
  muc_expect (session, room, stead_request_voice (dispatch_client (), session->number, room));
}

/* ---- Who is offered what ------------------------------------------------------------------------
 */

/* @self: (nullable): what we are in the room; nothing is known while we are not in it, and then the room
 * may still say yes */
typedef gboolean (*Fits) (const ShimOccupant *self);

static gboolean
is_without_voice (const ShimOccupant *self)
{
  return self != NULL && self->role == STEAD_ROLE_VISITOR;
}

static gboolean
may_give (const ShimOccupant *self)
{
  return self == NULL || self->role == STEAD_ROLE_MODERATOR
         || self->affiliation >= STEAD_AFFILIATION_ADMIN;
}

static gboolean
is_owner (const ShimOccupant *self)
{
  return self == NULL || self->affiliation == STEAD_AFFILIATION_OWNER;
}

static const struct
{
  const char *label;
  void (*act) (ShimSession *session, const char *room);
  Fits fits; /* (nullable): for everybody */
} items[] = {
  { "Configure Room", configure, NULL },
  { "Register Nick", do_register, NULL },
  { "Unregister", unregister, NULL },
  { "Ask for Voice", request_voice, is_without_voice },
  { "Show People...", muc_ask_which_list, NULL },
  { "Change Rights...", muc_ask_rights, may_give },
  { "Destroy Room...", muc_ask_destroy, is_owner },
};

/* Returns: (transfer none) (nullable) */
static const ShimOccupant *
self_in (const ShimSession *session, const char *jid)
{
  const ShimRoom *room = jid != NULL ? muc_find (session, jid) : NULL;

  return room != NULL && room->joined ? muc_occupant (room->occupants, room->nick) : NULL;
}

static void
on_item (PurpleBlistNode *node, gpointer index)
{
  PurpleChat *chat = (PurpleChat *) node;
  ShimSession *session = account_session (purple_chat_get_account (chat));
  char *room = muc_get_chat_name (purple_chat_get_components (chat));

  if (session != NULL && room != NULL && dispatch_client () != NULL)
    items[GPOINTER_TO_UINT (index)].act (session, room);
  g_free (room);
}

GList *
muc_menu (PurpleBlistNode *node)
{
  PurpleChat *chat = (PurpleChat *) node;
  GList *menu = NULL;
  const ShimSession *session;
  const ShimOccupant *self;
  char *room;
  guint i;

  if (!PURPLE_BLIST_NODE_IS_CHAT (node)
      || (session = account_session (purple_chat_get_account (chat))) == NULL)
    return NULL;
  room = muc_get_chat_name (purple_chat_get_components (chat));
  self = self_in (session, room);
  for (i = 0; i < G_N_ELEMENTS (items); i++)
    if (items[i].fits == NULL || items[i].fits (self))
      menu = g_list_append (menu, purple_menu_action_new (items[i].label, PURPLE_CALLBACK (on_item),
                                                          GUINT_TO_POINTER (i), NULL));
  g_free (room);
  return menu;
}
