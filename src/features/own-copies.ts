// SPDX-License-Identifier: MIT
//
// Copies of our own messages, by carbon or from the archive: which of them did this client write?

import type { Jid } from '../core/jid.js';
import { NS } from '../core/namespaces.js';
import { attribute, child } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { FeatureHost } from './feature.js';

/** A message's own ids: the stanza's, and the origin's (XEP-0359 §3.1). */
export function idsOf(message: Element): string[] {
  const origin = child(message, 'origin-id', NS.sid);
  const ids = [attribute(message, 'id'), origin && attribute(origin, 'id')];
  return ids.flatMap((id) => id ?? []);
}

/** Written by this very client, under an earlier resource perhaps: the host has shown it then. */
export function isOwnCopy(host: FeatureHost, from: Jid, message: Element): boolean {
  return (
    from.equals(host.jid) ||
    (from.sameBare(host.jid) && idsOf(message).some((id) => host.archive.knows(id)))
  );
}
