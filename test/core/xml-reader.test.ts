// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import { XmlReader } from '../../src/core/xml-reader.js';
import { nodeTools } from '../support/tools.js';
import { bytesOf, head, join, message, opened, read, tail } from '../support/xml-reading.js';

describe('a well-formed stream is read to stanzas that stand by themselves', () => {
  const cases: Record<string, [input: string, ...stanzas: string[]]> = {
    'one message': ['<message><body>hi</body></message>', message('<body>hi</body>')],
    'two stanzas with white space around them': [
      ' \r\n<presence/>\t<iq/> ',
      '<presence xmlns="jabber:client"/>',
      '<iq xmlns="jabber:client"/>',
    ],
    'white space in a stanza is kept': [
      '<message> <body>\n</body></message>',
      message(' <body>\n</body>'),
    ],
    'characters of two, three and four bytes': ['<message>é€𝄞</message>', message('é€𝄞')],
    'the five entities and character references': [
      '<message>&amp;&lt;&gt;&quot;&apos;&#65;&#x1F600;</message>',
      message('&amp;&lt;&gt;"\'A😀'),
    ],
    'CDATA is text and joins the text around it': [
      '<message>a<![CDATA[<b>&amp;]]]]>c</message>',
      message('a&lt;b&gt;&amp;amp;]]c'),
    ],
    'line ends become one line feed': ['<message>a\r\nb\rc</message>', message('a\nb\nc')],
    'white space in an attribute becomes spaces': [
      "<message id='a\n\tb'/>",
      '<message id="a  b" xmlns="jabber:client"/>',
    ],
    'a prefix that the stream declares is declared in the stanza': [
      '<stream:features><a xmlns="urn:a"/></stream:features>',
      '<stream:features xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">' +
        '<a xmlns="urn:a"/></stream:features>',
    ],
    'a prefix of the stream used deep in a stanza is declared where it is used': [
      '<message><a><stream:b stream:c="1"/></a></message>',
      message('<a><stream:b stream:c="1" xmlns:stream="http://etherx.jabber.org/streams"/></a>'),
    ],
    'a prefix that the stanza declares itself stays where it is': [
      '<p:a xmlns:p="urn:p"><p:b p:c="1"/></p:a>',
      '<p:a xmlns:p="urn:p" xmlns="jabber:client"><p:b p:c="1"/></p:a>',
    ],
    'an own default namespace is not touched': [
      '<r xmlns="urn:xmpp:sm:3"/>',
      '<r xmlns="urn:xmpp:sm:3"/>',
    ],
    'xml:lang needs no declaration': [
      '<message xml:lang="de"/>',
      '<message xml:lang="de" xmlns="jabber:client"/>',
    ],
    'attributes with names that objects have': [
      '<m constructor="1" toString="2"/>',
      '<m constructor="1" toString="2" xmlns="jabber:client"/>',
    ],
    'names outside ASCII': ['<größe é="1"/>', '<größe é="1" xmlns="jabber:client"/>'],
    nothing: [''],
  };
  it.each(Object.entries(cases))('%s', (_title, [input, ...stanzas]) => {
    expect(read(head + input)).toEqual([opened, ...stanzas]);
  });

  it('the end tag ends the stream and nothing after it is read', () => {
    expect(read(`${head}<iq/>${tail}<message/> and <broken`)).toEqual([
      opened,
      '<iq xmlns="jabber:client"/>',
      'end',
    ]);
  });

  it('a root that is empty opens and ends', () => {
    expect(read('<stream/>')).toEqual(['open stream', 'end']);
  });

  it.each([
    ["<?xml version='1.0'?>"],
    ["<?xml version='1.0' encoding='UTF-8'?>\n"],
    ["<?xml version='1.0' encoding='utf-8' standalone='yes'?>"],
    [''],
    ['\n '],
  ])('a stream may begin with %j', (declaration) => {
    expect(read(`${declaration}<stream>`)).toEqual(['open stream']);
  });
});

describe('after a fault nothing more comes, and what came before it stands', () => {
  const broken: Record<string, string> = {
    'wrong end tag': '<m><b></m></b>',
    'end tag of another name': '<m></b>',
    'end tag of the stream inside a stanza': '<m></stream:stream>',
    'end tag of a stanza inside an element of it': '<m><b></m>',
    'end tag without a name': '<m></>',
    'end tag between stanzas': '</m>',
    'end tag with an attribute': '<m></m a="1">',
    'end tag that also ends itself': '<m></m/>',
    'slash before a space': '<m/ x="1">',
    'two slashes': '<m//>',
    'space before the name': '< m/>',
    'no name': '< >',
    'space before the name of an end tag': '<m></ m>',
    'digit first in a name': '<1m/>',
    'sign in a name': '<m$!/>',
    'attribute without quotes': '<m a=b c="d"/>',
    'attribute value with letters before the quotes': '<m a=zzz"1"/>',
    'attribute without value': '<m a b="1"/>',
    'attribute without value at the end': '<m a>',
    'attribute twice': '<m a="1" a="2"/>',
    'attributes without space between': '<m a="1"b="2"/>',
    'less-than in an attribute': '<m a="<"/>',
    'NUL in text': '<m>\0</m>',
    'NUL in an attribute': '<m a="\0"/>',
    'NUL between stanzas': '\0<m/>',
    'control character': '<m>\u0001</m>',
    'U+FFFE': '<m>\ufffe</m>',
    'U+FFFF': '<m>\uffff</m>',
    'end of CDATA in text': '<m>]]></m>',
    'reference with letters among digits': '<m>&#65zz;</m>',
    'reference to NUL': '<m>&#0;</m>',
    'reference to a control character': '<m>&#1;</m>',
    'reference to half a character': '<m>&#xD800;</m>',
    'reference beyond Unicode': '<m>&#x110000;</m>',
    'empty reference': '<m>&;</m>',
    'lone ampersand before other text': '<m>a & b; c</m>',
    'prefix that is bound to nothing': '<p:m/>',
    'attribute with such a prefix': '<m p:a="1"/>',
    'xml prefix bound to something else': '<m xmlns:xml="urn:a"/>',
    'xmlns prefix bound': '<m xmlns:xmlns="urn:a"/>',
    'xml namespace under another prefix': '<m xmlns:p="http://www.w3.org/XML/1998/namespace"/>',
    'prefix unbound': '<m xmlns:p=""/>',
    'two colons': '<a:b:c/>',
    'one attribute by two prefixes': '<m xmlns:p="urn:a" xmlns:q="urn:a" p:x="1" q:x="2"/>',
    'second XML declaration': "<?xml version='1.0'?>",
  };
  it.each(Object.entries(broken))('%s is not well-formed', (_title, input) => {
    expect(read(`${head}<iq/>${input}<presence/>`)).toEqual([
      opened,
      '<iq xmlns="jabber:client"/>',
      'fault stream not-well-formed',
    ]);
  });

  const restricted: Record<string, string> = {
    'comment between stanzas': '<!-- a -->',
    'comment in a stanza': '<m><!-- a --></m>',
    'processing instruction between stanzas': '<?a b?>',
    'processing instruction in a stanza': '<m><?a?></m>',
    'document type in a stream': '<!DOCTYPE a>',
    'document type in a stanza': '<m><!DOCTYPE a [ <!ENTITY b "c"> ]></m>',
    'declaration of nothing known': '<!FOOBAR><m/>',
    'entity that nobody declared': '<m>&nbsp;</m>',
    'such an entity in an attribute': '<m a="&lol;"/>',
  };
  it.each(Object.entries(restricted))('%s is restricted (RFC 6120 §11.1)', (_title, input) => {
    expect(read(`${head}<iq/>${input}<presence/>`)).toEqual([
      opened,
      '<iq xmlns="jabber:client"/>',
      'fault stream restricted-xml',
    ]);
  });

  it.each([
    ['document type', '<!DOCTYPE stream>', 'restricted-xml'],
    ['document type from elsewhere', '<!DOCTYPE a SYSTEM "file:///etc/passwd">', 'restricted-xml'],
    [
      'entities that grow',
      '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
      'restricted-xml',
    ],
    ['comment', '<!-- a -->', 'restricted-xml'],
    ['processing instruction', '<?php echo?>', 'restricted-xml'],
    ['text', 'HTTP/1.1 400 Bad Request\r\n\r\n<html>', 'not-well-formed'],
    ['byte order mark', '\ufeff<?xml version="1.0"?><stream>', 'not-well-formed'],
    ['declaration after a space', " <?xml version='1.0'?><stream>", 'not-well-formed'],
    ['two declarations', "<?xml version='1.0'?><?xml version='1.0'?><stream>", 'not-well-formed'],
    ['declaration without version', "<?xml encoding='UTF-8'?><stream>", 'not-well-formed'],
    ['XML 1.1', "<?xml version='1.1'?><stream>", 'not-well-formed'],
    ['XML 2.0', "<?xml version='2.0'?><stream>", 'not-well-formed'],
    [
      'another encoding',
      "<?xml version='1.0' encoding='ISO-8859-1'?><stream>",
      'unsupported-encoding',
    ],
    ['UTF-16', "<?xml version='1.0' encoding='UTF-16'?><stream>", 'unsupported-encoding'],
    ['end tag', '</stream>', 'not-well-formed'],
    ['CDATA', '<![CDATA[a]]><stream>', 'not-well-formed'],
  ])('a stream that begins with %s is refused', (_title, input, condition) => {
    expect(read(input)).toEqual([`fault stream ${condition}`]);
  });

  it.each([
    ['text', 'hello'],
    ['a reference', '&#32;x'],
    ['CDATA', '<![CDATA[x]]>'],
    ['a no-break space', '\u00a0'],
    ['a byte order mark', '\ufeff'],
  ])('%s between stanzas is a bad format (RFC 6120 §11.7)', (_title, input) => {
    expect(read(`${head}${input}<iq/>`)).toEqual([opened, 'fault stream bad-format']);
  });

  it.each([
    ['a byte that begins nothing', [0xff]],
    ['a continuation byte alone', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong less-than of three bytes', [0xe0, 0x80, 0xbc]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a pair of surrogates', [0xed, 0xa0, 0xb4, 0xed, 0xb4, 0x9e]],
    ['a character beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a character cut short by a tag', [0xe2, 0x82]],
    ['a bad byte that hides a less-than', [0xc3]],
    ['a character of five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ])('%s is not UTF-8', (_title, bytes) => {
    const input = join(head, '<iq/><m>é', Uint8Array.from(bytes), '</m><presence/>');
    expect(read(input)).toEqual([
      opened,
      '<iq xmlns="jabber:client"/>',
      'fault stream unsupported-encoding',
    ]);
  });
});

describe('the owner may stop the reader', () => {
  it('in the middle of a chunk, and the rest of it is not read (RFC 6120 §5.4.3.3)', () => {
    const seen: string[] = [];
    const reader = new XmlReader(
      {
        open: () => seen.push('open'),
        element: (element) => {
          seen.push(element.name);
          reader.stop();
        },
        end: () => seen.push('end'),
        fault: () => seen.push('fault'),
      },
      nodeTools,
    );
    reader.write(
      bytesOf(`${head}<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><message/><broken`),
    );
    reader.write(bytesOf('<<<'));
    expect(seen).toEqual(['open', 'proceed']);
  });

  it('an error of the owner itself goes through', () => {
    const reader = new XmlReader(
      {
        open: () => undefined,
        element: () => {
          throw new RangeError('mine');
        },
        end: () => undefined,
        fault: () => undefined,
      },
      nodeTools,
    );
    expect(() => reader.write(bytesOf(`${head}<a/>`))).toThrow(new RangeError('mine'));
  });
});
