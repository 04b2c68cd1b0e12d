// SPDX-License-Identifier: MIT
//
// Service discovery: what we are and what we can (XEP-0030).

import { attribute, child, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import { capsHash } from './caps-hash.js';
import type { Identity } from './caps-hash.js';
import type { Feature, FeatureHost, Settings, StanzaError } from './feature.js';

/**
 * Names this software in XEP-0115; a name, not a place. Nobody can own a domain below `.invalid`
 * (RFC 2606), so nobody else can be meant.
 */
export const NODE = 'https://steadfast.invalid';

const ITEM_NOT_FOUND: StanzaError = { error: 'cancel', condition: 'item-not-found' };

/** The namespaces of all features of the list, doubles allowed. */
export type Announced = (settings: Settings) => readonly string[];

/** What we answer, and its XEP-0115 hash. */
export interface OwnInfo {
  readonly identity: Identity;
  readonly features: readonly string[];
  readonly ver: string;
}

export function ownInfo(host: FeatureHost, announced: Announced): OwnInfo {
  const features = [...new Set(announced(host.settings))].sort();
  const identity = {
    category: 'client',
    type: clientType(host.program),
    lang: '',
    name: 'Steadfast',
  };
  const ver = capsHash({ identities: [identity], features, forms: [] }, host.tools);
  return { identity, features, ver };
}

/** The registered client types that fit the programs we know; one we do not know may have no screen. */
function clientType(program: string): string {
  if (/^(finch|bitlbee)/i.test(program)) return 'console';
  return /^(pidgin|adium|chatty)/i.test(program) ? 'pc' : 'bot';
}

export function discoFeature(announced: Announced): Feature {
  return {
    name: 'disco',
    specs: [
      {
        id: 'XEP-0030',
        name: 'Service Discovery',
        version: '2.5.0',
        status: 'partial',
        note: 'answers about itself; asks contacts through XEP-0115 only, and servers for rooms',
      },
    ],
    namespaces: [NS.discoInfo, NS.discoItems],
    attach: (host) => ({
      requests: [
        {
          type: 'get',
          name: 'query',
          xmlns: NS.discoInfo,
          answer: (iq) => answerInfo(iq, ownInfo(host, announced)),
        },
        { type: 'get', name: 'query', xmlns: NS.discoItems, answer: answerItems },
      ],
    }),
  };
}

function answerInfo(iq: Element, info: OwnInfo): Element | StanzaError {
  const node = nodeOf(iq, NS.discoInfo);
  // XEP-0115 §6.2: the hash we announce is a node too, and the answer names it.
  if (node !== undefined && node !== `${NODE}#${info.ver}`) return ITEM_NOT_FOUND;
  const { category, type, name } = info.identity;
  return xml(
    'query',
    { xmlns: NS.discoInfo, node },
    xml('identity', { category, type, name }),
    ...info.features.map((feature) => xml('feature', { var: feature })),
  );
}

function answerItems(iq: Element): Element | StanzaError {
  if (nodeOf(iq, NS.discoItems) !== undefined) return ITEM_NOT_FOUND;
  return xml('query', { xmlns: NS.discoItems });
}

function nodeOf(iq: Element, xmlns: string): string | undefined {
  const query = child(iq, 'query', xmlns);
  return query === undefined ? undefined : attribute(query, 'node');
}
