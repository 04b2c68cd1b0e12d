/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of a service's rooms, and which service that is (XEP-0045 section 6). */

#include "muc.h"

#include <string.h>

/* The number of the question which service the account's server has. */
#define SERVICE_QUERY 0

/* A list that the host shows, and that is not complete. */
typedef struct
{
  guint32 account;
  guint32 query; /* never used twice in a process */
  PurpleRoomlist *shown;
  gboolean asked; /* the engine, and not the person still for the service */
} List;

static GSList *lists;
static guint32 last_query = SERVICE_QUERY;

static List *
list_of (guint32 query)
{
  GSList *item;

  for (item = lists; item != NULL; item = item->next)
    if (((List *) item->data)->query == query)
      return item->data;
  return NULL;
}

/* Nothing more comes. */
static void
end (List *list)
{
  lists = g_slist_remove (lists, list);
  purple_roomlist_set_in_progress (list->shown, FALSE);
  purple_roomlist_unref (list->shown);
  g_free (list);
}

static void
end_all (guint32 account, gboolean with_prompts)
{
  GSList *item = lists;

  while (item != NULL)
    {
      List *list = item->data;

      item = item->next;
      if (list->account == account && (list->asked || with_prompts))
        end (list);
    }
}

void
muc_list_close (ShimSession *session)
{
  end_all (session->number, TRUE);
  g_free (session->room_service);
}

void
muc_list_give_up (ShimSession *session)
{
  end_all (session->number, FALSE);
}

void
muc_list_online (ShimSession *session)
{
  stead_client *client = dispatch_client ();

  if (client != NULL && session->room_service == NULL)
    stead_find_room_service (client, session->number, SERVICE_QUERY);
}

char *
muc_service (const ShimSession *session, const char *domain)
{
  if (session != NULL && session->room_service != NULL && *session->room_service != '\0')
    return g_strdup (session->room_service);
  return g_strdup_printf ("conference.%s", domain);
}

/* ---- Asking -------------------------------------------------------------------------------------
 */

/* Returns: whether an answer will come */
static gboolean
ask (List *list, const char *service)
{
  ShimSession *session = account_session_numbered (list->account);
  stead_client *client = dispatch_client ();
  PurpleConnection *gc = session != NULL ? account_connection (session) : NULL;

  if (client != NULL && stead_query_rooms (client, list->account, list->query, service))
    {
      list->asked = TRUE;
      purple_roomlist_set_in_progress (list->shown, TRUE);
      dispatch_update ();
      return TRUE;
    }
  if (gc != NULL && client != NULL)
    purple_notify_error (gc, NULL, "The list of rooms cannot be had.", stead_client_error (client));
  return FALSE;
}

static void
on_service (gpointer query, const char *service)
{
  List *list = list_of (GPOINTER_TO_UINT (query));
  char *typed = g_strstrip (g_strdup (service != NULL ? service : ""));

  if (list != NULL && !ask (list, typed))
    end (list);
  g_free (typed);
}

static void
on_cancel (gpointer query, const char *service)
{
  List *list = list_of (GPOINTER_TO_UINT (query));

  (void) service;
  if (list != NULL)
    end (list);
}

static GList *
fields (void)
{
  static const struct
  {
    const char *label, *name;
    gboolean hidden;
  } all[] = { { "", "room", TRUE },
              { "", "server", TRUE },
              { "Description", "description", FALSE } };
  GList *made = NULL;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (all); i++)
    made =
        g_list_append (made, purple_roomlist_field_new (PURPLE_ROOMLIST_FIELD_STRING, all[i].label,
                                                        all[i].name, all[i].hidden));
  return made;
}

/* Returns: (transfer none) (nullable): the host takes a reference of its own */
PurpleRoomlist *
muc_roomlist_get_list (PurpleConnection *gc)
{
  ShimSession *session = account_session_of (gc);
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  GHashTable *defaults;
  List *list;

  if (session == NULL)
    return NULL;
  end_all (session->number, TRUE);
  list = g_new0 (List, 1);
  list->account = session->number;
  list->query = ++last_query;
  list->shown = purple_roomlist_new (session->account);
  purple_roomlist_set_fields (list->shown, fields ());
  lists = g_slist_prepend (lists, list);
  defaults = muc_chat_info_defaults (gc, NULL);
  if (ops != NULL && ops->request_input != NULL)
    purple_request_input (gc, "Find Rooms", "Whose rooms are to be listed?",
                          "The address of a service for rooms.",
                          g_hash_table_lookup (defaults, "server"), FALSE, FALSE, NULL,
                          "Find Rooms", G_CALLBACK (on_service), "Cancel", G_CALLBACK (on_cancel),
                          session->account, NULL, NULL, GUINT_TO_POINTER (list->query));
  else if (!ask (list, ""))
    {
      end (list);
      list = NULL;
    }
  g_hash_table_destroy (defaults);
  return list != NULL ? list->shown : NULL;
}

void
muc_roomlist_cancel (PurpleRoomlist *shown)
{
  stead_client *client = dispatch_client ();
  GSList *item;

  for (item = lists; item != NULL; item = item->next)
    {
      List *list = item->data;

      if (list->shown != shown)
        continue;
      if (list->asked && client != NULL)
        stead_stop_query_rooms (client, list->account, list->query);
      dispatch_update ();
      end (list);
      return;
    }
  purple_roomlist_set_in_progress (shown, FALSE);
}

/* Returns: (transfer full): the address, from the fields "room" and "server" */
char *
muc_roomlist_room_serialize (PurpleRoomlistRoom *room)
{
  GList *given = purple_roomlist_room_get_fields (room);

  return g_strdup_printf ("%s@%s", (const char *) given->data, (const char *) given->next->data);
}

/* ---- Answers ------------------------------------------------------------------------------------
 */

static void
add_room (PurpleRoomlist *shown, const char *jid, const char *name)
{
  char **parts = g_strsplit (jid, "@", 2);
  char *description = muc_on_one_line (name);
  PurpleRoomlistRoom *room;

  if (g_strv_length (parts) == 2)
    {
      room = purple_roomlist_room_new (PURPLE_ROOMLIST_ROOMTYPE_ROOM, parts[0], NULL);
      purple_roomlist_room_add_field (shown, room, parts[0]);
      purple_roomlist_room_add_field (shown, room, parts[1]);
      purple_roomlist_room_add_field (shown, room, description);
      purple_roomlist_room_add (shown, room);
    }
  g_free (description);
  g_strfreev (parts);
}

/* The dialog shows plain text. */
static void
tell_end (ShimSession *session, const stead_event *event)
{
  PurpleConnection *gc = account_connection (session);
  const char *service = stead_event_room_list_service (event);
  char *primary = g_strdup_printf ("The list of rooms%s%s is not complete.",
                                   *service != '\0' ? " of " : "", service);

  if (gc != NULL && stead_event_error_kind (event) != STEAD_ERROR_NONE)
    purple_notify_error (gc, NULL, primary, stead_event_error_text (event));
  else if (gc != NULL && stead_event_room_list_cut (event))
    purple_notify_info (gc, NULL, primary, "The service has more rooms than are shown.");
  g_free (primary);
}

static void
got_service (ShimSession *session, const stead_event *event)
{
  const char *service = stead_event_room_list_service (event);
  gboolean none = strcmp (stead_event_error_condition (event), "item-not-found") == 0;

  /* What could not be found out is asked again with the next link. */
  if (*service == '\0' && !none)
    return;
  g_free (session->room_service);
  session->room_service = g_strdup (service);
}

void
muc_got_list (ShimSession *session, const stead_event *event)
{
  List *list = list_of (stead_event_room_list_query (event));
  size_t i;

  if (stead_event_room_list_query (event) == SERVICE_QUERY)
    got_service (session, event);
  if (list == NULL || list->account != session->number)
    return;
  for (i = 0; i < stead_event_listed_room_count (event); i++)
    add_room (list->shown, stead_event_listed_room_jid (event, i),
              stead_event_listed_room_name (event, i));
  if (!stead_event_room_list_done (event))
    return;
  tell_end (session, event);
  end (list);
}
