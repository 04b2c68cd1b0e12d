// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import { bytesOf, head, join, newReading, opened, read } from '../support/xml-reading.js';

describe('what is too much is refused as soon as it is too much', () => {
  const limits = { header: 200, stanza: 100, depth: 4, attributes: 3 };
  const within = 'fault stream policy-violation';

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
  ])('a stanza of more than the limit: %s', (_title, input) => {
    expect(read(join(head, input), limits)).toEqual([opened, within]);
  });

  it.each([
    ['an attribute', `<stream a='${'x'.repeat(300)}'>`],
    ['white space', ' '.repeat(300)],
    ['a document type that does not end', `<!DOCTYPE a [${'x'.repeat(300)}`],
    ['a declaration', `<?xml ${' '.repeat(300)}`],
  ])('a header of more than the limit: %s', (_title, input) => {
    expect(read(input, limits)).toEqual([within]);
  });

  it('each stanza has the whole limit', () => {
    const stanza = `<m>${'x'.repeat(90)}</m>`;
    expect(read(head + stanza.repeat(3), limits)).toHaveLength(4);
  });

  it('a stanza of exactly the limit passes and one more does not', () => {
    const filled = (length: number): string => `<m>${'x'.repeat(length - 7)}</m>`;
    expect(read(head + filled(100), limits)).toHaveLength(2);
    expect(read(head + filled(100), limits).at(1)).toContain('xxx');
    expect(read(head + filled(101), limits)).toEqual([opened, within]);
  });

  it('depth counts from the stanza', () => {
    expect(read(`${head}<a><b><c><d/></c></b></a>`, limits)).toHaveLength(2);
    expect(read(`${head}<a><b><c><d><e/></d></c></b></a>`, limits)).toEqual([opened, within]);
  });

  it('attributes count namespace declarations in', () => {
    expect(read(`${head}<m a='1' b='2' xmlns='3'/>`, limits)).toHaveLength(2);
    expect(read(`${head}<m a='1' b='2' xmlns='3' c='4'/>`, limits)).toEqual([opened, within]);
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

  const eight = 8 * 1024 * 1024;
  const chunk = 1400;
  it.each([
    ['text', '<m>'],
    ['an attribute', '<m a="'],
    ['a name', '<m'],
    ['CDATA', '<m><![CDATA['],
    ['a reference', '<m>&'],
    ['a comment', '<m><!--'],
  ])('8 MiB of %s end after 1 MiB', (_title, before) => {
    const { written, events } = flood(head + before, 'x'.repeat(chunk), eight);
    expect(events).toEqual([opened, 'fault stream policy-violation']);
    expect(written).toBeGreaterThan(1024 * 1024 - 2 * chunk);
    expect(written).toBeLessThan(1024 * 1024 + 2 * chunk);
  });

  it('text byte by byte ends after 1 MiB too', () => {
    const { written } = flood(`${head}<m>`, 'x', eight);
    expect(written).toBe(1024 * 1024 - '<m>'.length + 1);
  });

  it('a header ends after 16 KiB', () => {
    const { written, events } = flood('<stream a="', 'x'.repeat(100), eight);
    expect(events).toEqual(['fault stream policy-violation']);
    expect(written).toBeLessThan(17 * 1024);
  });

  it.each([
    ['elements within each other', '<a>'.repeat(100_000)],
    [
      'attributes',
      `<m${Array.from({ length: 100_000 }, (_, n) => ` a${String(n)}="1"`).join('')}/>`,
    ],
  ])('100,000 %s in one chunk are refused', (_title, many) => {
    const { reader, events } = newReading();
    reader.write(bytesOf(head + many));
    expect(events).toEqual([opened, 'fault stream policy-violation']);
  });

  it('128 deep and 128 attributes pass', () => {
    const deep = `${'<a>'.repeat(128)}${'</a>'.repeat(128)}`;
    const wide = `<m${Array.from({ length: 128 }, (_, n) => ` a${String(n)}="1"`).join('')}/>`;
    const { reader, events } = newReading();
    reader.write(bytesOf(head + deep + wide));
    expect(events).toHaveLength(3);
  });
});
