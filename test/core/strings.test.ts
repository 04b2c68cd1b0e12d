// SPDX-License-Identifier: MIT
//
// The examples of the RFCs on how names, passwords and addresses are prepared, one table each.

import { describe, expect, it } from 'vitest';
import { Jid } from '../../src/core/jid.js';
import { opaqueString, usernameCaseMapped } from '../../src/core/precis.js';
import { tools } from '../../src/engine/tools-node.js';

describe('SASLprep', () => {
  function prepared(text: string): string {
    try {
      return tools.saslprep(text);
    } catch {
      return 'refused';
    }
  }

  it.each([
    [1, 'I\u00adX', 'IX', 'SOFT HYPHEN mapped to nothing'],
    [2, 'user', 'user', 'no transformation'],
    [3, 'USER', 'USER', 'case preserved, will not match #2'],
    [4, '\u00aa', 'a', 'output is NFKC, input in ISO 8859-1'],
    [5, '\u2168', 'IX', 'output is NFKC, will match #1'],
    [6, '\u0007', 'refused', 'prohibited character'],
    [7, '\u0627\u0031', 'refused', 'bidirectional check'],
  ])('example %i of RFC 4013 §3: %j becomes %j', (_, text, expected) => {
    expect(prepared(text)).toBe(expected);
  });

  it.each([
    ['a password in NFD', 'pa\u0308ss', 'p\u00e4ss'],
    ['the same in NFC', 'p\u00e4ss', 'p\u00e4ss'],
    ['a no-break space', 'a\u00a0b', 'a b'],
    ['the ogham space', 'a\u1680b', 'a b'],
    ['the ideographic space', 'a\u3000b', 'a b'],
    ['a joiner', 'a\u200db', 'ab'],
    ['a non-joiner', 'a\u200cb', 'ab'],
    ['a byte order mark', '\ufeffab', 'ab'],
    ['a variation selector', 'a\ufe0fb', 'ab'],
    ['a fullwidth letter', '\uff21', 'A'],
    ['a ligature', '\ufb01', 'fi'],
    ['Arabic at both ends', '\u0627\u0031\u0628', '\u0627\u0031\u0628'],
    ['Arabic with Latin inside', '\u0627a\u0628', 'refused'],
    ['spaces at the ends', ' a ', ' a '],
    ['what Unicode 3.2 did not know', '\u1e9e\u{1f511}', '\u1e9e\u{1f511}'],
    ['a delete', 'a\u007f', 'refused'],
    ['a private use character', '\ue000', 'refused'],
    ['no character', '\ufdd0', 'refused'],
    ['half a character', '\ud800', 'refused'],
    ['a reversal of direction', 'a\u202eb', 'refused'],
    ['a replacement character', '\ufffd', 'refused'],
    ['a tag', '\u{e0001}', 'refused'],
  ])('%s (RFC 4013 §2)', (_, text, expected) => {
    expect(prepared(text)).toBe(expected);
  });
});

describe('UsernameCaseMapped', () => {
  // RFC 8265 §3.5, tables 1 and 2, for the profile that ignores case.
  it.each([
    [1, 'juliet@example.com', 'juliet@example.com'],
    [2, 'fussball', 'fussball'],
    [3, 'fu\u00dfball', 'fu\u00dfball'],
    [4, '\u03c0', '\u03c0'],
    [5, '\u03a3', '\u03c3'],
    [6, '\u03c3', '\u03c3'],
    [7, '\u03c2', '\u03c2'],
    ['not 8', 'foo bar', undefined],
    ['not 9', '', undefined],
    ['not 10', 'henry\u2163', undefined],
    ['not 11', '\u221e', undefined],
  ])('example %s of RFC 8265: %j becomes %j', (_, text, expected) => {
    expect(usernameCaseMapped(text)).toBe(expected);
  });

  it.each([
    ['capitals', 'JULIET', 'juliet'],
    ['fullwidth letters', '\uff2a\uff55', 'ju'],
    ['a letter of two characters', 'u\u0308', '\u00fc'],
    ['a capital of two characters', 'U\u0308', '\u00fc'],
    ['the capital sharp s', '\u1e9e', '\u00df'],
    ['a titlecase letter, which stands for two', '\u01c5', undefined],
    ['a ligature, which stands for two', '\ufb01', undefined],
    ['a superscript', 'x\u00b2', undefined],
    ['an emoji', '\u{1f511}', undefined],
    ['an old jamo', '\u1100', undefined],
    ['right-to-left from end to end', '\u05d0\u05d1', '\u05d0\u05d1'],
    ['a digit before right-to-left', '1\u05d0', undefined],
  ])('%s (RFC 8264 §9)', (_, text, expected) => {
    expect(usernameCaseMapped(text)).toBe(expected);
  });
});

describe('OpaqueString', () => {
  // RFC 8265 §4.3, tables 3 and 4.
  it.each([
    [12, 'correct horse battery staple', 'correct horse battery staple'],
    [13, 'Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    [14, '\u03c0\u00df\u00e5', '\u03c0\u00df\u00e5'],
    [15, 'Jack of \u2666s', 'Jack of \u2666s'],
    [16, 'foo\u1680bar', 'foo bar'],
    ['not 17', '', undefined],
    ['not 18', 'my cat is a \u0009by', undefined],
  ])('example %s of RFC 8265: %j becomes %j', (_, text, expected) => {
    expect(opaqueString(text)).toBe(expected);
  });
});

describe('addresses', () => {
  const parts = (text: string): (string | undefined)[] => {
    const jid = Jid.parse(text, tools);
    return [jid?.local, jid?.domain, jid?.resource];
  };

  // RFC 7622 §3.5, table 1, and number 3 of table 2, which erratum 4560 puts among the valid ones.
  it.each([
    [1, 'juliet@example.com', 'juliet', 'example.com', ''],
    [2, 'juliet@example.com/foo', 'juliet', 'example.com', 'foo'],
    [3, 'juliet@example.com/foo bar', 'juliet', 'example.com', 'foo bar'],
    [4, 'juliet@example.com/foo@bar', 'juliet', 'example.com', 'foo@bar'],
    [5, 'foo\\20bar@example.com', 'foo\\20bar', 'example.com', ''],
    [6, 'fussball@example.com', 'fussball', 'example.com', ''],
    [7, 'fu\u00dfball@example.com', 'fu\u00dfball', 'example.com', ''],
    [8, '\u03c0@example.com', '\u03c0', 'example.com', ''],
    [9, '\u03a3@example.com/foo', '\u03c3', 'example.com', 'foo'],
    [10, '\u03c3@example.com/foo', '\u03c3', 'example.com', 'foo'],
    [11, '\u03c2@example.com/foo', '\u03c2', 'example.com', 'foo'],
    [12, 'king@example.com/\u265a', 'king', 'example.com', '\u265a'],
    [13, 'example.com', '', 'example.com', ''],
    [14, 'example.com/foobar', '', 'example.com', 'foobar'],
    [15, 'a.example.com/b@example.net', '', 'a.example.com', 'b@example.net'],
    ['4560', 'juliet@example.com/ foo', 'juliet', 'example.com', ' foo'],
  ])('%s of RFC 7622 is valid: %j', (_, text, ...expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it.each([
    [16, '"juliet"@example.com'],
    [17, 'foo bar@example.com'],
    [19, '@example.com/'],
    [20, 'henry\u2163@example.com'],
    [21, '\u265a@example.com'],
    [22, 'juliet@'],
    [23, '/foobar'],
  ])('%i of RFC 7622 is not valid: %j', (_, text) => {
    expect(Jid.parse(text, tools)).toBeUndefined();
  });
});
