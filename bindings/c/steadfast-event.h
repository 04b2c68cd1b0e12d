/* SPDX-License-Identifier: MIT */
/* Part of steadfast.h, which is the one to include: what an event carries.
 *
 * Every string lives as long as its event. An accessor of another kind of event, or an index out of
 * range, gives "", 0, false or NULL: never a crash. */
#ifndef STEADFAST_EVENT_H
#define STEADFAST_EVENT_H

STEAD_EXPORT stead_event_kind stead_event_type (const stead_event *event);
/** Which account; 0 for the engine itself. */
STEAD_EXPORT uint32_t stead_event_account (const stead_event *event);

/* Errors, in ENGINE, ACCOUNT_HELD, REFUSED, LINK, ASK_SECRET, MESSAGE_STATE, PRESENCE, ROOM and
 * ROOM_LIST. */

/** Returns: STEAD_ERROR_NONE when the event carries no error. */
STEAD_EXPORT stead_error_kind stead_event_error_kind (const stead_event *event);
/** The specification's word ("not-authorized") or ours ("certificate-expired"). */
STEAD_EXPORT const char *stead_event_error_condition (const stead_event *event);
/** One or two plain sentences for a person; no markup. */
STEAD_EXPORT const char *stead_event_error_text (const stead_event *event);
/** Whether the server said it, rather than we. */
STEAD_EXPORT bool stead_event_error_by_peer (const stead_event *event);
STEAD_EXPORT stead_error_retry stead_event_error_retry (const stead_event *event);

/* ENGINE */

STEAD_EXPORT stead_engine_state stead_event_engine_state (const stead_event *event);
/** STARTED: name and release, "Steadfast 0.1.0". */
STEAD_EXPORT const char *stead_event_engine_program (const stead_event *event);
/** DIED, FAILED: milliseconds until it is started again. */
STEAD_EXPORT uint32_t stead_event_engine_retry_in_ms (const stead_event *event);

/* ACCOUNT_HELD. Comes again only when the holder changes. */

/** Name of the program that uses the account, "" if unknown. */
STEAD_EXPORT const char *stead_event_held_program (const stead_event *event);
/** Its process id, 0 if unknown. */
STEAD_EXPORT int64_t stead_event_held_pid (const stead_event *event);

/* ACCEPTED, REFUSED, MESSAGE_STATE, CERTIFICATE_MADE, SIGNED_OUT */

/** The id that the command returned. */
STEAD_EXPORT const char *stead_event_command_id (const stead_event *event);

/* LOG: secrets are left out already. Lines of the engine's stderr come as category "engine". */

STEAD_EXPORT stead_log_level stead_event_log_level (const stead_event *event);
STEAD_EXPORT const char *stead_event_log_category (const stead_event *event);
STEAD_EXPORT const char *stead_event_log_text (const stead_event *event);

/* LINK */

STEAD_EXPORT stead_link_state stead_event_link_state (const stead_event *event);
/** ONLINE: a living session on a new link, not a fresh one. */
STEAD_EXPORT bool stead_event_link_resumed (const stead_event *event);
/** CONNECTING: 1 to steps. */
STEAD_EXPORT uint32_t stead_event_link_step (const stead_event *event);
STEAD_EXPORT uint32_t stead_event_link_steps (const stead_event *event);
/** CONNECTING: "Authenticating", for people. */
STEAD_EXPORT const char *stead_event_link_step_text (const stead_event *event);
/** ONLINE: the full JID as bound. */
STEAD_EXPORT const char *stead_event_link_jid (const stead_event *event);
/** INTERRUPTED, FAILED with STEAD_RETRY_LATER: milliseconds until the next try. */
STEAD_EXPORT uint32_t stead_event_link_retry_in_ms (const stead_event *event);
/** ONLINE: "TLSv1.3", "SCRAM-SHA-256" and the XEP-0198 session id ("" without one). */
STEAD_EXPORT const char *stead_event_link_tls_version (const stead_event *event);
STEAD_EXPORT const char *stead_event_link_mechanism (const stead_event *event);
STEAD_EXPORT const char *stead_event_link_session (const stead_event *event);
/** ONLINE: what the sign-in was bound to (RFC 5929, RFC 9266), "tls-exporter"; "" for nothing. */
STEAD_EXPORT const char *stead_event_link_channel_binding (const stead_event *event);
/** ONLINE: the address of the WebSocket that the stream goes over (RFC 7395); "" where it is TCP. */
STEAD_EXPORT const char *stead_event_link_web_socket (const stead_event *event);

/* ASK_TRUST: answer with stead_answer_trust(), another attach, or a detach. Void once ONLINE comes. */

/** Whom the certificate should belong to. */
STEAD_EXPORT const char *stead_event_trust_domain (const stead_event *event);
/** How many certificates the server sent. */
STEAD_EXPORT size_t stead_event_trust_chain_count (const stead_event *event);
/**
 * stead_event_trust_chain:
 * @index: 0 is the server's own
 * @length: (out) (optional): bytes
 *
 * Returns: (nullable): one certificate in DER form.
 */
STEAD_EXPORT const uint8_t *stead_event_trust_chain (const stead_event *event, size_t index,
                                                     size_t *length);
/** Of the server's own certificate, lower-case hex. */
STEAD_EXPORT const char *stead_event_trust_sha256 (const stead_event *event);
/** Why it is not trusted: "self-signed", "unknown-ca", "expired", "wrong-name", … */
STEAD_EXPORT size_t stead_event_trust_reason_count (const stead_event *event);
STEAD_EXPORT const char *stead_event_trust_reason (const stead_event *event, size_t index);
/** The same as a sentence. */
STEAD_EXPORT const char *stead_event_trust_text (const stead_event *event);

/* ASK_SECRET: answer with stead_answer_secret(). The error is set when the last one was refused. */

STEAD_EXPORT stead_secret stead_event_secret_what (const stead_event *event);

/* CERTIFICATE_EXPIRY: the certificate that the account signs in with, 30 days, 7 days and a day ahead. */

/** The end of its validity, milliseconds since the Unix epoch. */
STEAD_EXPORT int64_t stead_event_expiry_time_ms (const stead_event *event);
/** Whole days left; 0 for less than one. */
STEAD_EXPORT uint32_t stead_event_expiry_days (const stead_event *event);
/** Whether stead_make_certificate() gets one to take its place: the server keeps it in its list (XEP-0257).
 * false as well where no session came about within a minute. */
STEAD_EXPORT bool stead_event_expiry_renewable (const stead_event *event);
/** One or two plain sentences for a person; no markup. */
STEAD_EXPORT const char *stead_event_expiry_text (const stead_event *event);

/* MESSAGE: durable; shown once in the life of a program. */

/** Full JID of the sender. */
STEAD_EXPORT const char *stead_event_message_from (const stead_event *event);
STEAD_EXPORT const char *stead_event_message_id (const stead_event *event);
STEAD_EXPORT stead_message_type stead_event_message_type (const stead_event *event);
STEAD_EXPORT const char *stead_event_message_body (const stead_event *event);
/** Content of the XHTML-IM body, reduced to what XEP-0071 allows; "" without. */
STEAD_EXPORT const char *stead_event_message_xhtml (const stead_event *event);
STEAD_EXPORT const char *stead_event_message_subject (const stead_event *event);
/** When it was sent; 0 means now. */
STEAD_EXPORT int64_t stead_event_message_sent_time_ms (const stead_event *event);
/** An earlier life of the program may have shown it and died before it could say so. */
STEAD_EXPORT bool stead_event_message_maybe_shown (const stead_event *event);
/**
 * It ended the program twice running, or its bytes cannot be read (`from` is "" then). There is no
 * text: say from whom it was, of when, and where it is kept.
 */
STEAD_EXPORT bool stead_event_message_set_aside (const stead_event *event);
/** The file that has what came, an absolute path, when it was set aside; else "". */
STEAD_EXPORT const char *stead_event_message_kept_in (const stead_event *event);
/** Younger messages were given before it; it carries its own time. */
STEAD_EXPORT bool stead_event_message_late (const stead_event *event);
/**
 * Written by the user on another device, which is `from`. Of a room: any line of ours, reflected, with
 * the id that stead_send_room_message() returned if it was sent from here.
 */
STEAD_EXPORT bool stead_event_message_outgoing (const stead_event *event);
/** The recipient of an outgoing one, else "". */
STEAD_EXPORT const char *stead_event_message_to (const stead_event *event);
/** Between us and an occupant of a room, who is ROOM/NICK in `from` or `to` (XEP-0045 section 7.5). */
STEAD_EXPORT bool stead_event_message_private (const stead_event *event);
/** Of a room that tells it (XEP-0421): the same for each message of one account there, whatever the
 * nick; else "". */
STEAD_EXPORT const char *stead_event_message_occupant_id (const stead_event *event);
/** Durable number in the account, rising, never reused. */
STEAD_EXPORT uint32_t stead_event_message_inbox (const stead_event *event);

/* MESSAGE_STATE: durable when FAILED. stead_event_command_id() names the text. */

STEAD_EXPORT stead_message_state stead_event_state (const stead_event *event);
/** AT_SERVER: sent again without proof that the first copy was lost. */
STEAD_EXPORT bool stead_event_state_maybe_twice (const stead_event *event);
/** DELIVERED: shown to a person, says the recipient's client (XEP-0333). */
STEAD_EXPORT bool stead_event_state_displayed (const stead_event *event);
STEAD_EXPORT const char *stead_event_state_to (const stead_event *event);
/** `to` is a room, and the text was for all in it. */
STEAD_EXPORT bool stead_event_state_groupchat (const stead_event *event);
/** FAILED: the text; "" when that was set aside like a message. */
STEAD_EXPORT const char *stead_event_state_body (const stead_event *event);

/* CHAT_STATE */

STEAD_EXPORT const char *stead_event_chat_from (const stead_event *event);
STEAD_EXPORT stead_chat_state stead_event_chat_state (const stead_event *event);

/* PRESENCE: everything known of one contact; resources best first, none means offline. */

/** Bare JID. */
STEAD_EXPORT const char *stead_event_presence_jid (const stead_event *event);
/** With no resources: what the contact said when leaving. */
STEAD_EXPORT const char *stead_event_presence_status (const stead_event *event);
STEAD_EXPORT size_t stead_event_resource_count (const stead_event *event);
STEAD_EXPORT const char *stead_event_resource_name (const stead_event *event, size_t index);
STEAD_EXPORT stead_show stead_event_resource_show (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_resource_status (const stead_event *event, size_t index);
STEAD_EXPORT int stead_event_resource_priority (const stead_event *event, size_t index);
STEAD_EXPORT int64_t stead_event_resource_idle_since_time_ms (const stead_event *event,
                                                              size_t index);
/** "Conversations 2.12"; "" while unknown. */
STEAD_EXPORT const char *stead_event_resource_client (const stead_event *event, size_t index);

/* ROSTER: contacts to add, replace or remove. A whole roster comes in parts, from one with `begin`
 * to one with `end`; what was not named in between is gone. A push has neither. */

STEAD_EXPORT bool stead_event_roster_begin (const stead_event *event);
STEAD_EXPORT bool stead_event_roster_end (const stead_event *event);
STEAD_EXPORT size_t stead_event_contact_count (const stead_event *event);
STEAD_EXPORT const char *stead_event_contact_jid (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_contact_name (const stead_event *event, size_t index);
STEAD_EXPORT stead_contact_subscription stead_event_contact_subscription (const stead_event *event,
                                                                          size_t index);
/** Our request to see their presence is not answered yet. */
STEAD_EXPORT bool stead_event_contact_ask (const stead_event *event, size_t index);
STEAD_EXPORT size_t stead_event_contact_group_count (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_contact_group (const stead_event *event, size_t index,
                                                    size_t group);

/* SUBSCRIPTION */

/** Bare JID. */
STEAD_EXPORT const char *stead_event_subscription_jid (const stead_event *event);
STEAD_EXPORT stead_subscription_what stead_event_subscription_what (const stead_event *event);
STEAD_EXPORT const char *stead_event_subscription_text (const stead_event *event);
/** XEP-0172, if they gave one. */
STEAD_EXPORT const char *stead_event_subscription_nick (const stead_event *event);

/* CONTACT_INFO: one answer of one resource, and a last one with `done`. */

STEAD_EXPORT const char *stead_event_info_jid (const stead_event *event);
STEAD_EXPORT const char *stead_event_info_resource (const stead_event *event);
STEAD_EXPORT const char *stead_event_info_software (const stead_event *event);
STEAD_EXPORT const char *stead_event_info_version (const stead_event *event);
STEAD_EXPORT const char *stead_event_info_os (const stead_event *event);
/** "+02:00"; "" while unknown. */
STEAD_EXPORT const char *stead_event_info_utc_offset (const stead_event *event);
STEAD_EXPORT bool stead_event_info_done (const stead_event *event);

#endif
