/* SPDX-License-Identifier: MIT */
/* Part of steadfast.h, which is the one to include: who has access to the account (XEP-0494), and the end
 * of it. Strings, failures and ids are as in steadfast-client.h and steadfast-event.h.
 *
 * All commands return the command's id as stead_send_message() does, or NULL when it could not be
 * taken, and are answered by STEAD_EVENT_ACCEPTED or STEAD_EVENT_REFUSED. */
#ifndef STEADFAST_ACCESS_H
#define STEADFAST_ACCESS_H

/* ---- Commands ---- */

/**
 * Asks for the server's list: STEAD_EVENT_ACCESS comes before STEAD_EVENT_ACCEPTED. Without a link it waits
 * for one. Refused: "service-unavailable" or "feature-not-implemented" where the server does not tell,
 * "encryption-required" without TLS.
 */
STEAD_EXPORT const char *stead_query_access (stead_client *client, uint32_t account);

/**
 * stead_revoke_access:
 * @id: stead_event_access_id(), 1 to 1023 bytes
 *
 * This client has no access any more. Refused: "item-not-found" where the server has no such client,
 * "password-reset-required" where it has signed in with the password, so that only changing that shuts it
 * out; else as stead_query_access().
 */
STEAD_EXPORT const char *stead_revoke_access (stead_client *client, uint32_t account,
                                              const char *id);

/**
 * stead_sign_out:
 * @everywhere: every other client that the server lets us revoke loses its access first; for that a session
 *   is waited for, and asked in, for 60 s at most
 *
 * Signs off for good on this machine: ends the session, then the token by which the account could sign in
 * again (XEP-0484) at the server, within 30 s. STEAD_EVENT_SIGNED_OUT says what was ended and what was not,
 * before STEAD_EVENT_ACCEPTED; a STEAD_EVENT_LINK with STEAD_LINK_FAILED and "signed-out" follows. Keep the
 * account attached until then, or nothing but the answer is told. stead_attach() signs in again as ever; but
 * where the engine or the program ended on the way, the next one goes on with this instead, and tells it by
 * its old id. Refused: "resource-constraint" while another one is under way, "not-attached" before the first
 * stead_attach(). A stead_make_certificate() is no hindrance: where its certificate is being tried, that is
 * broken off.
 */
STEAD_EXPORT const char *stead_sign_out (stead_client *client, uint32_t account, bool everywhere);

/* ---- What events carry; see steadfast-event.h ---- */

/* ACCESS: those who have access, at most 200, in the server's order. Texts are the server's or the client's
 * own, of one line, without control characters, and no longer than 100 characters. */

typedef enum
{
  STEAD_PERMISSION_UNKNOWN = 0,
  STEAD_PERMISSION_UNRESTRICTED = 1,
  STEAD_PERMISSION_NORMAL = 2, /* without managing access and password, for example */
  STEAD_PERMISSION_RESTRICTED = 3
} stead_permission;

STEAD_EXPORT size_t stead_event_access_count (const stead_event *event);
/** How many more the server has listed. */
STEAD_EXPORT uint32_t stead_event_access_left_out (const stead_event *event);
/** Opaque; "" for one that cannot be revoked. */
STEAD_EXPORT const char *stead_event_access_id (const stead_event *event, size_t index);
/** It has a session now, or one that can be resumed. */
STEAD_EXPORT bool stead_event_access_connected (const stead_event *event, size_t index);
/** It has or had a session; else it was only granted access. */
STEAD_EXPORT bool stead_event_access_session (const stead_event *event, size_t index);
/** Unix time in ms; 0 where it is not known. */
STEAD_EXPORT int64_t stead_event_access_first_seen_time_ms (const stead_event *event, size_t index);
STEAD_EXPORT int64_t stead_event_access_last_seen_time_ms (const stead_event *event, size_t index);
/** What it has presented: "password", "grant", "fast" (a token of XEP-0484), or a name of the server's. */
STEAD_EXPORT size_t stead_event_access_auth_count (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_access_auth (const stead_event *event, size_t index,
                                                  size_t auth);
STEAD_EXPORT stead_permission stead_event_access_permission (const stead_event *event,
                                                             size_t index);
STEAD_EXPORT const char *stead_event_access_software (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_access_uri (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_access_device (const stead_event *event, size_t index);
/** It is this account here, as far as the server has told. */
STEAD_EXPORT bool stead_event_access_current (const stead_event *event, size_t index);

/* SIGNED_OUT: what a stead_sign_out() has ended, and what it has not. stead_event_command_id() is its id;
 * stead_event_error_text() says why the token was left, or else why others were not reached. */

typedef enum
{
  STEAD_OTHERS_NOT_ASKED = 0,   /* not wanted */
  STEAD_OTHERS_NOT_OFFERED = 1, /* the server does not manage clients */
  STEAD_OTHERS_NOT_REACHED = 2, /* no session, no TLS or no answer */
  STEAD_OTHERS_ASKED = 3
} stead_others;

typedef enum
{
  STEAD_TOKEN_NONE = 0,
  STEAD_TOKEN_ENDED = 1, /* the server takes it no more */
  STEAD_TOKEN_LEFT =
      2 /* the server may take it until it expires; deleted here, unless the text says it is not */
} stead_token;

STEAD_EXPORT stead_others stead_event_signed_out_others (const stead_event *event);
/** How many other clients have no access any more. */
STEAD_EXPORT uint32_t stead_event_signed_out_ended (const stead_event *event);
/** How many have signed in with the password, so that only changing that shuts them out. */
STEAD_EXPORT uint32_t stead_event_signed_out_need_password (const stead_event *event);
/** How many the server did not revoke for other reasons. */
STEAD_EXPORT uint32_t stead_event_signed_out_left (const stead_event *event);
STEAD_EXPORT stead_token stead_event_signed_out_token (const stead_event *event);
/** Plain sentences for a person: all of this, and what can be done. */
STEAD_EXPORT const char *stead_event_signed_out_text (const stead_event *event);

#endif
