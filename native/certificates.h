/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of certificates: certificates.c, certificates-list.c, certificates-retired.c,
 * certificates-switch.c. */
#pragma once

#include "shim.h"

/* As the account's menu has it. */
#define CERTIFICATES_RENEW "Renew the Certificate..."

/* The setting with the names at the server of certificates that have a successor, oldest first, each escaped
 * and on a line of its own; kept with the account, so that a program that ends in between does not forget
 * them. */
#define CERTIFICATES_RETIRED "client_cert_retired"

typedef enum
{
  CERTIFICATES_IDLE,
  CERTIFICATES_LISTING,
  CERTIFICATES_MAKING,
  CERTIFICATES_RENEWING,
  CERTIFICATES_APPENDING,
  CERTIFICATES_REVOKING,
  CERTIFICATES_RETIRING
} ShimCertificatesWork;

/* How the account signed in before a switch: copies of its settings, %NULL for those not set. */
typedef struct
{
  char *cert;
  char *key;
  char *passphrase;
  char *method;
  char *retired; /* the setting CERTIFICATES_RETIRED */
} ShimSignIn;

/* What is under way for one account, one thing at a time. */
struct ShimCertificates
{
  ShimCertificatesWork work;
  char *id; /* (nullable): of the command whose answer is awaited */

  ShimSignIn *before;  /* (nullable): while another way to sign in is tried */
  gboolean to_a_cert;  /* where to: else to the password */
  gboolean begun;      /* the engine has heard of it: what it told before is of the way until now */
  char *name;          /* (nullable): of the certificate that is tried, or is to be revoked */
  guint settled_timer; /* until the settings are on disk */
};

/* Whether nothing is under way; else the person is told. */
gboolean certificates_is_free (ShimSession *session);
/* Waits for the answer to a command. @id: (nullable): then the person is told why it was not taken.
 * Returns: whether there is one to wait for */
gboolean certificates_expect (ShimSession *session, ShimCertificatesWork work, const char *id);
void certificates_done (ShimSession *session);
void certificates_tell (ShimSession *session, const char *primary, const char *secondary);
void certificates_tell_error (ShimSession *session, const char *primary, const char *secondary);

/* ---- certificates-list.c ---- */

void certificates_ask_list (PurplePluginAction *action);
void certificates_got_list (ShimSession *session, const stead_event *event);

/* ---- certificates-retired.c ---- */

/* @name: at the server, of a certificate that has a successor in the settings */
void certificates_retire_later (ShimSession *session, const char *name);
/* The successor has signed in: those before it are disabled once the settings on disk name it. */
void certificates_retire (ShimSession *session);
/* The oldest of them is. */
void certificates_retired (ShimSession *session);
/* It is not. @event: the refusal */
void certificates_not_retired (ShimSession *session, const stead_event *event);

/* ---- certificates-switch.c ---- */

/* @path: (nullable): of the certificate to sign in with from now on; %NULL for the password
 * @name: of the new certificate, or of the one that is to be revoked once the password has signed in
 * @replaces: of the one that is to be disabled once the new one is in the settings on disk, or "" */
void certificates_switch (ShimSession *session, const char *path, const char *name,
                          const char *replaces);
void certificates_switch_begun (ShimSession *session);
void certificates_switch_online (ShimSession *session, const char *mechanism);
/* Returns: whether the failure is dealt with: the account signs in as before */
gboolean certificates_switch_failed (ShimSession *session, const char *why);
void certificates_sign_in_free (ShimSignIn *before);
