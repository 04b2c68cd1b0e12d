// SPDX-License-Identifier: MIT
//
// What an entity says of itself (XEP-0030 §3.1) and the hash that stands for it (XEP-0115 §5).

import { attribute, children } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Tools } from '../core/tools.js';

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly lang: string;
  readonly name: string;
}

/** One XEP-0128 form; FORM_TYPE stands apart from the other fields. */
export interface InfoForm {
  readonly formType: string;
  readonly fields: readonly { readonly name: string; readonly values: readonly string[] }[];
}

export interface DiscoInfo {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  readonly forms: readonly InfoForm[];
}

/** @returns base64 of the SHA-1 of the canonical form (XEP-0115 §5.1) */
export function capsHash(info: DiscoInfo, tools: Pick<Tools, 'hash' | 'utf8' | 'base64'>): string {
  const parts = [
    ...sorted(info.identities.map((i) => `${i.category}/${i.type}/${i.lang}/${i.name}`)),
    ...sorted(info.features),
    ...info.forms.toSorted((a, b) => byOctets(a.formType, b.formType)).flatMap(formParts),
  ];
  const text = parts.map((part) => `${part}<`).join('');
  return tools.base64(tools.hash('sha1', tools.utf8(text)));
}

/**
 * Reads a disco#info result as XEP-0115 §5.4 demands.
 * @returns undefined when it is ill-formed: an identity, feature or form given twice, or a `<` inside a
 *          value, with which one list could be dressed up as another of the same hash
 */
export function readInfo(query: Element): DiscoInfo | undefined {
  const identities = children(query, 'identity', NS.discoInfo).map(readIdentity);
  const features = children(query, 'feature', NS.discoInfo).map((el) => attr(el, 'var'));
  const forms: InfoForm[] = [];
  for (const el of children(query, 'x', NS.dataForms)) {
    const form = readForm(el);
    if (form === 'ill-formed') return undefined;
    if (form !== undefined) forms.push(form);
  }
  const lists = [
    identities.map((i) => [i.category, i.type, i.lang, i.name].join('/')),
    features,
    forms.map((form) => form.formType),
  ];
  const values = [...lists.flat(), ...forms.flatMap(formParts)];
  if (lists.some(hasDoubles) || values.some((value) => value.includes('<'))) return undefined;
  return { identities, features, forms };
}

function readIdentity(el: Element): Identity {
  return {
    category: attr(el, 'category'),
    type: attr(el, 'type'),
    lang: attr(el, 'xml:lang'),
    name: attr(el, 'name'),
  };
}

/** A form without a hidden FORM_TYPE is not part of the hash (XEP-0115 §5.4 rule 3.6). */
function readForm(el: Element): InfoForm | 'ill-formed' | undefined {
  const fields = children(el, 'field', NS.dataForms);
  const typeField = fields.find((field) => attr(field, 'var') === 'FORM_TYPE');
  if (typeField === undefined || attr(typeField, 'type') !== 'hidden') return undefined;
  const types = new Set(valuesOf(typeField));
  const [formType] = types;
  if (formType === undefined || types.size > 1) return 'ill-formed';
  const others = fields.filter((field) => attr(field, 'var') !== 'FORM_TYPE');
  return {
    formType,
    fields: others.map((field) => ({ name: attr(field, 'var'), values: valuesOf(field) })),
  };
}

function formParts({ formType, fields }: InfoForm): string[] {
  const inOrder = fields.toSorted((a, b) => byOctets(a.name, b.name));
  return [formType, ...inOrder.flatMap(({ name, values }) => [name, ...sorted(values)])];
}

function valuesOf(field: Element): string[] {
  return children(field, 'value', NS.dataForms).map((value) => value.getText());
}

function attr(el: Element, name: string): string {
  return attribute(el, name) ?? '';
}

function hasDoubles(list: readonly string[]): boolean {
  return new Set(list).size !== list.length;
}

function sorted(list: readonly string[]): string[] {
  return list.toSorted(byOctets);
}

/** The order of UTF-8 octets ("i;octet") is that of code points; that of JavaScript strings is not. */
function byOctets(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let at = 0; at < left.length && at < right.length; at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
