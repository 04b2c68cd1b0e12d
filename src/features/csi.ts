// SPDX-License-Identifier: MIT
//
// Tells the server whether anybody looks, so that it may save traffic (XEP-0352).

import { xml } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import { Show } from '../contract/engine_pb.js';
import type { Feature, FeatureHost } from './feature.js';
import { ownPresenceOf } from './own-presence.js';

/**
 * A fresh session stays active so long: a server may hold the contacts' presence back while we are
 * inactive, and those who do not show up soon count as gone (presence.ts).
 */
const SETTLED_MS = 30_000;

class ClientState {
  readonly #host: FeatureHost;
  /** What the server has of this stream. */
  #active = true;
  #session = 0;
  #settled: 'no' | 'late' | 'yes' = 'no';

  constructor(host: FeatureHost) {
    this.#host = host;
    ownPresenceOf(host).onChange(() => {
      this.tell();
    });
  }

  started(): void {
    this.#active = true;
    this.#session += 1;
    this.#settle();
  }

  /** §5.2: a resumed session begins as active again. */
  resumed(): void {
    this.#active = true;
    // The time ran out without a link, and presence.ts goes on counting on this one.
    if (this.#settled === 'late') this.#settle();
    this.tell();
  }

  tell(): void {
    const active = !this.#mayRest();
    // Nothing comes while offline, and `resumed` or `started` sees to it then.
    if (!this.#host.online || active === this.#active) return;
    this.#active = active;
    this.#host.signal(xml(active ? 'active' : 'inactive', { xmlns: NS.csi }));
  }

  #settle(): void {
    const session = this.#session;
    this.#settled = 'no';
    this.#host.later(SETTLED_MS, () => {
      if (session !== this.#session) return;
      this.#settled = this.#host.online ? 'yes' : 'late';
      this.tell();
    });
  }

  /** §4.1: a server that did not offer it would end the stream. */
  #mayRest(): boolean {
    const { show, idleSinceTimeMs } = ownPresenceOf(this.#host).wanted;
    const away = show === Show.AWAY || show === Show.XA || idleSinceTimeMs > 0n;
    const { settings, offered } = this.#host;
    return away && this.#settled === 'yes' && settings.csi && offered.includes(NS.csi);
  }
}

export const csi: Feature = {
  name: 'csi',
  specs: [
    {
      id: 'XEP-0352',
      name: 'Client State Indication',
      version: '1.0.0',
      status: 'complete',
      note: 'inactive while the user is away or idle',
    },
  ],
  after: ['presence'],
  attach(host) {
    const state = new ClientState(host);
    return {
      started: () => {
        state.started();
      },
      resumed: () => {
        state.resumed();
      },
    };
  },
};
