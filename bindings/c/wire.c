/* SPDX-License-Identifier: MIT */
/* A look at a frame before protobuf-c reads it: it takes any bytes for a string and lets one end at
 * an embedded zero byte, so that what was checked would not be what is shown. */
#include "private.h"

/* The contract nests five deep. */
#define DEEPEST 8

typedef struct
{
  const uint8_t *at, *end;
} cursor;

static bool
read_varint (cursor *c, uint64_t *value)
{
  *value = 0;
  for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7)
    {
      uint8_t byte = *c->at++;
      *value |= (uint64_t) (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0)
        return true;
    }
  return false;
}

static bool
skip (cursor *c, uint64_t length)
{
  if (length > (uint64_t) (c->end - c->at))
    return false;
  c->at += length;
  return true;
}

static bool check (const ProtobufCMessageDescriptor *descriptor, cursor c, int depth);

static bool
check_bytes (const ProtobufCFieldDescriptor *field, cursor *c, int depth)
{
  uint64_t length;
  if (!read_varint (c, &length))
    return false;
  const uint8_t *start = c->at;
  if (!skip (c, length))
    return false;
  if (field != NULL && field->type == PROTOBUF_C_TYPE_STRING)
    return stead_utf8_valid ((const char *) start, length);
  if (field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE)
    return check (field->descriptor, (cursor){ start, c->at }, depth + 1);
  return true;
}

static bool
check_number (const ProtobufCFieldDescriptor *field, cursor *c)
{
  uint64_t value;
  if (!read_varint (c, &value))
    return false;
  return field == NULL || field->type != PROTOBUF_C_TYPE_ENUM
         || protobuf_c_enum_descriptor_get_value (field->descriptor, (int) (int64_t) value) != NULL;
}

static bool
check (const ProtobufCMessageDescriptor *descriptor, cursor c, int depth)
{
  if (depth > DEEPEST)
    return false;
  while (c.at < c.end)
    {
      uint64_t tag;
      if (!read_varint (&c, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return false;
      const ProtobufCFieldDescriptor *field =
          protobuf_c_message_descriptor_get_field (descriptor, (unsigned) (tag >> 3));
      bool good = false;
      switch (tag & 7)
        {
        case PROTOBUF_C_WIRE_TYPE_VARINT:
          good = check_number (field, &c);
          break;
        case PROTOBUF_C_WIRE_TYPE_64BIT:
          good = skip (&c, 8);
          break;
        case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
          good = check_bytes (field, &c, depth);
          break;
        case PROTOBUF_C_WIRE_TYPE_32BIT:
          good = skip (&c, 4);
          break;
        }
      if (!good)
        return false;
    }
  return true;
}

bool
stead_wire_valid (const ProtobufCMessageDescriptor *descriptor, const uint8_t *bytes, size_t length)
{
  return check (descriptor, (cursor){ bytes, bytes + length }, 0);
}
