/* SPDX-License-Identifier: MIT */
/* Where the engine and Node.js are. */
#include "private.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Returns: (transfer full) (nullable): @path if it is there, else it is freed. */
static char *
if_there (char *path, int mode)
{
  if (access (path, mode) == 0)
    return path;
  free (path);
  return NULL;
}

/* The library, plugin or program that holds this very code, whatever links lead to it: a host may
 * have found the plugin through a link in a folder where nothing else of ours is. */
static char *
own_path (void)
{
  Dl_info info;
  if (dladdr ((const void *) (uintptr_t) &stead_locate, &info) == 0 || info.dli_fname == NULL)
    return NULL;
  /* A program's own name is what it was started as, perhaps relative to another folder. */
  return info.dli_fname[0] == '/' ? realpath (info.dli_fname, NULL)
                                  : realpath ("/proc/self/exe", NULL);
}

/* PREFIX, where PREFIX/lib/… or PREFIX/bin/… holds the code. */
static size_t
prefix_length (const char *path)
{
  for (const char *at = path + strlen (path); at > path; at--)
    if (strncmp (at, "/lib/", 5) == 0 || strncmp (at, "/bin/", 5) == 0)
      return (size_t) (at - path);
  return 0;
}

static char *
find_engine (const char *own)
{
  char *engine = NULL;
  if (own != NULL)
    {
      size_t folder = (size_t) (strrchr (own, '/') - own);
      engine = if_there (stead_format ("%.*s/steadfast/engine.cjs", (int) folder, own), R_OK);
      size_t prefix = prefix_length (own);
      if (engine == NULL && prefix > 0)
        engine = if_there (stead_format ("%.*s/lib/steadfast/engine.cjs", (int) prefix, own), R_OK);
    }
  if (engine == NULL)
    engine = if_there (stead_copy (STEAD_PREFIX "/lib/steadfast/engine.cjs"), R_OK);
  return engine;
}

static char *
find_on_path (const char *name)
{
  const char *path = getenv ("PATH");
  while (path != NULL && *path != '\0')
    {
      size_t length = strcspn (path, ":");
      /* A relative entry would run whatever lies in the present folder. */
      char *found = path[0] == '/'
                        ? if_there (stead_format ("%.*s/%s", (int) length, path, name), X_OK)
                        : NULL;
      if (found != NULL)
        return found;
      path += length + (path[length] == ':' ? 1 : 0);
    }
  return NULL;
}

static char *
locate_engine (stead_location *location)
{
  const char *wish = getenv ("STEADFAST_ENGINE");
  if (wish != NULL && *wish != '\0')
    {
      location->engine = if_there (stead_copy (wish), R_OK);
      return location->engine != NULL
                 ? NULL
                 : stead_format ("The Steadfast engine is missing: STEADFAST_ENGINE names %s, "
                                 "which cannot be read. Correct or unset it.",
                                 wish);
    }
  char *own = own_path ();
  location->engine = find_engine (own);
  char *problem = NULL;
  if (location->engine == NULL)
    problem = stead_format ("The Steadfast engine is missing: there is no steadfast/engine.cjs "
                            "beside %s, nor in " STEAD_PREFIX "/lib. Install Steadfast again, or "
                            "set STEADFAST_ENGINE to its path.",
                            own == NULL ? "this program" : own);
  free (own);
  return problem;
}

static char *
locate_node (stead_location *location)
{
  const char *wish = getenv ("STEADFAST_NODE");
  if (wish != NULL && *wish != '\0')
    {
      location->node = if_there (stead_copy (wish), X_OK);
      return location->node != NULL
                 ? NULL
                 : stead_format ("Node.js is missing: STEADFAST_NODE names %s, which cannot be "
                                 "run. Correct or unset it.",
                                 wish);
    }
  char *folder = stead_copy (location->engine);
  char *slash = strrchr (folder, '/');
  if (slash != NULL)
    {
      *slash = '\0';
      location->node = if_there (stead_format ("%s/node", folder), X_OK);
    }
  free (folder);
  if (location->node == NULL)
    location->node = find_on_path ("node");
  if (location->node != NULL)
    return NULL;
  return stead_format ("Node.js is missing: no \"node\" beside %s, nor on the PATH. Install "
                       "Node.js 20 or newer, or set STEADFAST_NODE to its path.",
                       location->engine);
}

char *
stead_locate (stead_location *location, const char **condition)
{
  stead_location_clear (location);
  *condition = "engine-missing";
  char *problem = locate_engine (location);
  if (problem != NULL)
    return problem;
  *condition = "node-missing";
  return locate_node (location);
}

void
stead_location_clear (stead_location *location)
{
  free (location->engine);
  free (location->node);
  *location = (stead_location){ 0 };
}
