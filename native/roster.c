/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The contact list (RFC 6121 section 2). The server's list is the truth: it is laid over the host's
 * one, and what the person changes goes to the server first of all. */

#include "shim.h"

#include <string.h>

void
roster_contact_free (gpointer data)
{
  ShimContact *contact = data;

  g_free (contact->name);
  g_slist_foreach (contact->groups, (GFunc) (void (*) (void)) g_free, NULL);
  g_slist_free (contact->groups);
  g_free (contact);
}

void
roster_open (ShimSession *session)
{
  session->contacts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, roster_contact_free);
}

static void
drop_unlisted (ShimSession *session)
{
  g_free (session->unlisted->data);
  session->unlisted = g_slist_delete_link (session->unlisted, session->unlisted);
}

static void
forget_named (ShimSession *session)
{
  if (session->named != NULL)
    g_hash_table_destroy (session->named);
  session->named = NULL;
}

void
roster_close (ShimSession *session)
{
  forget_named (session);
  while (session->unlisted != NULL)
    drop_unlisted (session);
  roster_changes_close (session);
  g_hash_table_destroy (session->contacts);
}

const ShimContact *
roster_contact (const ShimSession *session, const char *jid)
{
  char *bare = account_bare_jid (jid);
  const ShimContact *contact = bare != NULL ? g_hash_table_lookup (session->contacts, bare) : NULL;

  g_free (bare);
  return contact;
}

/* ---- From the server ----------------------------------------------------------------------------
 */

/* libpurple drops what cannot be shown from a group's name; so must we, to find it again. */
static PurpleGroup *
group_named (const char *name)
{
  char *shown = g_strstrip (purple_utf8_strip_unprintables (name));
  PurpleGroup *group;

  if (*shown == '\0')
    {
      g_free (shown);
      shown = g_strdup ("Buddies");
    }
  group = purple_find_group (shown);
  if (group == NULL)
    {
      group = purple_group_new (shown);
      purple_blist_add_group (group, NULL);
    }
  g_free (shown);
  return group;
}

static void
remove_all (ShimSession *session, const char *jid)
{
  GSList *buddies = purple_find_buddies (session->account, jid);

  for (; buddies != NULL; buddies = g_slist_delete_link (buddies, buddies))
    purple_blist_remove_buddy (buddies->data);
}

/* Takes @group out of @buddies' way: returns the buddies that are in none of @groups, and leaves in
 * @groups those that have no buddy yet. */
static GSList *
match_groups (GSList *buddies, GSList **groups)
{
  GSList *surplus = NULL;
  GSList *wanted = g_slist_copy (*groups);

  for (; buddies != NULL; buddies = buddies->next)
    {
      PurpleGroup *group = purple_buddy_get_group (buddies->data);

      if (g_slist_find (wanted, group) != NULL)
        *groups = g_slist_remove (*groups, group);
      else
        surplus = g_slist_prepend (surplus, buddies->data);
    }
  g_slist_free (wanted);
  return surplus;
}

/* A buddy that is only in the wrong group is moved, so that it keeps what the host stored with it.
 */
static void
place (ShimSession *session, const char *jid, const char *name, GSList *groups)
{
  GSList *buddies = purple_find_buddies (session->account, jid);
  GSList *missing = g_slist_copy (groups);
  GSList *surplus = match_groups (buddies, &missing);

  g_slist_free (buddies);
  for (; missing != NULL; missing = g_slist_delete_link (missing, missing))
    {
      PurpleBuddy *buddy = surplus != NULL ? surplus->data : NULL;

      if (buddy != NULL)
        surplus = g_slist_delete_link (surplus, surplus);
      else
        buddy = purple_buddy_new (session->account, jid, name);
      purple_blist_add_buddy (buddy, NULL, missing->data, NULL);
    }
  for (; surplus != NULL; surplus = g_slist_delete_link (surplus, surplus))
    purple_blist_remove_buddy (surplus->data);
}

static void
show_contact (ShimSession *session, const char *jid, const ShimContact *contact)
{
  GSList *groups = NULL;
  GSList *name;

  for (name = contact->groups; name != NULL; name = name->next)
    {
      PurpleGroup *group = group_named (name->data);

      if (g_slist_find (groups, group) == NULL)
        groups = g_slist_append (groups, group);
    }
  /* A contact without a group on the server stays where the person has it. */
  if (groups == NULL && purple_find_buddy (session->account, jid) == NULL)
    groups = g_slist_append (groups, group_named ("Buddies"));
  if (groups != NULL)
    place (session, jid, contact->name, groups);
  g_slist_free (groups);
}

static void
show_name (ShimSession *session, const char *jid, const char *name)
{
  PurpleConnection *gc = account_connection (session);

  /* Without a name on the server, one given here stays, unless a push says that it was taken away.
   */
  if (gc != NULL && (*name != '\0' || session->named == NULL))
    purple_serv_got_private_alias (gc, jid, *name != '\0' ? name : NULL);
}

static ShimContact *
read_contact (const stead_event *event, size_t index)
{
  ShimContact *contact = g_new0 (ShimContact, 1);
  size_t count = stead_event_contact_group_count (event, index);
  size_t i;

  contact->name = g_strdup (stead_event_contact_name (event, index));
  contact->subscription = stead_event_contact_subscription (event, index);
  contact->ask = stead_event_contact_ask (event, index);
  for (i = 0; i < count; i++)
    contact->groups =
        g_slist_append (contact->groups, g_strdup (stead_event_contact_group (event, index, i)));
  return contact;
}

static void
got_contact (ShimSession *session, const stead_event *event, size_t index)
{
  const char *jid = stead_event_contact_jid (event, index);
  char *bare = account_bare_jid (jid);
  ShimContact *contact;

  if (bare == NULL)
    return;
  if (stead_event_contact_subscription (event, index) == STEAD_CONTACT_REMOVE)
    {
      remove_all (session, jid);
      roster_changes_pushed (session, bare, NULL);
      g_hash_table_remove (session->contacts, bare);
      g_free (bare);
      return;
    }
  contact = read_contact (event, index);
  roster_changes_pushed (session, bare, contact);
  g_hash_table_replace (session->contacts, g_strdup (bare), contact);
  if (session->named != NULL)
    g_hash_table_insert (session->named, g_strdup (bare), GINT_TO_POINTER (1));
  show_contact (session, jid, contact);
  presence_show (session, jid);
  show_name (session, jid, contact->name);
  g_free (bare);
}

void
roster_changed (ShimSession *session, const char *bare, ShimContact *contact)
{
  const ShimContact *known = g_hash_table_lookup (session->contacts, bare);

  if (contact == NULL)
    {
      g_hash_table_remove (session->contacts, bare);
      return;
    }
  contact->subscription = known != NULL ? known->subscription : STEAD_CONTACT_NONE;
  contact->ask = known != NULL && known->ask;
  g_hash_table_replace (session->contacts, g_strdup (bare), contact);
}

void
roster_show_again (ShimSession *session, const char *bare)
{
  const ShimContact *contact = g_hash_table_lookup (session->contacts, bare);

  if (contact == NULL)
    return;
  session->applying = TRUE;
  show_contact (session, bare, contact);
  presence_show (session, bare);
  show_name (session, bare, contact->name);
  session->applying = FALSE;
}

static void
remove_if_unnamed (ShimSession *session, const char *name)
{
  char *bare = account_bare_jid (name);

  if (bare == NULL
      || (g_hash_table_lookup (session->named, bare) == NULL
          && !roster_is_being_added (session, bare)))
    {
      if (bare != NULL)
        g_hash_table_remove (session->contacts, bare);
      remove_all (session, name);
    }
  g_free (bare);
}

static void
begin_list (ShimSession *session)
{
  forget_named (session);
  session->named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* After the last part: who was not named is gone from the server. */
static void
begin_removal (ShimSession *session)
{
  GSList *buddies = purple_find_buddies (session->account, NULL);

  for (; buddies != NULL; buddies = g_slist_delete_link (buddies, buddies))
    session->unlisted =
        g_slist_prepend (session->unlisted, g_strdup (purple_buddy_get_name (buddies->data)));
}

/* libpurple takes the longer for each buddy the more there are, so a long list takes many turns.
 * Returns: whether there is something left to do. */
static gboolean
take_step (ShimSession *session, const stead_event *event)
{
  size_t count = stead_event_contact_count (event);
  gboolean ends = stead_event_roster_end (event) && session->named != NULL;

  if (session->roster_done < count)
    {
      got_contact (session, event, session->roster_done);
      session->roster_done++;
      if (session->roster_done == count && ends)
        begin_removal (session);
    }
  else if (session->unlisted != NULL)
    {
      remove_if_unnamed (session, session->unlisted->data);
      drop_unlisted (session);
    }
  return session->roster_done < count || session->unlisted != NULL;
}

gboolean
roster_got (ShimSession *session, const stead_event *event)
{
  gboolean left;

  session->applying = TRUE;
  if (session->roster_done == 0 && session->unlisted == NULL)
    {
      if (stead_event_roster_begin (event))
        begin_list (session);
      if (stead_event_contact_count (event) == 0 && stead_event_roster_end (event)
          && session->named != NULL)
        begin_removal (session);
    }
  do
    left = take_step (session, event);
  while (left && !dispatch_turn_is_over ());
  session->applying = FALSE;
  if (left)
    return FALSE;
  session->roster_done = 0;
  if (stead_event_roster_end (event))
    forget_named (session);
  return TRUE;
}
