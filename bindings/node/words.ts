// SPDX-License-Identifier: MIT
//
// Enumerations of steadfast.h as words, and lists as arrays.

export const shows = ['available', 'chat', 'away', 'xa', 'dnd'] as const;

export type Word<T extends readonly string[]> = T[number];

export function word<T extends readonly string[]>(words: T, index: number): Word<T> {
  const found = words[index];
  if (found === undefined) throw new RangeError(`no word for ${index} among ${words.join(', ')}`);
  return found;
}

export function list<T>(count: number | string, at: (index: number) => T): T[] {
  return Array.from({ length: Number(count) }, (_, index) => at(index));
}
