/* SPDX-License-Identifier: MIT */
/* Forms as they are filled in (XEP-0004), and those of rooms (XEP-0045 sections 7.10 and 10.2). */
#include "private.h"

#include <stdlib.h>
#include <string.h>

struct stead_form
{
  size_t count;
  Steadfast__V1__FormValue **fields;
};

stead_form *
stead_form_new (void)
{
  return stead_alloc (sizeof (stead_form));
}

void
stead_form_free (stead_form *form)
{
  if (form == NULL)
    return;
  for (size_t i = 0; i < form->count; i++)
    {
      Steadfast__V1__FormValue *field = form->fields[i];
      for (size_t j = 0; j < field->n_values; j++)
        stead_wipe (field->values[j]);
      free (field->values);
      free (field->var);
      free (field);
    }
  free (form->fields);
  free (form);
}

/* Returns: @list with room for one more than @count */
static void *
grown (void *list, size_t count, size_t size)
{
  void *more = realloc (list, (count + 1) * size);
  if (more == NULL)
    abort ();
  return more;
}

static Steadfast__V1__FormValue *
field_named (stead_form *form, const char *var)
{
  for (size_t i = 0; i < form->count; i++)
    if (strcmp (form->fields[i]->var, var) == 0)
      return form->fields[i];
  Steadfast__V1__FormValue *field = stead_alloc (sizeof *field);
  steadfast__v1__form_value__init (field);
  field->var = stead_copy (var);
  form->fields = grown (form->fields, form->count, sizeof *form->fields);
  form->fields[form->count++] = field;
  return field;
}

static bool
is_fit (const char *given)
{
  return given == NULL || (strlen (given) <= STEAD_TEXT_MAX && stead_text_valid (given));
}

bool
stead_form_add (stead_form *form, const char *var, const char *value)
{
  if (var == NULL || *var == '\0' || !is_fit (var) || !is_fit (value))
    return false;
  Steadfast__V1__FormValue *field = field_named (form, var);
  if (value == NULL)
    return true;
  field->values = grown (field->values, field->n_values, sizeof *field->values);
  field->values[field->n_values++] = stead_copy (value);
  return true;
}

/* @last: the last one of those that can be named here */
static bool
is_fit_for_room (stead_client *client, const char *room, stead_room_form_kind kind,
                 stead_room_form_kind last)
{
  if (!stead_is_room (client, room))
    return false;
  return ((int) kind >= STEAD_ROOM_FORM_CONFIGURE && kind <= last)
         || stead_client_fail (client, "There is no such form.");
}

const char *
stead_get_room_form (stead_client *client, uint32_t number, const char *room,
                     stead_room_form_kind kind)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__GetRoomForm get = STEADFAST__V1__GET_ROOM_FORM__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !is_fit_for_room (client, room, kind, STEAD_ROOM_FORM_REGISTER))
    return NULL;
  get.room = stead_given (room);
  get.kind = (Steadfast__V1__RoomFormKind) kind;
  command.body_case = STEADFAST__V1__COMMAND__BODY_GET_ROOM_FORM;
  command.get_room_form = &get;
  return stead_pending_add (client, account, &command);
}

const char *
stead_submit_room_form (stead_client *client, uint32_t number, const char *room,
                        stead_room_form_kind kind, const stead_form *form)
{
  wire_command command = STEADFAST__V1__COMMAND__INIT;
  Steadfast__V1__SubmitRoomForm submit = STEADFAST__V1__SUBMIT_ROOM_FORM__INIT;
  stead_account *account = stead_account_attached (client, number);
  if (account == NULL || !is_fit_for_room (client, room, kind, STEAD_ROOM_FORM_UNREGISTER))
    return NULL;
  submit.room = stead_given (room);
  submit.kind = (Steadfast__V1__RoomFormKind) kind;
  submit.cancelled = form == NULL;
  if (form != NULL)
    {
      submit.n_values = form->count;
      submit.values = form->fields;
    }
  command.body_case = STEADFAST__V1__COMMAND__BODY_SUBMIT_ROOM_FORM;
  command.submit_room_form = &submit;
  return stead_pending_add (client, account, &command);
}
