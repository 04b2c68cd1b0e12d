/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may see whom (RFC 6121 section 3). */

#include "shim.h"

#include <string.h>

/* A prompt that waits for the person. */
typedef struct
{
  guint32 number;
  char *jid;
} Authorization;

static void
authorization_free (Authorization *authorization)
{
  g_free (authorization->jid);
  g_free (authorization);
}

static void
subscribe (guint32 number, const char *jid, stead_subscribe_action action, const char *text)
{
  stead_client *client = dispatch_client ();

  if (client == NULL)
    return;
  messages_expect (number, stead_subscribe (client, number, jid, action, text), jid, NULL);
  dispatch_update ();
}

void
subscriptions_request (ShimSession *session, const char *jid, const char *text)
{
  subscribe (session->number, jid, STEAD_SUBSCRIBE_REQUEST, text);
}

static void
answer (Authorization *authorization, stead_subscribe_action action)
{
  ShimSession *session = account_session_numbered (authorization->number);

  if (session != NULL)
    {
      session->authorizations = g_slist_remove (session->authorizations, authorization);
      subscribe (authorization->number, authorization->jid, action, NULL);
    }
  authorization_free (authorization);
}

static void
on_accept (gpointer authorization)
{
  answer (authorization, STEAD_SUBSCRIBE_APPROVE);
}

static void
on_deny (gpointer authorization)
{
  answer (authorization, STEAD_SUBSCRIBE_DENY);
}

/* The prompts must be closed first: they hold what is freed here. */
void
subscriptions_close (ShimSession *session)
{
  purple_account_request_close_with_account (session->account);
  while (session->authorizations != NULL)
    {
      authorization_free (session->authorizations->data);
      session->authorizations =
          g_slist_delete_link (session->authorizations, session->authorizations);
    }
}

static gboolean
is_asked (const ShimSession *session, const char *jid)
{
  const GSList *item;

  for (item = session->authorizations; item != NULL; item = item->next)
    if (strcmp (((const Authorization *) item->data)->jid, jid) == 0)
      return TRUE;
  return FALSE;
}

static void
ask (ShimSession *session, const stead_event *event)
{
  const char *jid = stead_event_subscription_jid (event);
  const char *nick = stead_event_subscription_nick (event);
  const char *text = stead_event_subscription_text (event);
  Authorization *authorization;
  gboolean on_list = purple_find_buddy (session->account, jid) != NULL;

  /* A server repeats an unanswered request at each sign-in (RFC 6121 section 3.1.3). */
  if (is_asked (session, jid))
    return;
  authorization = g_new0 (Authorization, 1);
  authorization->number = session->number;
  authorization->jid = g_strdup (jid);
  session->authorizations = g_slist_prepend (session->authorizations, authorization);
  purple_account_request_authorization (session->account, jid, NULL, *nick != '\0' ? nick : NULL,
                                        *text != '\0' ? text : NULL, on_list, on_accept, on_deny,
                                        authorization);
}

void
subscriptions_got (ShimSession *session, const stead_event *event)
{
  if (stead_event_subscription_what (event) == STEAD_SUBSCRIPTION_REQUESTED)
    ask (session, event);
  else
    purple_debug_info ("steadfast", "subscription of %s: %d\n",
                       stead_event_subscription_jid (event),
                       (int) stead_event_subscription_what (event));
}

/* ---- The buddy's menu ---------------------------------------------------------------------------
 */

static void
on_menu (PurpleBlistNode *node, gpointer action)
{
  PurpleBuddy *buddy = (PurpleBuddy *) node;
  ShimSession *session = account_session (purple_buddy_get_account (buddy));

  if (session != NULL)
    subscribe (session->number, purple_buddy_get_name (buddy),
               (stead_subscribe_action) GPOINTER_TO_INT (action), NULL);
}

static GList *
add_item (GList *menu, const char *label, stead_subscribe_action action)
{
  return g_list_append (menu, purple_menu_action_new (label, PURPLE_CALLBACK (on_menu),
                                                      GINT_TO_POINTER (action), NULL));
}

GList *
subscriptions_menu (PurpleBlistNode *node)
{
  GList *menu = NULL;
  const ShimContact *contact;
  ShimSession *session;
  gboolean they_see_us;
  gboolean we_see_them;

  if (!PURPLE_BLIST_NODE_IS_BUDDY (node))
    return NULL;
  session = account_session (purple_buddy_get_account ((PurpleBuddy *) node));
  if (session == NULL)
    return NULL;
  contact = roster_contact (session, purple_buddy_get_name ((PurpleBuddy *) node));
  they_see_us = contact != NULL
                && (contact->subscription == STEAD_CONTACT_FROM
                    || contact->subscription == STEAD_CONTACT_BOTH);
  we_see_them =
      contact != NULL
      && (contact->subscription == STEAD_CONTACT_TO || contact->subscription == STEAD_CONTACT_BOTH);
  if (they_see_us)
    menu = add_item (menu, "Cancel Presence Notification", STEAD_SUBSCRIBE_DENY);
  if (we_see_them)
    menu = add_item (menu, "Unsubscribe", STEAD_SUBSCRIBE_CANCEL);
  else
    menu = add_item (menu, "(Re-)Request authorization", STEAD_SUBSCRIBE_REQUEST);
  return menu;
}
