// SPDX-License-Identifier: MIT

#include "json.h"

#include <string.h>

static JsonValue *parse_value (const char **at, int depth);

enum
{
  DEEPEST = 16
};

void
json_free (gpointer value)
{
  JsonValue *json = value;

  if (json == NULL)
    return;
  g_free (json->string);
  if (json->items != NULL)
    g_ptr_array_free (json->items, TRUE);
  if (json->fields != NULL)
    g_hash_table_destroy (json->fields);
  g_free (json);
}

static void
skip_blanks (const char **at)
{
  *at += strspn (*at, " \t\r\n");
}

static gboolean
accept (const char **at, char wanted)
{
  skip_blanks (at);
  if (**at != wanted)
    return FALSE;
  (*at)++;
  return TRUE;
}

/* \uXXXX, with a second one for a surrogate pair. */
static gboolean
parse_unicode (const char **at, GString *out)
{
  gunichar code = 0;
  int pair;

  for (pair = 0; pair < 2; pair++)
    {
      gunichar unit = 0;
      int digit;

      for (digit = 0; digit < 4; digit++)
        {
          if (!g_ascii_isxdigit (**at))
            return FALSE;
          unit = unit * 16 + (gunichar) g_ascii_xdigit_value (*(*at)++);
        }
      if (pair == 1)
        code = 0x10000 + ((code - 0xD800) << 10) + (unit - 0xDC00);
      else
        code = unit;
      if (pair == 1 || unit < 0xD800 || unit > 0xDBFF)
        break;
      if (strncmp (*at, "\\u", 2) != 0)
        return FALSE;
      *at += 2;
    }
  if (code == 0 || !g_unichar_validate (code))
    return FALSE;
  g_string_append_unichar (out, code);
  return TRUE;
}

static gboolean
parse_escape (const char **at, GString *out)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (**at == 'u')
    {
      (*at)++;
      return parse_unicode (at, out);
    }
  found = **at == '\0' ? NULL : strchr (names, **at);
  if (found == NULL)
    return FALSE;
  g_string_append_c (out, values[found - names]);
  (*at)++;
  return TRUE;
}

static char *
parse_string (const char **at)
{
  GString *out;
  gboolean good = TRUE;

  if (!accept (at, '"'))
    return NULL;
  out = g_string_new (NULL);
  while (good && **at != '"')
    {
      if (**at == '\\')
        {
          (*at)++;
          good = parse_escape (at, out);
        }
      else if ((unsigned char) **at < 0x20)
        good = FALSE;
      else
        g_string_append_c (out, *(*at)++);
    }
  if (good)
    (*at)++;
  return g_string_free (out, !good);
}

static gboolean
parse_items (const char **at, JsonValue *json, int depth)
{
  json->items = g_ptr_array_new_with_free_func (json_free);
  if (accept (at, ']'))
    return TRUE;
  do
    {
      JsonValue *item = parse_value (at, depth + 1);

      if (item == NULL)
        return FALSE;
      g_ptr_array_add (json->items, item);
    }
  while (accept (at, ','));
  return accept (at, ']');
}

static gboolean
parse_fields (const char **at, JsonValue *json, int depth)
{
  json->fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, json_free);
  if (accept (at, '}'))
    return TRUE;
  do
    {
      char *key = parse_string (at);
      JsonValue *field = NULL;

      if (key != NULL && accept (at, ':'))
        field = parse_value (at, depth + 1);
      if (field == NULL)
        {
          g_free (key);
          return FALSE;
        }
      g_hash_table_replace (json->fields, key, field);
    }
  while (accept (at, ','));
  return accept (at, '}');
}

static gboolean
parse_scalar (const char **at, JsonValue *json)
{
  static const struct
  {
    const char *word;
    JsonType type;
    double number;
  } words[] = { { "true", JSON_BOOL, 1 }, { "false", JSON_BOOL, 0 }, { "null", JSON_NULL, 0 } };
  char *end;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_has_prefix (*at, words[i].word))
      {
        json->type = words[i].type;
        json->number = words[i].number;
        *at += strlen (words[i].word);
        return TRUE;
      }
  json->type = JSON_NUMBER;
  json->number = g_ascii_strtod (*at, &end);
  if (end == *at)
    return FALSE;
  *at = end;
  return TRUE;
}

static JsonValue *
parse_value (const char **at, int depth)
{
  JsonValue *json = g_new0 (JsonValue, 1);
  gboolean good;

  skip_blanks (at);
  if (depth > DEEPEST)
    good = FALSE;
  else if (**at == '"')
    {
      json->type = JSON_STRING;
      json->string = parse_string (at);
      good = json->string != NULL;
    }
  else if (accept (at, '['))
    {
      json->type = JSON_ARRAY;
      good = parse_items (at, json, depth);
    }
  else if (accept (at, '{'))
    {
      json->type = JSON_OBJECT;
      good = parse_fields (at, json, depth);
    }
  else
    good = parse_scalar (at, json);
  if (good)
    return json;
  json_free (json);
  return NULL;
}

JsonValue *
json_parse (const char *text)
{
  JsonValue *json = parse_value (&text, 0);

  skip_blanks (&text);
  if (json == NULL || *text == '\0')
    return json;
  json_free (json);
  return NULL;
}

const JsonValue *
json_get (const JsonValue *object, const char *key)
{
  if (object == NULL || object->type != JSON_OBJECT)
    return NULL;
  return g_hash_table_lookup (object->fields, key);
}

const char *
json_string (const JsonValue *object, const char *key)
{
  const JsonValue *field = json_get (object, key);

  return field != NULL ? field->string : NULL;
}

int
json_int (const JsonValue *object, const char *key, int fallback)
{
  const JsonValue *field = json_get (object, key);

  return field != NULL && field->type == JSON_NUMBER ? (int) field->number : fallback;
}

gboolean
json_bool (const JsonValue *object, const char *key, gboolean fallback)
{
  const JsonValue *field = json_get (object, key);

  return field != NULL && field->type == JSON_BOOL ? field->number != 0 : fallback;
}
