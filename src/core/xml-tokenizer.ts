// SPDX-License-Identifier: MIT
//
// The tokenizer as the reader uses it: a part of its public face, and what it does with tags, for want of
// handlers in these places. Its version is exact in package.json, and the reader's tests cover all of it.

import { SaxesParser } from 'saxes';
import type { SaxesTagNS, XMLDecl } from 'saxes';

/** Handlers are set as fields: set through `on()`, so many make it three times slower. */
export interface Tokenizer {
  xmldeclHandler: (declaration: XMLDecl) => void;
  doctypeHandler: () => void;
  piHandler: () => void;
  commentHandler: () => void;
  /** The name of a start tag is complete. */
  openTagStartHandler: (tag: { readonly name: string }) => void;
  openTagHandler: (tag: SaxesTagNS) => void;
  closeTagHandler: () => void;
  textHandler: (text: string) => void;
  cdataHandler: (text: string) => void;
  errorHandler: (error: Error) => void;

  write(chunk: string): unknown;
  /** Code units read; right only while `write` is at work. */
  readonly position: number;
  /** The namespace of a prefix where the tokenizer is. */
  resolve(prefix: string): string | undefined;

  /** Adds an attribute to `attribList`, and to the namespaces if it declares one. */
  pushAttrib: (name: string, value: string) => void;
  /** Runs at the end of a start tag: namespaces are looked up, doubles found. */
  processAttribs: () => void;
  attribList: unknown[];
  /** Runs at the `>` of a start tag that is not an end tag too, and adds it to `tags`. */
  openTag: () => void;
  /** Runs at the `>` of an end tag, its name then being in `name`, and takes it from `tags`. */
  closeTag: () => void;
  readonly tags: { readonly name: string; readonly ns: object }[];
  readonly name: string;
  /** What was read of a text or a value that is not complete. */
  text: string;
}

export function newTokenizer(): Tokenizer {
  const parser = new SaxesParser({
    xmlns: true,
    position: false,
    // XML 1.1 has other characters and other line ends (RFC 6120 §11.4 wants 1.0).
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
  });
  return parser as unknown as Tokenizer;
}
