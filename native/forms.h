/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of forms, forms.c and forms-filled.c. */
#pragma once

#include "shim.h"

typedef struct
{
  stead_field_type type;
  char *var;
  char *id;           /* in the dialog; NULL for what is not shown */
  GPtrArray *values;  /* of char *: as they came */
  GPtrArray *options; /* of char *: values, in their order */
  GPtrArray *labels;  /* of char *: the same as shown, each another one */
} ShimField;

struct ShimForm
{
  GPtrArray *fields; /* of ShimField; none of STEAD_FIELD_FIXED */
};

/* Returns: (transfer none): "" behind the end */
const char *forms_text_at (const GPtrArray *texts, guint index);
gboolean forms_is_true (const char *value);
gboolean forms_is_list (const ShimField *field);
/* Whether it is shown as lines, a value each. One that has more values than its type allows loses none
 * of them so. */
gboolean forms_has_lines (const ShimField *field);
