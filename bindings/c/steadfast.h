/* SPDX-License-Identifier: MIT */
/*
 * libsteadfast: XMPP that does not lose messages, for any program with a main loop.
 *
 * The library starts the Steadfast engine (a Node.js child process), speaks bindings/engine.proto
 * with it and starts it again when it dies. The program pulls: nothing is ever called back, so
 * nothing is re-entered. Its main loop does three things:
 *
 *   - watch stead_client_fd() for reading, and for writing while stead_client_wants_write();
 *   - call stead_client_dispatch() when the descriptor is ready or stead_client_wait_ms() is over;
 *   - then take events with stead_client_next() until it returns NULL, now or a few per turn.
 *
 * All three answers may change with every call of the library: ask again after each turn.
 *
 * Strings    UTF-8. A `const char *` that goes in is copied; NULL counts as "". One that comes out
 *            belongs to the library, is never NULL unless its line says so, and lives as long as
 *            its line says.
 * Failure    Functions that return bool or a pointer return false or NULL when the library cannot
 *            even take the request; stead_client_error() then says why. What the engine or the
 *            server refuse comes later, as an event.
 * Memory     Running out of it ends the program, as with GLib.
 * Time       *_ms are milliseconds; *_time_ms count from the Unix epoch, UTC; 0 means not given.
 * Threads    None inside. One client belongs to one thread.
 * Child      The program's SIGCHLD handling is left alone, and does not matter.
 */
#ifndef STEADFAST_H
#define STEADFAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define STEAD_BEGIN_DECLS                                                                          \
  extern "C"                                                                                       \
  {
#define STEAD_END_DECLS }
#else
#define STEAD_BEGIN_DECLS
#define STEAD_END_DECLS
#endif

STEAD_BEGIN_DECLS

#define STEAD_EXPORT __attribute__ ((visibility ("default")))

/* Of these headers, as in package.json; stead_version() tells that of the library that is loaded.
 * Before 1.0.0 a new minor number may change what is declared here. */
#define STEAD_VERSION_MAJOR 0
#define STEAD_VERSION_MINOR 1
#define STEAD_VERSION_MICRO 0
#define STEAD_VERSION "0.1.0"

typedef struct stead_client stead_client;
typedef struct stead_options stead_options;
typedef struct stead_event stead_event;
typedef struct stead_form stead_form;

/* ---- Words, with the numbers of bindings/engine.proto ---- */

typedef enum
{
  STEAD_SECURITY_REQUIRE_TLS = 0,
  STEAD_SECURITY_OLD_SSL = 1, /* direct TLS only */
  STEAD_SECURITY_OPPORTUNISTIC_TLS = 2
} stead_security;

typedef enum
{
  STEAD_AUTH_AUTO = 0,
  STEAD_AUTH_EXTERNAL = 1,
  STEAD_AUTH_SCRAM = 2,
  STEAD_AUTH_PLAIN = 3
} stead_auth;

/* How the server is reached. With any but NONE nothing is resolved on this machine but the name of the
 * proxy itself, and SRV is not asked. */
typedef enum
{
  STEAD_PROXY_NONE = 0,
  STEAD_PROXY_HTTP = 1,   /* CONNECT */
  STEAD_PROXY_SOCKS4 = 2, /* 4A */
  STEAD_PROXY_SOCKS5 = 3,
  STEAD_PROXY_TOR = 4,        /* SOCKS5 of a Tor process */
  STEAD_PROXY_ENVIRONMENT = 5 /* https_proxy, all_proxy, http_proxy, no_proxy; perhaps none */
} stead_proxy_type;

/* What stead_options_set_string (S) and stead_options_set_int (I) set: Attach in the contract. */
typedef enum
{
  STEAD_OPTION_JID = 1,                    /* S bare or full JID; the only one that must be set */
  STEAD_OPTION_SECURITY = 2,               /* I stead_security */
  STEAD_OPTION_CONNECT_SERVER = 3,         /* S */
  STEAD_OPTION_PORT = 4,                   /* I 0 to 65535; 0 means 5222 */
  STEAD_OPTION_AUTH_METHOD = 5,            /* I stead_auth */
  STEAD_OPTION_PASSWORD = 6,               /* S secret; "" means asked for when SASL needs it */
  STEAD_OPTION_CLIENT_CERT = 7,            /* S path, PEM or PKCS#12 */
  STEAD_OPTION_CLIENT_KEY = 8,             /* S path, PEM */
  STEAD_OPTION_CLIENT_CERT_PASSPHRASE = 9, /* S secret */
  STEAD_OPTION_CA_FILE = 10,               /* S path, PEM */
  STEAD_OPTION_PIN_SHA256 = 11,            /* S hex, colons allowed */
  STEAD_OPTION_PLAIN_IN_CLEAR = 12,        /* I 0 or 1 */
  STEAD_OPTION_QUEUE_HOURS = 13,           /* I 0 means 24 */
  STEAD_OPTION_CARBONS = 14,               /* I 0 or 1, 1 at first (XEP-0280) */
  STEAD_OPTION_ARCHIVE = 15,               /* I 0 or 1, 1 at first (XEP-0313) */
  STEAD_OPTION_RECEIPTS = 16,              /* I 0 or 1, 1 at first (XEP-0184) */
  STEAD_OPTION_CSI = 17,                   /* I 0 or 1, 1 at first (XEP-0352) */
  STEAD_OPTION_ARCHIVE_DAYS = 18,          /* I how far back at first; 0 means 3 */
  STEAD_OPTION_BOOKMARKS = 19,             /* I 0 or 1, 1 at first (XEP-0402) */
  STEAD_OPTION_PROXY_TYPE = 40,            /* I stead_proxy_type; the others as Proxy there */
  STEAD_OPTION_PROXY_HOST = 41,            /* S */
  STEAD_OPTION_PROXY_PORT = 42,            /* I 0 to 65535; with a host it must be set */
  STEAD_OPTION_PROXY_USER = 43,            /* S "" for none */
  STEAD_OPTION_PROXY_PASSWORD = 44,        /* S secret */
  STEAD_OPTION_CERT_TLS12 = 45             /* I 0 or 1: the certificate on TLS 1.2, too */
} stead_option;

typedef enum
{
  STEAD_SHOW_AVAILABLE = 0,
  STEAD_SHOW_CHAT = 1,
  STEAD_SHOW_AWAY = 2,
  STEAD_SHOW_XA = 3,
  STEAD_SHOW_DND = 4
} stead_show;

typedef enum
{
  STEAD_CHAT_ACTIVE = 0,
  STEAD_CHAT_COMPOSING = 1,
  STEAD_CHAT_PAUSED = 2,
  STEAD_CHAT_INACTIVE = 3,
  STEAD_CHAT_GONE = 4
} stead_chat_state; /* XEP-0085 */

typedef enum
{
  STEAD_DETACH_SIGN_OFF = 0, /* the user signs off: the session ends */
  STEAD_DETACH_PARK = 1      /* the program lost interest for now: the engine keeps the session */
} stead_detach_how;

typedef enum
{
  STEAD_SUBSCRIBE_REQUEST = 0, /* ask to see their presence */
  STEAD_SUBSCRIBE_APPROVE = 1, /* let them see ours */
  STEAD_SUBSCRIBE_DENY = 2,    /* refuse, or withdraw what was allowed */
  STEAD_SUBSCRIBE_CANCEL = 3   /* stop seeing theirs */
} stead_subscribe_action;

typedef enum
{
  STEAD_SECRET_PASSWORD = 0,
  STEAD_SECRET_PASSPHRASE = 1
} stead_secret;

typedef enum
{
  STEAD_EVENT_ENGINE = 1,       /* by the library: the engine started, ended or cannot be started */
  STEAD_EVENT_ACCOUNT_HELD = 2, /* by the library: another program uses the account; it waits */
  STEAD_EVENT_ACCEPTED = 5,     /* the command is safe with the engine, on disk */
  STEAD_EVENT_REFUSED = 6,      /* the command was not carried out and never will be */
  STEAD_EVENT_LOG = 7,
  STEAD_EVENT_LINK = 10,
  STEAD_EVENT_ASK_TRUST = 11,
  STEAD_EVENT_ASK_SECRET = 12,
  STEAD_EVENT_MESSAGE = 20,
  STEAD_EVENT_MESSAGE_STATE = 21,
  STEAD_EVENT_CHAT_STATE = 22,
  STEAD_EVENT_PRESENCE = 23,
  STEAD_EVENT_ROSTER = 24,
  STEAD_EVENT_SUBSCRIPTION = 25,
  STEAD_EVENT_CONTACT_INFO = 26,
  STEAD_EVENT_ROOM = 40,
  STEAD_EVENT_ROOM_OCCUPANTS = 41,
  STEAD_EVENT_ROOM_SUBJECT = 42,
  STEAD_EVENT_ROOM_NOTICE = 43,
  STEAD_EVENT_INVITATION = 44,
  STEAD_EVENT_ROOM_LIST = 45,
  STEAD_EVENT_ROOM_FORM = 46,
  STEAD_EVENT_BOOKMARKS = 50,
  STEAD_EVENT_ROOM_USERS = 60,
  STEAD_EVENT_CERTIFICATE_EXPIRY =
      75, /* the client certificate ends soon; once each of three times */
  STEAD_EVENT_CERTIFICATES = 80,
  STEAD_EVENT_CERTIFICATE_MADE = 81,
  STEAD_EVENT_ACCESS = 90,
  STEAD_EVENT_SIGNED_OUT = 91
} stead_event_kind;

typedef enum
{
  STEAD_ENGINE_STARTED = 0, /* accounts are attached again by the library */
  STEAD_ENGINE_DIED = 1,    /* it ran and ended; the error says why, as far as known */
  STEAD_ENGINE_FAILED = 2   /* it could not be started; the error names path and remedy */
} stead_engine_state;

typedef enum
{
  STEAD_ERROR_NONE = -1, /* the event carries no error */
  STEAD_ERROR_UNKNOWN = 0,
  STEAD_ERROR_USAGE = 1,
  STEAD_ERROR_LINK = 2,
  STEAD_ERROR_TLS = 3,
  STEAD_ERROR_SASL = 4,
  STEAD_ERROR_STREAM = 5,
  STEAD_ERROR_STANZA = 6,
  STEAD_ERROR_TIMEOUT = 7,
  STEAD_ERROR_CONTRACT = 8, /* engine and library do not fit, or there is no engine */
  STEAD_ERROR_STORE = 9
} stead_error_kind;

typedef enum
{
  STEAD_RETRY_NEVER = 0, /* only another setting or password can help */
  STEAD_RETRY_LATER = 1  /* tried again without being asked */
} stead_error_retry;

typedef enum
{
  STEAD_LOG_DEBUG = 0,
  STEAD_LOG_INFO = 1,
  STEAD_LOG_WARNING = 2,
  STEAD_LOG_ERROR = 3
} stead_log_level;

typedef enum
{
  STEAD_LINK_CONNECTING = 0,
  STEAD_LINK_ONLINE = 1,
  STEAD_LINK_INTERRUPTED = 2, /* stay online: the session is kept, texts are queued */
  STEAD_LINK_FAILED = 3,
  STEAD_LINK_DETACHED = 4
} stead_link_state;

typedef enum
{
  STEAD_MESSAGE_CHAT = 0,
  STEAD_MESSAGE_NORMAL = 1,
  STEAD_MESSAGE_HEADLINE = 2,
  STEAD_MESSAGE_GROUPCHAT = 3 /* of a room: from ROOM/NICK, or of the room itself */
} stead_message_type;

typedef enum
{
  STEAD_STATE_QUEUED = 0,
  STEAD_STATE_SENT = 1,
  STEAD_STATE_IN_DOUBT = 2,
  STEAD_STATE_AT_SERVER = 3,
  STEAD_STATE_DELIVERED = 4,
  STEAD_STATE_FAILED = 5,
  STEAD_STATE_UNKNOWN = 6
} stead_message_state;

typedef enum
{
  STEAD_CONTACT_NONE = 0,
  STEAD_CONTACT_TO = 1,
  STEAD_CONTACT_FROM = 2,
  STEAD_CONTACT_BOTH = 3,
  STEAD_CONTACT_REMOVE = 4 /* gone from the roster */
} stead_contact_subscription;

typedef enum
{
  STEAD_SUBSCRIPTION_REQUESTED = 0, /* answer with STEAD_SUBSCRIBE_APPROVE or _DENY */
  STEAD_SUBSCRIPTION_APPROVED = 1,
  STEAD_SUBSCRIPTION_DENIED = 2,
  STEAD_SUBSCRIPTION_CANCELLED = 3
} stead_subscription_what;

#include "steadfast-client.h"
#include "steadfast-event.h"
#include "steadfast-form.h"
#include "steadfast-room.h"
#include "steadfast-bookmark.h"
#include "steadfast-certificate.h"
#include "steadfast-access.h"

STEAD_END_DECLS

#endif
