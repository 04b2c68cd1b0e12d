// SPDX-License-Identifier: MIT
//
// XHTML-IM reduced to the recommended profile (XEP-0071 §7.8), both ways. What is not on these lists
// does not pass; text always does, except that of scripts and style sheets.

import { attribute, localName, namespaceOf, serialise, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';

type Node = Element | string;

const styled = ['style'];
const allowed: ReadonlyMap<string, readonly string[]> = new Map([
  ['a', ['href', 'style', 'type']],
  ['blockquote', styled],
  ['br', []],
  ['cite', styled],
  ['em', []],
  ['li', styled],
  ['ol', styled],
  ['p', styled],
  ['span', styled],
  ['strong', []],
  ['ul', styled],
]);
/** Known by every browser, and said in the profile by another name. */
const renamed = new Map([
  ['b', 'strong'],
  ['i', 'em'],
  ['div', 'p'],
  ['h1', 'p'],
  ['h2', 'p'],
  ['h3', 'p'],
  ['h4', 'p'],
  ['h5', 'p'],
  ['h6', 'p'],
]);
const dropped = new Set(['script', 'style', 'head', 'title']);

/** XEP-0071 §7.7.1. */
const properties = new Set([
  'background-color',
  'color',
  'font-family',
  'font-size',
  'font-style',
  'font-weight',
  'margin-left',
  'margin-right',
  'text-align',
  'text-decoration',
]);
// No parenthesis but those of a colour, no escape, no at-rule: nothing that could fetch or run.
const styleValue = /^(?:rgb\([\d\s,.%]+\)|[\w#%.,\s'"-]+)$/;
const STYLE_LENGTH = 200;

// A link leads to a page, a mailbox or a chat; an action of xmpp: (`?remove`) is not taken from others.
const link = /^(?:(?:https?|mailto):[^\s\p{Cc}]+|xmpp:[^\s\p{Cc}?#]+)$/iu;
const HREF_LENGTH = 8_192;
const mediaType = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/;
/** A message with more elements is a work load, not a text. */
const ELEMENTS = 2_000;

/**
 * @param nodes content of a `<body/>`; elements that are not of the XHTML namespace are dropped whole
 * @returns content of the reduced one; undefined when nothing is left that plain text would not show,
 *          or when there is too much of it
 */
export function reduceXhtml(nodes: readonly Node[]): Node[] | undefined {
  const count = { elements: 0 };
  const reduced = nodes.flatMap((node) => reduce(node, count));
  if (count.elements > ELEMENTS) return undefined;
  const marksUp = reduced.some((node) => typeof node !== 'string' && saysMore(node));
  return marksUp ? reduced : undefined;
}

/** Writes content of a `<body/>` as the contract carries it. */
export function xhtmlText(nodes: readonly Node[]): string {
  const text = serialise(xml('body', {}, ...nodes));
  return text.slice(text.indexOf('>') + 1, text.lastIndexOf('<'));
}

function reduce(node: Node, count: { elements: number }): Node[] {
  if (typeof node === 'string') return [node];
  count.elements += 1;
  if (count.elements > ELEMENTS || namespaceOf(node) !== NS.xhtml) return [];
  const found = localName(node).toLowerCase();
  const name = renamed.get(found) ?? found;
  if (dropped.has(name)) return [];
  // Nothing is fetched for a message, so a picture is its words.
  if (name === 'img') return [attribute(node, 'alt') ?? ''].filter((alt) => alt !== '');
  const inner = node.children.flatMap((inside) => reduce(inside, count));
  const attributes = allowed.get(name);
  if (attributes === undefined) return inner;
  const attrs = keptAttributes(node, attributes);
  if (name === 'a' && attrs.href === undefined) return inner;
  return [xml(name, attrs, ...(name === 'br' ? [] : inner))];
}

function keptAttributes(node: Element, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = keptValue(name, attribute(node, name)?.trim() ?? '');
    if (value !== '') kept[name] = value;
  }
  return kept;
}

function keptValue(name: string, value: string): string {
  if (name === 'style') return keptStyle(value);
  const fits =
    name === 'href' ? value.length <= HREF_LENGTH && link.test(value) : mediaType.test(value);
  return fits ? value : '';
}

function keptStyle(style: string): string {
  const declarations = style.split(';').map((declaration) => {
    const colon = declaration.indexOf(':');
    return [
      declaration.slice(0, Math.max(0, colon)).trim().toLowerCase(),
      declaration.slice(colon + 1).trim(),
    ] as const;
  });
  return declarations
    .filter(([property, value]) => properties.has(property) && value.length <= STYLE_LENGTH)
    .filter(([, value]) => styleValue.test(value))
    .map(([property, value]) => `${property}: ${value}`)
    .join('; ');
}

/** Line breaks and paragraphs alone are in the plain text already. */
function saysMore(node: Element): boolean {
  const bare = ['br', 'p', 'span'].includes(node.name) && attribute(node, 'style') === undefined;
  return !bare || node.children.some((inside) => typeof inside !== 'string' && saysMore(inside));
}
