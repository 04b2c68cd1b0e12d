/* SPDX-License-Identifier: MIT */
/* Part of steadfast.h, which is the one to include: the client, its options and its commands. */
#ifndef STEADFAST_CLIENT_H
#define STEADFAST_CLIENT_H

/* ---- Client ---- */

/** Returns: (transfer none): STEAD_VERSION of the library at hand, for as long as it is loaded. */
STEAD_EXPORT const char *stead_version (void);

/**
 * stead_client_new:
 * @program: name and release of the program, "Pidgin 2.14.12"; told to the engine, to servers that
 *   ask (XEP-0092) and to another program that finds the account in use
 * @state_folder: absolute path of the folder for journals and caches; made with mode 0700. Refused
 *   when it is a symbolic link or another user's. Its parent must exist.
 * @error_text: (out) (optional): on failure one or two sentences; free with stead_free()
 *
 * Does not start the engine: the first stead_attach() does.
 *
 * Returns: the client, or NULL with errno set to the system's error, to 0 when it is none. End it
 * with stead_client_close().
 */
STEAD_EXPORT stead_client *stead_client_new (const char *program, const char *state_folder,
                                             char **error_text);

/**
 * stead_client_close:
 * @client: (transfer full) (nullable): gone after this, with its events and every string of it
 *
 * Says goodbye to the engine, which signs every attached account off in at most 5 s by itself.
 * Never waits. To leave sessions parked instead, detach with STEAD_DETACH_PARK first; they end
 * with the engine all the same.
 */
STEAD_EXPORT void stead_client_close (stead_client *client);

/**
 * stead_client_fd:
 *
 * Returns: the descriptor to poll, or -1 when there is none now. It may change: compare after each
 * call of the library. Do not read, write or close it.
 */
STEAD_EXPORT int stead_client_fd (const stead_client *client);

/** Returns: whether to wait for the descriptor to take bytes as well. */
STEAD_EXPORT bool stead_client_wants_write (const stead_client *client);

/**
 * stead_client_wait_ms:
 *
 * Returns: after how many milliseconds stead_client_dispatch() must be called although the
 * descriptor is quiet; 0 for now, -1 for never.
 */
STEAD_EXPORT int stead_client_wait_ms (const stead_client *client);

/**
 * stead_client_dispatch:
 *
 * Reads and writes what the socket takes, runs what is due (start the engine again, try a held
 * account again, give up on texts no engine took). Never blocks; harmless at any time.
 */
STEAD_EXPORT void stead_client_dispatch (stead_client *client);

/**
 * stead_client_next:
 *
 * Takes the next event. Asking for it says that the one before was dealt with: for a message or a
 * failed text that is told to the engine before the next such event is handed out, so that a
 * program that dies meets at most one of them again.
 *
 * Returns: (transfer none) (nullable): valid until the next call of this function or of
 * stead_client_close(); NULL when there is none now.
 */
STEAD_EXPORT const stead_event *stead_client_next (stead_client *client);

/**
 * stead_client_error:
 *
 * Returns: why the last function of this client that failed did so, one or two sentences; valid
 * until the next call with this client.
 */
STEAD_EXPORT const char *stead_client_error (const stead_client *client);

/** Frees a text the library gave away (transfer full); NULL is fine. */
STEAD_EXPORT void stead_free (char *text);

/* ---- Options of an account ---- */

/** Returns: (transfer full): empty options; free with stead_options_free(). */
STEAD_EXPORT stead_options *stead_options_new (void);

/** Wipes the secrets in @options and frees it; NULL is fine. */
STEAD_EXPORT void stead_options_free (stead_options *options);

/** Returns: false when @option takes no string or @value is not UTF-8; nothing is changed then. */
STEAD_EXPORT bool stead_options_set_string (stead_options *options, stead_option option,
                                            const char *value);

/** Returns: false when @option takes no number or @value is out of range; nothing is changed. */
STEAD_EXPORT bool stead_options_set_int (stead_options *options, stead_option option,
                                         int64_t value);

/**
 * stead_options_set_presence:
 *
 * What to announce once signed in; see stead_set_presence(). Default: available, priority 0.
 *
 * Returns: false when @status is not UTF-8 or a number is out of range.
 */
STEAD_EXPORT bool stead_options_set_presence (stead_options *options, stead_show show,
                                              const char *status, int priority,
                                              int64_t idle_since_time_ms);

/* ---- Commands ---- */
/* @account is a number above 0 of the program's choice, the same for one bare JID as long as the
 * client lives; another one for it is refused until the first is signed off. Commands for an account that is not attached fail. */

/* Bytes of one text; a longer one fails. */
#define STEAD_TEXT_MAX (4u * 1024u * 1024u)

/**
 * stead_attach:
 * @options: (transfer none): copied; secrets are wiped when the account is detached
 *
 * Signs in, or takes over the session the engine already keeps. Answered by STEAD_EVENT_LINK, or
 * STEAD_EVENT_ACCOUNT_HELD while another program uses the account, or it cannot be locked for
 * another reason: it is tried again each second.
 * Calling it again replaces the options for the next connection. The library repeats it by itself
 * to a new engine.
 *
 * Returns: whether it was taken; if not, errno is set to the system's error, to 0 when it is none.
 */
STEAD_EXPORT bool stead_attach (stead_client *client, uint32_t account,
                                const stead_options *options);

/**
 * stead_set_proxy:
 * @options: (transfer none): only what begins with STEAD_OPTION_PROXY_ is read
 *
 * Another proxy from the next connection on. One that is being tried is let go and tried anew by this
 * one, and one that is waited for is tried now; a connection that is up stays. A proxy that cannot be
 * used is told by STEAD_EVENT_LINK.
 *
 * Returns: whether it was taken
 */
STEAD_EXPORT bool stead_set_proxy (stead_client *client, uint32_t account,
                                   const stead_options *options);

/**
 * stead_detach:
 *
 * Leaves the account; one last STEAD_EVENT_LINK follows, unless it is attached again before. What
 * the engine had not handed over comes after the next stead_attach(). Undelivered texts stay in the
 * engine. An account that was parked may be signed off later.
 */
STEAD_EXPORT bool stead_detach (stead_client *client, uint32_t account, stead_detach_how how);

/**
 * stead_send_message:
 * @to: JID, bare or full; ROOM/NICK for an occupant of a room (XEP-0045 section 7.5)
 * @body: plain text, not empty
 * @xhtml: (nullable): content of an XHTML-IM body (XEP-0071), well formed; NULL or "" for none
 *
 * From here on the text is not lost without a word: STEAD_EVENT_MESSAGE_STATE tells what becomes of
 * it, STEAD_STATE_FAILED quotes it. That is told by the library when no engine took it for 10 s.
 *
 * Returns: (transfer none): the id of the text in later events, valid until the next call with this
 * client; NULL when it could not be taken.
 */
STEAD_EXPORT const char *stead_send_message (stead_client *client, uint32_t account, const char *to,
                                             const char *body, const char *xhtml);

/**
 * stead_query_message:
 * @id: from stead_send_message(), of this or of an earlier life of the program
 *
 * Asks where a text stands: one STEAD_EVENT_MESSAGE_STATE follows, STEAD_STATE_UNKNOWN if nothing is
 * remembered of it. The engine remembers what is under way, and the last 500 texts beyond that.
 *
 * Returns: false when the account is not signed in.
 */
STEAD_EXPORT bool stead_query_message (stead_client *client, uint32_t account, const char *id);

/** Sends a chat state (XEP-0085). Dropped without a link: an old one is worth nothing. */
STEAD_EXPORT bool stead_send_chat_state (stead_client *client, uint32_t account, const char *to,
                                         stead_chat_state state);

/**
 * stead_set_presence:
 * @status: (nullable): a line for people
 * @priority: -128 to 127 (RFC 6121 section 4.7.2.3)
 * @idle_since_time_ms: since when nobody touched the keyboard (XEP-0319); 0 for not idle
 *
 * Announced now and in every later session.
 */
STEAD_EXPORT bool stead_set_presence (stead_client *client, uint32_t account, stead_show show,
                                      const char *status, int priority, int64_t idle_since_time_ms);

/**
 * stead_set_contact:
 * @name: (nullable): for people
 * @groups: (array length=n_groups) (nullable)
 *
 * Adds a contact to the roster, or changes name and groups (RFC 6121 section 2.3).
 *
 * Returns: the command's id as in stead_send_message(), or NULL.
 */
STEAD_EXPORT const char *stead_set_contact (stead_client *client, uint32_t account, const char *jid,
                                            const char *name, const char *const *groups,
                                            size_t n_groups);

/** Removes a contact from the roster (RFC 6121 section 2.5). Returns: an id, or NULL. */
STEAD_EXPORT const char *stead_remove_contact (stead_client *client, uint32_t account,
                                               const char *jid);

/**
 * stead_subscribe:
 * @text: (nullable): for STEAD_SUBSCRIBE_REQUEST, a line to the person asked
 *
 * RFC 6121 section 3. Returns: the command's id as in stead_send_message(), or NULL.
 */
STEAD_EXPORT const char *stead_subscribe (stead_client *client, uint32_t account, const char *jid,
                                          stead_subscribe_action action, const char *text);

/** Asks a contact's resources for software (XEP-0092) and clock (XEP-0202): CONTACT_INFO events. */
STEAD_EXPORT bool stead_query_contact (stead_client *client, uint32_t account, const char *jid);

/** Tells what the program learned of the network, for all accounts: dial now, or probe now. */
STEAD_EXPORT bool stead_network_hint (stead_client *client, bool available);

/** Answers STEAD_EVENT_ASK_TRUST. @sha256: lower-case hex, as it was in the event. */
STEAD_EXPORT bool stead_answer_trust (stead_client *client, uint32_t account, const char *sha256,
                                      bool accept);

/**
 * stead_answer_secret:
 * @secret: (nullable): NULL when the person closed the prompt
 *
 * Answers STEAD_EVENT_ASK_SECRET. The secret is kept for a new engine until the account is
 * detached.
 */
STEAD_EXPORT bool stead_answer_secret (stead_client *client, uint32_t account, stead_secret what,
                                       const char *secret);

/* ---- For tests ---- */

/**
 * stead_client_set_times:
 * @give_up_ms: how long a text waits for an engine; 0 keeps the 10 s
 * @restart_ms: wait before the second new start of the engine in a row, doubled from there to at
 *   most 8 times; 0 keeps 500. The first new start is at once.
 *
 * Lets a test see in milliseconds what takes seconds.
 */
STEAD_EXPORT void stead_client_set_times (stead_client *client, uint32_t give_up_ms,
                                          uint32_t restart_ms);

#endif
