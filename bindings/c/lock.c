/* SPDX-License-Identifier: MIT */
/* One engine an account and profile. The lock file is opened once and inherited by the engine, so
 * that a byte of it stays locked while either of the two lives (F_OFD_SETLK belongs to the open
 * file description, not to a process). */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer names do not fit into a file name; the hash keeps them apart. */
#define NAME_CAP 180

static uint64_t
hash (const char *text)
{
  uint64_t value = 0xcbf29ce484222325u; /* FNV-1a */
  for (; *text != '\0'; text++)
    value = (value ^ (uint8_t) *text) * 0x100000001b3u;
  return value;
}

/* What lies in the folder is as private as the texts in it: nobody else may own it or lead us
 * elsewhere by a link. */
static char *
make_private_folder (const char *path, int *cause)
{
  struct stat facts;
  *cause = 0;
  if (mkdir (path, 0700) != 0 && errno != EEXIST)
    {
      *cause = errno;
      return stead_format ("The folder %s cannot be made (%s).", path, strerror (*cause));
    }
  if (lstat (path, &facts) != 0)
    {
      *cause = errno;
      return stead_format ("The folder %s cannot be used (%s).", path, strerror (*cause));
    }
  if (S_ISLNK (facts.st_mode))
    return stead_format ("The folder %s is a symbolic link, which is not safe for what is kept "
                         "in it. Replace it by a real folder.",
                         path);
  if (!S_ISDIR (facts.st_mode))
    return stead_format ("%s is not a folder. Move it out of the way.", path);
  if (facts.st_uid != geteuid ())
    return stead_format ("The folder %s belongs to another user. Move it out of the way.", path);
  if ((facts.st_mode & 077) != 0 && chmod (path, 0700) != 0)
    return stead_format ("The folder %s cannot be made private (%s).", path, strerror (errno));
  return NULL;
}

int
stead_lock_open (const char *state_folder, char **error_text, int *cause)
{
  *error_text = make_private_folder (state_folder, cause);
  if (*error_text != NULL)
    return -1;
  char *path = stead_format ("%s/lock", state_folder);
  int lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0)
    {
      *cause = errno;
      *error_text =
          stead_format ("The lock file %s cannot be opened (%s).", path, strerror (*cause));
    }
  free (path);
  return lock;
}

/* isalnum() of a host with an 8-bit locale would give the account another folder. */
static bool
is_alphanumeric (char c)
{
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* File names: what could mean something to a file system or hide a folder is escaped. */
static char *
folder_name (const char *bare_jid)
{
  size_t length = strlen (bare_jid);
  char *name = stead_alloc (length * 3 + 32), *at = name;
  for (const char *c = bare_jid; *c != '\0'; c++)
    {
      bool plain =
          is_alphanumeric (*c) || strchr ("@_-", *c) != NULL || (*c == '.' && c != bare_jid);
      at += sprintf (at, plain ? "%c" : "%%%02x", (unsigned char) *c);
    }
  if (at - name > NAME_CAP)
    sprintf (name + NAME_CAP, "-%016llx", (unsigned long long) hash (bare_jid));
  return name;
}

char *
stead_lock_folder (const char *state_folder, const char *bare_jid, char **error_text, int *cause)
{
  char *name = folder_name (bare_jid);
  char *path = stead_format ("%s/%s", state_folder, name);
  free (name);
  *error_text = make_private_folder (path, cause);
  if (*error_text == NULL)
    return path;
  free (path);
  return NULL;
}

static int
change_lock (int lock, const char *bare_jid, short type)
{
  struct flock byte = { 0 };
  byte.l_type = type;
  byte.l_whence = SEEK_SET;
  byte.l_start = (off_t) (hash (bare_jid) & 0x3fffffffffffffff);
  byte.l_len = 1;
  if (fcntl (lock, F_OFD_SETLK, &byte) == 0)
    return 0;
  return errno == EACCES ? EAGAIN : errno;
}

int
stead_lock_take (int lock, const char *bare_jid)
{
  return change_lock (lock, bare_jid, F_WRLCK);
}

void
stead_lock_release (int lock, const char *bare_jid)
{
  change_lock (lock, bare_jid, F_UNLCK);
}

void
stead_lock_sign (const char *folder, const char *program)
{
  char *path = stead_format ("%s/holder", folder);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  /* Only a courtesy to another program; the lock holds without it. */
  if (fd >= 0)
    {
      dprintf (fd, "%lld %s\n", (long long) getpid (), program);
      close (fd);
    }
  free (path);
}

void
stead_lock_holder (const char *folder, char **program, int64_t *pid)
{
  char *path = stead_format ("%s/holder", folder);
  char bytes[256];
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  ssize_t n = fd < 0 ? 0 : read (fd, bytes, sizeof bytes - 1);
  if (fd >= 0)
    close (fd);
  free (path);
  bytes[n > 0 ? n : 0] = '\0';
  bytes[strcspn (bytes, "\n")] = '\0';
  char *end;
  *pid = strtoll (bytes, &end, 10);
  *program = stead_copy (*end == ' ' && stead_text_valid (end + 1) ? end + 1 : "");
}
