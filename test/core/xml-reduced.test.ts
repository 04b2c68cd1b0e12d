// SPDX-License-Identifier: MIT
//
// Anybody can send a stanza that is past a limit. One that ended the stream would lock the account out.

import { describe, expect, it } from 'vitest';
import { bytesOf, head, newReading, opened, read, tail } from '../support/xml-reading.js';

const limits = { header: 200, stanza: 160, reduced: 600, depth: 4, attributes: 6 };
const many = Array.from({ length: 8 }, (_, n) => ` a${String(n)}='1'`).join('');
const deep = '<a><b><c><d><e><f/></e></d></c></b></a>';
const next = '<iq xmlns="jabber:client"/>';

describe('a stanza past a limit comes as its outline, and the next one comes whole', () => {
  const outline = '<message xmlns="jabber:client" from="a@b/c" id="i"/>';
  const of = (content: string): string => `<message from='a@b/c' id='i'>${content}</message>`;
  const cases: Record<string, [input: string, outline: string]> = {
    'text that is too long': [of('x'.repeat(200)), outline],
    'CDATA that is too long': [of(`<![CDATA[${'x'.repeat(200)}]]>`), outline],
    'elements that are too many': [of('<a/>'.repeat(50)), outline],
    'a name that is too long': [of(`<${'x'.repeat(200)}></${'x'.repeat(200)}>`), outline],
    'an attribute value that is too long': [of(`<x a='${'x'.repeat(200)}'/>`), outline],
    'an attribute name that is too long': [of(`<x ${'x'.repeat(200)}='1'/>`), outline],
    'space in a tag that is too long': [of(`<x ${' '.repeat(200)}/>`), outline],
    'references without end': [of('&amp;&#65;'.repeat(30)), outline],
    'elements too deep': [of(deep), outline],
    'elements too deep and text behind them': [of(`${deep}<x>y</x> z`), outline],
    'elements too deep twice': [of(deep + deep), outline],
    'too many attributes deep inside': [of(`<x${many}/>`), outline],
    'too many attributes of an element with content': [of(`<x${many}>y</x>`), outline],
    'all at once': [of(`${deep}<x${many}>${'x'.repeat(200)}</x>`), outline],
    'a prefix nobody declared, behind a limit': [of(`${deep}<p:x p:a='1'/>`), outline],
    'too many namespaces': [
      of(`<x${Array.from({ length: 9 }, (_, n) => ` xmlns:p${String(n)}='u'`).join('')}/>`),
      outline,
    ],
    'too many attributes of its own': [`<message from='a@b/c'${many} id='i'/>`, outline],
    'too many attributes of its own, with content': [
      `<message${many} id='i' from='a@b/c'><b>x</b></message>`,
      '<message xmlns="jabber:client" id="i" from="a@b/c"/>',
    ],
    'everything it is known by, and nothing else': [
      `<iq xml:lang='de' to='d@e' from='a@b' type='get' id='1' a:from='x' xmlns:a='u'${many}/>`,
      '<iq xmlns="jabber:client" to="d@e" from="a@b" type="get" id="1"/>',
    ],
    'a namespace of its own': [
      `<a xmlns='urn:xmpp:sm:3' h='1'${many}/>`,
      '<a xmlns="urn:xmpp:sm:3"/>',
    ],
    'references in its addresses': [
      `<message from='a&amp;b'>${deep}</message>`,
      '<message xmlns="jabber:client" from="a&amp;b"/>',
    ],
  };
  it.each(Object.entries(cases))('%s', (_title, [input, expected]) => {
    expect(read(`${head}<iq/>${input}<iq/>${tail}`, limits)).toEqual([
      opened,
      next,
      `reduced ${expected}`,
      next,
      'end',
    ]);
  });

  it('of an address that is too long comes as much as is no address', () => {
    const { reader, events } = newReading();
    const long = 'a'.repeat(1024 * 1024);
    for (const part of [head, `<message from='${long}`, long, `'/>`, '<iq/>'])
      reader.write(bytesOf(part));
    expect(events).toEqual([
      opened,
      `reduced <message xmlns="jabber:client" from="${'a'.repeat(4096)}"/>`,
      next,
    ]);
  });
});

describe('behind a limit broken XML still ends the stream', () => {
  const broken: Record<string, [input: string, condition?: string]> = {
    'wrong end tag': ['</y>'],
    'end tag of the stanza too early': ['</m>'],
    'end tag of the stream': [tail],
    'end tag that is the end of another name': ['<xy></y>'],
    'end tag that begins as another name': ['<xy></x>'],
    'end tag without a name': ['</>'],
    'end tags in the wrong order': ['<y><z></y></z>'],
    'attribute without quotes': ['<y a=1/>'],
    'attribute without value': ['<y a/>'],
    'less-than in an attribute': ["<y a='<'/>"],
    NUL: ['\0'],
    'NUL in an attribute': ["<y a='\0'/>"],
    'control character': ['\u0001'],
    'reference to NUL': ['&#0;'],
    'end of CDATA in text': [']]>'],
    'second XML declaration': ["<?xml version='1.0'?>"],
    'entity that nobody declared': ['&nbsp;', 'restricted-xml'],
    'such an entity in an attribute': ["<y a='&nbsp;'/>", 'restricted-xml'],
    comment: ['<!-- a -->', 'restricted-xml'],
    'processing instruction': ['<?a b?>', 'restricted-xml'],
    'document type': ['<!DOCTYPE a>', 'restricted-xml'],
    'more than the last limit': ['y'.repeat(600), 'policy-violation'],
    'more than the last limit, and then NUL': [`${'y'.repeat(600)}\0`, 'policy-violation'],
  };
  it.each(Object.entries(broken))('%s', (_title, [input, condition = 'not-well-formed']) => {
    for (const before of [`<m>${deep}<x>`, `<m${many}><x>`, `<m><x>${'x'.repeat(160)}`]) {
      expect(read(head + before + input, limits), before).toEqual([
        opened,
        `fault stream ${condition}`,
      ]);
    }
  });

  it('an address given twice', () => {
    expect(read(`${head}<m${many} from='a' from='b'/>`, limits)).toEqual([
      opened,
      'fault stream not-well-formed',
    ]);
  });
});

describe('the message that locked an account out', () => {
  const wide = Array.from({ length: 130 }, (_, n) => ` a${String(n)}='1'`).join('');
  it.each([
    ['130 attributes', `<x${wide}/>`],
    ['130 elements within each other', `${'<x>'.repeat(130)}${'</x>'.repeat(130)}`],
    ['a million of them', `${'<x>'.repeat(1_000_000)}${'</x>'.repeat(1_000_000)}`],
    ['a million namespaces', `<x${" xmlns:a='u'".repeat(1_000_000)}/>`],
    ['two million code units', 'x'.repeat(2_000_000)],
  ])('of %s is read over', (_title, content) => {
    const { reader, events } = newReading();
    const text = `${head}<message><body>x</body>${content}</message><iq/>`;
    for (let at = 0; at < text.length; at += 65_536) {
      reader.write(bytesOf(text.slice(at, at + 65_536)));
    }
    expect(events).toEqual([opened, 'reduced <message xmlns="jabber:client"/>', next]);
  });
});
