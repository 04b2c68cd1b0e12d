/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of access: access.c, access-list.c. */
#pragma once

#include "shim.h"

typedef enum
{
  ACCESS_IDLE,
  ACCESS_LISTING,
  ACCESS_REVOKING,
  ACCESS_SIGNING_OUT
} ShimAccessWork;

/* What is under way for one account, one thing at a time. */
struct ShimAccess
{
  ShimAccessWork work;
  char *id; /* (nullable): of the command whose answer is awaited */
};

/* Whether nothing is under way; else the person is told. */
gboolean access_is_free (ShimSession *session);
/* Waits for the answer to a command. @id: (nullable): then the person is told why it was not taken. */
void access_expect (ShimSession *session, ShimAccessWork work, const char *id);
void access_tell (ShimSession *session, const char *primary, const char *secondary);
void access_tell_error (ShimSession *session, const char *primary, const char *secondary);
/* Asks whether this account is to sign out on this computer alone. */
void access_ask_here (ShimSession *session);

/* ---- access-list.c ---- */

void access_got_list (ShimSession *session, const stead_event *event);
