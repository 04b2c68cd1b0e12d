// SPDX-License-Identifier: MIT
//
// Preloaded into a host and its engine: while the file that STEADFAST_TEST_SYNC names exists, every
// n-th fsync and fdatasync of a file in the engine's folder fails with EIO, n being its content.

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
fails (int fd)
{
  static atomic_uint calls;
  const char *order = getenv ("STEADFAST_TEST_SYNC");
  char link[64];
  char path[4096];
  unsigned every = 0;
  FILE *file;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink (link, path, sizeof path - 1);
  if (order == NULL || length < 0)
    return 0;
  path[length] = '\0';
  if (strstr (path, "/steadfast/") == NULL || (file = fopen (order, "r")) == NULL)
    return 0;
  if (fscanf (file, "%u", &every) != 1)
    every = 0;
  fclose (file);
  return every != 0 && atomic_fetch_add (&calls, 1) % every == 0;
}

static int
sync_by (long call, int fd)
{
  if (!fails (fd))
    return (int) syscall (call, fd);
  errno = EIO;
  return -1;
}

int
fsync (int fd)
{
  return sync_by (SYS_fsync, fd);
}

int
fdatasync (int fd)
{
  return sync_by (SYS_fdatasync, fd);
}
