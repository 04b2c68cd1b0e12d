/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the files of the libpurple protocol. Each is the twin of a feature: it turns events of
 * libsteadfast into calls of libpurple, and libpurple's operations into commands.
 *
 * Text that comes from the network is plain text everywhere in here. It becomes HTML only in the
 * line that hands it to something that shows HTML.
 */
#pragma once

#define GLIB_VERSION_MIN_REQUIRED GLIB_VERSION_2_28
#define GLIB_VERSION_MAX_ALLOWED GLIB_VERSION_2_28

#include <purple.h>

#include "steadfast.h"

#define SHIM_PROTOCOL "prpl-steadfast"
/* The same as in package.json; a test compares them. */
#define SHIM_VERSION "0.1.0"

/* The subset of a roster entry the operations need (RFC 6121 section 2.1). */
typedef struct
{
  char *name;
  stead_contact_subscription subscription;
  gboolean ask;
  GSList *groups; /* of char * */
} ShimContact;

typedef struct ShimCertificates ShimCertificates;
typedef struct ShimAccess ShimAccess;

/* One account between login() and close(). */
typedef struct
{
  guint32 number;         /* as libsteadfast knows it */
  PurpleAccount *account; /* the connection is looked up in it each time, never kept */

  stead_link_state state;
  char *link_detail;  /* (nullable): what a tooltip says of the link */
  guint outage_timer; /* until people are told */
  gboolean outage_told;
  GHashTable *told_outage; /* names of conversations told of this outage: char * set */
  guint failed_starts;     /* of the engine, in a row */
  guint held_timer;        /* until another program's hold is reported */
  char *held_text;

  guint proxy_look; /* until the settings are looked at again */
  char *proxy_mark; /* of the proxy that the engine was told of */

  GHashTable *contacts; /* bare JID to ShimContact */
  GHashTable *named;    /* bare JIDs named since the roster's `begin`, or NULL outside of one */
  size_t roster_done;   /* contacts of the present roster event that are dealt with */
  GSList *unlisted;     /* char *: buddies yet to be looked up in `named` at the roster's end */
  GSList *changes;      /* that the server has not answered, see roster-changes.c */
  gboolean applying;    /* the buddy list is being changed by us, not by the person */

  GHashTable *arrivals;  /* bare JID to the last text that arrived there, see receipts.c */
  GHashTable *presences; /* bare JID to GPtrArray of resources, see presence.c */
  gint64 idle_since_time_ms;

  GHashTable *rooms;      /* bare JID to what muc.h has of a room */
  GHashTable *left_rooms; /* bare JIDs of rooms that the person left to ShimLeft */
  GHashTable *room_users; /* lists that are under way, see muc-users.c */
  char *room_service;     /* (nullable): of the account's server, "" for none, see muc-list.c */

  GHashTable *bookmarks;         /* room to what the server has, or NULL before it said so */
  GHashTable *bookmarks_coming;  /* the same of a list that is under way, or NULL */
  size_t bookmarks_done;         /* of the present event, that are dealt with */
  GSList *bookmark_changes;      /* that the server has not answered, see muc-bookmark-changes.c */
  GHashTable *bookmarks_refused; /* room to what the server would not take */
  char *bookmark_trouble;        /* (nullable): why, as it was told last */
  guint bookmark_look;           /* until changes of chats are looked for */

  GSList *authorizations;         /* open prompts, see subscriptions.c */
  GHashTable *infos;              /* bare JID to answers that came so far, see info.c */
  ShimCertificates *certificates; /* see certificates.h */
  ShimAccess *access;             /* see access.h */
  gpointer trust;                 /* the open certificate prompt, see trust.c */
  gboolean asking;                /* a prompt for a secret is open, see secrets.c */
} ShimSession;

/* ---- dispatch.c: the one client of this process ------------------------------------------------
 */

/* Returns: (transfer none) (nullable): %NULL before the first login. */
stead_client *dispatch_client (void);
/* Returns: (transfer none) (nullable): when %NULL, @error_text is set, to be freed with g_free(), and
 * the errno value @cause. */
stead_client *dispatch_open (char **error_text, int *cause);
void dispatch_close (void);
/* Watches what the client waits for. To be called after anything was asked of it. */
void dispatch_update (void);
/* Whether what is dealt with should rest, so that the host can draw. */
gboolean dispatch_turn_is_over (void);
/* The account is closed: what was not finished of its events never will be. */
void dispatch_forget (guint32 number);

/* ---- account.c, normalize.c
 * ---------------------------------------------------------------------- */

void account_init (void);
void account_uninit (void);
void account_login (PurpleAccount *account);
void account_close (PurpleConnection *gc);
/* Tells the engine the settings as they are now; the session goes on. */
void account_attach_again (ShimSession *session);
/* Returns: (transfer none) (nullable): %NULL when the account is not logged in. */
ShimSession *account_session (const PurpleAccount *account);
ShimSession *account_session_of (PurpleConnection *gc);
ShimSession *account_session_numbered (guint32 number);
/* Calls @visit for every account that is logged in; it may end any of them. */
void account_foreach (void (*visit) (ShimSession *session, const stead_event *event),
                      const stead_event *event);
/* Returns: (transfer none) (nullable): the account of a number, logged in or not. */
PurpleAccount *account_numbered (guint32 number);
/* Returns: (transfer none) (nullable) */
PurpleConnection *account_connection (const ShimSession *session);
const char *account_normalize (const PurpleAccount *account, const char *text);
/* Returns: (transfer full) (nullable): the prepared bare JID in @text */
char *account_bare_jid (const char *text);

/* ---- proxy.c ------------------------------------------------------------------------------------
 */

void proxy_open (ShimSession *session);
void proxy_close (ShimSession *session);
/* Tells the engine of another proxy, if there is one by now. */
void proxy_look (ShimSession *session);
/* Returns: (transfer full) (nullable): what is wrong with the settings, else %NULL */
char *proxy_set_options (PurpleAccount *account, stead_options *options);

/* ---- options.c ----------------------------------------------------------------------------------
 */

GList *options_splits (void);
GList *options_list (void);
/* Returns: (transfer full) (nullable): what stead_attach() wants, without presence; free it with
 * stead_options_free(). %NULL when a setting is out of range, with @problem set: g_free(). */
stead_options *options_of (PurpleAccount *account, char **problem);

/* ---- link.c -------------------------------------------------------------------------------------
 */

void link_open (ShimSession *session);
void link_close (ShimSession *session);
void link_got_link (ShimSession *session, const stead_event *event);
void link_got_held (ShimSession *session, const stead_event *event);
void link_got_engine (ShimSession *session, const stead_event *event);
void link_hook_network (void);
void link_unhook_network (void);
/* Whether the program shows lines of a conversation that nobody in it has said. */
gboolean link_shows_lines (void);
/* Writes such a line; where the program would not show it, as a notice of the account, too. */
void link_write (PurpleConversation *conversation, const char *html, PurpleMessageFlags flags,
                 time_t when);
/* Writes a quiet line, kept out of logs. @text is plain. */
void link_write_line (PurpleConversation *conversation, const char *text);
void link_tell_outage (ShimSession *session, PurpleConversation *conversation, const char *text);
/* Why an outage lasts, for Get Info. */
void link_explain (ShimSession *session, const char *why);

/* ---- errors.c -----------------------------------------------------------------------------------
 */

PurpleConnectionError errors_reason (const stead_event *event);
/* The reason for a client or an account that could not be begun: what the system lacks for now is
 * tried again. @cause: an errno value; @lasting: the reason for another one */
PurpleConnectionError errors_reason_of_start (int cause, PurpleConnectionError lasting);
/* Ends the connection with the event's error. */
void errors_report (ShimSession *session, const stead_event *event);

/* ---- markup.c -----------------------------------------------------------------------------------
 */

/* Returns: (transfer full): HTML that shows @text as it is, lines kept */
char *markup_from_plain (const char *text);
/* Returns: (transfer full) (nullable): HTML of what XEP-0071 allows in @xhtml; %NULL if that is
 * not well formed */
char *markup_from_xhtml (const char *xhtml);
/* Returns: (transfer full): plain words for a time: that of day, with the date before it if it is
 * not today's */
char *markup_moment (time_t when);
/* Splits what a person typed into plain text and, if there is formatting in it, the content of an
 * XHTML-IM body, else %NULL. Both (transfer full). */
void markup_to_xmpp (const char *html, char **body, char **xhtml);

/* ---- messages.c ---------------------------------------------------------------------------------
 */

void messages_init (void);
void messages_uninit (void);
int messages_send_im (PurpleConnection *gc, const char *who, const char *html,
                      PurpleMessageFlags flags);
void messages_got_message (ShimSession *session, const stead_event *event);
void messages_got_state (guint32 account, const stead_event *event);
void messages_got_accepted (guint32 account, const stead_event *event);
void messages_got_refused (guint32 account, const stead_event *event);
/* Remembers what a command was about until it is answered. @id may be %NULL: nothing happens. */
void messages_expect (guint32 account, const char *id, const char *jid, const char *text);

/* ---- muc-*.c: rooms (XEP-0045)
 * ---------------------------------------------------------------------- */

void muc_init (void);
void muc_uninit (void);
/* Names of conversations with occupants of this room keep the nick from now on. @jid: bare, or an
 * occupant's */
void muc_name_room (const char *jid);
gboolean muc_is_room (const char *jid);
/* Returns: (transfer full): how the conversation with @jid is named: by the bare JID, or by
 * ROOM/NICK for an occupant of a room */
char *muc_peer (const char *jid);
void muc_open (ShimSession *session);
/* After the engine was told of the account. */
void muc_attached (ShimSession *session, stead_client *client);
void muc_close (ShimSession *session);
GList *muc_chat_info (PurpleConnection *gc);
GHashTable *muc_chat_info_defaults (PurpleConnection *gc, const char *name);
char *muc_get_chat_name (GHashTable *components);
PurpleChat *muc_find_blist_chat (PurpleAccount *account, const char *name);
void muc_join_chat (PurpleConnection *gc, GHashTable *components);
void muc_reject_chat (PurpleConnection *gc, GHashTable *components);
void muc_chat_leave (PurpleConnection *gc, int id);
int muc_chat_send (PurpleConnection *gc, int id, const char *html, PurpleMessageFlags flags);
void muc_set_chat_topic (PurpleConnection *gc, int id, const char *topic);
void muc_chat_invite (PurpleConnection *gc, int id, const char *message, const char *who);
char *muc_get_cb_real_name (PurpleConnection *gc, int id, const char *nick);
/* Both return whether it is dealt with; else it is to be given again in the next turn. */
gboolean muc_got_room (ShimSession *session, const stead_event *event);
gboolean muc_got_occupants (ShimSession *session, const stead_event *event);
void muc_got_subject (ShimSession *session, const stead_event *event);
void muc_got_notice (ShimSession *session, const stead_event *event);
/* @event: that a line to a room was not delivered, which is told already */
void muc_got_failed_line (ShimSession *session, const stead_event *event);
void muc_got_invitation (ShimSession *session, const stead_event *event);
/* @html: of the message @event */
void muc_got_line (ShimSession *session, const stead_event *event, const char *html,
                   PurpleMessageFlags flags, time_t when);
/* Writes a line of ours. Returns: FALSE when the room has no conversation. */
gboolean muc_write (ShimSession *session, const char *jid, const char *html,
                    PurpleMessageFlags flags);
/* Says that what was written waits, if it does and that was not said yet. */
void muc_tell_queued (ShimSession *session, const char *jid);

void muc_list_online (ShimSession *session);
/* Ends the lists that are under way: no more of them comes. */
void muc_list_give_up (ShimSession *session);
/* Forgets the parts of lists of people that an engine told: the next one begins anew. */
void muc_users_give_up (ShimSession *session);
PurpleRoomlist *muc_roomlist_get_list (PurpleConnection *gc);
void muc_roomlist_cancel (PurpleRoomlist *list);
char *muc_roomlist_room_serialize (PurpleRoomlistRoom *room);
void muc_got_list (ShimSession *session, const stead_event *event);
void muc_got_form (ShimSession *session, const stead_event *event);
void muc_got_users (ShimSession *session, const stead_event *event);
GList *muc_menu (PurpleBlistNode *node);
/* Returns: whether it is dealt with; else it is to be given again in the next turn. */
gboolean muc_got_bookmarks (ShimSession *session, const stead_event *event);
void muc_bookmarks_answered (guint32 account, const stead_event *event);
/* "Get Info" of an occupant. @who: ROOM/NICK. Returns: whether it is one */
gboolean muc_show_info (PurpleConnection *gc, const char *who);
/* Returns: (transfer full): @text on one line, without what cannot be printed */
char *muc_on_one_line (const char *text);

/* ---- forms.c ------------------------------------------------------------------------------------
 */

typedef struct ShimForm ShimForm;

/* What is needed to give the form of @event back. @fields: (out) (transfer full): as it is shown */
ShimForm *forms_read (const stead_event *event, PurpleRequestFields **fields);
/* Returns: (transfer full) (nullable): %NULL when a text is too long; stead_form_free() */
stead_form *forms_filled (const ShimForm *form, PurpleRequestFields *fields);
void forms_free (ShimForm *form);

/* ---- receipts.c ---------------------------------------------------------------------------------
 */

void receipts_open (ShimSession *session);
void receipts_close (ShimSession *session);
void receipts_got (guint32 account, const stead_event *event);
void receipts_tooltip_text (PurpleBuddy *buddy, PurpleNotifyUserInfo *info);

/* ---- chat-states.c ------------------------------------------------------------------------------
 */

unsigned int chat_states_send_typing (PurpleConnection *gc, const char *who,
                                      PurpleTypingState state);
void chat_states_convo_closed (PurpleConnection *gc, const char *who);
void chat_states_got (ShimSession *session, const stead_event *event);

#include "contacts.h"

/* ---- info.c -------------------------------------------------------------------------------------
 */

void info_open (ShimSession *session);
void info_close (ShimSession *session);
/* Shows what came so far: no more will. */
void info_give_up (ShimSession *session);
void info_get (PurpleConnection *gc, const char *who);
void info_got (ShimSession *session, const stead_event *event);

/* ---- trust.c, secrets.c -------------------------------------------------------------------------
 */

void trust_close (ShimSession *session);
void trust_ask (ShimSession *session, const stead_event *event);
void secrets_close (ShimSession *session);
void secrets_ask (ShimSession *session, const stead_event *event);

/* ---- expiry.c -----------------------------------------------------------------------------------
 */

void expiry_got (ShimSession *session, const stead_event *event);

/* ---- certificates.c -----------------------------------------------------------------------------
 */

void certificates_open (ShimSession *session);
void certificates_close (ShimSession *session);
GList *certificates_actions (PurplePlugin *plugin, gpointer context);
void certificates_got_certificates (ShimSession *session, const stead_event *event);
void certificates_got_made (ShimSession *session, const stead_event *event);
void certificates_answered (guint32 account, const stead_event *event);
void certificates_offline (ShimSession *session, const stead_event *event);
void certificates_online (ShimSession *session, const stead_event *event);
/* Returns: whether the failure is dealt with: the account signs in as before */
gboolean certificates_failed (ShimSession *session, const stead_event *event);

/* ---- access.c -----------------------------------------------------------------------------------
 */

void access_open (ShimSession *session);
void access_close (ShimSession *session);
/* Returns: (transfer full): the account's menu has these behind those of certificates */
GList *access_actions (PurpleConnection *gc);
void access_got_access (ShimSession *session, const stead_event *event);
void access_got_signed_out (ShimSession *session, const stead_event *event);
void access_answered (guint32 account, const stead_event *event);
/* @event: a link that failed. Returns: whether that is the end of a sign-out, and dealt with */
gboolean access_is_over (ShimSession *session, const stead_event *event);
