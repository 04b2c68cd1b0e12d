// SPDX-License-Identifier: MIT
//
// Just enough JSON (RFC 8259) for one object a line on stdin and stdout.
#pragma once

#include <glib.h>

typedef enum
{
  JSON_NULL,
  JSON_BOOL,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT
} JsonType;

typedef struct
{
  JsonType type;
  double number;      /* JSON_NUMBER, and 0 or 1 for JSON_BOOL */
  char *string;       /* JSON_STRING */
  GPtrArray *items;   /* JSON_ARRAY of JsonValue */
  GHashTable *fields; /* JSON_OBJECT: char * to JsonValue */
} JsonValue;

/* Returns: (transfer full) (nullable): %NULL if the text is not one JSON value. */
JsonValue *json_parse (const char *text);
void json_free (gpointer value);

/* Fields of an object; the fallback (or %NULL) when absent or of another type. */
const JsonValue *json_get (const JsonValue *object, const char *key);
const char *json_string (const JsonValue *object, const char *key);
int json_int (const JsonValue *object, const char *key, int fallback);
gboolean json_bool (const JsonValue *object, const char *key, gboolean fallback);

/* The writer appends to a GString and puts the commas in itself. A %NULL key is for array items,
 * a %NULL string is written as null. */
void json_open (GString *out, const char *key, char bracket);
void json_close (GString *out, char bracket);
void json_add_string (GString *out, const char *key, const char *value);
void json_add_int (GString *out, const char *key, gint64 value);
void json_add_bool (GString *out, const char *key, gboolean value);
