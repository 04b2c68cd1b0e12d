// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDateTime, parseDateTime } from '../../src/core/date-time.js';

const earliest = Date.parse('0001-01-01T00:00:00.000Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

describe('a date and time of XEP-0082 is read', () => {
  it.each([
    ['1969-07-21T02:56:15Z', '1969-07-21T02:56:15.000Z'],
    ['1969-07-20T21:56:15-05:00', '1969-07-21T02:56:15.000Z'],
    ['2002-09-10T23:08:25Z', '2002-09-10T23:08:25.000Z'],
    ['2002-09-10T23:08:25.1Z', '2002-09-10T23:08:25.100Z'],
    ['2002-09-10T23:08:25.123456789Z', '2002-09-10T23:08:25.123Z'],
    ['2002-09-10T23:08:25.9999+05:30', '2002-09-10T17:38:25.999Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['20021022T21:02:03', '2002-10-22T21:02:03.000Z'],
  ])('%s', (text, iso) => {
    expect(parseDateTime(text)).toBe(Date.parse(iso));
  });

  it.each([
    ['the first instant of year 1', '0001-01-01T00:00:00Z', earliest],
    ['an offset that leads before it', '0001-01-01T00:00:00+14:00', earliest],
    ['the year 0', '0000-06-01T00:00:00Z', earliest],
    ['the last instant of year 9999', '9999-12-31T23:59:59.999Z', latest],
    ['an offset that leads behind it', '9999-12-31T23:59:59-12:00', latest],
    ['a leap second there', '9999-12-31T23:59:60Z', latest],
  ])('%s is held within the years 1 to 9999', (_title, text, ms) => {
    expect(parseDateTime(text)).toBe(ms);
  });

  it.each([
    '',
    'yesterday',
    '2002-09-10',
    '23:08:25Z',
    '2002-09-10T23:08:25',
    '2002-09-10 23:08:25Z',
    '2002-09-10t23:08:25z',
    '2002-9-10T23:08:25Z',
    '02-09-10T23:08:25Z',
    '12002-09-10T23:08:25Z',
    '-2002-09-10T23:08:25Z',
    '+2002-09-10T23:08:25Z',
    '2002-00-10T23:08:25Z',
    '2002-13-10T23:08:25Z',
    '2002-09-00T23:08:25Z',
    '2002-09-31T23:08:25Z',
    '2023-02-29T23:08:25Z',
    '1900-02-29T23:08:25Z',
    '2002-09-10T24:00:00Z',
    '2002-09-10T23:60:25Z',
    '2002-09-10T23:08:61Z',
    '2002-09-10T23:08:25.Z',
    '2002-09-10T23:08:25+0500',
    '2002-09-10T23:08:25+24:00',
    '2002-09-10T23:08:25+05:60',
    '2002-09-10T23:08:25Z ',
    '２００２-09-10T23:08:25Z',
    '20021322T21:02:03',
  ])('%j is none', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });
});

describe('an instant is told', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [951_782_400_000, '2000-02-29T00:00:00.000Z'],
    [1.9, '1970-01-01T00:00:00.001Z'],
    [earliest, '0001-01-01T00:00:00.000Z'],
    [latest, '9999-12-31T23:59:59.999Z'],
    [earliest - 1, '0001-01-01T00:00:00.000Z'],
    [latest + 1, '9999-12-31T23:59:59.999Z'],
    [-Infinity, '0001-01-01T00:00:00.000Z'],
    [Infinity, '9999-12-31T23:59:59.999Z'],
    [NaN, '1970-01-01T00:00:00.000Z'],
  ])('%d as %s', (ms, text) => {
    expect(formatDateTime(ms)).toBe(text);
  });

  it('as the platform tells it, at any time of the years 1 to 9999, and read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: earliest, max: latest }), (ms) => {
        const text = formatDateTime(ms);
        expect(text).toBe(new Date(ms).toISOString());
        expect(parseDateTime(text)).toBe(ms);
      }),
      { numRuns: 2000 },
    );
  });

  it('as the platform tells it, on each day of four centuries', () => {
    for (let day = Date.UTC(1899, 11, 31); day < Date.UTC(2300, 1, 1); day += 86_400_000) {
      if (formatDateTime(day) !== new Date(day).toISOString()) {
        expect(formatDateTime(day)).toBe(new Date(day).toISOString());
      }
    }
  });
});
