// SPDX-License-Identifier: MIT

/** What no text of ours may hold: U+0000 is in no XML (XML 1.0 §2.2) and in no string of the contract. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}

/**
 * Shortens what a peer made too long to keep or to show.
 * @param max UTF-16 code units
 */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  // Half a surrogate pair is no character.
  const end = /[\ud800-\udbff]/.test(text.charAt(max - 1)) ? max - 1 : max;
  return text.slice(0, end);
}
