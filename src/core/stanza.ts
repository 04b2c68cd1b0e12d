// SPDX-License-Identifier: MIT
//
// What all stanzas have in common: errors (RFC 6120 §8.3) and the time they were sent (XEP-0203).

import { parseDateTime } from './date-time.js';
import type { Fault } from './errors.js';
import { fault } from './errors.js';
import { NS } from './namespaces.js';
import { attribute, child, children, elements, localName, namespaceOf, xml } from './xml.js';
import type { Element } from './xml.js';

export { formatDateTime, parseDateTime } from './date-time.js';

/** RFC 6120 §8.3.3 in words for a person, as the end of "Not delivered: …". */
const words: Readonly<Record<string, string>> = {
  'bad-request': 'the request was not understood',
  conflict: 'it is in conflict with something of the same name',
  'feature-not-implemented': 'the other side cannot do that',
  forbidden: 'you are not allowed to do that',
  gone: 'the address is no longer in use',
  'internal-server-error': 'the server had an internal error',
  'item-not-found': 'it does not exist',
  'jid-malformed': 'the address is not valid',
  'not-acceptable': 'the other side does not accept it',
  'not-allowed': 'nobody is allowed to do that',
  'not-authorized': 'you must sign in or give a password first',
  'policy-violation': 'it breaks a rule of the server',
  'recipient-unavailable': 'the recipient is not available at the moment',
  redirect: 'the recipient is at another address at the moment',
  'registration-required': 'you must register first',
  'remote-server-not-found': "the recipient's server was not found",
  'remote-server-timeout': "the recipient's server could not be reached in time",
  'resource-constraint': 'the other side is short of resources',
  'service-unavailable': 'the recipient does not exist or does not take it',
  'subscription-required': 'you must have a subscription first',
  'undefined-condition': 'the other side gave no known reason',
  'unexpected-request': 'it was not expected at this moment',
};

/** How much of a peer's own text is quoted. */
const longestQuote = 500;

function quoted(error: Element): string {
  const texts = children(error, 'text', NS.stanzas);
  const plain = texts.find((text) => attribute(text, 'xml:lang')?.startsWith('en')) ?? texts[0];
  const text = (plain?.getText() ?? '').replace(/\s+/g, ' ').trim();
  if (text.length <= longestQuote) return text;
  // Not through the middle of a character that takes two code units.
  return `${text.slice(0, longestQuote).replace(/[\ud800-\udbff]$/, '')}…`;
}

function conditionOf(error: Element): string {
  for (const node of elements(error)) {
    const name = localName(node);
    if (namespaceOf(node) === NS.stanzas && Object.hasOwn(words, name)) return name;
  }
  return 'undefined-condition';
}

/**
 * Reads the error in a stanza of type `error`. One without a defined condition reads as
 * `undefined-condition`.
 * @param stanza carries `<error/>`, in its own namespace
 * @returns kind `stanza`; `retry` is `later` for the type `wait` (RFC 6120 §8.3.2), else `never`
 */
export function stanzaError(stanza: Element): Fault {
  const error = child(stanza, 'error', namespaceOf(stanza));
  const condition = error === undefined ? 'undefined-condition' : conditionOf(error);
  const reason = words[condition] ?? '';
  const theirs = error === undefined ? '' : quoted(error);
  const text = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
  const retry = error !== undefined && attribute(error, 'type') === 'wait' ? 'later' : 'never';
  return fault('stanza', condition, theirs === '' ? text : `${text} (“${theirs}”)`, { retry });
}

/**
 * The error to answer a stanza with (RFC 6120 §8.3.1): same kind, same id, back to its sender. Its
 * payload is not sent back.
 */
export function errorReply(
  stanza: Element,
  error: { readonly error: string; readonly condition: string },
): Element {
  return xml(
    localName(stanza),
    { type: 'error', id: attribute(stanza, 'id'), to: attribute(stanza, 'from') },
    xml('error', { type: error.error }, xml(error.condition, { xmlns: NS.stanzas })),
  );
}

/**
 * When a stanza was sent at first, as its `<delay/>` says (XEP-0203 §2). Anyone can write one: who
 * stamped it, and whether he is to be believed, is the caller's to judge (§6).
 * @returns the first one that can be read
 */
export function delayOf(stanza: Element): { stamp: number; from?: string } | undefined {
  for (const delay of children(stanza, 'delay', NS.delay)) {
    const stamp = parseDateTime(attribute(delay, 'stamp') ?? '');
    const from = attribute(delay, 'from');
    if (stamp !== undefined) return from === undefined ? { stamp } : { stamp, from };
  }
  return undefined;
}

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** Only these count (XEP-0198 §4): not nonzas, not stream errors, not other namespaces. */
export function isStanza(element: Element): boolean {
  return STANZAS.has(element.getName()) && element.getNS() === NS.client;
}
