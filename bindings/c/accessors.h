/* SPDX-License-Identifier: MIT */
#ifndef STEADFAST_ACCESSORS_H
#define STEADFAST_ACCESSORS_H

#include "private.h"

/** Whether @event carries the oneof case BODY_@body. */
#define IS(event, body)                                                                            \
  ((event) != NULL && (event)->wire != NULL                                                        \
   && (event)->wire->body_case == STEADFAST__V1__EVENT__BODY_##body)

/* name: the function; body: the oneof case; path: from the wire event to the field. */
#define TEXT(name, body, path)                                                                     \
  const char *name (const stead_event *event)                                                      \
  {                                                                                                \
    return IS (event, body) ? event->wire->path : "";                                              \
  }

#define VALUE(type, name, body, path)                                                              \
  type name (const stead_event *event)                                                             \
  {                                                                                                \
    return IS (event, body) ? (type) event->wire->path : (type) 0;                                 \
  }

/* The same for one of a list; list is the path to it, whose count is n_list. */
#define TEXT_AT(name, body, member, list, field)                                                   \
  const char *name (const stead_event *event, size_t index)                                        \
  {                                                                                                \
    return IS (event, body) && index < event->wire->member->n_##list                               \
               ? event->wire->member->list[index] field                                            \
               : "";                                                                               \
  }

#define VALUE_AT(type, name, body, member, list, field)                                            \
  type name (const stead_event *event, size_t index)                                               \
  {                                                                                                \
    return IS (event, body) && index < event->wire->member->n_##list                               \
               ? (type) event->wire->member->list[index] field                                     \
               : (type) 0;                                                                         \
  }

#endif
