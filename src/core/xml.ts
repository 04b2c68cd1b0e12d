// SPDX-License-Identifier: MIT
//
// The tree of every stanza: ltx's Element, with our own look-up and our own way to write it. ltx takes
// `xmlns=""` for "as the parent", writes control characters and names as they are, and answers a search
// by name with any namespace; what is said here does not.

import { Element } from 'ltx';
import { UsageError } from './errors.js';
import { NS } from './namespaces.js';
import type { Tools } from './tools.js';
import { XmlReader } from './xml-reader.js';

export { Element };

/**
 * Builds an element. One that gets no `xmlns` takes that of the element it is put into, and a stanza
 * that of its stream.
 * @param attrs those that are `undefined` are left out
 * @param children those that are `undefined` are left out
 */
export function xml(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (Element | string | undefined)[]
): Element {
  const element = new Element(name);
  for (const [key, value] of Object.entries(attrs)) {
    if (value !== undefined) element.attrs[key] = value;
  }
  for (const node of children) {
    if (node !== undefined) element.cnode(node);
  }
  return element;
}

/** An attribute's value; what JavaScript itself gives every object (`constructor`) is none. */
export function attribute(element: Element, name: string): string | undefined {
  const value: unknown = Object.hasOwn(element.attrs, name) ? element.attrs[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The name without its prefix. */
export function localName(element: Element): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}

/**
 * The namespace an element is in (Namespaces in XML 1.0 §6); an empty text for none. A tree that says
 * nothing about it is one of ours on its way out: it is in the stream's, `jabber:client`.
 */
export function namespaceOf(element: Element): string {
  const colon = element.name.indexOf(':');
  const prefix = colon < 0 ? '' : element.name.slice(0, colon);
  const declaration = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
  for (let at: Element | null = element; at !== null; at = at.parent) {
    const uri = attribute(at, declaration);
    if (uri !== undefined) return uri;
  }
  if (prefix === '') return NS.client;
  return prefix === 'xml' ? NS.xml : '';
}

/** Both name and namespace decide, never a prefix or a name alone. */
export function is(element: Element, name: string, xmlns: string): boolean {
  return localName(element) === name && namespaceOf(element) === xmlns;
}

/** Every child element, whatever its name. */
export function elements(element: Element): Element[] {
  return element.children.filter((node) => typeof node !== 'string');
}

/** The first child with this name in this namespace. */
export function child(element: Element, name: string, xmlns: string): Element | undefined {
  for (const node of element.children) {
    if (typeof node !== 'string' && is(node, name, xmlns)) return node;
  }
  return undefined;
}

export function children(element: Element, name: string, xmlns: string): Element[] {
  return elements(element).filter((node) => is(node, name, xmlns));
}

/** The text of the first such child, `undefined` without one. */
export function childText(element: Element, name: string, xmlns: string): string | undefined {
  return child(element, name, xmlns)?.getText();
}

const plainName = /^[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?$/;

// XML 1.0 §2.3, without the colon that Namespaces in XML 1.0 §3 gives a meaning of its own.
const start =
  'A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}' +
  '\\u{200c}-\\u{200d}\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}' +
  '\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}';
const ncName = `[${start}][\\u{300}-\\u{36f}${start}\\-.0-9\\u{b7}\\u{203f}-\\u{2040}]*`;
const anyName = new RegExp(`^${ncName}(?::${ncName})?$`, 'u');

function checked(name: string): string {
  if (plainName.test(name) || anyName.test(name)) return name;
  throw new UsageError('bad-name', 'A name that XML does not allow was to be written.');
}

// What is no character of XML 1.0 (§2.2), by itself or by reference. A server ends the stream on one.
const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const inText = /[&<>\r]/g;
// An unescaped line break or tab would come out as a space (XML 1.0 §3.3.3).
const inAttribute = /[&<>"'\t\n\r]/g;

/** Control characters show nothing and go; for half a character stands the sign for a lost one. */
function replacement(character: string): string {
  return character < ' ' ? '' : '\ufffd';
}

/** Text as it may stand in XML: what no server takes is removed. */
export function sanitise(text: string): string {
  return text.replace(forbidden, replacement);
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function reference(character: string): string {
  return references[character] ?? '';
}

// Nearly all text is this, and a look at code units costs a tenth of the whole treatment.
const harmless = /^[ !#-%(-;=?-\ud7ff\ue000-\ufffd]*$/;

function escaped(text: string, special: RegExp): string {
  return harmless.test(text) ? text : sanitise(text).replace(special, reference);
}

/**
 * The start tag alone, as a stream header needs it.
 * @throws {@link UsageError} `bad-name` for a name that is none in XML, as {@link serialise} does
 */
export function startTag(element: Element, end: '>' | '/>' = '>'): string {
  let tag = `<${checked(element.name)}`;
  for (const name of Object.keys(element.attrs)) {
    const value: unknown = element.attrs[name];
    if (typeof value === 'string') tag += ` ${checked(name)}="${escaped(value, inAttribute)}"`;
  }
  return tag + end;
}

/**
 * The bytes-to-be of an element and all in it: parsed again, it is the same tree, but for characters
 * that XML forbids.
 */
export function serialise(element: Element): string {
  if (element.children.length === 0) return startTag(element, '/>');
  let text = startTag(element);
  for (const node of element.children) {
    text += typeof node === 'string' ? escaped(node, inText) : serialise(node);
  }
  return `${text}</${element.name}>`;
}

/**
 * Reads XML that did not come by a stream, by the same strict rules.
 * @returns its elements, each a tree of its own; `undefined` if it is not well-formed, has text beside
 *          them, or needs anything that XMPP forbids
 */
export function parseFragment(text: string, tools: Tools): Element[] | undefined {
  let holder: Element | undefined;
  let sound = true;
  let ended = false;
  const reader = new XmlReader(
    {
      open: () => undefined,
      element: (element) => {
        // A second one means that the text closed the first by itself.
        sound &&= holder === undefined;
        holder = element;
      },
      end: () => {
        ended = true;
      },
      fault: () => {
        sound = false;
      },
    },
    tools,
    { reduced: 0 },
  );
  reader.write(tools.utf8(`<_><_>${text}</_>`));
  const early = ended;
  reader.write(tools.utf8('</_>'));
  if (!sound || early || !ended || holder === undefined) return undefined;
  if (holder.children.some((node) => typeof node === 'string' && node.trim() !== ''))
    return undefined;
  const found = elements(holder);
  for (const element of found) element.parent = null;
  return found;
}
