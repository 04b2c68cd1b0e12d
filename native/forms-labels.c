/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a form (XEP-0004) as a dialog can show them. */

#include "forms.h"

/* No program breaks a label: a longer one makes the dialog wider than a screen, with the ends of all
 * fields, and the buttons, out of it. */
enum
{
  LINE_LENGTH = 60,
  LABEL_LENGTH = 80,
  TITLE_LENGTH = 600
};

/* Some programs take labels for markup and others do not, so none may hold what markup is made of.
 * Returns: (transfer full): never empty, as Pidgin looks at the last character */
static char *
label_text (const char *text, int longest)
{
  GString *label = g_string_new (NULL);
  char *line = muc_on_one_line (text);
  const char *at;
  int length = 0;

  for (at = line; *at != '\0' && length < longest; at = g_utf8_next_char (at), length++)
    switch (*at)
      {
      case '<':
        g_string_append (label, "\xe2\x80\xb9"); /* U+2039 */
        break;
      case '>':
        g_string_append (label, "\xe2\x80\xba"); /* U+203A */
        break;
      case '&':
        g_string_append_c (label, '+');
        break;
      default:
        g_string_append_unichar (label, g_utf8_get_char (at));
      }
  if (*at != '\0')
    g_string_append (label, "...");
  if (label->len == 0)
    g_string_append_c (label, '-');
  g_free (line);
  return g_string_free (label, FALSE);
}

char *
forms_item_label (const char *text)
{
  return label_text (text, LABEL_LENGTH);
}

char *
forms_label (const stead_event *event, size_t index)
{
  const char *label = stead_event_form_field_label (event, index);
  const char *description = stead_event_form_field_description (event, index);
  char *name = g_strdelimit (g_strdup (stead_event_form_field_var (event, index)), "_", ' ');
  char *alone = label_text (*label != '\0' ? label : name, LABEL_LENGTH);
  char *described = g_strdup_printf ("%s (%s)", *label != '\0' ? label : name, description);
  char *whole = label_text (described, LABEL_LENGTH);
  gboolean fits = *description != '\0' && g_utf8_strlen (whole, -1) <= LINE_LENGTH;

  g_free (fits ? alone : whole);
  g_free (described);
  g_free (name);
  return fits ? whole : alone;
}

/* Returns: where the first line of @text ends: behind its last blank, if it has one */
static const char *
end_of_line (const char *text)
{
  const char *end = NULL;
  const char *at;
  int length = 0;

  for (at = text; *at != '\0' && length <= LINE_LENGTH; at = g_utf8_next_char (at), length++)
    if (*at == ' ')
      end = at + 1;
  if (length <= LINE_LENGTH)
    return at;
  return end != NULL ? end : g_utf8_offset_to_pointer (text, LINE_LENGTH);
}

void
forms_add_to_title (GString *title, const stead_event *event, size_t index)
{
  size_t i;

  for (i = 0; i < stead_event_form_value_count (event, index); i++)
    {
      char *text = label_text (stead_event_form_value (event, index, i), TITLE_LENGTH);
      const char *start;
      const char *end;

      for (start = text; *start != '\0'; start = end)
        {
          char *line;

          end = end_of_line (start);
          line = g_strchomp (g_strndup (start, (gsize) (end - start)));
          g_string_append_printf (title, "%s%s", title->len > 0 ? "\n" : "", line);
          g_free (line);
        }
      g_free (text);
    }
}
