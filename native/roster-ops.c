/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the person does to the contact list. Groups are worked out from the server's own list, not
 * from the host's, where a contact without groups is shown in one all the same. */

#include "shim.h"

#include <string.h>

static gboolean
has_group (const GSList *groups, const char *name)
{
  for (; groups != NULL; groups = groups->next)
    if (strcmp (groups->data, name) == 0)
      return TRUE;
  return FALSE;
}

/* Sends the contact as it is expected to be with @name, without the group @from and with the group @to. Each
 * may be %NULL for no change. */
static void
set_contact (ShimSession *session, const char *who, const char *name, const char *from,
             const char *to)
{
  stead_client *client = dispatch_client ();
  const ShimContact *contact = roster_expected (session, who);
  const GSList *known = contact != NULL ? contact->groups : NULL;
  GPtrArray *groups = g_ptr_array_new ();
  ShimContact *changed = g_new0 (ShimContact, 1);
  const char *id;
  guint i;

  if (name == NULL)
    name = contact != NULL ? contact->name : "";
  if (to != NULL && !has_group (known, to))
    g_ptr_array_add (groups, (gpointer) to);
  for (; known != NULL; known = known->next)
    if (from == NULL || strcmp (known->data, from) != 0 || g_strcmp0 (from, to) == 0)
      g_ptr_array_add (groups, known->data);
  id = stead_set_contact (client, session->number, who, name, (const char *const *) groups->pdata,
                          groups->len);
  messages_expect (session->number, id, who, NULL);
  changed->name = g_strdup (name);
  changed->subscription = contact != NULL ? contact->subscription : STEAD_CONTACT_NONE;
  changed->ask = contact != NULL && contact->ask;
  for (i = 0; i < groups->len; i++)
    changed->groups = g_slist_append (changed->groups, g_strdup (g_ptr_array_index (groups, i)));
  roster_change_add (session, id, who, changed);
  g_ptr_array_free (groups, TRUE);
  dispatch_update ();
}

/* Returns: (transfer none) (nullable): the session, when the change is the person's and not ours.
 */
static ShimSession *
changing_session (PurpleConnection *gc)
{
  ShimSession *session = account_session_of (gc);

  if (session == NULL || session->applying || dispatch_client () == NULL)
    return NULL;
  return session;
}

void
roster_add_buddy (PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group, const char *text)
{
  ShimSession *session = changing_session (gc);
  const char *who = purple_buddy_get_name (buddy);
  const ShimContact *contact;
  gboolean seen;
  char *bare;

  if (session == NULL)
    return;
  bare = account_bare_jid (who);
  if (bare == NULL)
    {
      purple_notify_error (gc, NULL, who, "This is no XMPP address: it was not added.");
      return;
    }
  contact = roster_expected (session, bare);
  seen = contact != NULL
         && (contact->ask || contact->subscription == STEAD_CONTACT_TO
             || contact->subscription == STEAD_CONTACT_BOTH);
  set_contact (session, bare, purple_buddy_get_local_buddy_alias (buddy), NULL,
               group != NULL ? purple_group_get_name (group) : NULL);
  if (!seen)
    subscriptions_request (session, bare, text);
  g_free (bare);
}

void
roster_remove_buddy (PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
  ShimSession *session = changing_session (gc);
  const char *who = purple_buddy_get_name (buddy);
  GSList *buddies;
  const char *id;

  if (session == NULL)
    return;
  /* The buddy is still in the list: another one of that name stands for another group. */
  buddies = purple_find_buddies (session->account, who);
  if (g_slist_length (buddies) > 1 && group != NULL)
    set_contact (session, who, NULL, purple_group_get_name (group), NULL);
  else
    {
      id = stead_remove_contact (dispatch_client (), session->number, who);
      messages_expect (session->number, id, who, NULL);
      roster_change_add (session, id, who, NULL);
      dispatch_update ();
    }
  g_slist_free (buddies);
}

void
roster_alias_buddy (PurpleConnection *gc, const char *who, const char *alias)
{
  ShimSession *session = changing_session (gc);

  if (session != NULL && roster_expected (session, who) != NULL)
    set_contact (session, who, alias != NULL ? alias : "", NULL, NULL);
}

void
roster_group_buddy (PurpleConnection *gc, const char *who, const char *from, const char *to)
{
  ShimSession *session = changing_session (gc);

  if (session != NULL && roster_expected (session, who) != NULL)
    set_contact (session, who, NULL, from, to);
}

void
roster_rename_group (PurpleConnection *gc, const char *old_name, PurpleGroup *group, GList *moved)
{
  for (; moved != NULL; moved = moved->next)
    roster_group_buddy (gc, purple_buddy_get_name (moved->data), old_name,
                        purple_group_get_name (group));
}
