/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is typed behind a room's command, taken apart. */

#include "muc.h"

#include <string.h>

static const char *
skip_blanks (const char *text)
{
  while (*text == ' ')
    text++;
  return text;
}

/* Takes @length bytes, and @more that mean nothing. Returns: (transfer full) */
static char *
take (const char **rest, const char *start, gsize length, gsize more)
{
  *rest = skip_blanks (start + length + more);
  return g_strndup (start, length);
}

char *
muc_take_word (const char **rest)
{
  const char *start = skip_blanks (*rest);

  return *start != '\0' ? take (rest, start, strcspn (start, " "), 0) : NULL;
}

/* Returns: the length of the longest nick that is there and that @text begins with; 0 for none */
static gsize
nick_at (const ShimRoom *room, const char *text)
{
  GHashTableIter iter;
  gpointer nick;
  gsize longest = 0;

  g_hash_table_iter_init (&iter, room->occupants);
  while (g_hash_table_iter_next (&iter, &nick, NULL))
    {
      gsize length = strlen (nick);

      if (length > longest && strncmp (text, nick, length) == 0
          && (text[length] == ' ' || text[length] == '\0'))
        longest = length;
    }
  return longest;
}

char *
muc_take_person (const ShimRoom *room, const char **rest)
{
  const char *start = skip_blanks (*rest);
  gsize nick = nick_at (room, start);
  const char *quote = *start == '"' ? strchr (start + 1, '"') : NULL;

  if (nick > 0)
    return take (rest, start, nick, 0);
  if (quote != NULL && quote > start + 1)
    return take (rest, start + 1, (gsize) (quote - start - 1), 1);
  return muc_take_word (rest);
}
