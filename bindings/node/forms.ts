// SPDX-License-Identifier: MIT
//
// Forms (XEP-0004) as plain objects.

import type { Steadfast } from './library.js';
import { list, word, type Word } from './words.js';

const fieldTypes = [
  'text-single',
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
] as const;

export interface FormField {
  type: Word<typeof fieldTypes>;
  var: string;
  label: string;
  description: string;
  required: boolean;
  values: string[];
  options: { label: string; value: string }[];
}

export interface Form {
  title: string;
  instructions: string;
  fields: FormField[];
}

/** What each field is to have, by its `var`: all but those of type `fixed`, and what is hidden as it came. */
export type FormValues = Readonly<Record<string, readonly string[]>>;

export function form(c: Steadfast, e: Buffer): Form | undefined {
  if (!c.stead_event_form(e)) return undefined;
  return {
    title: c.stead_event_form_title(e) ?? '',
    instructions: c.stead_event_form_instructions(e) ?? '',
    fields: list(c.stead_event_form_field_count(e), (index) => field(c, e, index)),
  };
}

function field(c: Steadfast, e: Buffer, index: number): FormField {
  return {
    type: word(fieldTypes, c.stead_event_form_field_type(e, index)),
    var: c.stead_event_form_field_var(e, index) ?? '',
    label: c.stead_event_form_field_label(e, index) ?? '',
    description: c.stead_event_form_field_description(e, index) ?? '',
    required: c.stead_event_form_field_required(e, index),
    values: list(c.stead_event_form_value_count(e, index), (value) =>
      String(c.stead_event_form_value(e, index, value)),
    ),
    options: list(c.stead_event_form_option_count(e, index), (option) => ({
      label: c.stead_event_form_option_label(e, index, option) ?? '',
      value: c.stead_event_form_option_value(e, index, option) ?? '',
    })),
  };
}

/** @returns the library's form, to be freed; nothing when a text does not fit */
export function filled(c: Steadfast, values: FormValues): Buffer | undefined {
  const made = c.stead_form_new();
  const good = Object.entries(values).every(([name, each]) =>
    [null, ...each].every((value) => c.stead_form_add(made, name, value)),
  );
  if (good && made !== null) return made;
  c.stead_form_free(made);
  return undefined;
}
