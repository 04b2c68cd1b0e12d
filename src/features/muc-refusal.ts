// SPDX-License-Identifier: MIT
//
// Why a room does not let us in (XEP-0045 §7.2.17), in words for a person.

import { fault } from '../core/errors.js';
import type { Fault } from '../core/errors.js';
import { stanzaError } from '../core/stanza.js';
import { child, childText, namespaceOf } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';
import { clip } from './text.js';

const QUOTE_LENGTH = 500;

const words: Readonly<Record<string, string>> = {
  conflict: 'somebody else has this nickname there.',
  forbidden: 'you are banned from it.',
  gone: 'it does not exist any more.',
  'item-not-found': 'it does not exist, or is not open yet.',
  'jid-malformed': 'it does not take this nickname.',
  'not-acceptable': 'it wants you to use the nickname that is reserved for you.',
  'not-allowed': 'it does not exist, and you are not allowed to make it.',
  'not-authorized': 'it asks for a password, and for the right one.',
  'registration-required': 'it is for its members only.',
  'remote-server-not-found': 'its server was not found. This is tried again.',
  'remote-server-timeout': 'its server could not be reached in time. This is tried again.',
  'service-unavailable': 'it is full, or there is no room at this address.',
};

/** Conditions that say nothing of the room itself, but of the way there. */
const outages: ReadonlySet<string> = new Set(['remote-server-not-found', 'remote-server-timeout']);

export interface Refusal {
  readonly fault: Fault;
  /** The end of a sentence about it. */
  readonly why: string;
  /** For whom it is to be tried again: nobody, one who was in the room before, or everybody. */
  readonly passes: 'never' | 'for-occupants' | 'always';
  /** §10.9: where the room is now. */
  readonly alternate: string;
}

/** @param stanza a presence of type error, the answer to ours */
export function readRefusal(host: FeatureHost, stanza: Element, room: string): Refusal {
  const read = stanzaError(stanza);
  const { condition } = read;
  const error = child(stanza, 'error', namespaceOf(stanza));
  const quote = error && childText(error, 'text', NS.stanzas)?.replace(/\s+/g, ' ').trim();
  const reason = words[condition];
  const said = quote === undefined || quote === '' ? '' : ` (“${clip(quote, QUOTE_LENGTH)}”)`;
  const why = reason === undefined ? read.text : `${reason}${said}`;
  const passes = outages.has(condition) ? 'always' : forOccupants(read) ? 'for-occupants' : 'never';
  const retry = passes === 'always' ? 'later' : read.retry;
  return {
    fault: fault('stanza', condition, `You are not in ${room}: ${why}`, { retry }),
    why,
    passes,
    alternate: alternateOf(host, error),
  };
}

/**
 * Where we have been before, a full room has filled up with those who were quicker after an outage, a
 * nick may still be held by our own last session, and a service that is being started answers so.
 */
function forOccupants({ condition, retry }: Fault): boolean {
  return retry === 'later' || condition === 'service-unavailable' || condition === 'conflict';
}

/** RFC 6120 §8.3.3.5: the new address as a URI, for a room `xmpp:room@host?join`. */
function alternateOf(host: FeatureHost, error: Element | undefined): string {
  const uri = (error && childText(error, 'gone', NS.stanzas)) ?? '';
  const address = /^\s*xmpp:([^?\s]+)/.exec(uri)?.[1];
  return parseJid(host, address)?.bare().toString() ?? '';
}
