/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of contacts offer to the others. Read through shim.h, whose types it needs. */
#pragma once

/* ---- roster.c, roster-ops.c, roster-changes.c
 * ---------------------------------------------------- */

void roster_open (ShimSession *session);
void roster_close (ShimSession *session);
/* Returns: whether it is dealt with; else it is to be given again in the next turn. */
gboolean roster_got (ShimSession *session, const stead_event *event);
/* Returns: (transfer none) (nullable) */
const ShimContact *roster_contact (const ShimSession *session, const char *jid);
void roster_contact_free (gpointer contact);
/* Takes a change for the server's word. @contact: (transfer full) (nullable) */
void roster_changed (ShimSession *session, const char *bare, ShimContact *contact);
/* Lays what the server said last of a contact over the host's list once more. */
void roster_show_again (ShimSession *session, const char *bare);
/* Keeps a change until the server answers. @id may be %NULL: nothing happens. @contact: (transfer
 * full) (nullable): %NULL for one that is taken away. */
void roster_change_add (ShimSession *session, const char *id, const char *jid,
                        ShimContact *contact);
/* Returns: (transfer none) (nullable): the contact with all changes made to it here */
const ShimContact *roster_expected (const ShimSession *session, const char *jid);
gboolean roster_is_being_added (const ShimSession *session, const char *bare);
void roster_changes_pushed (ShimSession *session, const char *bare, const ShimContact *contact);
void roster_change_answered (guint32 account, const stead_event *event);
void roster_changes_close (ShimSession *session);
void roster_add_buddy (PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group,
                       const char *text);
void roster_remove_buddy (PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group);
void roster_alias_buddy (PurpleConnection *gc, const char *who, const char *alias);
void roster_group_buddy (PurpleConnection *gc, const char *who, const char *from, const char *to);
void roster_rename_group (PurpleConnection *gc, const char *old_name, PurpleGroup *group,
                          GList *moved);

/* ---- presence.c, status.c -----------------------------------------------------------------------
 */

typedef struct
{
  char *name;
  stead_show show;
  char *status;
  int priority;
  gint64 idle_since_time_ms;
  char *client;
} ShimResource;

void presence_open (ShimSession *session);
void presence_close (ShimSession *session);
void presence_got (ShimSession *session, const stead_event *event);
/* Gives the buddies of @jid the presence that is known; new ones start as offline. */
void presence_show (ShimSession *session, const char *jid);
/* Returns: (transfer none) (nullable): of ShimResource, best first; %NULL when offline */
const GPtrArray *presence_resources (const ShimSession *session, const char *jid);
const char *presence_show_name (stead_show show);
GList *presence_status_types (PurpleAccount *account);
void presence_set_options (PurpleAccount *account, stead_options *options);
void presence_set_status (PurpleAccount *account, PurpleStatus *status);
void presence_set_idle (PurpleConnection *gc, int seconds);
char *presence_status_text (PurpleBuddy *buddy);
const char *presence_list_emblem (PurpleBuddy *buddy);
void presence_tooltip_text (PurpleBuddy *buddy, PurpleNotifyUserInfo *info, gboolean full);

/* ---- subscriptions.c ----------------------------------------------------------------------------
 */

void subscriptions_close (ShimSession *session);
void subscriptions_got (ShimSession *session, const stead_event *event);
void subscriptions_request (ShimSession *session, const char *jid, const char *text);
GList *subscriptions_menu (PurpleBlistNode *node);
