// SPDX-License-Identifier: MIT
//
// Preloaded into a host and its engine: while the file that STEADFAST_TEST_SYNC names exists, every
// n-th fsync, fdatasync and write with O_DSYNC of a file in the engine's folder fails with EIO, n being
// its content. What was to be written is in the file all the same.

#include <errno.h>
#include <fcntl.h>
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

ssize_t
pwrite64 (int fd, const void *bytes, size_t length, off64_t offset)
{
  ssize_t written = syscall (SYS_pwrite64, fd, bytes, length, offset);
  if (written < 0 || (fcntl (fd, F_GETFL) & O_DSYNC) == 0 || !fails (fd))
    return written;
  errno = EIO;
  return -1;
}
