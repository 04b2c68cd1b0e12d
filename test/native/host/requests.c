// SPDX-License-Identifier: MIT

#include "host.h"

/* One open prompt. libpurple knows it by its number. */
typedef struct
{
  int number;
  PurpleRequestType type; /* unused for an authorization */
  gboolean authorization;
  GCallback ok;
  GCallback cancel;
  GPtrArray *actions; /* of PurpleRequestActionCb, borrowed */
  PurpleRequestFields *fields;
  void *user_data;
} Request;

static GHashTable *requests;
/* Far from the small numbers of others: libpurple also closes what belongs to a closed prompt. */
static int last_number = 1 << 20;

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->actions != NULL)
    g_ptr_array_free (request->actions, TRUE);
  if (request->fields != NULL)
    purple_request_fields_destroy (request->fields);
  g_free (request);
}

static Request *
request_new (PurpleRequestType type, GCallback ok, GCallback cancel, void *user_data)
{
  Request *request = g_new0 (Request, 1);

  if (requests == NULL)
    requests = g_hash_table_new_full (NULL, NULL, NULL, request_free);
  request->number = ++last_number;
  request->type = type;
  request->ok = ok;
  request->cancel = cancel;
  request->user_data = user_data;
  g_hash_table_insert (requests, GINT_TO_POINTER (request->number), request);
  return request;
}

static GString *
request_event (const Request *request, const char *kind, PurpleAccount *account, const char *title,
               const char *primary, const char *secondary)
{
  GString *event = host_event ("request");

  json_add_int (event, "request", request->number);
  json_add_string (event, "kind", kind);
  json_add_int (event, "account", host_account_number (account));
  json_add_string (event, "title", title);
  json_add_string (event, "primary", primary);
  json_add_string (event, "secondary", secondary);
  return event;
}

static void *
on_input (const char *title, const char *primary, const char *secondary, const char *default_value,
          gboolean multiline, gboolean masked, gchar *hint, const char *ok_text, GCallback ok,
          const char *cancel_text, GCallback cancel, PurpleAccount *account, const char *who,
          PurpleConversation *conversation, void *user_data)
{
  Request *request = request_new (PURPLE_REQUEST_INPUT, ok, cancel, user_data);
  GString *event = request_event (request, "input", account, title, primary, secondary);

  (void) multiline;
  (void) hint;
  (void) ok_text;
  (void) cancel_text;
  (void) who;
  (void) conversation;
  json_add_string (event, "value", default_value);
  json_add_bool (event, "masked", masked);
  host_emit (event);
  return GINT_TO_POINTER (request->number);
}

static void *
on_action (const char *title, const char *primary, const char *secondary, int default_action,
           PurpleAccount *account, const char *who, PurpleConversation *conversation,
           void *user_data, size_t count, va_list actions)
{
  Request *request = request_new (PURPLE_REQUEST_ACTION, NULL, NULL, user_data);
  GString *event = request_event (request, "action", account, title, primary, secondary);
  size_t i;

  (void) default_action;
  (void) who;
  (void) conversation;
  request->actions = g_ptr_array_new ();
  json_open (event, "actions", '[');
  for (i = 0; i < count; i++)
    {
      json_add_string (event, NULL, va_arg (actions, char *));
      g_ptr_array_add (request->actions, va_arg (actions, void *));
    }
  json_close (event, ']');
  host_emit (event);
  return GINT_TO_POINTER (request->number);
}

static void *
on_action_with_icon (const char *title, const char *primary, const char *secondary,
                     int default_action, PurpleAccount *account, const char *who,
                     PurpleConversation *conversation, gconstpointer icon, gsize icon_size,
                     void *user_data, size_t count, va_list actions)
{
  (void) icon;
  (void) icon_size;
  return on_action (title, primary, secondary, default_action, account, who, conversation,
                    user_data, count, actions);
}

static void
add_list (GString *event, PurpleRequestField *field)
{
  GList *item;

  GHashTable *data = g_hash_table_new (NULL, NULL);

  json_add_bool (event, "multi", purple_request_field_list_get_multi_select (field));
  json_open (event, "items", '[');
  for (item = purple_request_field_list_get_items (field); item != NULL; item = item->next)
    {
      json_add_string (event, NULL, item->data);
      g_hash_table_add (data, purple_request_field_list_get_data (field, item->data));
    }
  json_close (event, ']');
  json_add_int (event, "told", (int) g_hash_table_size (data));
  g_hash_table_destroy (data);
  json_open (event, "selected", '[');
  for (item = purple_request_field_list_get_items (field); item != NULL; item = item->next)
    if (purple_request_field_list_is_selected (field, item->data))
      json_add_string (event, NULL, item->data);
  json_close (event, ']');
}

static void
add_field (GString *event, PurpleRequestField *field)
{
  PurpleRequestFieldType type = purple_request_field_get_type (field);

  json_open (event, NULL, '{');
  json_add_string (event, "id", purple_request_field_get_id (field));
  json_add_string (event, "label", purple_request_field_get_label (field));
  json_add_int (event, "type", type);
  if (purple_request_field_is_required (field))
    json_add_bool (event, "required", TRUE);
  if (type == PURPLE_REQUEST_FIELD_BOOLEAN)
    json_add_bool (event, "ticked", purple_request_field_bool_get_value (field));
  if (type == PURPLE_REQUEST_FIELD_LIST)
    add_list (event, field);
  if (type == PURPLE_REQUEST_FIELD_STRING)
    {
      json_add_string (event, "value", purple_request_field_string_get_value (field));
      json_add_bool (event, "masked", purple_request_field_string_is_masked (field));
      json_add_bool (event, "lines", purple_request_field_string_is_multiline (field));
    }
  json_close (event, '}');
}

static void
add_groups (GString *event, PurpleRequestFields *fields)
{
  GList *group;
  GList *field;

  json_open (event, "groups", '[');
  for (group = purple_request_fields_get_groups (fields); group != NULL; group = group->next)
    {
      json_open (event, NULL, '{');
      json_add_string (event, "title", purple_request_field_group_get_title (group->data));
      json_add_int (event, "fields",
                    (int) g_list_length (purple_request_field_group_get_fields (group->data)));
      json_close (event, '}');
    }
  json_close (event, ']');
  json_open (event, "fields", '[');
  for (group = purple_request_fields_get_groups (fields); group != NULL; group = group->next)
    for (field = purple_request_field_group_get_fields (group->data); field != NULL;
         field = field->next)
      add_field (event, field->data);
  json_close (event, ']');
}

static void *
on_fields (const char *title, const char *primary, const char *secondary,
           PurpleRequestFields *fields, const char *ok_text, GCallback ok, const char *cancel_text,
           GCallback cancel, PurpleAccount *account, const char *who,
           PurpleConversation *conversation, void *user_data)
{
  Request *request = request_new (PURPLE_REQUEST_FIELDS, ok, cancel, user_data);
  GString *event = request_event (request, "fields", account, title, primary, secondary);

  (void) ok_text;
  (void) cancel_text;
  (void) who;
  (void) conversation;
  request->fields = fields;
  add_groups (event, fields);
  host_emit (event);
  return GINT_TO_POINTER (request->number);
}

/* Finch takes every window that goes, but that of request_action(), for one that was cancelled: when
 * libpurple closes it, too. */
static void
cancel_as_finch_does (const Request *request)
{
  if (g_strcmp0 (purple_core_get_ui (), "gnt-purple") != 0 || request->cancel == NULL
      || request->authorization)
    return;
  if (request->type == PURPLE_REQUEST_FIELDS)
    ((PurpleRequestFieldsCb) request->cancel) (request->user_data, NULL);
  else if (request->type == PURPLE_REQUEST_INPUT)
    ((PurpleRequestInputCb) request->cancel) (request->user_data, NULL);
}

static void
on_close (PurpleRequestType type, void *handle)
{
  Request *request = requests != NULL ? g_hash_table_lookup (requests, handle) : NULL;
  GString *event = host_event ("request-closed");

  (void) type;
  json_add_int (event, "request", GPOINTER_TO_INT (handle));
  host_emit (event);
  if (request == NULL)
    return;
  g_hash_table_steal (requests, handle);
  cancel_as_finch_does (request);
  request_free (request);
}

static void *
on_authorize (PurpleAccount *account, const char *remote_user, const char *id, const char *alias,
              const char *message, gboolean on_list, PurpleAccountRequestAuthorizationCb accept,
              PurpleAccountRequestAuthorizationCb deny, void *user_data)
{
  Request *request =
      request_new (PURPLE_REQUEST_ACTION, G_CALLBACK (accept), G_CALLBACK (deny), user_data);
  GString *event = request_event (request, "authorize", account, NULL, remote_user, message);

  (void) id;
  request->authorization = TRUE;
  json_add_string (event, "alias", alias);
  json_add_bool (event, "onList", on_list);
  host_emit (event);
  return GINT_TO_POINTER (request->number);
}

static void
on_close_authorize (void *handle)
{
  on_close (PURPLE_REQUEST_ACTION, handle);
}

static void
fill_list (PurpleRequestField *field, const GPtrArray *chosen)
{
  guint i;

  purple_request_field_list_clear_selected (field);
  for (i = 0; i < chosen->len; i++)
    purple_request_field_list_add_selected (field,
                                            ((JsonValue *) g_ptr_array_index (chosen, i))->string);
}

static void
fill_fields (PurpleRequestFields *fields, const JsonValue *values)
{
  GHashTableIter iter;
  gpointer key;
  gpointer data;

  if (values == NULL || values->type != JSON_OBJECT)
    return;
  g_hash_table_iter_init (&iter, values->fields);
  while (g_hash_table_iter_next (&iter, &key, &data))
    {
      PurpleRequestField *field = purple_request_fields_get_field (fields, key);
      const JsonValue *value = data;

      if (field == NULL)
        continue;
      if (value->type == JSON_STRING)
        purple_request_field_string_set_value (field, value->string);
      else if (value->type == JSON_BOOL)
        purple_request_field_bool_set_value (field, value->number != 0);
      else if (value->type == JSON_ARRAY)
        fill_list (field, value->items);
    }
}

static void
run_callback (Request *request, const JsonValue *command, gboolean ok, int action)
{
  GCallback chosen = ok ? request->ok : request->cancel;

  if (request->actions != NULL)
    {
      if (action >= 0 && (guint) action < request->actions->len)
        chosen = (GCallback) g_ptr_array_index (request->actions, (guint) action);
      if (chosen != NULL)
        ((PurpleRequestActionCb) chosen) (request->user_data, action);
    }
  else if (chosen == NULL)
    return;
  else if (request->authorization)
    ((PurpleAccountRequestAuthorizationCb) chosen) (request->user_data);
  else if (request->fields != NULL)
    {
      fill_fields (request->fields, json_get (command, "fields"));
      ((PurpleRequestFieldsCb) chosen) (request->user_data, request->fields);
    }
  else
    ((PurpleRequestInputCb) chosen) (request->user_data, json_string (command, "value"));
}

const char *
host_answer (const JsonValue *command, GString *result)
{
  gpointer number = GINT_TO_POINTER (json_int (command, "request", 0));
  Request *request = requests == NULL ? NULL : g_hash_table_lookup (requests, number);

  (void) result;
  if (request == NULL)
    return "no such request";
  /* The callback may open or close prompts, this one too. */
  g_hash_table_steal (requests, number);
  run_callback (request, command, json_bool (command, "ok", TRUE),
                json_int (command, "action", -1));
  if (request->authorization)
    purple_account_request_close (number);
  else
    purple_request_close (request->type, number);
  request_free (request);
  return NULL;
}

static PurpleRequestUiOps ops = {
  .request_input = on_input,
  .request_action = on_action,
  .request_fields = on_fields,
  .close_request = on_close,
  .request_action_with_icon = on_action_with_icon,
};

static PurpleAccountUiOps account_ops = {
  .request_authorize = on_authorize,
  .close_account_request = on_close_authorize,
};

PurpleRequestUiOps *
host_request_ops (void)
{
  return &ops;
}

PurpleAccountUiOps *
host_account_ops (void)
{
  return &account_ops;
}
