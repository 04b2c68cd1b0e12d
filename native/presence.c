/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is there (RFC 6121 section 4), in both directions. Our own side is in status.c. */

#include "shim.h"

#include <string.h>

static void
resource_free (gpointer data)
{
  ShimResource *resource = data;

  g_free (resource->name);
  g_free (resource->status);
  g_free (resource->client);
  g_free (resource);
}

static void
resources_free (gpointer data)
{
  g_ptr_array_free (data, TRUE);
}

void
presence_open (ShimSession *session)
{
  session->presences = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, resources_free);
}

void
presence_close (ShimSession *session)
{
  g_hash_table_destroy (session->presences);
}

const GPtrArray *
presence_resources (const ShimSession *session, const char *jid)
{
  char *bare = account_bare_jid (jid);
  const GPtrArray *resources = bare != NULL ? g_hash_table_lookup (session->presences, bare) : NULL;

  g_free (bare);
  return resources;
}

static void
remember (ShimSession *session, const char *jid, const stead_event *event)
{
  char *bare = account_bare_jid (jid);
  size_t count = stead_event_resource_count (event);
  GPtrArray *resources;
  size_t i;

  if (bare == NULL)
    return;
  if (count == 0)
    {
      g_hash_table_remove (session->presences, bare);
      g_free (bare);
      return;
    }
  resources = g_ptr_array_new_with_free_func (resource_free);
  for (i = 0; i < count; i++)
    {
      ShimResource *resource = g_new0 (ShimResource, 1);

      resource->name = g_strdup (stead_event_resource_name (event, i));
      resource->show = stead_event_resource_show (event, i);
      resource->status = g_strdup (stead_event_resource_status (event, i));
      resource->priority = stead_event_resource_priority (event, i);
      resource->idle_since_time_ms = stead_event_resource_idle_since_time_ms (event, i);
      resource->client = g_strdup (stead_event_resource_client (event, i));
      g_ptr_array_add (resources, resource);
    }
  g_hash_table_replace (session->presences, bare, resources);
}

static const char *
text_or_null (const char *text)
{
  return *text != '\0' ? text : NULL;
}

static const char *
status_id (stead_show show)
{
  static const char *const ids[] = { "available", "freeforchat", "away", "extended_away", "dnd" };

  return ids[CLAMP ((int) show, 0, 4)];
}

const char *
presence_show_name (stead_show show)
{
  static const char *const names[] = { "Available", "Chatty", "Away", "Extended away",
                                       "Do Not Disturb" };

  return names[CLAMP ((int) show, 0, 4)];
}

/* libpurple logs and announces every status it is given, also one that is no news. */
static gboolean
is_shown (PurpleBuddy *buddy, const char *id, const char *message, int priority)
{
  PurpleStatus *status = purple_presence_get_active_status (purple_buddy_get_presence (buddy));

  if (g_strcmp0 (purple_status_get_id (status), id) != 0
      || g_strcmp0 (purple_status_get_attr_string (status, "message"), message) != 0)
    return FALSE;
  return purple_status_get_attr_value (status, "priority") == NULL
         || purple_status_get_attr_int (status, "priority") == priority;
}

static void
show_status (PurpleAccount *account, const char *jid, const char *id, const char *message,
             int priority)
{
  GSList *buddies = purple_find_buddies (account, jid);
  gboolean news = FALSE;

  for (; buddies != NULL; buddies = g_slist_delete_link (buddies, buddies))
    news = news || !is_shown (buddies->data, id, message, priority);
  if (news && strcmp (id, "offline") == 0)
    purple_prpl_got_user_status (account, jid, id, "message", message, NULL);
  else if (news)
    purple_prpl_got_user_status (account, jid, id, "priority", priority, "message", message, NULL);
}

/* The buddy shows its best resource, which comes first. */
void
presence_show (ShimSession *session, const char *jid)
{
  const GPtrArray *resources = presence_resources (session, jid);
  const ShimResource *best = resources != NULL ? g_ptr_array_index (resources, 0) : NULL;
  gint64 idle_s;

  if (best == NULL)
    return;
  idle_s = best->idle_since_time_ms / 1000;
  show_status (session->account, jid, status_id (best->show), text_or_null (best->status),
               best->priority);
  purple_prpl_got_user_idle (session->account, jid, idle_s > 0, (time_t) idle_s);
}

void
presence_got (ShimSession *session, const stead_event *event)
{
  const char *jid = stead_event_presence_jid (event);

  remember (session, jid, event);
  if (stead_event_resource_count (event) > 0)
    {
      presence_show (session, jid);
      return;
    }
  show_status (session->account, jid, "offline", text_or_null (stead_event_presence_status (event)),
               0);
  purple_prpl_got_user_idle (session->account, jid, FALSE, 0);
}

/* ---- What the list shows of a buddy -------------------------------------------------------------
 */

static ShimSession *
session_of_buddy (PurpleBuddy *buddy)
{
  return account_session (purple_buddy_get_account (buddy));
}

static gboolean
is_seen (const ShimContact *contact)
{
  return contact != NULL
         && (contact->subscription == STEAD_CONTACT_TO
             || contact->subscription == STEAD_CONTACT_BOTH);
}

/* Returns: (transfer full) (nullable): markup for the second line of a buddy */
char *
presence_status_text (PurpleBuddy *buddy)
{
  ShimSession *session = session_of_buddy (buddy);
  PurpleStatus *status = purple_presence_get_active_status (purple_buddy_get_presence (buddy));
  const char *message = purple_status_get_attr_string (status, "message");
  const ShimContact *contact;

  if (session == NULL)
    return NULL;
  if (message != NULL && *message != '\0')
    return purple_markup_escape_text (message, -1);
  contact = roster_contact (session, purple_buddy_get_name (buddy));
  if (!PURPLE_BUDDY_IS_ONLINE (buddy) && contact != NULL && !is_seen (contact))
    return g_strdup (contact->ask ? "Waiting for authorization" : "Not authorized");
  if (PURPLE_BUDDY_IS_ONLINE (buddy) && !purple_status_is_available (status))
    return purple_markup_escape_text (purple_status_get_name (status), -1);
  return NULL;
}

const char *
presence_list_emblem (PurpleBuddy *buddy)
{
  ShimSession *session = session_of_buddy (buddy);
  const ShimContact *contact =
      session != NULL ? roster_contact (session, purple_buddy_get_name (buddy)) : NULL;

  return contact != NULL && !is_seen (contact) ? "not-authorized" : NULL;
}

static const char *
subscription_words (const ShimContact *contact)
{
  switch (contact->subscription)
    {
    case STEAD_CONTACT_TO:
      return "You see them, they do not see you";
    case STEAD_CONTACT_FROM:
      return contact->ask ? "They see you; your request waits" : "They see you";
    case STEAD_CONTACT_BOTH:
      return "Both ways";
    case STEAD_CONTACT_NONE:
    case STEAD_CONTACT_REMOVE:
      break;
    }
  return contact->ask ? "Your request waits" : "None";
}

static void
add_resource (PurpleNotifyUserInfo *info, const ShimResource *resource)
{
  char *plain_label = g_strdup_printf ("Status (%s)", resource->name);
  char *label = purple_markup_escape_text (plain_label, -1);
  char *value = g_strdup_printf ("%s%s%s%s%s", presence_show_name (resource->show),
                                 *resource->status != '\0' ? ": " : "", resource->status,
                                 *resource->client != '\0' ? ", on " : "", resource->client);

  purple_notify_user_info_add_pair_plaintext (info, label, value);
  g_free (value);
  g_free (label);
  g_free (plain_label);
}

void
presence_tooltip_text (PurpleBuddy *buddy, PurpleNotifyUserInfo *info, gboolean full)
{
  ShimSession *session = session_of_buddy (buddy);
  const char *name = purple_buddy_get_name (buddy);
  const GPtrArray *resources;
  const ShimContact *contact;
  guint i;

  if (session == NULL)
    return;
  resources = presence_resources (session, name);
  for (i = 0; resources != NULL && i < resources->len; i++)
    add_resource (info, g_ptr_array_index (resources, i));
  receipts_tooltip_text (buddy, info);
  contact = roster_contact (session, name);
  if (full && contact != NULL)
    purple_notify_user_info_add_pair_plaintext (info, "Subscription", subscription_words (contact));
  if (session->link_detail != NULL && (full || session->state != STEAD_LINK_ONLINE))
    purple_notify_user_info_add_pair_plaintext (info, "Connection", session->link_detail);
}
