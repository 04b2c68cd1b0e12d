/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of which one is chosen, as a form that works in Finch as well, and the question whether to do what
 * it is chosen for. */

#include "choice.h"
#include "muc.h"

/* What both prompts wait with, one after the other. */
typedef struct
{
  const ShimChoice *choice;
  GPtrArray *items;
  const ShimChoiceItem *chosen; /* (nullable): in @items */
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  g_ptr_array_free (open->items, TRUE);
  g_free (open);
}

static void
item_free (gpointer data)
{
  ShimChoiceItem *item = data;

  g_free (item->name);
  g_free (item->label);
  g_free (item);
}

GPtrArray *
choice_items_new (void)
{
  return g_ptr_array_new_with_free_func (item_free);
}

void
choice_items_add (GPtrArray *items, const char *name, char *label, gboolean current)
{
  ShimChoiceItem *item = g_new0 (ShimChoiceItem, 1);

  item->name = g_strdup (name);
  item->label = label;
  item->current = current;
  g_ptr_array_add (items, item);
}

static void
drop (gpointer number)
{
  ShimSession *session;
  Open *open = muc_prompt_take (number, &session);

  if (open != NULL)
    open_free (open);
}

/* ---- The question ------------------------------------------------------------------------------- */

static void
on_yes (gpointer number, int action)
{
  ShimSession *session;
  Open *open = muc_prompt_take (number, &session);

  (void) action;
  if (session != NULL && open != NULL)
    open->choice->act (session, open->chosen);
  if (open != NULL)
    open_free (open);
}

static void
on_no (gpointer number, int action)
{
  (void) action;
  drop (number);
}

static void
ask (ShimSession *session, Open *open, const char *about)
{
  const ShimChoice *choice = open->choice;

  purple_request_action (account_connection (session), choice->title, choice->question, about, 1,
                         session->account, NULL, NULL, muc_prompt_new (session, open, open_free), 2,
                         choice->yes, G_CALLBACK (on_yes), "Cancel", G_CALLBACK (on_no));
}

/* ---- The list ----------------------------------------------------------------------------------- */

static const ShimChoiceItem *
chosen_of (const GPtrArray *items, PurpleRequestFields *fields)
{
  const PurpleRequestField *field = purple_request_fields_get_field (fields, "choice");
  guint i;

  for (i = 0; i < items->len; i++)
    {
      const ShimChoiceItem *item = g_ptr_array_index (items, i);

      if (purple_request_field_list_is_selected (field, item->label))
        return item;
    }
  return NULL;
}

static void
on_chosen (gpointer number, PurpleRequestFields *fields)
{
  ShimSession *session;
  Open *open = muc_prompt_take (number, &session);
  const char *about = NULL;

  if (open == NULL)
    return;
  open->chosen = chosen_of (open->items, fields);
  if (session != NULL && open->chosen != NULL)
    about = open->choice->about (session, open->chosen);
  if (about != NULL)
    ask (session, open, about);
  else
    open_free (open);
}

static void
on_closed (gpointer number, PurpleRequestFields *fields)
{
  (void) fields;
  drop (number);
}

/* Finch has one narrow line for a list. Returns: (transfer full) (nullable): what is to be read above it */
static char *
text_of (const GPtrArray *items, const char *more)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; g_strcmp0 (purple_core_get_ui (), "gnt-purple") == 0 && i < items->len; i++)
    {
      const ShimChoiceItem *item = g_ptr_array_index (items, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", item->label);
    }
  if (more != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", more);
  return g_string_free (text, text->len == 0);
}

static void
show (ShimSession *session, Open *open, const char *text)
{
  const ShimChoice *choice = open->choice;
  PurpleRequestField *field = purple_request_field_list_new ("choice", choice->label);
  PurpleRequestFieldGroup *group = purple_request_field_group_new (NULL);
  PurpleRequestFields *fields = purple_request_fields_new ();
  guint i;

  purple_request_fields_add_group (fields, group);
  purple_request_field_group_add_field (group, field);
  /* libpurple takes none without data; it is not looked at. */
  for (i = 0; i < open->items->len; i++)
    {
      const ShimChoiceItem *item = g_ptr_array_index (open->items, i);

      purple_request_field_list_add_icon (field, item->label, NULL, (gpointer) item->label);
    }
  purple_request_fields (account_connection (session), choice->title, choice->primary, text, fields,
                         choice->button, G_CALLBACK (on_chosen), "Close", G_CALLBACK (on_closed),
                         session->account, NULL, NULL, muc_prompt_new (session, open, open_free));
}

void
choice_show (ShimSession *session, const ShimChoice *choice, GPtrArray *items, const char *more)
{
  const PurpleRequestUiOps *ops = purple_request_get_ui_ops ();

  if (items->len > 0 && ops != NULL && ops->request_fields != NULL)
    {
      Open *open = g_new0 (Open, 1);
      char *text = text_of (items, more);

      open->choice = choice;
      open->items = items;
      show (session, open, text);
      g_free (text);
      return;
    }
  if (items->len == 0)
    purple_notify_info (account_connection (session), choice->title, choice->none, NULL);
  else
    purple_notify_error (account_connection (session), choice->title, "The list is not shown.",
                         "This program cannot show forms.");
  g_ptr_array_free (items, TRUE);
}
