/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of certificates: certificates.c, certificates-list.c, certificates-switch.c. */
#pragma once

#include "shim.h"

/* As the account's menu has it. */
#define CERTIFICATES_RENEW "Renew the Certificate..."

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
void certificates_retired (ShimSession *session);
/* @event: the refusal */
void certificates_not_retired (ShimSession *session, const stead_event *event);
void certificates_sign_in_free (ShimSignIn *before);
