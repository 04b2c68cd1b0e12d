// SPDX-License-Identifier: MIT
//
// Preloaded into a program: a call of the system fails as STEADFAST_TEST_FAIL says, "CALL=ERRNO".
// CALL is `state` or `account` (making that folder) or `lock` (of an account).

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
fails (const char *call)
{
  const char *wanted = getenv ("STEADFAST_TEST_FAIL");
  size_t length = strlen (call);

  if (wanted == NULL || strncmp (wanted, call, length) != 0 || wanted[length] != '=')
    return 0;
  errno = atoi (wanted + length + 1);
  return 1;
}

int
mkdir (const char *path, mode_t mode)
{
  const char *name = strrchr (path, '/');
  int state = name != NULL && strcmp (name, "/steadfast") == 0;
  int account = name != NULL && strchr (name, '@') != NULL;

  if ((state && fails ("state")) || (account && fails ("account")))
    return -1;
  return (int) syscall (SYS_mkdirat, AT_FDCWD, path, mode);
}

int
fcntl64 (int fd, int command, ...)
{
  va_list arguments;
  void *argument;

  va_start (arguments, command);
  argument = va_arg (arguments, void *);
  va_end (arguments);
  if (command == F_OFD_SETLK && fails ("lock"))
    return -1;
  return (int) syscall (SYS_fcntl, fd, command, argument);
}

int fcntl (int fd, int command, ...) __attribute__ ((alias ("fcntl64")));
