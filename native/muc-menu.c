/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menu of a chat in the buddy list: all that can be done in a room without commands. */

#include "muc.h"

/* The answer is awaited and, if it is a refusal, told. */
static void
expect (ShimSession *session, const char *room, const char *id)
{
  if (id == NULL)
    purple_notify_error (account_connection (session), NULL, room,
                         stead_client_error (dispatch_client ()));
  messages_expect (session->number, id, room, NULL);
  dispatch_update ();
}

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
  expect (session, room, stead_unregister_room (dispatch_client (), session->number, room));
}

static void
request_voice (ShimSession *session, const char *room)
{
  expect (session, room, stead_request_voice (dispatch_client (), session->number, room));
}

static const struct
{
  const char *label;
  void (*act) (ShimSession *session, const char *room);
} items[] = {
  { "Configure Room", configure },
  { "Register Nick", do_register },
  { "Unregister", unregister },
  { "Ask for Voice", request_voice },
  { "Show People...", muc_ask_which_list },
  { "Change Rights...", muc_ask_rights },
  { "Destroy Room...", muc_ask_destroy },
};

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
  GList *menu = NULL;
  guint i;

  if (!PURPLE_BLIST_NODE_IS_CHAT (node)
      || account_session (purple_chat_get_account ((PurpleChat *) node)) == NULL)
    return NULL;
  for (i = 0; i < G_N_ELEMENTS (items); i++)
    menu = g_list_append (menu, purple_menu_action_new (items[i].label, PURPLE_CALLBACK (on_item),
                                                        GUINT_TO_POINTER (i), NULL));
  return menu;
}
