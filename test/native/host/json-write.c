// SPDX-License-Identifier: MIT

#include "json.h"

static void
append_quoted (GString *out, const char *text)
{
  const unsigned char *at;

  g_string_append_c (out, '"');
  for (at = (const unsigned char *) text; *at != '\0'; at++)
    {
      if (*at == '"' || *at == '\\')
        g_string_append_printf (out, "\\%c", *at);
      else if (*at < 0x20)
        g_string_append_printf (out, "\\u%04x", *at);
      else
        g_string_append_c (out, (char) *at);
    }
  g_string_append_c (out, '"');
}

static void
begin (GString *out, const char *key)
{
  if (out->len > 0 && out->str[out->len - 1] != '{' && out->str[out->len - 1] != '[')
    g_string_append_c (out, ',');
  if (key != NULL)
    {
      append_quoted (out, key);
      g_string_append_c (out, ':');
    }
}

void
json_open (GString *out, const char *key, char bracket)
{
  begin (out, key);
  g_string_append_c (out, bracket);
}

void
json_close (GString *out, char bracket)
{
  g_string_append_c (out, bracket);
}

void
json_add_string (GString *out, const char *key, const char *value)
{
  begin (out, key);
  if (value == NULL)
    {
      g_string_append (out, "null");
      return;
    }
  /* What libpurple hands to a UI must be UTF-8; a test has to see it when it is not. */
  if (g_utf8_validate (value, -1, NULL))
    append_quoted (out, value);
  else
    append_quoted (out, "(not UTF-8)");
}

void
json_add_int (GString *out, const char *key, gint64 value)
{
  begin (out, key);
  g_string_append_printf (out, "%" G_GINT64_FORMAT, value);
}

void
json_add_bool (GString *out, const char *key, gboolean value)
{
  begin (out, key);
  g_string_append (out, value ? "true" : "false");
}
