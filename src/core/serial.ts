// SPDX-License-Identifier: MIT
//
// Counters that wrap: XEP-0198 §4 resets `h` from 2^32−1 to zero. Distance decides, never size, as in
// RFC 1982 (serial number arithmetic with SERIAL_BITS 32).

/** One more than the largest value a counter takes. */
export const MODULUS = 2 ** 32;

export function isSerial(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n < MODULUS;
}

/** The counter `steps` (0 … 2^32−1) further on. */
export function advance(n: number, steps = 1): number {
  return (n + steps) % MODULUS;
}

/** How many steps lead from `from` up to `to`: 0 … 2^32−1. */
export function distance(from: number, to: number): number {
  return (to - from + MODULUS) % MODULUS;
}

/** Whether `n` is later than `than` (RFC 1982 §3.2): less than half the circle ahead of it. */
export function isAfter(n: number, than: number): boolean {
  const steps = distance(than, n);
  return steps > 0 && steps < MODULUS / 2;
}
