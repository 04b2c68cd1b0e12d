/* SPDX-License-Identifier: MIT */
/* The engine as a child process. Hosts reap children behind our back (in a SIGCHLD handler, by
 * waitpid (-1), by SIG_IGN), so a process id says nothing soon after: the child is known by a pidfd
 * and by the end of its socket, and its exit status is never asked for. */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* Above what the child gets, so that no dup2 of the spawn writes over a source of another. */
#define ABOVE 10

extern char **environ;

/* Engines whose client was closed before they ended. */
static _Thread_local int left[16];
static _Thread_local size_t n_left;

/* Node's own settings of the host's session are not meant for the engine: NODE_OPTIONS may open a
 * debugger, NODE_TLS_REJECT_UNAUTHORIZED ends all trust, NODE_CHANNEL_FD takes fd 3 for another
 * pipe. Where a company keeps its trust anchors is. */
static bool
is_for_engine (const char *variable)
{
  return strncmp (variable, "NODE_", 5) != 0 || strncmp (variable, "NODE_EXTRA_CA_CERTS=", 20) == 0;
}

static char **
engine_environment (void)
{
  size_t count = 0;
  while (environ[count] != NULL)
    count++;
  char **kept = stead_alloc ((count + 1) * sizeof *kept);
  size_t n = 0;
  for (size_t i = 0; i < count; i++)
    if (is_for_engine (environ[i]))
      kept[n++] = environ[i];
  return kept;
}

/* The host may ignore or block signals; the engine starts with a clean slate. */
static void
clean_signals (posix_spawnattr_t *attributes)
{
  sigset_t all, none;
  sigfillset (&all);
  sigemptyset (&none);
  posix_spawnattr_setsigdefault (attributes, &all);
  posix_spawnattr_setsigmask (attributes, &none);
  posix_spawnattr_setflags (attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

/* Of the memory that is collected often V8 takes up to 48 MiB where it may: with this, 6, for a few per
 * cent more time on a processor. A megabyte option that Node.js itself documents. */
static char young_space[] = "--max-semi-space-size=2";

static int
spawn (pid_t *pid, const stead_location *location, int socket, int errors, int lock)
{
  char *arguments[] = { location->node, young_space, location->engine, NULL };
  char **environment = engine_environment ();
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, errors, 1);
  posix_spawn_file_actions_adddup2 (&actions, errors, 2);
  posix_spawn_file_actions_adddup2 (&actions, socket, 3);
  posix_spawn_file_actions_adddup2 (&actions, lock, 4);
  posix_spawn_file_actions_addclosefrom_np (&actions, 5);
  posix_spawnattr_init (&attributes);
  clean_signals (&attributes);
  int result = posix_spawn (pid, location->node, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  free (environment);
  return result;
}

static void
close_if_open (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static int
lift (int fd)
{
  int high = fcntl (fd, F_DUPFD_CLOEXEC, ABOVE);
  close (fd);
  return high;
}

int
stead_process_start (stead_process *process, const stead_location *location, int lock)
{
  int pair[2] = { -1, -1 }, words[2] = { -1, -1 }, high = -1, result = 0;
  pid_t pid;
  *process = (stead_process){ -1, -1, -1 };
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0
      || pipe2 (words, O_CLOEXEC) != 0)
    result = errno;
  if (result == 0
      && ((pair[1] = lift (pair[1])) < 0 || (words[1] = lift (words[1])) < 0
          || (high = fcntl (lock, F_DUPFD_CLOEXEC, ABOVE)) < 0))
    result = errno;
  if (result == 0)
    result = spawn (&pid, location, pair[1], words[1], high);
  close_if_open (&high);
  close_if_open (&pair[1]);
  close_if_open (&words[1]);
  if (result != 0)
    {
      close_if_open (&pair[0]);
      close_if_open (&words[0]);
      return result;
    }
  fcntl (pair[0], F_SETFL, O_NONBLOCK);
  fcntl (words[0], F_SETFL, O_NONBLOCK);
  *process = (stead_process){ pair[0], words[0], (int) syscall (SYS_pidfd_open, pid, 0) };
  return 0;
}

static bool
reap (int pidfd)
{
  struct pollfd watch = { pidfd, POLLIN, 0 };
  if (poll (&watch, 1, 0) != 1)
    return false;
  siginfo_t unused;
  waitid ((idtype_t) P_PIDFD, (id_t) pidfd, &unused, WEXITED | WNOHANG);
  close (pidfd);
  return true;
}

static void
reap_left (void)
{
  for (size_t i = 0; i < n_left;)
    if (reap (left[i]))
      left[i] = left[--n_left];
    else
      i++;
}

bool
stead_process_ended (stead_process *process)
{
  reap_left ();
  if (process->pidfd >= 0 && reap (process->pidfd))
    process->pidfd = -1;
  return process->pidfd < 0;
}

void
stead_process_kill (stead_process *process)
{
  if (process->pidfd >= 0)
    syscall (SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
}

void
stead_process_leave (stead_process *process)
{
  close_if_open (&process->socket);
  close_if_open (&process->errors);
  if (stead_process_ended (process))
    return;
  if (n_left < sizeof left / sizeof left[0])
    left[n_left++] = process->pidfd;
  else
    close (process->pidfd);
  process->pidfd = -1;
}
