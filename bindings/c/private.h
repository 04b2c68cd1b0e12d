/* SPDX-License-Identifier: MIT */
/* What the files of libsteadfast know of each other. Nothing here is exported. */
#ifndef STEADFAST_PRIVATE_H
#define STEADFAST_PRIVATE_H

#include "steadfast.h"
#include "engine.pb-c.h"

#include <sys/types.h>

#define STEAD_CONTRACT_VERSION 1
#define STEAD_FRAME_CAP (16u * 1024u * 1024u)

typedef Steadfast__V1__Command wire_command;
typedef Steadfast__V1__Event wire_event;
typedef Steadfast__V1__Error wire_error;

/* ---- memory.c: running out of memory ends the program, as it does with GLib ---- */

void *stead_alloc (size_t size);
/** Returns: (transfer full): a copy of @text, of "" for NULL. */
char *stead_copy (const char *text);
/** Frees a text that may be a secret, and leaves nothing of it behind. */
void stead_wipe (char *text);
/** For commands that are read back: any of them may hold a password, so all that is freed is wiped. */
extern ProtobufCAllocator stead_wiped;
char *stead_format (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
/** Returns: milliseconds of a clock that never jumps. */
int64_t stead_now (void);

/* ---- utf8.c, wire.c ---- */

/** Returns: whether @text is UTF-8 without U+0000 (RFC 3629). */
bool stead_utf8_valid (const char *text, size_t length);
/** Returns: whether @text, up to its end, is UTF-8; NULL is. */
bool stead_text_valid (const char *text);
/**
 * Checks what protobuf-c does not: strings are UTF-8 without U+0000, enumerations are known words.
 */
bool stead_wire_valid (const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes,
                       size_t length);

/* ---- frames.c ---- */

typedef struct
{
  uint8_t *data;
  size_t start, end, capacity;
  uint64_t passed; /* bytes ever consumed */
} stead_buffer;

typedef enum
{
  STEAD_FRAME_MORE,
  STEAD_FRAME_TAKEN,
  STEAD_FRAME_BAD
} stead_frame;

void stead_buffer_append (stead_buffer *buffer, const uint8_t *bytes, size_t length);
void stead_buffer_consume (stead_buffer *buffer, size_t length);
void stead_buffer_clear (stead_buffer *buffer);
/** Returns: the position behind the last byte, counted as `passed` is. */
uint64_t stead_buffer_mark (const stead_buffer *buffer);
void stead_frames_push (stead_buffer *out, const wire_command *command);
/** @event: (out) (transfer full): free with steadfast__v1__event__free_unpacked() */
stead_frame stead_frames_take (stead_buffer *in, wire_event **event);

/* ---- locate.c, process.c ---- */

typedef struct
{
  char *engine, *node; /* absolute paths, or NULL */
} stead_location;

/** Returns: NULL, or (transfer full) what is missing and what to do about it. */
char *stead_locate (stead_location *location, const char **condition);
void stead_location_clear (stead_location *location);

typedef struct
{
  int socket, errors, pidfd; /* -1 when closed */
} stead_process;

/** Returns: 0, or an errno value. Needs nothing of the host's SIGCHLD handling. */
int stead_process_start (stead_process *process, const stead_location *location, int lock);
/** Whether the child is gone; reaps it if the host did not. */
bool stead_process_ended (stead_process *process);
void stead_process_kill (stead_process *process);
/** Hands the child over to be reaped later, by any client. */
void stead_process_leave (stead_process *process);

/* ---- stderr.c: the engine's last words ---- */

typedef struct
{
  char line[1024];
  size_t length;
  char told[1024];  /* the line that says most */
  char version[64]; /* of Node.js, as it prints when it crashes */
} stead_stderr;

void stead_stderr_read (stead_client *client);

/* ---- lock.c ---- */

/** Returns: the descriptor of the lock file, or -1 with @error_text and the errno value @cause set. */
int stead_lock_open (const char *state_folder, char **error_text, int *cause);
/** Returns: (transfer full): the account's folder, made; or NULL with both set. */
char *stead_lock_folder (const char *state_folder, const char *bare_jid, char **error_text,
                         int *cause);
/** Returns: 0, EAGAIN when another has it, or another errno value. */
int stead_lock_take (int lock, const char *bare_jid);
void stead_lock_release (int lock, const char *bare_jid);
void stead_lock_sign (const char *folder, const char *program);
/** @program: (out) (transfer full) */
void stead_lock_holder (const char *folder, char **program, int64_t *pid);

/* ---- options.c ---- */

#define STEAD_OPTION_LAST STEAD_OPTION_CERT_TLS12

struct stead_options
{
  char *texts[STEAD_OPTION_LAST + 1];
  uint32_t numbers[STEAD_OPTION_LAST + 1];
  stead_show show;
  char *status;
  int priority;
  int64_t idle_since_time_ms;
};

stead_options *stead_options_copy (const stead_options *options);
void stead_options_replace (char **place, const char *value);

/* ---- proxy.c ---- */

/** @proxy: borrows the strings of @options. Returns: whether there is one to name. */
bool stead_proxy_fill (const stead_options *options, Steadfast__V1__Proxy *proxy);

/* ---- shown.c: once in one life of the program ---- */

#define STEAD_SHOWN_CAP 256

/** The durable events handed out last: more than an engine has under way, so none older comes again. */
typedef struct
{
  struct
  {
    uint32_t inbox;
    uint64_t hash;
  } last[STEAD_SHOWN_CAP];
  unsigned next;
} stead_shown;

/** Returns: whether @event, a durable one, was handed out before; else it is noted. */
bool stead_shown_before (stead_shown *shown, const stead_event *event);

/* ---- account.c ---- */

typedef struct stead_account stead_account;
typedef struct stead_room stead_room;
struct stead_account
{
  stead_account *next;
  uint32_t number;
  char *bare_jid, *folder;
  stead_options *options; /* NULL when the program does not want the account */
  bool locked;
  bool attached;    /* the present engine has our Attach */
  bool signing_off; /* the lock goes with the last Link, else when the engine lets go of it */
  bool online;      /* the program shows it as signed in */
  bool held_told;
  int64_t held_pid;
  int64_t retry_at;       /* when the lock is tried again; 0 for not */
  int64_t unserved_since; /* since when no engine has it */
  uint32_t inbox_taken;   /* last durable number dealt with */
  unsigned leaving;       /* Detaches whose last Link has not come yet */
  stead_room *rooms;      /* to be in; see rooms.c */
  stead_shown shown;
};

/** Returns: (transfer full): the bare JID in @jid, ASCII letters small */
char *stead_bare_of (const char *jid);
stead_account *stead_account_find (stead_client *client, uint32_t number);
/** Gives the account to the engine, if there is one and nobody else has the account. */
void stead_account_serve (stead_client *client, stead_account *account);
/** Takes note of the link's state. Returns: whether the program is to hear of it. */
bool stead_account_link (stead_client *client, stead_account *account, Steadfast__V1__Link *link);
void stead_account_lost (stead_client *client);
/** Tries held accounts again when it is time. */
void stead_account_retry (stead_client *client, int64_t now);
/** Returns: when to do so next, or -1. */
int64_t stead_account_due (const stead_client *client);
void stead_account_free_all (stead_client *client);

/* ---- rooms.c ---- */

void stead_rooms_add (stead_account *account, const char *jid, const char *nick,
                      const char *password);
void stead_rooms_remove (stead_account *account, const char *jid);
/** Takes note of where we stand. */
void stead_rooms_heard (stead_account *account, const Steadfast__V1__Room *heard);
void stead_rooms_free (stead_account *account);
/** Names them in @attach, which points into @account until stead_rooms_drain(). */
void stead_rooms_fill (const stead_account *account, Steadfast__V1__Attach *attach);
void stead_rooms_drain (Steadfast__V1__Attach *attach);

/* ---- commands.c ---- */

/** The C type of protobuf-c's strings knows no const; nothing writes through it. NULL is "". */
char *stead_given (const char *given);
/** Returns: the account, if the program attached it; NULL with the client's error set. */
stead_account *stead_account_attached (stead_client *client, uint32_t number);
/** Both return whether it is fit; if not, the client's error is set. */
bool stead_is_jid (stead_client *client, const char *jid);
bool stead_is_text (stead_client *client, const char *given);
/** The same for a room's address, which has no nick in it. */
bool stead_is_room (stead_client *client, const char *room);
/** A nick and a password for a room, both (nullable). */
bool stead_is_entry (stead_client *client, const char *nick, const char *password);
/** For a command that is worth nothing to a later engine. */
void stead_write_now (stead_client *client, const stead_account *account, wire_command *command);
const char *stead_send (stead_client *client, uint32_t number, const char *to, const char *body,
                        const char *xhtml, bool groupchat);

/* ---- resubmission.c ---- */

typedef struct stead_pending stead_pending;
struct stead_pending
{
  stead_pending *next;
  uint32_t account;
  char id[64];
  uint8_t *bytes; /* the packed command */
  size_t length;
  int64_t since;
  bool written; /* an engine may have it */
};

/** Returns: the new command's id, kept until answered; NULL with the client's error set. */
const char *stead_pending_add (stead_client *client, stead_account *account, wire_command *command);
/** Returns: whether @id was waiting. */
bool stead_pending_answered (stead_client *client, uint32_t account, const char *id);
void stead_pending_write (stead_client *client, const stead_account *account);
/** Gives up on what no engine took in time. */
void stead_pending_expire (stead_client *client, int64_t now);
/** Returns: when the next one is given up, or -1. */
int64_t stead_pending_due (const stead_client *client);
void stead_pending_free_all (stead_client *client);

/* ---- events.c, made.c ---- */

struct stead_event
{
  stead_event *next;
  stead_event_kind kind;
  uint32_t account;
  uint32_t seq;   /* 0 when the present engine does not wait for a Handled */
  uint32_t inbox; /* of a durable event, else 0 */
  bool silent;    /* only to be confirmed: the program has it already */
  size_t size;
  wire_event *wire;  /* NULL for ENGINE and ACCOUNT_HELD */
  wire_error *error; /* of these two */
  stead_engine_state engine_state;
  uint32_t retry_in_ms;
  char *program;
  int64_t pid;
};

/** @wire: (transfer full); @size: of its frame in bytes */
void stead_events_arrived (stead_client *client, wire_event *wire, size_t size);
void stead_events_push (stead_client *client, stead_event *event);
/** The engine is gone: it will give again what it was not told to forget. */
void stead_events_engine_lost (stead_client *client);
void stead_events_leaving (stead_client *client, const stead_account *account);
void stead_events_account_left (stead_client *client, uint32_t account);
/** Whether there is one to hand out at once. */
bool stead_events_ready (const stead_client *client);
/** Whether so many wait that the engine should hold back. */
bool stead_events_many (const stead_client *client);
void stead_event_free (stead_event *event);
void stead_events_free_all (stead_client *client);
/** Leaves nothing of what a form has: any of it may be a secret. @form: (nullable) */
void stead_form_wipe (Steadfast__V1__Form *form);

wire_error *stead_error_copy (stead_error_kind kind, const char *condition, const char *text,
                              stead_error_retry retry);
/** @error: (transfer full) (nullable) */
void stead_made_engine (stead_client *client, stead_engine_state state, const char *program,
                        wire_error *error, uint32_t retry_in_ms);
/** @cause: what stead_lock_take() returned */
void stead_made_held (stead_client *client, const stead_account *account, const char *program,
                      int cause);
void stead_made_detached (stead_client *client, uint32_t account);
void stead_made_log (stead_client *client, stead_log_level level, const char *text);
void stead_made_failed (stead_client *client, const stead_pending *pending);

/* ---- engine.c ---- */

#define STEAD_NEED_NODE "Steadfast needs Node.js 20 or newer."

typedef enum
{
  STEAD_ENGINE_NONE,
  STEAD_ENGINE_STARTING, /* until its Hello */
  STEAD_ENGINE_READY,
  STEAD_ENGINE_ENDING /* the socket is closed, the process not gone yet */
} stead_stage;

typedef struct
{
  stead_stage stage;
  stead_process process;
  stead_location location;
  stead_stderr words;
  stead_buffer in, out;
  int64_t since;      /* when the stage began */
  int64_t start_at;   /* when to start it; -1 for not by itself */
  unsigned failures;  /* in a row */
  wire_error *reason; /* of its Goodbye */
  uint32_t watched;   /* what the socket is watched for */
} stead_engine;

/** Has it started at once, unless it runs or is due already. */
void stead_engine_want (stead_client *client);
/** @gone: the other end of the socket is closed: read on, however much waits for the program. */
void stead_engine_read (stead_client *client, bool gone);
void stead_engine_flush (stead_client *client);
/** @error: (transfer full) (nullable): what we know better than the engine's own words */
void stead_engine_lost (stead_client *client, wire_error *error);
/** The same for what is against the contract. @text: (transfer full) */
void stead_engine_lose (stead_client *client, const char *condition, char *text,
                        stead_error_retry retry);
/** Returns: (transfer full): why it ended, as far as it can be known. */
wire_error *stead_engine_account_for_end (stead_client *client);
void stead_engine_tick (stead_client *client, int64_t now);
int64_t stead_engine_due (const stead_client *client);
void stead_engine_close (stead_client *client);
bool stead_engine_ready (const stead_client *client);

/* ---- client.c ---- */

struct stead_client
{
  char *program, *state_folder;
  char *error;
  int lock, epoll;
  int64_t give_up_ms, restart_ms;
  char ids[33]; /* random, begins every id of this client */
  uint64_t last_id;
  stead_engine engine;
  stead_account *accounts;
  stead_pending *pending, **pending_end;
  stead_event *events, **events_end, *current;
  size_t events_size;
  uint32_t dealt_with, told; /* seq up to which events are dealt with, and the engine knows */
  uint64_t durable_mark;     /* bytes that must have left before the next durable event is shown */
};

/** Watches @fd for the epoll @events, 0 for no longer; @before: what it was watched for. */
void stead_client_watch (stead_client *client, int fd, uint32_t before, uint32_t events);
/** Sets the client's error to a copy of @text. Returns: false. */
bool stead_client_fail (stead_client *client, const char *text);

#endif
