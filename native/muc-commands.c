/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be typed in a room, by the names that prpl-jabber has for it. Not every host has commands,
 * so nothing is reached by these alone. */

#include "muc.h"

#include <string.h>

/* Where a command was typed. */
typedef struct
{
  PurpleConnection *gc;
  ShimSession *session;
  stead_client *client;
  PurpleConversation *conversation;
  ShimRoom *room;
} Place;

/* Returns: (transfer full) (nullable): plain words for what went wrong. @rest: what stands behind the
 * command */
typedef char *(*Run) (const Place *place, const char *rest);

static PurpleCmdId ids[16];
static gsize id_count;

/* The answer is awaited and, if it is a refusal, told as that of a click is. */
static char *
expect (const Place *place, const char *id)
{
  if (id == NULL)
    return g_strdup (stead_client_error (place->client));
  messages_expect (place->session->number, id, place->room->jid, NULL);
  return NULL;
}

static char *
run_configure (const Place *place, const char *rest)
{
  (void) rest;
  muc_get_form (place->session, place->room->jid, STEAD_ROOM_FORM_CONFIGURE);
  return NULL;
}

static char *
run_register (const Place *place, const char *rest)
{
  (void) rest;
  muc_get_form (place->session, place->room->jid, STEAD_ROOM_FORM_REGISTER);
  return NULL;
}

static char *
run_nick (const Place *place, const char *rest)
{
  if (*rest == '\0')
    return g_strdup ("Which nick?");
  if (!stead_join_room (place->client, place->session->number, place->room->jid, rest, NULL))
    return g_strdup (stead_client_error (place->client));
  return NULL;
}

static char *
run_part (const Place *place, const char *rest)
{
  muc_part (place->gc, place->room->id, *rest != '\0' ? rest : NULL);
  return NULL;
}

static char *
run_topic (const Place *place, const char *rest)
{
  const char *topic = purple_conv_chat_get_topic (PURPLE_CONV_CHAT (place->conversation));
  char *words;

  if (*rest != '\0')
    return expect (place, stead_set_room_subject (place->client, place->session->number,
                                                  place->room->jid, rest));
  words = topic != NULL && *topic != '\0' ? g_strdup_printf ("The topic is: %s", topic)
                                          : g_strdup ("There is no topic.");
  link_write_line (place->conversation, words);
  g_free (words);
  return NULL;
}

static char *
run_ban (const Place *place, const char *rest)
{
  char *who = muc_take_person (place->room, &rest);
  char *wrong;

  if (who == NULL)
    return g_strdup ("Who is to be banned?");
  wrong =
      expect (place, stead_set_affiliation (place->client, place->session->number, place->room->jid,
                                            who, STEAD_AFFILIATION_OUTCAST, rest));
  g_free (who);
  return wrong;
}

static char *
run_kick (const Place *place, const char *rest)
{
  char *who = muc_take_person (place->room, &rest);
  char *wrong;

  if (who == NULL)
    return g_strdup ("Who is to be kicked?");
  wrong = expect (place, stead_set_role (place->client, place->session->number, place->room->jid,
                                         who, STEAD_ROLE_NONE, rest));
  g_free (who);
  return wrong;
}

/* Returns: the number of @word among @words, which end with NULL; -1 for none of them */
static int
number_of (const char *const *words, const char *word)
{
  int i;

  for (i = 0; words[i] != NULL; i++)
    if (word != NULL && strcmp (words[i], word) == 0)
      return i;
  return -1;
}

/* Gives everybody who is named a role or an affiliation; with nobody named it lists who has it. */
static char *
give (const Place *place, const char *rest, gboolean role)
{
  static const char *const roles[] = { "none", "visitor", "participant", "moderator", NULL };
  static const char *const affiliations[] = { "none", "outcast", "member", "admin", "owner", NULL };
  guint32 number = place->session->number;
  const char *jid = place->room->jid;
  char *word = muc_take_word (&rest);
  int what = number_of (role ? roles : affiliations, word);
  char *who = what >= 0 ? muc_take_person (place->room, &rest) : NULL;
  char *wrong = NULL;

  g_free (word);
  if (what < 0)
    return g_strdup (role ? "Which role? none, visitor, participant or moderator."
                          : "Which affiliation? none, outcast, member, admin or owner.");
  if (who == NULL && what == 0)
    return g_strdup ("Who is to have it?");
  if (who == NULL)
    return muc_query_users (place->session, jid, role ? (stead_role) what : STEAD_ROLE_NONE,
                            role ? STEAD_AFFILIATION_NONE : (stead_affiliation) what);
  for (; who != NULL && wrong == NULL; who = muc_take_person (place->room, &rest))
    {
      wrong = expect (
          place, role ? stead_set_role (place->client, number, jid, who, (stead_role) what, NULL)
                      : stead_set_affiliation (place->client, number, jid, who,
                                               (stead_affiliation) what, NULL));
      g_free (who);
    }
  g_free (who);
  return wrong;
}

static char *
run_affiliate (const Place *place, const char *rest)
{
  return give (place, rest, FALSE);
}

static char *
run_role (const Place *place, const char *rest)
{
  return give (place, rest, TRUE);
}

static char *
run_invite (const Place *place, const char *rest)
{
  char *who = muc_take_word (&rest);

  if (who == NULL)
    return g_strdup ("Who is to be invited?");
  muc_chat_invite (place->gc, place->room->id, rest, who);
  g_free (who);
  return NULL;
}

/* A room without a server is one beside this one. */
static char *
run_join (const Place *place, const char *rest)
{
  char *name = muc_take_word (&rest);
  char *jid;
  GHashTable *components;

  if (name == NULL)
    return g_strdup ("Which room?");
  jid = strchr (name, '@') != NULL ? g_strdup (name)
                                   : g_strconcat (name, strchr (place->room->jid, '@'), NULL);
  components = muc_components (jid, place->room->nick, rest);
  serv_join_chat (place->gc, components);
  g_hash_table_destroy (components);
  g_free (jid);
  g_free (name);
  return NULL;
}

/* XEP-0045 section 7.5. */
static char *
run_msg (const Place *place, const char *rest)
{
  PurpleAccount *account = place->session->account;
  char *who = muc_take_person (place->room, &rest);
  char *html = g_markup_escape_text (rest, -1);
  char *peer = g_strdup_printf ("%s/%s", place->room->jid, who != NULL ? who : "");
  gboolean good = who != NULL && *rest != '\0';

  if (good)
    purple_conv_im_send (
        PURPLE_CONV_IM (purple_conversation_new (PURPLE_CONV_TYPE_IM, account, peer)), html);
  g_free (peer);
  g_free (html);
  g_free (who);
  return good ? NULL : g_strdup ("To whom, and what?");
}

/* `help` is HTML. */
static const struct
{
  const char *name;
  const char *args;
  Run run;
  const char *help;
} commands[] = {
  { "config", "", run_configure, "config:  Change the room's settings." },
  { "configure", "", run_configure, "configure:  Change the room's settings." },
  { "nick", "s", run_nick, "nick &lt;new nick&gt;:  Change your nick in the room." },
  { "part", "s", run_part, "part [text]:  Leave the room, with a line to those who stay." },
  { "register", "", run_register, "register:  Register with the room." },
  { "topic", "s", run_topic, "topic [new topic]:  See or change the topic." },
  { "ban", "s", run_ban, "ban &lt;person&gt; [reason]:  Ban somebody from the room." },
  { "affiliate", "s", run_affiliate,
    "affiliate &lt;owner|admin|member|outcast|none&gt; [person] [person] ...:  Give people an "
    "affiliation with the room, or list who has it." },
  { "role", "s", run_role,
    "role &lt;moderator|participant|visitor|none&gt; [nick] [nick] ...:  Give people a role in the "
    "room, or list who has it." },
  { "invite", "s", run_invite, "invite &lt;person&gt; [text]:  Ask somebody into the room." },
  { "join", "s", run_join,
    "join &lt;room[@server]&gt; [password]:  Enter a room, of this server if none is named." },
  { "kick", "s", run_kick, "kick &lt;nick&gt; [reason]:  Put somebody out of the room." },
  { "msg", "s", run_msg, "msg &lt;nick&gt; &lt;text&gt;:  Say something to one person alone." },
};

static PurpleCmdRet
on_command (PurpleConversation *conversation, const char *name, char **args, char **error,
            void *index)
{
  Place place = { 0 };
  const char *rest = args != NULL && args[0] != NULL ? args[0] : "";
  char *wrong;

  (void) name;
  place.conversation = conversation;
  place.gc = purple_conversation_get_gc (conversation);
  place.client = dispatch_client ();
  place.session = place.gc != NULL ? account_session_of (place.gc) : NULL;
  if (place.session != NULL)
    place.room =
        muc_find_id (place.session, purple_conv_chat_get_id (PURPLE_CONV_CHAT (conversation)));
  if (place.room == NULL || place.client == NULL)
    wrong = g_strdup ("You are not in this room now.");
  else
    wrong = commands[GPOINTER_TO_UINT (index)].run (&place, rest);
  dispatch_update ();
  if (wrong == NULL)
    return PURPLE_CMD_RET_OK;
  /* The host shows it as HTML. */
  *error = markup_from_plain (wrong);
  g_free (wrong);
  return PURPLE_CMD_RET_FAILED;
}

void
muc_commands_init (void)
{
  G_STATIC_ASSERT (G_N_ELEMENTS (commands) <= G_N_ELEMENTS (ids));
  for (id_count = 0; id_count < G_N_ELEMENTS (commands); id_count++)
    ids[id_count] = purple_cmd_register (
        commands[id_count].name, commands[id_count].args, PURPLE_CMD_P_PRPL,
        PURPLE_CMD_FLAG_CHAT | PURPLE_CMD_FLAG_PRPL_ONLY | PURPLE_CMD_FLAG_ALLOW_WRONG_ARGS,
        SHIM_PROTOCOL, on_command, commands[id_count].help, GUINT_TO_POINTER ((guint) id_count));
}

void
muc_commands_uninit (void)
{
  while (id_count > 0)
    purple_cmd_unregister (ids[--id_count]);
}
