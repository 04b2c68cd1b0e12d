// SPDX-License-Identifier: MIT
//
// Who is there: RFC 6121 §4, with idle times by XEP-0319.

import { create } from '@bufbuild/protobuf';
import { attribute, child, childText, localName, serialise } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { parseDateTime, stanzaError } from '../core/stanza.js';
import { Presence_ResourceSchema, PresenceSchema } from '../contract/engine_pb.js';
import type { Presence as PresenceMessage, SetPresence } from '../contract/engine_pb.js';
import { capsOf } from './caps.js';
import { errorMessage } from './error.js';
import type { Feature, FeatureHost } from './feature.js';
import { ownPresence, ownPresenceOf } from './own-presence.js';
import { perHost } from './per-host.js';
import { PresenceBook } from './presence-book.js';
import type { ResourcePresence } from './presence-book.js';
import { rosterOf } from './roster.js';
import { readShow } from './show.js';
import { clip } from './text.js';

const STATUS_LENGTH = 2_000;
/**
 * How long contacts of an earlier session are shown until they must have shown up in the new one: a
 * server answers for its own users at once, and asks others over links it may have to open first.
 */
const STALE_MS = 20_000;

/** Who is online, as other features may ask for it. */
export const presenceOf = perHost(() => new PresenceBook());

class Presence {
  readonly #host: FeatureHost;
  readonly #book: PresenceBook;
  /** What the server has of us in this session. */
  #announced: string | undefined;
  #session = 0;
  #full = false;
  /** The link was away when those who had not shown up were to go. */
  #unswept = false;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#book = presenceOf(host);
    ownPresenceOf(host).onChange(() => {
      this.announce();
    });
    capsOf(host).onLearned((ver) => {
      this.#nameKnown(ver);
    });
  }

  set(wanted: SetPresence): void {
    ownPresenceOf(this.#host).set(wanted);
  }

  /** Says what the host wants said, unless the server has heard exactly that in this session. */
  announce(): void {
    if (this.#say()) ownPresenceOf(this.#host).announced();
  }

  /** RFC 6121 §4.2.1; behind the roster request, which stands earlier in the list (§2.2). */
  starting(): void {
    ownPresenceOf(this.#host).hold(false);
    this.#begin();
  }

  #begin(): void {
    this.#announced = undefined;
    this.#full = false;
    this.#session += 1;
    this.#unswept = false;
    this.#book.age();
    this.#say();
  }

  started(begun: boolean): void {
    const own = ownPresenceOf(this.#host);
    // Behind what the archive has, where that is all that there is of what was missed.
    own.hold(this.#host.archiveFirst);
    if (!begun) this.#begin();
    // What the host wants said may have changed since.
    this.#say();
    if (!own.held) own.announced();
    this.#sweepLater(this.#session);
  }

  resumed(): void {
    this.announce();
    if (this.#unswept) this.#sweepLater(this.#session);
    this.#unswept = false;
  }

  ended(): void {
    this.#announced = undefined;
  }

  attached(): void {
    for (const jid of this.#book.jids) this.#tell(jid);
    this.announce();
  }

  /** @returns whether anything was said */
  #say(): boolean {
    const stanza = ownPresence(this.#host);
    // The program is part of what XEP-0115 announces.
    const text = `${this.#host.program}\n${serialise(stanza)}`;
    const held = ownPresenceOf(this.#host).held;
    if (!this.#host.online || held || text === this.#announced) return false;
    this.#announced = text;
    this.#host.send(stanza);
    return true;
  }

  /** @returns false for what is not about being there or not */
  receive(stanza: Element, from: Jid | undefined): boolean {
    const type = attribute(stanza, 'type');
    if (type !== undefined && type !== 'unavailable' && type !== 'error') return false;
    // Our own presence comes back to us (RFC 6121 §4.2.2); our other resources are like a contact's.
    if (from === undefined || from.equals(this.#host.jid)) return true;
    if (type === undefined) this.#available(stanza, from);
    else if (type === 'unavailable') this.#unavailable(stanza, from);
    else this.#refused(stanza, from);
    return true;
  }

  #available(stanza: Element, from: Jid): void {
    const jid = from.bare().toString();
    const stranger = !this.#isKnown(from, jid);
    const presence: ResourcePresence = {
      resource: from.resource,
      show: readShow(stanza),
      status: statusOf(stanza),
      priority: priorityOf(stanza),
      idleSince: this.#idleSince(stanza),
      // Strangers are not asked what they run.
      ver: stranger ? undefined : this.#capabilities(stanza, from),
    };
    if (this.#book.put(jid, presence, stranger)) this.#tell(jid);
    else this.#dropped(jid);
  }

  /** A server may leave out a hash that it has sent before (XEP-0115 §8.4). */
  #capabilities(stanza: Element, from: Jid): string | undefined {
    if (child(stanza, 'c', NS.caps) !== undefined) return capsOf(this.#host).see(stanza, from);
    return this.#book.resource(from.bare().toString(), from.resource)?.ver;
  }

  /** From a bare JID it speaks for all resources: the server ends a subscription so (RFC 6121 §3.3.3). */
  #unavailable(stanza: Element, from: Jid): void {
    const jid = from.bare().toString();
    const status = statusOf(stanza);
    const hadAny = this.#book.remove(jid, from.resource);
    if (hadAny || (status !== '' && this.#isKnown(from, jid))) this.#tell(jid, { status });
  }

  #refused(stanza: Element, from: Jid): void {
    const jid = from.bare().toString();
    const hadAny = this.#book.remove(jid, from.resource);
    if (hadAny || this.#isKnown(from, jid)) {
      this.#tell(jid, { error: errorMessage(stanzaError(stanza)) });
    }
  }

  #isKnown(from: Jid, jid: string): boolean {
    return from.sameBare(this.#host.jid) || rosterOf(this.#host).has(jid);
  }

  /** One line a session: a flood must not fill the log either. */
  #dropped(jid: string): void {
    if (!this.#full)
      this.#host.log('warning', `Too many resources or strangers; ${jid} is not shown.`);
    this.#full = true;
  }

  #tell(jid: string, absent: Partial<Pick<PresenceMessage, 'status' | 'error'>> = {}): void {
    const resources = this.#book.resources(jid).map((presence) =>
      create(Presence_ResourceSchema, {
        resource: presence.resource,
        show: presence.show,
        status: presence.status,
        priority: presence.priority,
        idleSinceTimeMs: BigInt(Math.trunc(presence.idleSince ?? 0)),
        client: capsOf(this.#host).software(presence.ver)?.name ?? '',
      }),
    );
    const said = resources.length > 0 ? { ...absent, status: '' } : absent;
    const value = create(PresenceSchema, { jid, resources, ...said });
    this.#host.tell({ case: 'presence', value });
  }

  #nameKnown(ver: string): void {
    for (const jid of this.#book.jids) {
      if (this.#book.resources(jid).some((presence) => presence.ver === ver)) this.#tell(jid);
    }
  }

  #sweepLater(session: number): void {
    this.#host.later(STALE_MS, () => {
      if (session !== this.#session) return;
      this.#unswept = !this.#host.online;
      if (this.#unswept) return;
      for (const jid of this.#book.sweep()) this.#tell(jid);
    });
  }

  /** XEP-0319; a moment that has not come yet, or before the epoch, tells nothing. */
  #idleSince(stanza: Element): number | undefined {
    const idle = child(stanza, 'idle', NS.idle);
    const ms = idle === undefined ? undefined : parseDateTime(attribute(idle, 'since') ?? '');
    if (ms === undefined || ms <= 0) return undefined;
    return Math.min(ms, this.#host.clock().wall);
  }
}

function statusOf(stanza: Element): string {
  return clip(childText(stanza, 'status', NS.client) ?? '', STATUS_LENGTH);
}

/** RFC 6121 §4.7.2.3: −128 to 127, 0 when absent; anything else is treated as absent. */
function priorityOf(stanza: Element): number {
  const text = childText(stanza, 'priority', NS.client)?.trim() ?? '';
  const value = /^[+-]?\d{1,3}$/.test(text) ? Number(text) : 0;
  return value >= -128 && value <= 127 ? value : 0;
}

export const presence: Feature = {
  name: 'presence',
  specs: [
    {
      id: 'XEP-0319',
      name: 'Last User Interaction in Presence',
      version: '1.0.2',
      status: 'complete',
    },
  ],
  after: ['roster', 'caps', 'muc'],
  attach(host) {
    const known = new Presence(host);
    return {
      commands: {
        setPresence: (value) => {
          known.set(value);
        },
      },
      incoming: (stanza, { from }) =>
        localName(stanza) === 'presence' && known.receive(stanza, from) ? 'taken' : 'pass',
      starting: () => {
        known.starting();
      },
      started: (begun) => {
        known.started(begun);
      },
      resumed: () => {
        known.resumed();
      },
      ended: () => {
        known.ended();
      },
      attached: () => {
        known.attached();
      },
    };
  },
};
