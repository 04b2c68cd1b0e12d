/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What moderators, admins and owners do (XEP-0045 sections 8 to 10), for those who type no commands. */

#include "muc.h"

static void
on_cancel (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;

  (void) fields;
  g_free (muc_prompt_take (number, &session));
}

/* Takes @fields. */
static void
ask (ShimSession *session, const char *room, const char *title, const char *secondary,
     PurpleRequestFieldGroup *group, const char *ok, GCallback on_ok)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();
  PurpleConnection *gc = account_connection (session);
  PurpleRequestFields *fields = purple_request_fields_new ();

  purple_request_fields_add_group (fields, group);
  if (ops != NULL && ops->request_fields != NULL)
    purple_request_fields (gc, title, room, secondary, fields, ok, on_ok, "Cancel",
                           G_CALLBACK (on_cancel), session->account, NULL, NULL,
                           muc_prompt_new (session, g_strdup (room), g_free));
  else
    {
      purple_notify_error (gc, title, room, "This program cannot show forms.");
      purple_request_fields_destroy (fields);
    }
}

static void
add_text (PurpleRequestFieldGroup *group, const char *id, const char *label, gboolean required)
{
  PurpleRequestField *field = purple_request_field_string_new (id, label, NULL, FALSE);

  purple_request_field_set_required (field, required);
  purple_request_field_group_add_field (group, field);
}

/* Returns: (transfer none): what was typed, without blanks around it; as long as the dialog lives */
static const char *
typed (PurpleRequestFields *fields, const char *id)
{
  const char *text = purple_request_fields_get_string (fields, id);

  return text != NULL ? text : "";
}

/* ---- Lists --------------------------------------------------------------------------------------
 */

/* What a person chooses among; of role and affiliation one is meant. */
typedef struct
{
  const char *label;
  gboolean by_role;
  stead_role role;
  stead_affiliation affiliation;
} Choice;

static const Choice lists[] = {
  { "Moderators", TRUE, STEAD_ROLE_MODERATOR, STEAD_AFFILIATION_NONE },
  { "Those with voice", TRUE, STEAD_ROLE_PARTICIPANT, STEAD_AFFILIATION_NONE },
  { "Members", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_MEMBER },
  { "Admins", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_ADMIN },
  { "Owners", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_OWNER },
  { "Those who are banned", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_OUTCAST },
};

static const Choice rights[] = {
  { "Give voice", TRUE, STEAD_ROLE_PARTICIPANT, STEAD_AFFILIATION_NONE },
  { "Take voice away", TRUE, STEAD_ROLE_VISITOR, STEAD_AFFILIATION_NONE },
  { "Make a moderator", TRUE, STEAD_ROLE_MODERATOR, STEAD_AFFILIATION_NONE },
  { "Put out of the room", TRUE, STEAD_ROLE_NONE, STEAD_AFFILIATION_NONE },
  { "Ban from the room", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_OUTCAST },
  { "Make a member", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_MEMBER },
  { "Make an admin", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_ADMIN },
  { "Make an owner", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_OWNER },
  { "Take any affiliation away", FALSE, STEAD_ROLE_NONE, STEAD_AFFILIATION_NONE },
};

static void
add_choices (PurpleRequestFieldGroup *group, const char *label, const Choice *choices, gsize count)
{
  PurpleRequestField *field = purple_request_field_list_new ("what", label);
  gsize i;

  /* libpurple takes none without data; it is not looked at. */
  for (i = 0; i < count; i++)
    purple_request_field_list_add_icon (field, choices[i].label, NULL, (gpointer) choices[i].label);
  purple_request_field_list_add_selected (field, choices[0].label);
  purple_request_field_group_add_field (group, field);
}

/* Returns: (nullable) */
static const Choice *
chosen (PurpleRequestFields *fields, const Choice *choices, gsize count)
{
  const PurpleRequestField *field = purple_request_fields_get_field (fields, "what");
  gsize i;

  for (i = 0; i < count; i++)
    if (purple_request_field_list_is_selected (field, choices[i].label))
      return &choices[i];
  return NULL;
}

static void
on_list (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  char *room = muc_prompt_take (number, &session);
  const Choice *choice = chosen (fields, lists, G_N_ELEMENTS (lists));
  char *wrong = NULL;

  if (session != NULL && choice != NULL)
    wrong = muc_query_users (session, room, choice->role, choice->affiliation);
  if (wrong != NULL)
    purple_notify_error (account_connection (session), NULL, room, wrong);
  g_free (wrong);
  g_free (room);
}

void
muc_ask_which_list (ShimSession *session, const char *room)
{
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);

  add_choices (group, "Who?", lists, G_N_ELEMENTS (lists));
  ask (session, room, "People of a Room", NULL, group, "Show", G_CALLBACK (on_list));
}

/* ---- Rights -------------------------------------------------------------------------------------
 */

static void
on_rights (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  char *room = muc_prompt_take (number, &session);
  stead_client *client = dispatch_client ();
  const Choice *choice = chosen (fields, rights, G_N_ELEMENTS (rights));
  const char *reason = typed (fields, "reason");
  char *who = g_strstrip (g_strdup (typed (fields, "who")));

  if (session != NULL && client != NULL && choice != NULL)
    muc_expect (session, room,
                choice->by_role
                    ? stead_set_role (client, session->number, room, who, choice->role, reason)
                    : stead_set_affiliation (client, session->number, room, who,
                                             choice->affiliation, reason));
  g_free (who);
  g_free (room);
}

void
muc_ask_rights (ShimSession *session, const char *room)
{
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);

  add_text (group, "who", "Nick or address", TRUE);
  add_choices (group, "What?", rights, G_N_ELEMENTS (rights));
  add_text (group, "reason", "Reason", FALSE);
  ask (session, room, "Rights in a Room",
       "Voice, moderators and putting out are by nick. All others hold for an address, whether its "
       "person is there or not.",
       group, "Do It", G_CALLBACK (on_rights));
}

/* ---- The end of a room --------------------------------------------------------------------------
 */

static void
on_destroy (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  char *room = muc_prompt_take (number, &session);
  stead_client *client = dispatch_client ();
  char *alternate = g_strstrip (g_strdup (typed (fields, "alternate")));

  if (session != NULL && client != NULL)
    muc_expect (session, room,
                stead_destroy_room (client, session->number, room, typed (fields, "reason"),
                                    alternate, typed (fields, "password")));
  g_free (alternate);
  g_free (room);
}

void
muc_ask_destroy (ShimSession *session, const char *room)
{
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestField *password =
      purple_request_field_string_new ("password", "Password of that room", NULL, FALSE);

  add_text (group, "reason", "Reason", FALSE);
  add_text (group, "alternate", "Address of a room to go to instead", FALSE);
  purple_request_field_string_set_masked (password, TRUE);
  purple_request_field_group_add_field (group, password);
  ask (session, room, "Destroy Room",
       "Everybody is put out, and the room is gone with its settings, lists and archive.", group,
       "Destroy", G_CALLBACK (on_destroy));
}
