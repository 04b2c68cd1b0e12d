/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Get Info": what is known of a contact, and what its clients answer (XEP-0092, XEP-0202). */

#include "shim.h"

static void
free_info (gpointer info)
{
  purple_notify_user_info_destroy (info);
}

void
info_open (ShimSession *session)
{
  session->infos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_info);
}

void
info_close (ShimSession *session)
{
  g_hash_table_destroy (session->infos);
}

/* The label is markup, as the value is. */
static void
add_of_resource (PurpleNotifyUserInfo *info, const char *label, const char *resource,
                 const char *value)
{
  char *plain = *resource != '\0' ? g_strdup_printf ("%s (%s)", label, resource) : g_strdup (label);
  char *escaped = purple_markup_escape_text (plain, -1);

  if (*value != '\0')
    purple_notify_user_info_add_pair_plaintext (info, escaped, value);
  g_free (escaped);
  g_free (plain);
}

static PurpleNotifyUserInfo *
start_info (ShimSession *session, const char *jid)
{
  PurpleNotifyUserInfo *info = purple_notify_user_info_new ();
  const ShimContact *contact = roster_contact (session, jid);
  const GPtrArray *resources = presence_resources (session, jid);
  guint i;

  purple_notify_user_info_add_pair_plaintext (info, "XMPP address", jid);
  if (contact != NULL)
    add_of_resource (info, "Name", "", contact->name);
  for (i = 0; resources != NULL && i < resources->len; i++)
    {
      const ShimResource *resource = g_ptr_array_index (resources, i);
      char *priority = g_strdup_printf ("%d", resource->priority);

      add_of_resource (info, "Status", resource->name, presence_show_name (resource->show));
      add_of_resource (info, "Message", resource->name, resource->status);
      add_of_resource (info, "Client", resource->name, resource->client);
      add_of_resource (info, "Priority", resource->name, priority);
      g_free (priority);
    }
  if (resources == NULL)
    purple_notify_user_info_add_pair_plaintext (info, "Status", "Offline");
  return info;
}

static void
show_info (ShimSession *session, const char *jid)
{
  PurpleConnection *gc = account_connection (session);
  PurpleNotifyUserInfo *info = g_hash_table_lookup (session->infos, jid);

  if (gc != NULL && info != NULL)
    purple_notify_userinfo (gc, jid, info, NULL, NULL);
  g_hash_table_remove (session->infos, jid);
}

void
info_give_up (ShimSession *session)
{
  GList *open = g_hash_table_get_keys (session->infos);
  GList *item;

  for (item = open; item != NULL; item = item->next)
    {
      char *jid = g_strdup (item->data);

      show_info (session, jid);
      g_free (jid);
    }
  g_list_free (open);
}

void
info_get (PurpleConnection *gc, const char *who)
{
  ShimSession *session = account_session_of (gc);
  stead_client *client = dispatch_client ();
  char *bare = muc_show_info (gc, who) ? NULL : account_bare_jid (who);

  if (session == NULL || client == NULL || bare == NULL)
    {
      g_free (bare);
      return;
    }
  g_hash_table_replace (session->infos, g_strdup (bare), start_info (session, bare));
  /* Without a link nobody would answer. */
  if (session->state != STEAD_LINK_ONLINE || !stead_query_contact (client, session->number, bare))
    show_info (session, bare);
  g_free (bare);
  dispatch_update ();
}

void
info_got (ShimSession *session, const stead_event *event)
{
  char *bare = account_bare_jid (stead_event_info_jid (event));
  const char *resource = stead_event_info_resource (event);
  PurpleNotifyUserInfo *info = bare != NULL ? g_hash_table_lookup (session->infos, bare) : NULL;
  char *software;

  if (info != NULL)
    {
      software = g_strdup_printf ("%s %s", stead_event_info_software (event),
                                  stead_event_info_version (event));
      add_of_resource (info, "Software", resource, g_strstrip (software));
      add_of_resource (info, "System", resource, stead_event_info_os (event));
      add_of_resource (info, "Time zone", resource, stead_event_info_utc_offset (event));
      g_free (software);
      if (stead_event_info_done (event))
        show_info (session, bare);
    }
  g_free (bare);
}
