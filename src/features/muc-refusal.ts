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

/** Conditions that mean the same to one who is in the room and wants another nick. */
const ofNicks: ReadonlySet<string> = new Set(['conflict', 'jid-malformed', 'not-acceptable']);

/** Conditions that say nothing of the room itself, but of the way there. */
const outages: ReadonlySet<string> = new Set(['remote-server-not-found', 'remote-server-timeout']);

export interface Refusal {
  readonly fault: Fault;
  /** For whom it is to be tried again: nobody, one who was in the room before, or everybody. */
  readonly passes: 'never' | 'for-occupants' | 'always';
  /** §10.9: where the room is now. */
  readonly alternate: string;
}

/** @param stanza a presence of type error, the answer to ours */
export function readRefusal(host: FeatureHost, stanza: Element, room: string): Refusal {
  const read = stanzaError(stanza);
  const { condition } = read;
  const passes = outages.has(condition) ? 'always' : forOccupants(read) ? 'for-occupants' : 'never';
  const retry = passes === 'always' ? 'later' : read.retry;
  const text = `You are not in ${room}: ${reasonIn(stanza, words[condition])}`;
  return {
    fault: fault('stanza', condition, text, { retry }),
    passes,
    alternate: alternateOf(host, errorIn(stanza)),
  };
}

/** Why the nick of one who is in the room stays as it is (§7.6), as the end of a sentence. */
export function readNickRefusal(stanza: Element): string {
  const { condition } = stanzaError(stanza);
  return reasonIn(stanza, ofNicks.has(condition) ? words[condition] : undefined);
}

/** Our words, if there are any for it here, with the room's own behind them. */
function reasonIn(stanza: Element, reason: string | undefined): string {
  if (reason === undefined) return stanzaError(stanza).text;
  const error = errorIn(stanza);
  const quote = (error && childText(error, 'text', NS.stanzas)) ?? '';
  const said = clip(quote.replace(/\s+/g, ' ').trim(), QUOTE_LENGTH);
  return said === '' ? reason : `${reason} (“${said}”)`;
}

function errorIn(stanza: Element): Element | undefined {
  return child(stanza, 'error', namespaceOf(stanza));
}

/**
 * Conditions that may pass where we have been before: a full room has filled up with those who were
 * quicker after an outage, or its service is being started; our own last session may still hold the nick;
 * and a room that its server has forgotten is closed until the first to be back has made it anew.
 */
const afterOutages: ReadonlySet<string> = new Set([
  'service-unavailable',
  'conflict',
  'item-not-found',
]);

function forOccupants({ condition, retry }: Fault): boolean {
  return retry === 'later' || afterOutages.has(condition);
}

/** RFC 6120 §8.3.3.5: the new address as a URI, for a room `xmpp:room@host?join`. */
function alternateOf(host: FeatureHost, error: Element | undefined): string {
  const uri = (error && childText(error, 'gone', NS.stanzas)) ?? '';
  const address = /^\s*xmpp:([^?\s]+)/.exec(uri)?.[1];
  return parseJid(host, address)?.bare().toString() ?? '';
}
