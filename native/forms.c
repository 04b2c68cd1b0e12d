/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forms (XEP-0004) as dialogs of libpurple. What is not shown goes back as it came. */

#include "forms.h"

#include <string.h>

static void
field_free (gpointer data)
{
  ShimField *field = data;

  g_ptr_array_free (field->values, TRUE);
  g_ptr_array_free (field->options, TRUE);
  g_ptr_array_free (field->labels, TRUE);
  g_free (field->var);
  g_free (field->id);
  g_free (field);
}

void
forms_free (ShimForm *form)
{
  if (form == NULL)
    return;
  g_ptr_array_free (form->fields, TRUE);
  g_free (form);
}

const char *
forms_text_at (const GPtrArray *texts, guint index)
{
  return index < texts->len ? g_ptr_array_index (texts, index) : "";
}

static gboolean
has (const GPtrArray *texts, const char *text)
{
  guint i;

  for (i = 0; i < texts->len; i++)
    if (strcmp (g_ptr_array_index (texts, i), text) == 0)
      return TRUE;
  return FALSE;
}

gboolean
forms_is_list (const ShimField *field)
{
  return field->type == STEAD_FIELD_LIST_SINGLE || field->type == STEAD_FIELD_LIST_MULTI;
}

gboolean
forms_has_lines (const ShimField *field)
{
  return field->type == STEAD_FIELD_TEXT_MULTI || field->type == STEAD_FIELD_JID_MULTI
         || (field->type != STEAD_FIELD_TEXT_PRIVATE && field->values->len > 1);
}

gboolean
forms_is_true (const char *value)
{
  return strcmp (value, "1") == 0 || strcmp (value, "true") == 0;
}

/* ---- Reading ------------------------------------------------------------------------------------
 */

static gboolean
is_new (GHashTable *seen, const char *text)
{
  if (g_hash_table_lookup_extended (seen, text, NULL, NULL))
    return FALSE;
  g_hash_table_insert (seen, g_strdup (text), NULL);
  return TRUE;
}

/* libpurple knows an item by its text: what is alike is numbered.
 * Returns: (transfer full) */
static char *
own_label (GHashTable *labels, const char *text)
{
  char *plain = forms_item_label (text);
  char *shown = g_strdup (plain);
  guint number = g_hash_table_size (labels);

  while (!is_new (labels, shown))
    {
      g_free (shown);
      shown = g_strdup_printf ("%s (%u)", plain, ++number);
    }
  g_free (plain);
  return shown;
}

/* The options, and what the field has at present: that can stay, whatever it may be changed to. */
static void
read_options (ShimField *field, const stead_event *event, size_t index)
{
  GHashTable *seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTable *labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  size_t count = stead_event_form_option_count (event, index);
  size_t i;

  for (i = 0; count > 0 && i < count + field->values->len; i++)
    {
      const char *of_field = i < count ? "" : forms_text_at (field->values, (guint) (i - count));
      const char *value = i < count ? stead_event_form_option_value (event, index, i) : of_field;
      const char *label = i < count ? stead_event_form_option_label (event, index, i) : of_field;

      if (!is_new (seen, value))
        continue;
      g_ptr_array_add (field->options, g_strdup (value));
      g_ptr_array_add (field->labels, own_label (labels, label));
    }
  g_hash_table_destroy (labels);
  g_hash_table_destroy (seen);
}

static ShimField *
field_read (const stead_event *event, size_t index)
{
  ShimField *field = g_new0 (ShimField, 1);
  size_t i;

  field->type = stead_event_form_field_type (event, index);
  field->var = g_strdup (stead_event_form_field_var (event, index));
  field->values = g_ptr_array_new_with_free_func (g_free);
  field->options = g_ptr_array_new_with_free_func (g_free);
  field->labels = g_ptr_array_new_with_free_func (g_free);
  for (i = 0; i < stead_event_form_value_count (event, index); i++)
    g_ptr_array_add (field->values, g_strdup (stead_event_form_value (event, index, i)));
  if (forms_is_list (field))
    read_options (field, event, index);
  return field;
}

/* ---- Showing ------------------------------------------------------------------------------------
 */

static PurpleRequestField *
show_list (const ShimField *field, const char *label)
{
  PurpleRequestField *shown = purple_request_field_list_new (field->id, label);
  guint i;

  purple_request_field_list_set_multi_select (shown, field->type == STEAD_FIELD_LIST_MULTI);
  for (i = 0; i < field->options->len; i++)
    {
      const char *item = forms_text_at (field->labels, i);

      /* Finch knows an item by its data, and shows one of those that have the same. */
      purple_request_field_list_add_icon (shown, item, NULL, (gpointer) item);
      if (has (field->values, forms_text_at (field->options, i)))
        purple_request_field_list_add_selected (shown, item);
    }
  return shown;
}

static PurpleRequestField *
show_text (const ShimField *field, const char *label)
{
  GString *text = g_string_new (NULL);
  PurpleRequestField *shown;
  guint i;

  for (i = 0; i < field->values->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", forms_text_at (field->values, i));
  shown = purple_request_field_string_new (field->id, label, text->str, forms_has_lines (field));
  purple_request_field_string_set_masked (shown, field->type == STEAD_FIELD_TEXT_PRIVATE);
  g_string_free (text, TRUE);
  return shown;
}

/* Not what a person cannot change. */
static gboolean
can_be_shown (const ShimField *field)
{
  return field->type != STEAD_FIELD_HIDDEN && !(forms_is_list (field) && field->options->len == 0);
}

/* Returns: (transfer full) */
static PurpleRequestField *
show (ShimField *field, const char *label, guint number)
{
  field->id = g_strdup_printf ("field%u", number);
  if (field->type == STEAD_FIELD_BOOLEAN)
    return purple_request_field_bool_new (field->id, label,
                                          forms_is_true (forms_text_at (field->values, 0)));
  return forms_is_list (field) ? show_list (field, label) : show_text (field, label);
}

/* Returns: (transfer none): to which the next field belongs */
static PurpleRequestFieldGroup *
begin_group (PurpleRequestFields *fields, GString *title)
{
  PurpleRequestFieldGroup *group =
      purple_request_field_group_new (title->len > 0 ? title->str : NULL);

  purple_request_fields_add_group (fields, group);
  g_string_truncate (title, 0);
  return group;
}

static void
show_field (PurpleRequestFieldGroup *group, ShimField *field, const stead_event *event,
            size_t index)
{
  char *label = forms_label (event, index);
  PurpleRequestField *shown = show (field, label, (guint) index);

  /* A box that is not ticked is an answer, too. */
  purple_request_field_set_required (shown, field->type != STEAD_FIELD_BOOLEAN
                                                && stead_event_form_field_required (event, index));
  purple_request_field_group_add_field (group, shown);
  g_free (label);
}

ShimForm *
forms_read (const stead_event *event, PurpleRequestFields **fields)
{
  PurpleRequestFieldGroup *group = NULL;
  GString *title = g_string_new (NULL);
  ShimForm *form = g_new0 (ShimForm, 1);
  size_t i;

  form->fields = g_ptr_array_new_with_free_func (field_free);
  *fields = purple_request_fields_new ();
  for (i = 0; i < stead_event_form_field_count (event); i++)
    {
      ShimField *field;

      if (stead_event_form_field_type (event, i) == STEAD_FIELD_FIXED)
        {
          forms_add_to_title (title, event, i);
          continue;
        }
      field = field_read (event, i);
      g_ptr_array_add (form->fields, field);
      if (!can_be_shown (field))
        continue;
      if (group == NULL || title->len > 0)
        group = begin_group (*fields, title);
      show_field (group, field, event, i);
    }
  if (group == NULL || title->len > 0)
    begin_group (*fields, title);
  g_string_free (title, TRUE);
  return form;
}
