// SPDX-License-Identifier: MIT

import { childText } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import { Show } from '../contract/engine_pb.js';

/** RFC 6121 §4.7.2.1. */
const shows = new Map([
  ['chat', Show.CHAT],
  ['away', Show.AWAY],
  ['xa', Show.XA],
  ['dnd', Show.DND],
]);

/** What a presence says of availability; a word that is not known says nothing. */
export function readShow(presence: Element): Show {
  return shows.get(childText(presence, 'show', NS.client) ?? '') ?? Show.AVAILABLE;
}

/** @returns the word for it; plain availability has none */
export function showWord(show: Show): string | undefined {
  return [...shows].find(([, meaning]) => meaning === show)?.[0];
}
