// SPDX-License-Identifier: MIT
//
// Which service for rooms the account's server has (XEP-0045 §6.1).

import type { Fault } from '../core/errors.js';
import { NS } from '../core/namespaces.js';
import { Jid } from '../core/jid.js';
import { attribute, child, children, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { askItems } from './disco-items.js';
import type { FeatureHost } from './feature.js';
import { perHost } from './per-host.js';

/** So many of a server's items are looked at. */
const ITEMS = 50;

/** A service, that there is none, or why that could not be found out. */
export type Found = Jid | Fault | undefined;

class RoomService {
  readonly #host: FeatureHost;
  #known: Jid | undefined;
  /** Who waits for the answer to what is under way. */
  #waiting: ((found: Found) => void)[] = [];

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** @param done called once, perhaps from within */
  find(done: (found: Found) => void): void {
    if (this.#known !== undefined) {
      done(this.#known);
      return;
    }
    this.#waiting.push(done);
    if (this.#waiting.length > 1) return;
    const server = Jid.of('', this.#host.jid.domain, '');
    askItems(this.#host, server, undefined, (page) => {
      if ('kind' in page) this.#found(page);
      else this.#choose(page.items.map(({ jid }) => jid).slice(0, ITEMS));
    });
  }

  /** Another session, and perhaps another server. */
  forget(): void {
    this.#known = undefined;
  }

  /** The first in the server's order, whichever answers first. */
  #choose(candidates: readonly Jid[]): void {
    const open = [...candidates];
    const fit = new Map<Jid, boolean>();
    let over = false;
    const decide = (): void => {
      while (open[0] !== undefined && fit.get(open[0]) === false) open.shift();
      const [first] = open;
      if (over || (first !== undefined && fit.get(first) === undefined)) return;
      over = true;
      this.#found(first);
    };
    for (const jid of candidates) {
      this.#host.request(jid, 'get', xml('query', { xmlns: NS.discoInfo }), (answer) => {
        fit.set(jid, answer.type === 'result' && isRoomService(answer.stanza));
        decide();
      });
    }
    decide();
  }

  #found(found: Found): void {
    if (found instanceof Jid) this.#known = found;
    for (const done of this.#waiting.splice(0)) done(found);
  }
}

/** Gateways to other networks have other types, and rooms that are not made by entering. */
function isRoomService(answer: Element): boolean {
  const query = child(answer, 'query', NS.discoInfo);
  if (query === undefined) return false;
  const has = (name: string, wanted: Readonly<Record<string, string>>): boolean =>
    children(query, name, NS.discoInfo).some((one) =>
      Object.entries(wanted).every(([key, value]) => attribute(one, key) === value),
    );
  return (
    has('identity', { category: 'conference', type: 'text' }) && has('feature', { var: NS.muc })
  );
}

export const roomServiceOf = perHost((host) => new RoomService(host));
