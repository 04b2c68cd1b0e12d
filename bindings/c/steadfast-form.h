/* SPDX-License-Identifier: MIT */
/* Part of steadfast.h, which is the one to include: forms that people fill in (XEP-0004). Strings,
 * failures and ids are as in steadfast-client.h and steadfast-event.h. */
#ifndef STEADFAST_FORM_H
#define STEADFAST_FORM_H

/* ---- Words, with the numbers of bindings/engine.proto ---- */

typedef enum
{
  STEAD_FIELD_TEXT_SINGLE = 0,
  STEAD_FIELD_BOOLEAN = 1, /* "1" or "true", "0" or "false"; no value is false */
  STEAD_FIELD_FIXED = 2,   /* text to be read; it has no name and is not given back */
  STEAD_FIELD_HIDDEN = 3,  /* not shown, and given back as it came */
  STEAD_FIELD_JID_MULTI = 4,
  STEAD_FIELD_JID_SINGLE = 5,
  STEAD_FIELD_LIST_MULTI = 6,  /* some of its options */
  STEAD_FIELD_LIST_SINGLE = 7, /* one of its options */
  STEAD_FIELD_TEXT_MULTI = 8,  /* a value for each line */
  STEAD_FIELD_TEXT_PRIVATE = 9 /* one line; secret */
} stead_field_type;            /* XEP-0004 section 3.3 */

/* ---- A form that was filled in ---- */

/** Returns: (transfer full): empty; free with stead_form_free(). */
STEAD_EXPORT stead_form *stead_form_new (void);
/** Wipes what it holds. @form: (nullable) */
STEAD_EXPORT void stead_form_free (stead_form *form);
/**
 * stead_form_add:
 * @var: names the field, as in stead_event_form_field_var()
 * @value: (nullable): one more of its values; NULL only names the field, which has none then
 *
 * All fields are to be named but those of type STEAD_FIELD_FIXED; what is hidden as it came.
 *
 * Returns: false when a text is too long or not UTF-8, or @var is empty; nothing is changed then.
 */
STEAD_EXPORT bool stead_form_add (stead_form *form, const char *var, const char *value);

/* ---- What an event with a form carries (ROOM_FORM) ---- */

/** Whether there is a form in it. */
STEAD_EXPORT bool stead_event_form (const stead_event *event);
STEAD_EXPORT const char *stead_event_form_title (const stead_event *event);
/** Lines for people. */
STEAD_EXPORT const char *stead_event_form_instructions (const stead_event *event);
/** At most 500, in the order in which they are to be shown. */
STEAD_EXPORT size_t stead_event_form_field_count (const stead_event *event);
STEAD_EXPORT stead_field_type stead_event_form_field_type (const stead_event *event, size_t field);
/** Names the field, and no other; "" for STEAD_FIELD_FIXED. */
STEAD_EXPORT const char *stead_event_form_field_var (const stead_event *event, size_t field);
/** For people; "" without. */
STEAD_EXPORT const char *stead_event_form_field_label (const stead_event *event, size_t field);
STEAD_EXPORT const char *stead_event_form_field_description (const stead_event *event,
                                                             size_t field);
STEAD_EXPORT bool stead_event_form_field_required (const stead_event *event, size_t field);
/** What the field has at present. Those of STEAD_FIELD_TEXT_PRIVATE are secret. */
STEAD_EXPORT size_t stead_event_form_value_count (const stead_event *event, size_t field);
STEAD_EXPORT const char *stead_event_form_value (const stead_event *event, size_t field,
                                                 size_t value);
STEAD_EXPORT size_t stead_event_form_option_count (const stead_event *event, size_t field);
/** For people; never "" unless the value is. Two may have the same. */
STEAD_EXPORT const char *stead_event_form_option_label (const stead_event *event, size_t field,
                                                        size_t option);
STEAD_EXPORT const char *stead_event_form_option_value (const stead_event *event, size_t field,
                                                        size_t option);

#endif
