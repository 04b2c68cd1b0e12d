// SPDX-License-Identifier: MIT

/**
 * Not by `URL.canParse`, which takes names outside ASCII for none once Node.js 20 has compiled it.
 * @returns nothing for what is no address
 */
export function readUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
