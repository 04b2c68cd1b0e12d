// SPDX-License-Identifier: MIT
//
// Streams as mod_steadfast_wire of the server saw them.

import type { Prosody, Sight } from '../support/prosody.js';

/** The elements from alice to the server, or to her, since a mark; oldest first. */
export function wire(
  { sights }: Prosody,
  direction: 'received' | 'sent',
  after = 0,
): readonly Sight[] {
  return sights.all
    .slice(after)
    .filter(({ event, user }) => event === direction && user === 'alice');
}

/** One word for each: its text, or the name of the element or of what is in it. */
export function words(elements: readonly Sight[]): string[] {
  return elements.map(({ name = '', body, xml = '' }) => {
    if (body !== undefined) return body;
    return name === 'message' ? `message ${/^<message[^>]*><([\w-]+)/.exec(xml)?.[1] ?? ''}` : name;
  });
}

/** Without requests for acknowledgement and their answers (XEP-0198 §4), which come at any time. */
export function withoutAcks(elements: readonly Sight[]): readonly Sight[] {
  return elements.filter(({ name }) => name !== 'r' && name !== 'a');
}
