/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <string.h>

/* How many bytes follow this first byte and the least value they may spell: a longer form of a
 * smaller value is a second spelling, which RFC 3629 section 3 forbids. */
static int
following (uint8_t first, uint32_t *bits, uint32_t *least)
{
  if ((first & 0xe0) == 0xc0)
    {
      *bits = first & 0x1f;
      *least = 0x80;
      return 1;
    }
  if ((first & 0xf0) == 0xe0)
    {
      *bits = first & 0x0f;
      *least = 0x800;
      return 2;
    }
  if ((first & 0xf8) == 0xf0)
    {
      *bits = first & 0x07;
      *least = 0x10000;
      return 3;
    }
  return -1;
}

bool
stead_utf8_valid (const char *text, size_t length)
{
  const uint8_t *bytes = (const uint8_t *) text;
  for (size_t i = 0; i < length;)
    {
      uint8_t first = bytes[i++];
      if (first == 0)
        return false;
      if (first < 0x80)
        continue;
      uint32_t value, least;
      int more = following (first, &value, &least);
      if (more < 0 || length - i < (size_t) more)
        return false;
      for (; more > 0; more--, i++)
        {
          if ((bytes[i] & 0xc0) != 0x80)
            return false;
          value = value << 6 | (bytes[i] & 0x3f);
        }
      if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return false;
    }
  return true;
}

bool
stead_text_valid (const char *text)
{
  return text == NULL || stead_utf8_valid (text, strlen (text));
}
