/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the lists of what the server has of the account: access-list.c, certificates-list.c. */
#pragma once

#include "shim.h"

typedef struct
{
  char *name; /* at the server, "" for what it has not named */
  char *label;
  gboolean current; /* what this account here is, or signs in with */
} ShimChoiceItem;

/* A list of which one is chosen, and the question that comes before it is done. */
typedef struct
{
  const char *title;
  const char *none; /* told instead of a list without items */
  const char *primary;
  const char *label;
  const char *button;
  /* Returns: (nullable): what is to be read below the question; NULL when @item is dealt with */
  const char *(*about) (ShimSession *session, const ShimChoiceItem *item);
  const char *question;
  const char *yes;
  void (*act) (ShimSession *session, const ShimChoiceItem *item);
} ShimChoice;

GPtrArray *choice_items_new (void);
/* @label: (transfer full) */
void choice_items_add (GPtrArray *items, const char *name, char *label, gboolean current);
/* Shows the list, or tells why there is none. @choice: static. @items: (transfer full): freed once, whatever
 * becomes of the list. @more: (nullable): a sentence about what is not in it */
void choice_show (ShimSession *session, const ShimChoice *choice, GPtrArray *items,
                  const char *more);
