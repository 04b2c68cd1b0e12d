/* SPDX-License-Identifier: MIT */
#include "private.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void *
stead_alloc (size_t size)
{
  void *memory = calloc (1, size);
  if (memory == NULL)
    abort ();
  return memory;
}

char *
stead_copy (const char *text)
{
  char *copy = strdup (text == NULL ? "" : text);
  if (copy == NULL)
    abort ();
  return copy;
}

void
stead_wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  free (text);
}

/* What stands before each block. */
typedef union
{
  size_t size;
  max_align_t aligned;
} heading;

static void *
alloc_wiped (void *data, size_t size)
{
  (void) data;
  heading *block = stead_alloc (sizeof *block + size);
  block->size = size;
  return block + 1;
}

static void
free_wiped (void *data, void *memory)
{
  (void) data;
  if (memory == NULL)
    return;
  heading *block = (heading *) memory - 1;
  explicit_bzero (block, sizeof *block + block->size);
  free (block);
}

ProtobufCAllocator stead_wiped = { alloc_wiped, free_wiped, NULL };

char *
stead_format (const char *format, ...)
{
  char *text;
  va_list arguments;
  va_start (arguments, format);
  if (vasprintf (&text, format, arguments) < 0)
    abort ();
  va_end (arguments);
  return text;
}

int64_t
stead_now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (int64_t) time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void
stead_free (char *text)
{
  free (text);
}
