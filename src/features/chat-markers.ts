// SPDX-License-Identifier: MIT
//
// Markers of the other side: a text of ours is there, or was shown to a person (XEP-0333). None are
// sent or asked for, so none are announced.

import { attribute, child, localName } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import type { Feature, FeatureHost } from './feature.js';

/** `received` and `acknowledged` are of older versions; from the most to the least that is said. */
const meanings: readonly (readonly [name: string, displayed: boolean])[] = [
  ['acknowledged', true],
  ['displayed', true],
  ['received', false],
];

/** The marker in a message, if there is one, is told to the text it names. */
export function takeMarker(host: FeatureHost, message: Element, from: Jid | undefined): void {
  const type = attribute(message, 'type');
  if (type === 'error' || type === 'groupchat') return;
  for (const [name, displayed] of meanings) {
    const marker = child(message, name, NS.chatMarkers);
    const id = marker === undefined ? undefined : attribute(marker, 'id');
    if (id !== undefined) {
      host.delivered(id, from, displayed);
      return;
    }
  }
}

export const chatMarkers: Feature = {
  name: 'chat-markers',
  specs: [
    {
      id: 'XEP-0333',
      name: 'Displayed Markers',
      version: '1.0.0',
      status: 'partial',
      note: 'those of others are read, each for the one text it names; none are sent or asked for',
    },
  ],
  attach: (host) => ({
    incoming: (stanza, { from }) => {
      if (localName(stanza) === 'message') takeMarker(host, stanza, from);
      return 'pass';
    },
  }),
};
