// SPDX-License-Identifier: MIT
//
// RFC 6120 §4.9: what a stream error means to a person and whether trying again can help.

import { fault } from './errors.js';
import type { Fault } from './errors.js';
import { NS } from './namespaces.js';
import type { HandledFault } from './stream-management.js';
import { childText, elements, localName, namespaceOf, xml } from './xml.js';
import type { Element } from './xml.js';

interface Meaning {
  readonly text: string;
  readonly retry: 'never' | 'later';
}

const again = (text: string): Meaning => ({ text, retry: 'later' });
const final = (text: string): Meaning => ({ text, retry: 'never' });

const fault4us = 'The server could not read what this program sent and ended the connection.';

/** RFC 6120 §4.9.3, every condition. Only what another setting must heal is final. */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['bad-format', again(fault4us)],
  ['bad-namespace-prefix', again(fault4us)],
  ['conflict', again('This account signed in from another place under the same name.')],
  ['connection-timeout', again('The server heard nothing for too long and ended the connection.')],
  ['host-gone', final('The server no longer serves the domain of this account.')],
  ['host-unknown', final('The server does not know the domain of this account.')],
  ['improper-addressing', again(fault4us)],
  ['internal-server-error', again('The server failed inside and ended the connection.')],
  ['invalid-from', again('The server did not accept the sender address.')],
  ['invalid-namespace', again(fault4us)],
  ['invalid-xml', again(fault4us)],
  ['not-authorized', again('The server says that this connection is not signed in.')],
  ['not-well-formed', again(fault4us)],
  ['policy-violation', again('The server ended the connection because a rule of it was broken.')],
  ['remote-connection-failed', again('The server could not reach another server that it needs.')],
  ['reset', again('The server wants this connection to start anew.')],
  ['resource-constraint', again('The server is short of resources.')],
  ['restricted-xml', again(fault4us)],
  ['see-other-host', again('The server asks to connect to another host.')],
  ['system-shutdown', again('The server is shutting down.')],
  ['undefined-condition', again('The server ended the connection.')],
  ['unsupported-encoding', final('The server does not speak UTF-8.')],
  ['unsupported-feature', again('The server misses a feature that it requires.')],
  ['unsupported-stanza-type', again(fault4us)],
  ['unsupported-version', final('The server does not speak XMPP 1.0.')],
]);

/** Longest piece of a peer's own words that is shown. */
const maxWords = 200;

/** A peer's words, on one line and cut, so that they can be quoted in a sentence of ours. */
export function quoted(text: string | undefined): string {
  const line = (text ?? '').replace(/[\p{C}\s]+/gu, ' ').trim();
  if (line === '') return '';
  return ` The server says: “${[...line].slice(0, maxWords).join('')}”`;
}

/** Reads `<stream:error/>`. An unknown condition counts as undefined-condition (RFC 6120 §4.9.2). */
export function readStreamError(error: Element): Fault {
  const condition =
    elements(error)
      .map((el) => (namespaceOf(el) === NS.streams ? localName(el) : ''))
      .find((name) => meanings.has(name)) ?? 'undefined-condition';
  const meaning = meanings.get(condition) ?? again('The server ended the connection.');
  const words = quoted(childText(error, 'text', NS.streams));
  const cause = fault('stream', condition, meaning.text + words, { retry: meaning.retry });
  const place = childText(error, 'see-other-host', NS.streams)?.trim();
  return condition !== 'see-other-host' || place === undefined ? cause : { ...cause, place };
}

/**
 * Builds our own `<stream:error/>`.
 * @param condition RFC 6120 §4.9.3; any other word is sent as undefined-condition
 * @param detail an application-specific condition (RFC 6120 §4.9.4)
 */
export function streamError(condition: string, text?: string, detail?: Element): Element {
  const known = meanings.has(condition) ? condition : 'undefined-condition';
  return xml(
    'stream:error',
    {},
    xml(known, { xmlns: NS.streams }),
    text === undefined ? undefined : xml('text', { xmlns: NS.streams, 'xml:lang': 'en' }, text),
    detail,
  );
}

/** What says it more exactly when the peer's count cannot be (XEP-0198 §6). */
export function handledDetail(cause: Fault | HandledFault): Element | undefined {
  if (cause.condition !== 'handled-count-too-high' || !('sendCount' in cause)) return undefined;
  const [h, sendCount] = [String(cause.h), String(cause.sendCount)];
  return xml(cause.condition, { xmlns: NS.sm, h, 'send-count': sendCount });
}
