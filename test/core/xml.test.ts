// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/errors.js';
import { NS } from '../../src/core/namespaces.js';
import type { Element } from '../../src/core/xml.js';
import {
  attribute,
  child,
  childText,
  children,
  is,
  namespaceOf,
  parseFragment,
  sanitise,
  serialise,
  startTag,
  xml,
} from '../../src/core/xml.js';
import { nodeTools } from '../support/tools.js';

function parsed(text: string): Element {
  const [element, ...others] = parseFragment(text, nodeTools) ?? [];
  if (element === undefined || others.length > 0) throw new Error(`not one element: ${text}`);
  return element;
}

type Shape = [name: string, attributes: Record<string, string>, nodes: (Shape | string)[]];

/** A tree as plain values: adjacent texts joined, the order of attributes forgotten. */
function shape(element: Element): Shape {
  const nodes: (Shape | string)[] = [];
  for (const node of element.children) {
    const before = nodes.at(-1);
    if (typeof node !== 'string') nodes.push(shape(node));
    else if (typeof before === 'string') nodes[nodes.length - 1] = before + node;
    else if (node !== '') nodes.push(node);
  }
  const names = Object.keys(element.attrs).sort();
  const attributes = names.map((name) => [name, attribute(element, name) ?? ''] as const);
  return [element.name, Object.fromEntries(attributes), nodes];
}

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/),
  fc.constantFrom('größe', '名', '𠀀', 'a·b', 'constructor', 'toString'),
);
const text = fc.string({ unit: 'binary', maxLength: 20 });

const tree = fc.letrec<{ element: Element; node: Element | string }>((tie) => ({
  element: fc
    .tuple(
      name,
      fc.dictionary(name, text, { maxKeys: 4, noNullPrototype: true }),
      fc.array(tie('node'), { maxLength: 4, depthIdentifier: 'tree' }),
    )
    .map(([tag, attributes, nodes]) => xml(tag, { xmlns: 'urn:t', ...attributes }, ...nodes)),
  node: fc.oneof({ depthIdentifier: 'tree', maxDepth: 5 }, text, tie('element')),
})).element;

/** The same tree with every text as it may stand in XML. */
function sanitised(element: Element): Element {
  const attributes = Object.entries<string>(element.attrs);
  return xml(
    element.name,
    Object.fromEntries(attributes.map(([key, value]) => [key, sanitise(value)])),
    ...element.children.map((node) =>
      typeof node === 'string' ? sanitise(node) : sanitised(node),
    ),
  );
}

describe('what is written reads as the same tree', () => {
  it('for any tree, but for characters that XML forbids', () => {
    fc.assert(
      fc.property(tree, (element) => {
        expect(shape(parsed(serialise(element)))).toEqual(shape(sanitised(element)));
      }),
      { numRuns: 500 },
    );
  });

  it('for any text a person or a program may give, half characters and all', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const value = String.fromCharCode(...units);
        const element = parsed(serialise(xml('m', { xmlns: 'urn:t', a: value }, value)));
        expect([attribute(element, 'a'), element.getText()]).toEqual([
          sanitise(value),
          sanitise(value),
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['markup in text', xml('b', {}, '<i>&amp;</i>'), '<b>&lt;i&gt;&amp;amp;&lt;/i&gt;</b>'],
    ['the end of CDATA', xml('b', {}, ']]>'), '<b>]]&gt;</b>'],
    ['quotes in an attribute', xml('b', { a: `"'` }), '<b a="&quot;&apos;"/>'],
    ['white space in an attribute', xml('b', { a: '\t\n\r ' }), '<b a="&#9;&#10;&#13; "/>'],
    ['white space in text', xml('b', {}, '\t\n\r '), '<b>\t\n&#13; </b>'],
    [
      'control characters',
      xml('b', { a: '\0\u0001' }, '\0a\u001b[1m\u007f'),
      '<b a="">a[1m\u007f</b>',
    ],
    ['no characters', xml('b', {}, '\ufffe\uffff'), '<b>\ufffd\ufffd</b>'],
    ['half a character', xml('b', {}, 'a\ud800b\udc00'), '<b>a\ufffdb\ufffd</b>'],
    ['a whole one', xml('b', {}, '😀'), '<b>😀</b>'],
    ['undefined attributes and children', xml('b', { a: undefined }, undefined, 'c'), '<b>c</b>'],
    ['a prefix', xml('stream:error', {}), '<stream:error/>'],
  ])('%s', (_title, element, expected) => {
    expect(serialise(element)).toBe(expected);
  });

  it.each(['', ' ', 'a b', 'a>', '1a', '-a', 'a:b:c', ':a', 'a:', 'a"', '\ud800', 'a\0', '<', '×'])(
    'the name %j is refused for an element and for an attribute',
    (bad) => {
      const refused = new UsageError(
        'bad-name',
        'A name that XML does not allow was to be written.',
      );
      expect(() => serialise(xml(bad))).toThrow(refused);
      expect(() => serialise(xml('a', {}, xml(bad, {}, 'text')))).toThrow(refused);
      expect(() => serialise(xml('a', { [bad]: '1' }))).toThrow(refused);
    },
  );

  it('a start tag can be had alone', () => {
    expect(startTag(xml('stream:stream', { to: 'a' }, 'ignored'))).toBe('<stream:stream to="a">');
  });
});

describe('namespace and name decide together', () => {
  const stanza = parsed(
    "<message xmlns='jabber:client'><body xmlns='urn:other'>a</body><p:body xmlns:p='jabber:client'>b" +
      "</p:body><body xmlns=''>c</body><x xmlns='urn:x'><body>d</body></x><body>e</body></message>",
  );

  it('a child in another namespace is passed over, a prefix is not', () => {
    expect(childText(stanza, 'body', NS.client)).toBe('b');
    expect(children(stanza, 'body', NS.client).map((body) => body.getText())).toEqual(['b', 'e']);
    expect(childText(stanza, 'body', 'urn:other')).toBe('a');
    expect(childText(stanza, 'body', 'urn:none')).toBeUndefined();
  });

  it('an empty xmlns means no namespace, not that of the parent', () => {
    expect(childText(stanza, 'body', '')).toBe('c');
  });

  it('children inherit the namespace of the nearest that says one', () => {
    const x = child(stanza, 'x', 'urn:x');
    expect(x && childText(x, 'body', 'urn:x')).toBe('d');
  });

  it('the name alone does not make a message', () => {
    expect(is(parsed("<message xmlns='urn:x'/>"), 'message', NS.client)).toBe(false);
    expect(is(parsed("<message xmlns='jabber:client'/>"), 'message', NS.client)).toBe(true);
  });

  it('a stanza of ours that says nothing is in the namespace of the stream', () => {
    expect(is(xml('message'), 'message', NS.client)).toBe(true);
    expect(namespaceOf(xml('stream:error'))).toBe('');
    expect(namespaceOf(xml('xml:thing'))).toBe(NS.xml);
  });

  it.each(['constructor', '__proto__', 'hasOwnProperty', 'toString'])(
    'an attribute %s that is not there is not there',
    (key) => {
      expect(attribute(xml('a'), key)).toBeUndefined();
    },
  );
});

describe('a fragment is read by the rules of a stream', () => {
  it('its elements come without a parent and keep their namespaces', () => {
    const found = parseFragment(' <a xmlns="urn:a"><b/></a>\n<c xmlns="urn:c">x</c>', nodeTools);
    expect(found?.map(serialise)).toEqual(['<a xmlns="urn:a"><b/></a>', '<c xmlns="urn:c">x</c>']);
    expect(found?.map((element) => element.parent)).toEqual([null, null]);
  });

  it('an empty one has none', () => {
    expect(parseFragment('', nodeTools)).toEqual([]);
  });

  it.each([
    ['text beside an element', 'a<b/>'],
    ['an open element', '<b>'],
    ['an end tag too many', '</b>'],
    ['a way out of the wrapping', '</_><_>'],
    ['a way out of all of it', '</_></_>'],
    ['a way out and an open end', '</_></_><_><_>'],
    ['a comment', '<!-- a -->'],
    ['a declaration', '<?xml version="1.0"?><b/>'],
    ['an HTML entity', '<b>&nbsp;</b>'],
    ['HTML that is not XML', '<br>'],
    ['an unbound prefix', '<a:b/>'],
  ])('%s makes it unusable', (_title, input) => {
    expect(parseFragment(input, nodeTools)).toBeUndefined();
  });
});
