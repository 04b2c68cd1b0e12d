// SPDX-License-Identifier: MIT
//
// What the reader lets in at most, and the words for what it does not.

import type { Fault } from './errors.js';
import { fault } from './errors.js';

/**
 * A stanza past one of these is reduced to its outline, anything else ends the stream. Lengths are UTF-16
 * code units, the measure of what the text costs us; wire bytes are one to three times that.
 */
export interface XmlLimits {
  /** From the end of one stanza to the end of the next, finished or not. */
  readonly stanza: number;
  /** The same for one that is reduced: past this it ends the stream. 0 reduces none. */
  readonly reduced: number;
  /** From the first byte to the end of the stream's start tag. */
  readonly header: number;
  /** Elements within each other, the stanza being the first. */
  readonly depth: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
}

export const defaultLimits: XmlLimits = {
  stanza: 1024 * 1024,
  reduced: 16 * 1024 * 1024,
  header: 16 * 1024,
  depth: 128,
  attributes: 128,
};

/** The stream error conditions of RFC 6120 §4.9.3 that a reader can find. */
export type XmlCondition =
  'bad-format' | 'not-well-formed' | 'policy-violation' | 'restricted-xml' | 'unsupported-encoding';

const words: Readonly<Record<XmlCondition, string>> = {
  'bad-format': 'The server sent text where only messages and the like may stand.',
  'not-well-formed': 'The server sent XML that is broken.',
  'policy-violation': 'The server sent more at once than is accepted.',
  'restricted-xml': 'The server sent XML of a kind that XMPP forbids.',
  'unsupported-encoding': 'The server sent text that is not UTF-8.',
};

export function xmlFault(condition: XmlCondition): Fault {
  return fault('stream', condition, `${words[condition]} The connection is closed and made again.`);
}

/**
 * The condition for a fault that the tokenizer names only in words. Entities that XML does not define
 * by itself, and declarations, are restricted (RFC 6120 §11.1); all else is broken XML or namespaces.
 */
export function conditionOf(message: string): XmlCondition {
  return /^undefined entity|^incorrect syntax|doctype declaration/.test(message)
    ? 'restricted-xml'
    : 'not-well-formed';
}
