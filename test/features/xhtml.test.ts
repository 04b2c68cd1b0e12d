// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { reduceXhtml, xhtmlText } from '../../src/features/xhtml.js';
import { stanza } from './host.js';

function reduced(markup: string): string | undefined {
  const body = stanza(`<body xmlns='http://www.w3.org/1999/xhtml'>${markup}</body>`);
  const nodes = reduceXhtml(body.children);
  return nodes === undefined ? undefined : xhtmlText(nodes);
}

const rows: readonly [title: string, markup: string, expected: string | undefined][] = [
  ['emphasis passes', 'a <em>b</em> c', 'a <em>b</em> c'],
  [
    'a style of the profile passes',
    "<span style='color:red'>x</span>",
    '<span style="color: red">x</span>',
  ],
  [
    'a colour by numbers passes',
    "<span style='color: rgb(1, 2,3)'>x</span>",
    '<span style="color: rgb(1, 2,3)">x</span>',
  ],
  [
    'other style properties are left out',
    "<span style='position:fixed;color:red'>x</span>",
    '<span style="color: red">x</span>',
  ],
  [
    'a style that fetches is left out',
    "<em><span style='color:url(http://e/)'>x</span></em>",
    '<em><span>x</span></em>',
  ],
  [
    'a style with an expression is left out',
    "<em><span style='color:expression(alert(1))'>x</span></em>",
    '<em><span>x</span></em>',
  ],
  [
    'a style with an escape is left out',
    "<em><span style='color:\\75rl'>x</span></em>",
    '<em><span>x</span></em>',
  ],
  ['event attributes are left out', "<em onclick='x()'>x</em>", '<em>x</em>'],
  [
    'class, id and title are left out',
    "<strong class='a' id='b' title='c'>x</strong>",
    '<strong>x</strong>',
  ],
  [
    'a web link passes',
    "<a href='https://a.example/b?c=d&amp;e'>x</a>",
    '<a href="https://a.example/b?c=d&amp;e">x</a>',
  ],
  [
    'a mail link passes',
    "<a href='mailto:a@b.example'>x</a>",
    '<a href="mailto:a@b.example">x</a>',
  ],
  [
    'a plain xmpp link passes',
    "<a href='xmpp:a@b.example'>x</a>",
    '<a href="xmpp:a@b.example">x</a>',
  ],
  [
    'an xmpp link with an action is only its text',
    "<a href='xmpp:a@b.example?remove'>x</a>",
    undefined,
  ],
  ['a script link is only its text', "<em/><a href='javascript:alert(1)'>x</a>", '<em/>x'],
  [
    'a script link in disguise is only its text',
    "<em/><a href=' &#9;JaVaScRiPt:alert(1)'>x</a>",
    '<em/>x',
  ],
  ['a file link is only its text', "<em/><a href='file:///etc/passwd'>x</a>", '<em/>x'],
  ['a data link is only its text', "<em/><a href='data:text/html,x'>x</a>", '<em/>x'],
  ['a share of a file server is only its text', "<em/><a href='\\\\host\\share'>x</a>", '<em/>x'],
  ['a link with a line break is only its text', "<em/><a href='http://a&#10;b'>x</a>", '<em/>x'],
  [
    'a picture is its words',
    "<em>see</em> <img src='http://e/x.png' alt='a cat'/>",
    '<em>see</em> a cat',
  ],
  ['a picture without words is nothing', "<em>see</em><img src='http://e/x.png'/>", '<em>see</em>'],
  ['a script is dropped with its text', '<em>x</em><script>alert(1)</script>', '<em>x</em>'],
  ['a style sheet is dropped with its text', '<em>x</em><style>p{}</style>', '<em>x</em>'],
  ['an unknown element leaves its content', '<blink>x <em>y</em></blink>', 'x <em>y</em>'],
  [
    'an element of another namespace is dropped',
    "<em>x</em><svg xmlns='http://www.w3.org/2000/svg'><text>y</text></svg>",
    '<em>x</em>',
  ],
  ['a nested body is only its content', '<body><em>x</em></body>', '<em>x</em>'],
  ['b and i have other names', '<b>x</b><i>y</i>', '<strong>x</strong><em>y</em>'],
  ['a heading is a paragraph', '<h1>x</h1><em>y</em>', '<p>x</p><em>y</em>'],
  ['text stays escaped', '<em>&lt;b&gt; &amp;amp;</em>', '<em>&lt;b&gt; &amp;amp;</em>'],
  ['text alone needs no markup', 'x', undefined],
  ['line breaks alone need no markup', 'x<br/>y', undefined],
  ['bare paragraphs need no markup', '<p><span>x</span></p>', undefined],
  ['too many elements make plain text', '<em>x</em>'.repeat(2_001), undefined],
];

describe('XHTML-IM is reduced to the recommended profile (XEP-0071 §7.8, §11)', () => {
  test.each(rows)('%s', (_title, markup, expected) => {
    expect(reduced(markup)).toBe(expected);
  });

  test('a link too long to show is only its text', () => {
    expect(reduced(`<em/><a href='http://a/${'b'.repeat(9_000)}'>x</a>`)).toBe('<em/>x');
  });
});
