/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of the contact list that the server has not answered yet. The next one builds on them, or
 * it would undo them. What the server said of a contact stays as it is until the server speaks
 * again, so that a change which it refuses leaves nothing behind. */

#include "shim.h"

#include <string.h>

typedef struct
{
  char *id;
  char *jid;            /* bare */
  ShimContact *contact; /* (nullable): NULL for one that is taken away */
  gboolean pushed;      /* the server's push of it has come */
} Change;

static void
change_free (Change *change)
{
  if (change->contact != NULL)
    roster_contact_free (change->contact);
  g_free (change->id);
  g_free (change->jid);
  g_free (change);
}

void
roster_changes_close (ShimSession *session)
{
  for (; session->changes != NULL;
       session->changes = g_slist_delete_link (session->changes, session->changes))
    change_free (session->changes->data);
}

void
roster_change_add (ShimSession *session, const char *id, const char *jid, ShimContact *contact)
{
  Change *change = g_new0 (Change, 1);

  change->id = g_strdup (id);
  change->jid = account_bare_jid (jid);
  change->contact = contact;
  if (id != NULL && change->jid != NULL)
    session->changes = g_slist_append (session->changes, change);
  else
    change_free (change);
}

/* Returns: (transfer none) (nullable): the last change of @bare */
static Change *
last_change (const ShimSession *session, const char *bare)
{
  Change *last = NULL;
  const GSList *item;

  for (item = session->changes; item != NULL; item = item->next)
    if (g_strcmp0 (((Change *) item->data)->jid, bare) == 0)
      last = item->data;
  return last;
}

const ShimContact *
roster_expected (const ShimSession *session, const char *jid)
{
  char *bare = account_bare_jid (jid);
  const Change *change = last_change (session, bare);

  g_free (bare);
  return change != NULL ? change->contact : roster_contact (session, jid);
}

gboolean
roster_is_being_added (const ShimSession *session, const char *bare)
{
  const Change *change = last_change (session, bare);

  return change != NULL && change->contact != NULL;
}

static gboolean
is_same (const ShimContact *a, const ShimContact *b)
{
  const GSList *group;

  if (a == NULL || b == NULL)
    return a == b;
  if (strcmp (a->name, b->name) != 0 || g_slist_length (a->groups) != g_slist_length (b->groups))
    return FALSE;
  for (group = a->groups; group != NULL; group = group->next)
    if (g_slist_find_custom (b->groups, group->data, (GCompareFunc) strcmp) == NULL)
      return FALSE;
  return TRUE;
}

void
roster_changes_pushed (ShimSession *session, const char *bare, const ShimContact *contact)
{
  GSList *item;

  for (item = session->changes; item != NULL; item = item->next)
    {
      Change *change = item->data;

      if (strcmp (change->jid, bare) == 0 && is_same (change->contact, contact))
        change->pushed = TRUE;
    }
}

static GSList *
find_change (ShimSession *session, const char *id)
{
  GSList *item;

  for (item = session->changes; item != NULL; item = item->next)
    if (strcmp (((Change *) item->data)->id, id) == 0)
      return item;
  return NULL;
}

/* The server's answer may overtake its push (RFC 6121 section 2.1.6 promises no order). */
void
roster_change_answered (guint32 number, const stead_event *event)
{
  ShimSession *session = account_session_numbered (number);
  GSList *item = session != NULL ? find_change (session, stead_event_command_id (event)) : NULL;
  Change *change;

  if (item == NULL)
    return;
  change = item->data;
  session->changes = g_slist_delete_link (session->changes, item);
  if (stead_event_type (event) == STEAD_EVENT_ACCEPTED && !change->pushed)
    {
      roster_changed (session, change->jid, change->contact);
      change->contact = NULL;
    }
  /* The host shows it as changed already. */
  else if (stead_event_type (event) == STEAD_EVENT_REFUSED
           && last_change (session, change->jid) == NULL)
    roster_show_again (session, change->jid);
  change_free (change);
}
