/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person made of a form (XEP-0004). */

#include "forms.h"

static gboolean
is_jid (const ShimField *field)
{
  return field->type == STEAD_FIELD_JID_MULTI || field->type == STEAD_FIELD_JID_SINGLE;
}

static gboolean
add_all (stead_form *filled, const ShimField *field, const GPtrArray *values)
{
  gboolean good = stead_form_add (filled, field->var, NULL);
  guint i;

  for (i = 0; good && i < values->len; i++)
    good = stead_form_add (filled, field->var, forms_text_at (values, i));
  return good;
}

static void
take_list (const ShimField *field, const PurpleRequestField *shown, GPtrArray *values)
{
  guint i;

  /* XEP-0004 section 3.3: in the order of the options. */
  for (i = 0; i < field->options->len; i++)
    if (purple_request_field_list_is_selected (shown, forms_text_at (field->labels, i)))
      g_ptr_array_add (values, g_strdup (forms_text_at (field->options, i)));
}

static void
take_bool (const ShimField *field, const PurpleRequestField *shown, GPtrArray *values)
{
  gboolean now = purple_request_field_bool_get_value (shown);
  const char *before = forms_text_at (field->values, 0);
  gboolean same = *before != '\0' && forms_is_true (before) == now;

  g_ptr_array_add (values, g_strdup (same ? before : now ? "1" : "0"));
}

/* An empty line in the middle of a text is one of it; those at its end, and those between addresses,
 * are not. */
static void
take_text (const ShimField *field, const PurpleRequestField *shown, GPtrArray *values)
{
  const char *typed = purple_request_field_string_get_value (shown);
  char *text = g_strdup (typed != NULL ? typed : "");
  char **lines = forms_has_lines (field) ? g_strsplit (text, "\n", -1) : NULL;
  guint i;

  if (lines == NULL)
    g_ptr_array_add (values, is_jid (field) ? g_strstrip (text) : text);
  for (i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      char *line = is_jid (field) ? g_strstrip (lines[i]) : g_strdelimit (lines[i], "\r", ' ');

      if (*line != '\0' || !is_jid (field))
        g_ptr_array_add (values, g_strdup (line));
    }
  while (values->len > 0 && *forms_text_at (values, values->len - 1) == '\0')
    g_ptr_array_remove_index (values, values->len - 1);
  if (lines != NULL)
    g_free (text);
  g_strfreev (lines);
}

static gboolean
take (stead_form *filled, const ShimField *field, PurpleRequestFields *fields)
{
  const PurpleRequestField *shown =
      field->id != NULL ? purple_request_fields_get_field (fields, field->id) : NULL;
  GPtrArray *values;
  gboolean good;

  if (shown == NULL)
    return add_all (filled, field, field->values);
  values = g_ptr_array_new_with_free_func (g_free);
  if (field->type == STEAD_FIELD_BOOLEAN)
    take_bool (field, shown, values);
  else if (forms_is_list (field))
    take_list (field, shown, values);
  else
    take_text (field, shown, values);
  good = add_all (filled, field, values);
  g_ptr_array_free (values, TRUE);
  return good;
}

stead_form *
forms_filled (const ShimForm *form, PurpleRequestFields *fields)
{
  stead_form *filled = stead_form_new ();
  gboolean good = TRUE;
  guint i;

  for (i = 0; good && i < form->fields->len; i++)
    good = take (filled, g_ptr_array_index (form->fields, i), fields);
  if (good)
    return filled;
  stead_form_free (filled);
  return NULL;
}
