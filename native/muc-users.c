/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has a role or an affiliation in a room (XEP-0045 sections 8.5, 9 and 10), as a list. */

#include "muc.h"

/* More is nothing that a person reads in a window. */
#define SHOWN 500

typedef struct
{
  GString *text; /* plain, a line for each */
  guint count;
} List;

static void
list_free (gpointer data)
{
  List *list = data;

  g_string_free (list->text, TRUE);
  g_free (list);
}

void
muc_users_open (ShimSession *session)
{
  session->room_users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, list_free);
}

void
muc_users_close (ShimSession *session)
{
  g_hash_table_destroy (session->room_users);
}

void
muc_users_give_up (ShimSession *session)
{
  g_hash_table_remove_all (session->room_users);
}

char *
muc_query_users (ShimSession *session, const char *room, stead_role role,
                 stead_affiliation affiliation)
{
  stead_client *client = dispatch_client ();
  const char *id = NULL;

  if (client == NULL)
    return g_strdup ("The account is not signed in.");
  if (role != STEAD_ROLE_NONE)
    id = stead_query_users_by_role (client, session->number, room, role);
  else
    id = stead_query_users_by_affiliation (client, session->number, room, affiliation);
  if (id == NULL)
    return g_strdup (stead_client_error (client));
  messages_expect (session->number, id, room, NULL);
  dispatch_update ();
  return NULL;
}

static const char *
title_of (stead_role role, stead_affiliation affiliation)
{
  static const char *const by_role[] = { "", "Visitors", "With voice", "Moderators" };
  static const char *const by_affiliation[] = { "", "Banned", "Members", "Admins", "Owners" };

  return role != STEAD_ROLE_NONE ? by_role[CLAMP ((int) role, 0, 3)]
                                 : by_affiliation[CLAMP ((int) affiliation, 0, 4)];
}

/* "bob (bob@home.example): noise" */
static void
add_user (List *list, const stead_event *event, size_t index)
{
  char *nick = muc_on_one_line (stead_event_room_user_nick (event, index));
  char *reason = muc_on_one_line (stead_event_room_user_reason (event, index));
  const char *jid = stead_event_room_user_jid (event, index);
  gboolean both = *nick != '\0' && *jid != '\0';

  if (list->count++ < SHOWN)
    g_string_append_printf (list->text, "\n%s%s%s%s%s%s", nick, both ? " (" : "", jid,
                            both ? ")" : "", *reason != '\0' ? ": " : "", reason);
  g_free (reason);
  g_free (nick);
}

static void
show (ShimSession *session, const char *jid, const char *title, const List *list)
{
  const ShimRoom *room = muc_find (session, jid);
  PurpleConversation *conversation = room != NULL ? muc_conversation (session, room) : NULL;
  char *words = g_strdup_printf ("%s: %s", title, list->count == 0 ? "nobody" : list->text->str);
  char *html;

  if (conversation != NULL)
    link_write_line (conversation, words);
  else
    {
      html = markup_from_plain (words);
      purple_notify_formatted (account_connection (session), title, jid, NULL, html, NULL, NULL);
      g_free (html);
    }
  g_free (words);
}

void
muc_got_users (ShimSession *session, const stead_event *event)
{
  const char *jid = stead_event_room_jid (event);
  stead_role role = stead_event_room_users_role (event);
  stead_affiliation affiliation = stead_event_room_users_affiliation (event);
  char *key = g_strdup_printf ("%s %d %d", jid, (int) role, (int) affiliation);
  List *list = g_hash_table_lookup (session->room_users, key);
  size_t i;

  if (list == NULL)
    {
      list = g_new0 (List, 1);
      list->text = g_string_new (NULL);
      g_hash_table_insert (session->room_users, g_strdup (key), list);
    }
  for (i = 0; i < stead_event_room_user_count (event); i++)
    add_user (list, event, i);
  if (stead_event_room_users_done (event))
    {
      if (list->count > SHOWN)
        g_string_append_printf (list->text, "\nand %s%u more",
                                stead_event_room_users_cut (event) ? "at least " : "",
                                list->count - SHOWN);
      show (session, jid, title_of (role, affiliation), list);
      g_hash_table_remove (session->room_users, key);
    }
  g_free (key);
}
