/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <stdlib.h>
#include <string.h>

#define HEADER 4

void
stead_buffer_append (stead_buffer *buffer, const uint8_t *bytes, size_t length)
{
  size_t held = buffer->end - buffer->start;
  if (buffer->capacity - buffer->end < length)
    {
      /* Not realloc(): what it leaves behind may hold a password. */
      size_t capacity = (held + length) * 2 < 4096 ? 4096 : (held + length) * 2;
      uint8_t *data = stead_alloc (capacity);
      if (held > 0)
        memcpy (data, buffer->data + buffer->start, held);
      uint64_t passed = buffer->passed;
      stead_buffer_clear (buffer);
      *buffer = (stead_buffer){ data, 0, held, capacity, passed };
    }
  if (length > 0)
    memcpy (buffer->data + buffer->end, bytes, length);
  buffer->end += length;
}

void
stead_buffer_consume (stead_buffer *buffer, size_t length)
{
  explicit_bzero (buffer->data + buffer->start, length);
  buffer->start += length;
  buffer->passed += length;
  if (buffer->start == buffer->end)
    buffer->start = buffer->end = 0;
}

void
stead_buffer_clear (stead_buffer *buffer)
{
  if (buffer->data != NULL)
    explicit_bzero (buffer->data, buffer->end);
  free (buffer->data);
  *buffer = (stead_buffer){ 0 };
}

uint64_t
stead_buffer_mark (const stead_buffer *buffer)
{
  return buffer->passed + (buffer->end - buffer->start);
}

void
stead_frames_push (stead_buffer *out, const wire_command *command)
{
  size_t length = steadfast__v1__command__get_packed_size (command);
  uint8_t *frame = stead_alloc (HEADER + length);
  for (int i = 0; i < HEADER; i++)
    frame[i] = (uint8_t) (length >> (8 * i));
  steadfast__v1__command__pack (command, frame + HEADER);
  stead_buffer_append (out, frame, HEADER + length);
  explicit_bzero (frame, HEADER + length);
  free (frame);
}

stead_frame
stead_frames_take (stead_buffer *in, wire_event **event)
{
  size_t held = in->end - in->start;
  if (held < HEADER)
    return STEAD_FRAME_MORE;
  const uint8_t *at = in->data + in->start;
  uint32_t length =
      (uint32_t) at[0] | (uint32_t) at[1] << 8 | (uint32_t) at[2] << 16 | (uint32_t) at[3] << 24;
  if (length == 0 || length > STEAD_FRAME_CAP)
    return STEAD_FRAME_BAD;
  if (held - HEADER < length)
    return STEAD_FRAME_MORE;
  if (!stead_wire_valid (&steadfast__v1__event__descriptor, at + HEADER, length))
    return STEAD_FRAME_BAD;
  *event = steadfast__v1__event__unpack (NULL, length, at + HEADER);
  if (*event == NULL)
    return STEAD_FRAME_BAD;
  stead_buffer_consume (in, HEADER + length);
  return STEAD_FRAME_TAKEN;
}
