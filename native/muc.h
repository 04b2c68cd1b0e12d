/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of rooms (XEP-0045), muc-*.c. */
#pragma once

#include "shim.h"

/* A room that we are in, or on the way into. */
typedef struct
{
  char *jid;  /* bare, prepared */
  char *nick; /* ours; "" while the room has not told it and none was asked for */
  int id;     /* by which libpurple knows the chat; never used twice in a process */
  gboolean joined;
  gboolean told_waiting;  /* that what is written waits until we are in */
  char *told_trouble;     /* (nullable): why we are not in it for now, as it was told */
  gboolean told_new;      /* that we made it */
  gboolean offered_voice; /* to ask for it, in this time in the room */
  gboolean told_visible;  /* that everybody sees our address */
  GHashTable *occupants;  /* nick to ShimOccupant, those that the host shows */
  GHashTable *coming;     /* the same of a list that is under way, or NULL */
  GQueue *order;          /* char *: nicks of that list as they came, less those that are shown */
  GQueue *gone; /* char *: those that are shown and not in that list, once it is complete */
  gboolean list_complete; /* it is being laid over what is shown, nick by nick */
} ShimRoom;

/* Somebody in a room. */
typedef struct
{
  PurpleConvChatBuddyFlags flags;
  stead_role role;
  stead_affiliation affiliation;
  stead_show show;
  char *jid;    /* real, "" where the room does not show it */
  char *status; /* "" without words */
  char *hats;   /* titles (XEP-0317), "" without */
} ShimOccupant;

/* What is still on its way from a room that the person left is not shown. */
typedef enum
{
  SHIM_NOT_LEFT,
  SHIM_LEAVING, /* the engine has not said so yet */
  SHIM_LEFT
} ShimLeft;

/* ---- muc-names.c ---- */

void muc_names_init (void);
void muc_names_uninit (void);

/* ---- muc-rooms.c ---- */

/* Returns: (transfer full): the room of an address, in the form that names it here */
char *muc_room_of (const char *jid);
/* Returns: (transfer none): what is behind the room's address; "" for the room itself */
const char *muc_nick_in (const char *jid);
/* Returns: (transfer none) (nullable) */
ShimRoom *muc_find (const ShimSession *session, const char *jid);
ShimRoom *muc_find_id (const ShimSession *session, int id);
/* Makes it if need be: the person wants to be in it, or the engine says that we are. */
ShimRoom *muc_add (ShimSession *session, const char *jid);
void muc_remove (ShimSession *session, ShimRoom *room);
void muc_set_nick (ShimSession *session, ShimRoom *room, const char *nick);
/* Returns: (transfer none) (nullable): the nick used last in a room by this account */
const char *muc_last_nick (const ShimSession *session, const char *jid);
void muc_note_left (ShimSession *session, const char *jid, ShimLeft left);
void muc_note_wanted (ShimSession *session, const char *jid);
ShimLeft muc_left (const ShimSession *session, const char *jid);
/* Returns: (transfer none) (nullable): the conversation, if it is one of the connection's chats */
PurpleConversation *muc_conversation (ShimSession *session, const ShimRoom *room);
/* Returns: (transfer none): the same; opened if need be */
PurpleConversation *muc_open_conversation (ShimSession *session, ShimRoom *room);
/* Ends the room's conversation for now. @html: (nullable): a last line in it */
void muc_end_conversation (ShimSession *session, ShimRoom *room, const char *html);
/* Returns: (transfer full): what join_chat() takes; free with g_hash_table_destroy() */
GHashTable *muc_components (const char *jid, const char *nick, const char *password);

/* ---- muc-bookmarks.c ---- */

void muc_bookmarks_open (ShimSession *session);
void muc_bookmarks_close (ShimSession *session);
void bookmarks_unwatch (void);

/* ---- muc-list.c ---- */

/* Returns: (transfer full): the service for rooms that is known or, until then, supposed */
char *muc_service (const ShimSession *session, const char *domain);
void muc_list_close (ShimSession *session);

/* ---- muc-new.c ---- */

void muc_new_init (void);
void muc_new_uninit (void);
/* We have made it. */
void muc_got_new (ShimSession *session, const ShimRoom *room, PurpleConversation *conversation);
/* We are out of it: should we make it again, that is news. */
void muc_forget_new (const ShimSession *session, const char *jid);

/* ---- muc-users.c ---- */

void muc_users_open (ShimSession *session);
void muc_users_close (ShimSession *session);
/* Asks for a list; it is shown when it comes. One of @role and @affiliation is NONE. Returns: (transfer
 * full) (nullable): plain words for what went wrong */
char *muc_query_users (ShimSession *session, const char *room, stead_role role,
                       stead_affiliation affiliation);

/* ---- muc-prompts.c ---- */

/* Keeps @data until the prompt is answered, or the account is signed off. Returns: what the prompt's
 * callbacks are to be given */
gpointer muc_prompt_new (const ShimSession *session, gpointer data, GDestroyNotify free_data);
/* Returns: (transfer full) (nullable): what muc_prompt_new() was given; NULL when it is gone with its
 * session. @session: (out) (nullable): NULL in the same case */
gpointer muc_prompt_take (gpointer number, ShimSession **session);
/* The prompts' handle is the connection, which closes them. */
void muc_prompts_close (const ShimSession *session);

/* ---- muc-dialogs.c ---- */

void muc_ask_which_list (ShimSession *session, const char *room);
void muc_ask_rights (ShimSession *session, const char *room);
void muc_ask_destroy (ShimSession *session, const char *room);

/* ---- muc-forms.c ---- */

/* Asks for it; a dialog follows. @room: bare JID */
void muc_get_form (ShimSession *session, const char *room, stead_room_form_kind kind);
/* Asks the person whether the settings of a room that was made by us are to be changed. */
void muc_offer_settings (ShimSession *session, const ShimRoom *room);

/* ---- muc-refusals.c ---- */

void muc_got_refusal (ShimSession *session, const ShimRoom *room, const stead_event *event);
/* Asks whether to enter the room that @event names instead of @room, if it names one. */
void muc_offer_alternate (ShimSession *session, const ShimRoom *room, const stead_event *event);

/* ---- muc-ops.c ---- */

/* Waits for the answer to a command; if it is a refusal, it is told. There must be a client. @id:
 * (nullable): NULL when the library would not take the command, which is told at once */
void muc_expect (ShimSession *session, const char *room, const char *id);
/* @text: (nullable): a line to those who stay */
void muc_part (PurpleConnection *gc, int id, const char *text);

/* ---- muc-words.c ---- */

/* Returns: (transfer full) (nullable): the first word at @rest, which is moved behind it */
char *muc_take_word (const char **rest);
/* The same for a person: a nick of the room, with blanks in it perhaps; something in quotes; a word. */
char *muc_take_person (const ShimRoom *room, const char **rest);

/* ---- muc-commands.c ---- */

void muc_commands_init (void);
void muc_commands_uninit (void);

/* ---- muc-occupant.c ---- */

/* Returns: (transfer full): nick to ShimOccupant, empty */
GHashTable *muc_occupants_new (void);
/* Returns: (transfer none) (nullable) */
ShimOccupant *muc_occupant (GHashTable *occupants, const char *nick);
/* Puts what @event says of one in, in place of what was known of him. Returns: (transfer none) */
ShimOccupant *muc_occupant_put (GHashTable *occupants, const stead_event *event, size_t index);
/* Gives him another nick, or another table. */
void muc_occupant_move (GHashTable *from, const char *nick, GHashTable *to, const char *new_nick);
/* The specification's words (XEP-0045 section 5). */
const char *muc_role_name (stead_role role);
const char *muc_affiliation_name (stead_affiliation affiliation);
/* Says in the room what became of our own rights there. @before, @now: of ourselves */
void muc_tell_rights (PurpleConversation *conversation, stead_role before,
                      stead_affiliation affiliation_before, const ShimOccupant *now);

/* ---- muc-roll.c ---- */

/* Forgets a list that is under way. */
void muc_drop_list (ShimRoom *room);
/* Returns: whether it was a part of a whole list; if so, it was taken in */
gboolean muc_take_part (ShimRoom *room, const stead_event *event);
/* Shows what is complete, as far as this turn allows. Returns: whether nothing is left to be done */
gboolean muc_show_list (PurpleConvChat *chat, ShimRoom *room);
/* Empties what the host shows, as far as this turn allows. Returns: whether it is empty */
gboolean muc_empty_list (PurpleConvChat *chat);
