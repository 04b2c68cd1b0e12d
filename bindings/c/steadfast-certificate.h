/* SPDX-License-Identifier: MIT */
/* Part of steadfast.h, which is the one to include: certificates to sign in with, kept by the server
 * (XEP-0257). Strings, failures and ids are as in steadfast-client.h and steadfast-event.h.
 *
 * All commands return the command's id as stead_send_message() does, or NULL when it could not be
 * taken, and are answered by STEAD_EVENT_ACCEPTED or STEAD_EVENT_REFUSED. Without a link they wait for
 * one. Where the server keeps no certificates, the error is "service-unavailable" or
 * "feature-not-implemented". */
#ifndef STEADFAST_CERTIFICATE_H
#define STEADFAST_CERTIFICATE_H

/* ---- Commands ---- */

/** Asks for the server's list: STEAD_EVENT_CERTIFICATES comes before STEAD_EVENT_ACCEPTED. */
STEAD_EXPORT const char *stead_query_certificates (stead_client *client, uint32_t account);

/**
 * stead_make_certificate:
 * @name: what signs in with it, for people; the engine adds what makes it unique
 *
 * Makes a key and a certificate, uploads it, and signs in with it once, on a connection of its own; the
 * session that is there goes on. STEAD_EVENT_CERTIFICATE_MADE comes before STEAD_EVENT_ACCEPTED. When
 * it is refused nothing has changed: a certificate that could not sign in was taken from the server
 * again. To use it, set STEAD_OPTION_CLIENT_CERT and call stead_attach() again: the session goes on, on
 * a link that is signed in with it. What the account signed in with before is good until
 * stead_revoke_certificate().
 */
STEAD_EXPORT const char *stead_make_certificate (stead_client *client, uint32_t account,
                                                 const char *name);

/**
 * stead_append_certificate:
 * @name: unique in the account
 * @path: an absolute path, or one that begins with "~/"; PEM or DER. Of what is in it only the
 *   certificate is read.
 * @no_management: who signs in with it may not change the list
 *
 * Uploads a certificate that somebody else made, for a program of his for example.
 */
STEAD_EXPORT const char *stead_append_certificate (stead_client *client, uint32_t account,
                                                   const char *name, const char *path,
                                                   bool no_management);

/**
 * stead_revoke_certificate:
 * @disable: who is signed in with it stays so; else the server may end his session
 *
 * Nobody can sign in with it any more. If stead_make_certificate() made it here, its file is deleted
 * then. STEAD_EVENT_REFUSED with item-not-found where the server's list does not have it;
 * resource-constraint where it was asked three times and has it still; certificate-in-use where
 * @disable is wanted of the one that the account signs in with now.
 */
STEAD_EXPORT const char *stead_revoke_certificate (stead_client *client, uint32_t account,
                                                   const char *name, bool disable);

/* ---- What events carry; see steadfast-event.h ---- */

/* CERTIFICATES: the whole list. */

STEAD_EXPORT size_t stead_event_certificate_count (const stead_event *event);
STEAD_EXPORT const char *stead_event_certificate_name (const stead_event *event, size_t index);
/** Of its DER form, lower-case hex; "" where the server has something that is no certificate. */
STEAD_EXPORT const char *stead_event_certificate_sha256 (const stead_event *event, size_t index);
STEAD_EXPORT int64_t stead_event_certificate_not_before_time_ms (const stead_event *event,
                                                                 size_t index);
STEAD_EXPORT int64_t stead_event_certificate_not_after_time_ms (const stead_event *event,
                                                                size_t index);
/** The account signs in with it here. */
STEAD_EXPORT bool stead_event_certificate_current (const stead_event *event, size_t index);
/** Who is signed in with it; many servers do not tell. */
STEAD_EXPORT size_t stead_event_certificate_resource_count (const stead_event *event, size_t index);
STEAD_EXPORT const char *stead_event_certificate_resource (const stead_event *event, size_t index,
                                                           size_t resource);

/* CERTIFICATE_MADE. stead_event_command_id() tells of which command. */

/** Its name at the server. */
STEAD_EXPORT const char *stead_event_made_name (const stead_event *event);
/** PEM, mode 0600: the certificate and, unencrypted, its key. */
STEAD_EXPORT const char *stead_event_made_path (const stead_event *event);
STEAD_EXPORT const char *stead_event_made_sha256 (const stead_event *event);
STEAD_EXPORT int64_t stead_event_made_not_after_time_ms (const stead_event *event);
/** The server's name of the one in use until now, to be disabled once the new one is; "" for none. */
STEAD_EXPORT const char *stead_event_made_replaces (const stead_event *event);

#endif
