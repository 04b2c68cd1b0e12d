/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prompts that wait for the person. The host is given a number for each, and no pointer: Finch calls
 * what belongs to "Cancel" for every window that is closed, those of an account that has signed off,
 * too. */

#include "muc.h"

typedef struct
{
  guint32 number; /* never used twice in a process */
  guint32 account;
  gpointer data;
  GDestroyNotify free_data;
} Prompt;

static GSList *prompts;
static guint32 last_number;

gpointer
muc_prompt_new (const ShimSession *session, gpointer data, GDestroyNotify free_data)
{
  Prompt *prompt = g_new0 (Prompt, 1);

  prompt->number = ++last_number;
  prompt->account = session->number;
  prompt->data = data;
  prompt->free_data = free_data;
  prompts = g_slist_prepend (prompts, prompt);
  return GUINT_TO_POINTER (prompt->number);
}

gpointer
muc_prompt_take (gpointer number, ShimSession **session)
{
  GSList *item = prompts;
  Prompt *prompt;
  gpointer data;

  *session = NULL;
  while (item != NULL && ((Prompt *) item->data)->number != GPOINTER_TO_UINT (number))
    item = item->next;
  if (item == NULL)
    return NULL;
  prompt = item->data;
  prompts = g_slist_delete_link (prompts, item);
  *session = account_session_numbered (prompt->account);
  data = prompt->data;
  g_free (prompt);
  return data;
}

void
muc_prompts_close (const ShimSession *session)
{
  GSList *item = prompts;

  while (item != NULL)
    {
      Prompt *prompt = item->data;

      item = item->next;
      if (prompt->account != session->number)
        continue;
      prompts = g_slist_remove (prompts, prompt);
      prompt->free_data (prompt->data);
      g_free (prompt);
    }
}
