// SPDX-License-Identifier: MIT
//
// What an entity has below it (XEP-0030 §4), a page at a time where it gives pages (XEP-0059).

import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { attribute, child, children, childText, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import type { FeatureHost } from './feature.js';
import { parseJid } from './per-host.js';

export interface Item {
  readonly jid: Jid;
  /** As it was sent; empty without. */
  readonly name: string;
}

export interface ItemPage {
  readonly items: readonly Item[];
  /** What to ask for the next page by; nothing on the last one. */
  readonly last: string | undefined;
}

/** Services may give fewer at a time, or all at once. */
const PAGE = 250;

const UNREADABLE = fault('stanza', 'undefined-condition', 'The answer was no list, or too long.', {
  retry: 'never',
});

/**
 * Asks for one page.
 * @param after from the page before, for the one behind it (XEP-0059 §2.2)
 */
export function askItems(
  host: FeatureHost,
  of: Jid,
  after: string | undefined,
  done: (page: ItemPage | Fault) => void,
): void {
  const set = xml('set', { xmlns: NS.rsm }, xml('max', {}, String(PAGE)));
  if (after !== undefined) set.append(xml('after', {}, after));
  host.request(of, 'get', xml('query', { xmlns: NS.discoItems }, set), (answer) => {
    done(answer.type === 'error' ? answer.fault : pageOf(host, answer.stanza));
  });
}

function pageOf(host: FeatureHost, answer: Element): ItemPage | Fault {
  const query = child(answer, 'query', NS.discoItems);
  if (query === undefined) return UNREADABLE;
  const set = child(query, 'set', NS.rsm);
  const items = children(query, 'item', NS.discoItems).flatMap((item) => {
    const jid = parseJid(host, attribute(item, 'jid'));
    // One with a node is no entity of its own (XEP-0030 §4.1).
    if (jid === undefined || attribute(item, 'node') !== undefined) return [];
    return { jid, name: attribute(item, 'name') ?? '' };
  });
  return { items, last: set && childText(set, 'last', NS.rsm) };
}
