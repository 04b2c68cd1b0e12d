// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Jid } from '../../src/core/jid.js';
import { nodeTools } from '../support/tools.js';

function parts(text: string): [string, string, string] | undefined {
  const jid = Jid.parse(text, nodeTools);
  return jid && [jid.local, jid.domain, jid.resource];
}

const long = 'x'.repeat(1023);

describe('an address is divided and prepared (RFC 7622 §3)', () => {
  it.each<[string, string, string, string]>([
    ['juliet@example.com', 'juliet', 'example.com', ''],
    ['juliet@example.com/foo', 'juliet', 'example.com', 'foo'],
    ['juliet@example.com/foo bar', 'juliet', 'example.com', 'foo bar'],
    ['juliet@example.com/foo@bar', 'juliet', 'example.com', 'foo@bar'],
    ['juliet@example.com/a/b', 'juliet', 'example.com', 'a/b'],
    ['foo\\20bar@example.com', 'foo\\20bar', 'example.com', ''],
    ['fussball@example.com', 'fussball', 'example.com', ''],
    ['fußball@example.com', 'fußball', 'example.com', ''],
    ['π@example.com', 'π', 'example.com', ''],
    ['Σ@example.com/foo', 'σ', 'example.com', 'foo'],
    ['ς@example.com/foo', 'ς', 'example.com', 'foo'],
    ['king@example.com/♚', 'king', 'example.com', '♚'],
    ['example.com', '', 'example.com', ''],
    ['example.com/foobar', '', 'example.com', 'foobar'],
    ['a.example.com/b@example.net', '', 'a.example.com', 'b@example.net'],
    ['server/resource@foo', '', 'server', 'resource@foo'],
    ['server/resource@foo/bar', '', 'server', 'resource@foo/bar'],
  ])('%s as in the table of the RFC', (text, ...expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it.each<[string, string, string, string, string]>([
    // RFC 7622 §3.5 has it among the wrong ones; erratum 4560 takes it out.
    ['a space first in the resource', 'romeo@b.c/ tomb', 'romeo', 'b.c', ' tomb'],
    ['a resource of one space', 'romeo@b.c/ ', 'romeo', 'b.c', ' '],
    ['a resource of slashes and at-signs', 'romeo@b.c//@/', 'romeo', 'b.c', '/@/'],
    ['a compatibility sign in the resource', 'romeo@b.c/ﬃ½Ⅳ', 'romeo', 'b.c', 'ﬃ½Ⅳ'],
    ['case in the resource', 'romeo@b.c/ΣςΣ', 'romeo', 'b.c', 'ΣςΣ'],
    ['a sign with one composition', '\u212bngstrom@b.c', 'ångstrom', 'b.c', ''],
    ['a capital sharp s', 'FU\u1e9eBALL@b.c', 'fußball', 'b.c', ''],
    ['a dotted capital I', '\u0130x@b.c', 'i\u0307x', 'b.c', ''],
    ['case of local and domain', 'JULIET@Example.COM/Foo', 'juliet', 'example.com', 'Foo'],
    ['case outside ASCII', 'ÄÖÜ@MÜNCHEN.example/Ä', 'äöü', 'münchen.example', 'Ä'],
    ['composition', 'a\u0308@u\u0308.example/o\u0308', 'ä', 'ü.example', 'ö'],
    ['full width', 'ｊｕｌｉｅｔ@ｅｘａｍｐｌｅ．ｃｏｍ/ｆ', 'juliet', 'example.com', 'ｆ'],
    ['half width katakana', 'ｱｲ@example.com', 'アイ', 'example.com', ''],
    ['an A-label', 'a@xn--mnchen-3ya.example', 'a', 'münchen.example', ''],
    ['an A-label in capitals', 'a@XN--MNCHEN-3YA.EXAMPLE', 'a', 'münchen.example', ''],
    ['an A-label of many characters', 'a@xn--fiqs8s.example', 'a', '中国.example', ''],
    ['an A-label beyond the basic plane', 'a@xn--j50i.example', 'a', '𠀀.example', ''],
    ['sharp s in a domain', 'a@faß.example', 'a', 'faß.example', ''],
    ['the ideographic full stop', 'a@例。example', 'a', '例.example', ''],
    ['a trailing dot', 'a@example.com./r', 'a', 'example.com', 'r'],
    ['IPv4', 'a@192.0.2.1', 'a', '192.0.2.1', ''],
    ['IPv6', 'a@[2001:DB8::1]/r', 'a', '[2001:db8::1]', 'r'],
    ['IPv6 in full', 'a@[1:2:3:4:5:6:7:8]', 'a', '[1:2:3:4:5:6:7:8]', ''],
    ['IPv6 with IPv4 in it', 'a@[::ffff:192.0.2.1]', 'a', '[::ffff:192.0.2.1]', ''],
    ['the unspecified address', '[::]', '', '[::]', ''],
    ['one label', 'a@localhost', 'a', 'localhost', ''],
    ['an underscore', 'a@chat_server', 'a', 'chat_server', ''],
    ['digits first', 'a@3com.example', 'a', '3com.example', ''],
    ['spaces of other kinds', 'a@b.c/x\u00a0y\u3000z', 'a', 'b.c', 'x y z'],
    ['emoji of several characters', 'a@b.c/👩‍💻❤️🏴󠁧󠁢󠁷󠁬󠁳󠁿', 'a', 'b.c', '👩‍💻❤️🏴󠁧󠁢󠁷󠁬󠁳󠁿'],
    ['signs of ASCII', '!#$%()*+,-.;=?[\\]^_`{|}~@b.c', '!#$%()*+,-.;=?[\\]^_`{|}~', 'b.c', ''],
    ['Hebrew', 'שלום1@b.c', 'שלום1', 'b.c', ''],
    ['the middle dot of Catalan', 'col·lega@b.c', 'col·lega', 'b.c', ''],
    ['a joiner after a virama', 'क्\u200dष@b.c', 'क्\u200dष', 'b.c', ''],
    ['a non-joiner in Persian', 'نامه\u200cای@b.c', 'نامه\u200cای', 'b.c', ''],
    ['Arabic digits', 'علي٣@b.c', 'علي٣', 'b.c', ''],
    ['parts of the greatest length', `${long}@b.c/${long}`, long, 'b.c', long],
  ])('%s', (_title, text, ...expected) => {
    expect(parts(text)).toEqual(expected);
  });

  it.each([
    ['quotation marks', '"juliet"@example.com'],
    ['a space in the local part', 'foo bar@example.com'],
    ['neither local nor resource', '@example.com/'],
    ['an empty resource', 'a@example.com/'],
    ['a number form', 'henryⅣ@example.com'],
    ['a symbol in the local part', '♚@example.com'],
    ['a ligature in the local part', 'oﬃce@b.c'],
    ['a fraction in the local part', 'half½@b.c'],
    ['a superscript in the local part', 'x²@b.c'],
    ['a space without width in the local part', 'a\u200bb@b.c'],
    ['a wide space in the local part', 'a\u3000b@b.c'],
    ['a part of a Hangul syllable', '\u1100@b.c'],
    ['a character of no version of Unicode', 'a\u0378@b.c'],
    ['a character for private use', 'a\ue000@b.c'],
    ['the same in the resource', 'a@b.c/\ue000'],
    ['a next line in the resource', 'a@b.c/a\u0085b'],
    ['no domain', 'juliet@'],
    ['only a resource', '/foobar'],
    ['no domain before a resource', 'node@/server'],
    ['an empty local part', '@server'],
    ['an empty local part and a resource', '@server/resource'],
    ['nothing around the at-sign', '@'],
    ['nothing around anything', '@/'],
    ['two at-signs', 'user@@host'],
    ['two at-signs and nothing behind them', 'romeo@@'],
    ['two at-signs and a resource', 'romeo@@b.c/tomb'],
    ['two at-signs and an empty resource', 'romeo@@b.c/'],
    ['a slash alone', '/'],
    ['an empty local part without a domain', '@/tomb'],
    ['two at-signs with a name between', 'a@b@c/r'],
    ['nothing', ''],
    ['a space', ' '],
    ['an ampersand', 'a&b@c'],
    ['an apostrophe', "a'b@c"],
    ['a colon', 'a:b@c'],
    ['a less-than', 'a<b@c'],
    ['a greater-than', 'a>b@c'],
    ['a wide at-sign that would divide', 'a＠b@c'],
    ['a wide quotation mark', '＂@c'],
    ['NUL in the local part', 'a\0@x'],
    ['NUL in the domain', 'a@x\0'],
    ['NUL in the resource', 'a@x/\0'],
    ['a line feed in the resource', 'a@x/a\nb'],
    ['a deleted character', 'a@x/\u007f'],
    ['a soft hyphen in the local part', 'a\u00adb@x'],
    ['a joiner without a virama', 'a\u200db@x'],
    ['a non-joiner without a reason', 'a\u200cb@x'],
    ['a middle dot without l', 'a·b@x'],
    ['Arabic digits of both kinds', 'ع٣۳@b.c'],
    ['left-to-right in right-to-left', 'אaב@b.c'],
    ['right-to-left at the end only', 'aא@b.c'],
    ['half a character in the local part', 'a\ud800@x'],
    ['half a character in the resource', 'a@x/\ud800'],
    ['a reversal of direction in the resource', 'a@x/\u202egnp.exe'],
    ['a line separator in the resource', 'a@x/\u2028'],
    ['no character at all in the resource', 'a@x/\ufdd0'],
    ['a space in the domain', 'a@exa mple'],
    ['an empty label', 'a@b..c'],
    ['a dot first', 'a@.b'],
    ['only a dot', 'a@.'],
    ['two trailing dots', 'a@b..'],
    ['a hyphen first', 'a@-b.c'],
    ['a hyphen last', 'a@b-.c'],
    ['a symbol in the domain', 'a@♚.example'],
    ['a symbol behind an A-label', 'a@xn--45h.example'],
    ['an A-label of nothing', 'a@xn--.example'],
    ['an A-label of ASCII alone', 'a@xn--abc-.example'],
    ['a false A-label', 'a@xn--zzzzzzzzzzzz.example'],
    ['a percent sign in the domain', 'a@b%41.c'],
    ['a port', 'a@b.c:5222'],
    ['a number for an address', 'a@123'],
    ['three numbers for an address', 'a@1.2.3'],
    ['five numbers', 'a@1.2.3.4.5'],
    ['a hexadecimal address', 'a@0x7f.1'],
    ['a number over 255', 'a@192.0.2.256'],
    ['IPv6 without brackets', 'a@::1'],
    ['IPv6 not closed', 'a@[::1'],
    ['IPv6 of too many groups', 'a@[1:2:3:4:5:6:7:8:9]'],
    ['IPv6 of too few groups', 'a@[1:2:3]'],
    ['IPv6 with two gaps', 'a@[1::2::3]'],
    ['IPv6 with a gap of nothing', 'a@[1:2:3:4::5:6:7:8]'],
    ['IPv6 with three colons', 'a@[:::]'],
    ['IPv6 with a zone', 'a@[fe80::1%eth0]'],
    ['a label of 64 octets', `a@${'x'.repeat(64)}.c`],
    ['a local part of 1024 octets', `${long}x@b.c`],
    ['a local part of 1024 octets in 512 characters', `${'é'.repeat(512)}@b.c`],
    ['a resource of 1024 octets', `a@b.c/${long}x`],
    ['a domain of 1024 octets', `a@${'x.'.repeat(512)}c`],
    ['a megabyte', `${'é'.repeat(1024 * 1024)}@b.c`],
  ])('%s is no address', (_title, text) => {
    expect(parts(text)).toBeUndefined();
  });

  it('whatever it is given, it answers, and its own answer is stable', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('@', '/', '.', 'a', 'Ä', 'xn--', '[::1]', '\u200d', 'ｱ', 'ß', 'İ', 'א', '1'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const jid = Jid.parse(pieces.join(''), nodeTools);
        if (jid !== undefined)
          expect(parts(jid.toString())).toEqual([jid.local, jid.domain, jid.resource]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('addresses are compared by their parts', () => {
  const romeo = Jid.of('romeo', 'montague.example', 'orchard');

  it('bare and full', () => {
    expect(romeo.toString()).toBe('romeo@montague.example/orchard');
    expect(romeo.bare().toString()).toBe('romeo@montague.example');
    expect(romeo.bare().bare()).toEqual(romeo.bare());
    expect(romeo.withResource('tomb').toString()).toBe('romeo@montague.example/tomb');
    expect(Jid.of('', 'montague.example', '').toString()).toBe('montague.example');
    expect(Jid.of('', 'montague.example', 'a/b').toString()).toBe('montague.example/a/b');
  });

  it.each([
    [Jid.of('romeo', 'montague.example', 'orchard'), true, true],
    [Jid.of('romeo', 'montague.example', 'tomb'), false, true],
    [Jid.of('romeo', 'montague.example', ''), false, true],
    [Jid.of('', 'montague.example', 'orchard'), false, false],
    [Jid.of('romeo', 'example', 'orchard'), false, false],
    [undefined, false, false],
  ])('with %s', (other, equal, sameBare) => {
    expect(romeo.equals(other)).toBe(equal);
    expect(romeo.sameBare(other)).toBe(sameBare);
  });

  it('one entity written in two ways is one', () => {
    const one = Jid.parse('Jürgen@XN--MNCHEN-3YA.example./a', nodeTools);
    expect(one?.equals(Jid.parse('ju\u0308rgen@München.example/a', nodeTools))).toBe(true);
  });

  it('look-alikes are not one', () => {
    const latin = Jid.parse('a@example.com', nodeTools);
    expect(latin?.sameBare(Jid.parse('\u0430@example.com', nodeTools))).toBe(false);
  });

  it.each([
    ['a@münchen.example', 'xn--mnchen-3ya.example'],
    ['a@example.com', 'example.com'],
    ['a@192.0.2.1', '192.0.2.1'],
    ['a@[2001:db8::1]', '[2001:db8::1]'],
    ['a@chat_server', 'chat_server'],
  ])('%s is looked up as %s', (text, ascii) => {
    expect(Jid.parse(text, nodeTools)?.asciiDomain(nodeTools)).toBe(ascii);
  });
});
