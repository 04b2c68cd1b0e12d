/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own presence: status types with prpl-jabber's ids and attributes, so that saved statuses keep
 * their meaning, and what is announced of them. */

#include "shim.h"

#include <string.h>

static const struct
{
  PurpleStatusPrimitive primitive;
  const char *id;
  const char *name;
  stead_show show;
  int priority; /* the default */
  gboolean buzz;
} rows[] = {
  { PURPLE_STATUS_AVAILABLE, "available", NULL, STEAD_SHOW_AVAILABLE, 1, TRUE },
  { PURPLE_STATUS_AVAILABLE, "freeforchat", "Chatty", STEAD_SHOW_CHAT, 1, TRUE },
  { PURPLE_STATUS_AWAY, "away", NULL, STEAD_SHOW_AWAY, 0, TRUE },
  { PURPLE_STATUS_EXTENDED_AWAY, "extended_away", NULL, STEAD_SHOW_XA, 0, TRUE },
  { PURPLE_STATUS_UNAVAILABLE, "dnd", "Do Not Disturb", STEAD_SHOW_DND, 0, FALSE },
};

static PurpleValue *
int_value (int value)
{
  PurpleValue *boxed = purple_value_new (PURPLE_TYPE_INT);

  purple_value_set_int (boxed, value);
  return boxed;
}

static PurpleValue *
true_value (void)
{
  PurpleValue *boxed = purple_value_new (PURPLE_TYPE_BOOLEAN);

  purple_value_set_boolean (boxed, TRUE);
  return boxed;
}

GList *
presence_status_types (PurpleAccount *account)
{
  GList *types = NULL;
  PurpleStatusType *type;
  gsize i;

  (void) account;
  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      type = purple_status_type_new_with_attrs (
          rows[i].primitive, rows[i].id, rows[i].name, TRUE, TRUE, FALSE, "priority", "Priority",
          int_value (rows[i].priority), "message", "Message", purple_value_new (PURPLE_TYPE_STRING),
          "nick", "Nickname", purple_value_new (PURPLE_TYPE_STRING), NULL);
      if (rows[i].buzz)
        purple_status_type_add_attr (type, "buzz", "Allow Buzz", true_value ());
      types = g_list_append (types, type);
    }
  type = purple_status_type_new_with_attrs (PURPLE_STATUS_OFFLINE, "offline", NULL, TRUE, TRUE,
                                            FALSE, "message", "Message",
                                            purple_value_new (PURPLE_TYPE_STRING), NULL);
  return g_list_append (types, type);
}

typedef struct
{
  stead_show show;
  char *status;
  int priority;
} Announced;

/* A status message is HTML in the host and plain text on the wire. */
static Announced
announced_of (PurpleAccount *account)
{
  Announced announced = { STEAD_SHOW_AVAILABLE, NULL, 0 };
  PurpleStatus *status = purple_account_get_active_status (account);
  const char *message = purple_status_get_attr_string (status, "message");
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].id, purple_status_get_id (status)) == 0)
      announced.show = rows[i].show;
  if (message != NULL)
    purple_markup_html_to_xhtml (message, NULL, &announced.status);
  if (purple_status_get_attr_value (status, "priority") != NULL)
    announced.priority = CLAMP (purple_status_get_attr_int (status, "priority"), -128, 127);
  return announced;
}

void
presence_set_options (PurpleAccount *account, stead_options *options)
{
  Announced announced = announced_of (account);

  stead_options_set_presence (options, announced.show, announced.status, announced.priority, 0);
  g_free (announced.status);
}

static void
announce (ShimSession *session)
{
  stead_client *client = dispatch_client ();
  Announced announced;

  if (session == NULL || client == NULL)
    return;
  announced = announced_of (session->account);
  stead_set_presence (client, session->number, announced.show, announced.status, announced.priority,
                      session->idle_since_time_ms);
  g_free (announced.status);
  dispatch_update ();
}

void
presence_set_status (PurpleAccount *account, PurpleStatus *status)
{
  /* libpurple tells of the status that ends, too; and offline is a close(). */
  if (purple_status_is_active (status) && purple_status_is_online (status))
    announce (account_session (account));
}

void
presence_set_idle (PurpleConnection *gc, int seconds)
{
  ShimSession *session = account_session_of (gc);

  if (session == NULL)
    return;
  session->idle_since_time_ms = seconds > 0 ? ((gint64) time (NULL) - seconds) * 1000 : 0;
  announce (session);
}
