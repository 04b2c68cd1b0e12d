/* SPDX-License-Identifier: MIT */
/* The C side of the golden frames: reads one from stdin ("command" or "event" is the argument), and
 * writes it back as it understood it, field by field as JSON ("json") or packed again ("frame"). */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_message (const ProtobufCMessage *message);

static void
print_text (const char *text)
{
  putchar ('"');
  for (; *text != '\0'; text++)
    if (*text == '"' || *text == '\\' || (unsigned char) *text < 0x20)
      printf ("\\u%04x", (unsigned char) *text);
    else
      putchar (*text);
  putchar ('"');
}

static void
print_value (const ProtobufCFieldDescriptor *field, const void *value)
{
  const ProtobufCBinaryData *bytes = value;
  switch (field->type)
    {
    case PROTOBUF_C_TYPE_STRING:
      print_text (*(char *const *) value);
      break;
    case PROTOBUF_C_TYPE_MESSAGE:
      print_message (*(ProtobufCMessage *const *) value);
      break;
    case PROTOBUF_C_TYPE_BYTES:
      putchar ('"');
      for (size_t i = 0; i < bytes->len; i++)
        printf ("%02x", bytes->data[i]);
      putchar ('"');
      break;
    case PROTOBUF_C_TYPE_INT64:
      printf ("\"%lld\"", (long long) *(const int64_t *) value);
      break;
    case PROTOBUF_C_TYPE_BOOL:
      printf ("%s", *(const protobuf_c_boolean *) value ? "true" : "false");
      break;
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_ENUM:
      printf ("%d", *(const int32_t *) value);
      break;
    case PROTOBUF_C_TYPE_UINT32:
      printf ("%u", *(const uint32_t *) value);
      break;
    default:
      fprintf (stderr, "a type the contract did not have: %d\n", (int) field->type);
      exit (1);
    }
}

static size_t
size_of (const ProtobufCFieldDescriptor *field)
{
  return field->type == PROTOBUF_C_TYPE_BYTES ? sizeof (ProtobufCBinaryData) : sizeof (void *);
}

static bool
is_set (const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
  const char *base = (const char *) message;
  const void *value = base + field->offset;
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
    return *(const uint32_t *) (base + field->quantifier_offset) == field->id;
  if (field->type == PROTOBUF_C_TYPE_MESSAGE)
    return *(void *const *) value != NULL;
  return true;
}

static void
print_message (const ProtobufCMessage *message)
{
  const ProtobufCMessageDescriptor *type = message->descriptor;
  const char *comma = "";
  putchar ('{');
  for (unsigned i = 0; i < type->n_fields; i++)
    {
      const ProtobufCFieldDescriptor *field = &type->fields[i];
      const char *value = (const char *) message + field->offset;
      bool list = field->label == PROTOBUF_C_LABEL_REPEATED;
      if (!list && !is_set (message, field))
        continue;
      printf ("%s\"%s\":", comma, field->name);
      comma = ",";
      if (!list)
        {
          print_value (field, value);
          continue;
        }
      size_t n = *(const size_t *) ((const char *) message + field->quantifier_offset);
      putchar ('[');
      for (size_t k = 0; k < n; k++)
        {
          printf ("%s", k == 0 ? "" : ",");
          print_value (field, *(char *const *) value + k * size_of (field));
        }
      putchar (']');
    }
  putchar ('}');
}

static void
print_frame (const ProtobufCMessage *message)
{
  size_t length = protobuf_c_message_get_packed_size (message);
  uint8_t *bytes = stead_alloc (length + 1);
  protobuf_c_message_pack (message, bytes);
  for (int i = 0; i < 4; i++)
    putchar ((int) (length >> (8 * i) & 0xff));
  fwrite (bytes, 1, length, stdout);
  free (bytes);
}

int
main (int count, char **arguments)
{
  static uint8_t bytes[1 << 20];
  size_t length = fread (bytes, 1, sizeof bytes, stdin);
  if (count != 3 || length < 4)
    return 2;
  const ProtobufCMessageDescriptor *type = strcmp (arguments[1], "command") == 0
                                               ? &steadfast__v1__command__descriptor
                                               : &steadfast__v1__event__descriptor;
  if (!stead_wire_valid (type, bytes + 4, length - 4))
    return 3;
  ProtobufCMessage *message = protobuf_c_message_unpack (type, NULL, length - 4, bytes + 4);
  if (message == NULL)
    return 4;
  if (strcmp (arguments[2], "json") == 0)
    print_message (message);
  else
    print_frame (message);
  protobuf_c_message_free_unpacked (message, NULL);
  return 0;
}
