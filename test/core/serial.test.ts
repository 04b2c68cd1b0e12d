// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { advance, distance, isAfter, isSerial, MODULUS } from '../../src/core/serial.js';

const TOP = MODULUS - 1;
const HALF = MODULUS / 2;
const serial = fc.integer({ min: 0, max: TOP });

describe('wrapping counters', () => {
  it.each([
    [0, 1, 1],
    [TOP, 1, 0],
    [TOP, 3, 2],
    [7, 0, 7],
    [TOP, TOP, TOP - 1],
  ])('%d advanced by %d is %d', (n, steps, expected) => {
    expect(advance(n, steps)).toBe(expected);
  });

  it.each([
    [5, 5, 0],
    [5, 8, 3],
    [8, 5, TOP - 2],
    [TOP, 0, 1],
    [0, TOP, TOP],
  ])('from %d up to %d it is %d steps', (from, to, expected) => {
    expect(distance(from, to)).toBe(expected);
  });

  it.each([
    [5, 5, false],
    [6, 5, true],
    [5, 6, false],
    [0, TOP, true],
    [TOP, 0, false],
    [HALF - 1, 0, true],
    [HALF, 0, false],
    [HALF + 1, 0, false],
  ])('whether %d is after %d: %s', (n, than, expected) => {
    expect(isAfter(n, than)).toBe(expected);
  });

  it.each([
    [0, true],
    [TOP, true],
    [MODULUS, false],
    [-1, false],
    [1.5, false],
    [Number.NaN, false],
    [Number.POSITIVE_INFINITY, false],
  ])('whether %d is a counter value: %s', (n, expected) => {
    expect(isSerial(n)).toBe(expected);
  });

  it('agrees with integers of any size taken modulo 2^32', () => {
    const modulus = BigInt(MODULUS);
    fc.assert(
      fc.property(serial, serial, (a, b) => {
        expect(BigInt(advance(a, b))).toBe((BigInt(a) + BigInt(b)) % modulus);
        expect(advance(a, distance(a, b))).toBe(b);
      }),
    );
  });

  it('never finds two values each after the other', () => {
    fc.assert(fc.property(serial, serial, (a, b) => !(isAfter(a, b) && isAfter(b, a))));
  });
});
