// SPDX-License-Identifier: MIT
//
// Preloaded into a GLib program: how long its main loop is held. Between two calls of poll() the main
// thread does what was due, and nothing else can: no drawing, no key. What takes 2 ms or more of
// a processor goes to the file STEADFAST_TEST_HELD as a line, in ms.

#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double began = -1;

static double
worked_ms (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &worked);
  return worked.tv_sec * 1e3 + worked.tv_nsec / 1e6;
}

static void
tell (double held_ms)
{
  static FILE *file;
  const char *path = getenv ("STEADFAST_TEST_HELD");

  if (file == NULL && path != NULL)
    file = fopen (path, "ae");
  if (file == NULL)
    return;
  fprintf (file, "%.1f\n", held_ms);
  fflush (file);
}

int
poll (struct pollfd *fds, nfds_t count, int timeout)
{
  static int (*real) (struct pollfd *, nfds_t, int);
  int is_main = syscall (SYS_gettid) == getpid ();
  int found;

  if (real == NULL)
    real = (int (*) (struct pollfd *, nfds_t, int)) dlsym (RTLD_NEXT, "poll");
  if (is_main && began >= 0 && worked_ms () - began >= 2)
    tell (worked_ms () - began);
  found = real (fds, count, timeout);
  if (is_main)
    began = worked_ms ();
  return found;
}
