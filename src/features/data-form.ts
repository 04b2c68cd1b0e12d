// SPDX-License-Identifier: MIT
//
// Forms that people fill in (XEP-0004): read for the host, and written as it gives them back.

import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { attribute, child, children, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { FormField_Type as Type, FormSchema } from '../contract/engine_pb.js';
import type { Form, FormFieldSchema, FormOptionSchema, FormValue } from '../contract/engine_pb.js';
import { clip } from './text.js';

type Field = MessageInitShape<typeof FormFieldSchema> & { readonly var: string };
type Option = MessageInitShape<typeof FormOptionSchema>;

/** Nobody fills in more. As the contract has it. */
const FIELDS = 500;
const OPTIONS = 2_000;
const VALUES = 5_000;
/** UTF-16 code units of all values and options together: these go back, so none of them is cut. */
const VALUES_LENGTH = 262_144;
/** What is for reading only is cut. */
const LABEL_LENGTH = 500;
const TEXT_LENGTH = 4_000;

const TOO_LARGE = fault('stanza', 'policy-violation', 'The form is too large to be shown.', {
  retry: 'never',
});

/** §3.3. */
const types: ReadonlyMap<string, Type> = new Map([
  ['boolean', Type.BOOLEAN],
  ['fixed', Type.FIXED],
  ['hidden', Type.HIDDEN],
  ['jid-multi', Type.JID_MULTI],
  ['jid-single', Type.JID_SINGLE],
  ['list-multi', Type.LIST_MULTI],
  ['list-single', Type.LIST_SINGLE],
  ['text-multi', Type.TEXT_MULTI],
  ['text-private', Type.TEXT_PRIVATE],
]);

/**
 * @param parent of the form, in the protocol that it belongs to
 * @returns nothing where there is no form to be filled in
 */
export function readForm(parent: Element): Form | Fault | undefined {
  const x = child(parent, 'x', NS.dataForms);
  if (x === undefined || attribute(x, 'type') !== 'form') return undefined;
  const all = children(x, 'field', NS.dataForms);
  if (all.length > FIELDS) return TOO_LARGE;
  const seen = new Set<string>();
  const fields = all.map(readField).filter((field) => isOne(field, seen));
  return isTooLarge(fields)
    ? TOO_LARGE
    : create(FormSchema, {
        title: clip(words(childText(x, 'title', NS.dataForms)), LABEL_LENGTH),
        instructions: clip(
          children(x, 'instructions', NS.dataForms)
            .map((line) => words(line.getText()))
            .join('\n'),
          TEXT_LENGTH,
        ),
        fields,
      });
}

function readField(field: Element): Field {
  // One of a type that is not known is a line of text (§3.3).
  const type = types.get(attribute(field, 'type') ?? '') ?? Type.TEXT_SINGLE;
  const values = children(field, 'value', NS.dataForms).map((value) => value.getText());
  const isList = type === Type.LIST_SINGLE || type === Type.LIST_MULTI;
  return {
    type,
    var: type === Type.FIXED ? '' : (attribute(field, 'var') ?? ''),
    label: clip(words(attribute(field, 'label')), LABEL_LENGTH),
    description: clip(words(childText(field, 'desc', NS.dataForms)), TEXT_LENGTH),
    required: child(field, 'required', NS.dataForms) !== undefined,
    values: type === Type.FIXED ? values.map((text) => clip(words(text), TEXT_LENGTH)) : values,
    options: isList ? children(field, 'option', NS.dataForms).flatMap(readOption) : [],
  };
}

function readOption(option: Element): Option[] {
  const value = childText(option, 'value', NS.dataForms);
  if (value === undefined) return [];
  const label = clip(words(attribute(option, 'label')), LABEL_LENGTH);
  return [{ value, label: label === '' ? value : label }];
}

/** Text for reading, as it was indented in somebody's file; line breaks mean nothing in it (§3.1). */
function words(text: string | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}

/** A field has a name, and is the only one of it (§3.2). */
function isOne(field: Field, seen: Set<string>): boolean {
  if (field.type === Type.FIXED) return true;
  if (field.var === '' || seen.has(field.var)) return false;
  seen.add(field.var);
  return true;
}

function isTooLarge(fields: readonly Field[]): boolean {
  const options = fields.flatMap((field) => field.options ?? []);
  const values = fields.flatMap((field) => field.values ?? []);
  const names = fields.map((field) => field.var);
  const length = [...names, ...values, ...options.map((option) => option.value ?? '')].reduce(
    (sum, text) => sum + text.length,
    0,
  );
  return options.length > OPTIONS || values.length > VALUES || length > VALUES_LENGTH;
}

/** §3.1: the form as it was filled in. A field without values has none from now on (§3.6). */
export function writeForm(values: readonly Pick<FormValue, 'var' | 'values'>[]): Element {
  const fields = values.map(({ var: name, values: each }) =>
    xml(
      'field',
      { var: name, type: name === 'FORM_TYPE' ? 'hidden' : undefined },
      ...each.map((value) => xml('value', {}, value)),
    ),
  );
  return xml('x', { xmlns: NS.dataForms, type: 'submit' }, ...fields);
}

export function cancelledForm(): Element {
  return xml('x', { xmlns: NS.dataForms, type: 'cancel' });
}
