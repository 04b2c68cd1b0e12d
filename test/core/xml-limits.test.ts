// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import { bytesOf, head, join, newReading, opened, read } from '../support/xml-reading.js';

const refused = 'fault stream policy-violation';

describe('what is too much is refused as soon as it is too much', () => {
  const limits = { header: 200, stanza: 100, reduced: 0, depth: 4, attributes: 3 };

  it.each([
    ['text', `<m>${'x'.repeat(200)}`],
    ['text that is complete', `<m>${'x'.repeat(200)}</m><m/>`],
    ['white space between stanzas', ' '.repeat(101)],
    ['a name', `<${'m'.repeat(200)}`],
    ['a name of an end tag', `<m></${'m'.repeat(200)}`],
    ['an attribute name', `<m ${'a'.repeat(200)}`],
    ['an attribute value', `<m a="${'a'.repeat(200)}`],
    ['space in a tag', `<m ${' '.repeat(200)}`],
    ['CDATA', `<m><![CDATA[${'x'.repeat(200)}`],
    ['a reference that does not end', `<m>&${'x'.repeat(200)}`],
    ['a comment that does not end', `<m><!--${'x'.repeat(200)}`],
    ['a processing instruction that does not end', `<m><?${'x'.repeat(200)}`],
    ['many small elements', `<m>${'<a/>'.repeat(50)}</m>`],
    ['a fault behind the limit', `<m>${'x'.repeat(200)}</wrong>`],
    ['bad UTF-8 behind the limit', join(`<m>${'x'.repeat(200)}`, Uint8Array.of(0xff))],
  ])('where nothing is reduced, a stanza of more than the limit: %s', (_title, input) => {
    expect(read(join(head, input), limits)).toEqual([opened, refused]);
  });

  it.each([
    ['elements within each other', '<a><b><c><d><e/></d></c></b></a>'],
    ['attributes', "<m a='1' b='2' xmlns='3' c='4'/>"],
  ])('where nothing is reduced, a stanza of more %s', (_title, input) => {
    expect(read(head + input, limits)).toEqual([opened, refused]);
  });

  it.each([
    ['white space between stanzas', ' '.repeat(101)],
    ['white space between stanzas and a fault', `${' '.repeat(101)}</wrong>`],
    ['white space between stanzas and NUL', `${' '.repeat(101)}\0`],
    ['a name of a stanza', `<${'m'.repeat(101)} a='1'/>`],
    ['a name of a stanza that does not end', `<${'m'.repeat(101)}`],
    ['a name of a stanza and a fault', `<${'m'.repeat(101)}\0`],
  ])('what belongs to no stanza yet, although stanzas are reduced: %s', (_title, input) => {
    expect(read(head + input, { ...limits, reduced: 300 })).toEqual([opened, refused]);
  });

  it.each([
    ['an attribute', `<stream a='${'x'.repeat(300)}'>`],
    ['attributes', "<stream a='1' b='2' c='3' d='4'>"],
    ['white space', ' '.repeat(300)],
    ['a document type that does not end', `<!DOCTYPE a [${'x'.repeat(300)}`],
    ['a declaration', `<?xml ${' '.repeat(300)}`],
  ])('a header of more than the limit: %s', (_title, input) => {
    expect(read(input, { ...limits, reduced: 300 })).toEqual([refused]);
  });
});

describe('what is not too much passes', () => {
  const limits = { header: 200, stanza: 100, depth: 4, attributes: 3 };

  it('each stanza has the whole limit', () => {
    const stanza = `<m>${'x'.repeat(90)}</m>`;
    expect(read(head + stanza.repeat(3), limits)).toHaveLength(4);
    expect(read(head + stanza.repeat(3), limits).join()).not.toContain('reduced');
  });

  it('a stanza of exactly the limit passes and one more does not', () => {
    const filled = (length: number): string => `<m>${'x'.repeat(length - 7)}</m>`;
    expect(read(head + filled(100), limits)).toHaveLength(2);
    expect(read(head + filled(100), limits).at(1)).toContain('xxx');
    expect(read(head + filled(101), limits).at(1)).toBe('reduced <m xmlns="jabber:client"/>');
  });

  it('depth counts from the stanza', () => {
    expect(read(`${head}<a><b><c><d/></c></b></a>`, limits).at(1)).toContain('<d/>');
  });

  it('attributes count namespace declarations in', () => {
    expect(read(`${head}<m a='1' b='2' xmlns='3'/>`, limits).at(1)).toContain('b="2"');
  });

  it('128 deep and 128 attributes pass without being asked for', () => {
    const deep = `${'<a>'.repeat(128)}${'</a>'.repeat(128)}`;
    const wide = `<m${Array.from({ length: 128 }, (_, n) => ` a${String(n)}="1"`).join('')}/>`;
    const { reader, events } = newReading();
    reader.write(bytesOf(head + deep + wide));
    expect(events).toHaveLength(3);
    expect(events.join()).not.toContain('reduced');
  });
});

describe('the limits that hold without being asked for', () => {
  /** Writes the piece again and again until a fault, and says how much was written. */
  function flood(
    before: string,
    piece: string,
    most: number,
  ): { written: number; events: string[] } {
    const { reader, events } = newReading();
    reader.write(bytesOf(before));
    const bytes = bytesOf(piece);
    let written = 0;
    while (written < most && !events.some((event) => event.startsWith('fault'))) {
      reader.write(bytes);
      written += bytes.length;
    }
    return { written, events };
  }

  const MiB = 1024 * 1024;
  const chunk = 14_000;
  it.each([
    ['text', '<m>'],
    ['an attribute', '<m a="'],
    ['an attribute name', '<m a'],
    ['a name', '<m><m'],
    ['CDATA', '<m><![CDATA['],
    ['a reference', '<m>&'],
    ['a comment', '<m><!--'],
  ])('20 MiB of %s in a stanza end after 16 MiB', (_title, before) => {
    const { written, events } = flood(head + before, 'x'.repeat(chunk), 20 * MiB);
    expect(events).toEqual([opened, refused]);
    expect(written).toBeGreaterThan(16 * MiB - 2 * chunk);
    expect(written).toBeLessThan(16 * MiB + 2 * chunk);
  });

  it.each([
    ['white space', '', ' '],
    ['a name', '<m', 'm'],
  ])('8 MiB of %s between stanzas end after 1 MiB', (_title, before, piece) => {
    const { written, events } = flood(head + before, piece.repeat(chunk), 8 * MiB);
    expect(events).toEqual([opened, refused]);
    expect(written).toBeLessThan(MiB + 2 * chunk);
  });

  it('white space byte by byte ends after 1 MiB too', () => {
    expect(flood(head, ' ', 8 * MiB).written).toBe(MiB + 1);
  });

  it('a header ends after 16 KiB', () => {
    const { written, events } = flood('<stream a="', 'x'.repeat(100), 8 * MiB);
    expect(events).toEqual([refused]);
    expect(written).toBeLessThan(17 * 1024);
  });
});
