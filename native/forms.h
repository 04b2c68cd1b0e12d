/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of forms: forms.c, forms-labels.c and forms-filled.c. */
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

/* ---- forms-labels.c ---- */

/* Returns: (transfer full): never empty, on one line, and for no program markup */
char *forms_item_label (const char *text);
/* Returns: (transfer full): the label of a field, with its description if there is room for it on the
 * line, or its name made readable */
char *forms_label (const stead_event *event, size_t index);
/* Adds the texts of a field that is none to what stands above the fields behind it: Finch shows no text
 * between them. */
void forms_add_to_title (GString *title, const stead_event *event, size_t index);
