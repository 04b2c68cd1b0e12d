/* SPDX-License-Identifier: MIT */
/* Accessors of forms (XEP-0004), whichever event carries them. */
#include "accessors.h"

#include <string.h>

static const Steadfast__V1__Form *
form_of (const stead_event *event)
{
  return IS (event, ROOM_FORM) ? event->wire->room_form->form : NULL;
}

static const Steadfast__V1__FormField *
field_of (const stead_event *event, size_t field)
{
  const Steadfast__V1__Form *form = form_of (event);
  return form != NULL && field < form->n_fields ? form->fields[field] : NULL;
}

static const Steadfast__V1__FormOption *
option_of (const stead_event *event, size_t field, size_t option)
{
  const Steadfast__V1__FormField *found = field_of (event, field);
  return found != NULL && option < found->n_options ? found->options[option] : NULL;
}

bool
stead_event_form (const stead_event *event)
{
  return form_of (event) != NULL;
}

const char *
stead_event_form_title (const stead_event *event)
{
  const Steadfast__V1__Form *form = form_of (event);
  return form != NULL ? form->title : "";
}

const char *
stead_event_form_instructions (const stead_event *event)
{
  const Steadfast__V1__Form *form = form_of (event);
  return form != NULL ? form->instructions : "";
}

size_t
stead_event_form_field_count (const stead_event *event)
{
  const Steadfast__V1__Form *form = form_of (event);
  return form != NULL ? form->n_fields : 0;
}

/* name: the function; member: of the field; absent: where there is no such field */
#define OF_FIELD(type, name, member, absent)                                                       \
  type name (const stead_event *event, size_t field)                                               \
  {                                                                                                \
    const Steadfast__V1__FormField *found = field_of (event, field);                               \
    return found != NULL ? (type) found->member : absent;                                          \
  }

OF_FIELD (stead_field_type, stead_event_form_field_type, type, STEAD_FIELD_TEXT_SINGLE)
OF_FIELD (const char *, stead_event_form_field_var, var, "")
OF_FIELD (const char *, stead_event_form_field_label, label, "")
OF_FIELD (const char *, stead_event_form_field_description, description, "")
OF_FIELD (bool, stead_event_form_field_required, required, false)
OF_FIELD (size_t, stead_event_form_value_count, n_values, 0)
OF_FIELD (size_t, stead_event_form_option_count, n_options, 0)

const char *
stead_event_form_value (const stead_event *event, size_t field, size_t value)
{
  const Steadfast__V1__FormField *found = field_of (event, field);
  return found != NULL && value < found->n_values ? found->values[value] : "";
}

const char *
stead_event_form_option_label (const stead_event *event, size_t field, size_t option)
{
  const Steadfast__V1__FormOption *found = option_of (event, field, option);
  return found != NULL ? found->label : "";
}

const char *
stead_event_form_option_value (const stead_event *event, size_t field, size_t option)
{
  const Steadfast__V1__FormOption *found = option_of (event, field, option);
  return found != NULL ? found->value : "";
}

void
stead_form_wipe (Steadfast__V1__Form *form)
{
  for (size_t i = 0; form != NULL && i < form->n_fields; i++)
    for (size_t j = 0; j < form->fields[i]->n_values; j++)
      explicit_bzero (form->fields[i]->values[j], strlen (form->fields[i]->values[j]));
}
