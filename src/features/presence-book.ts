// SPDX-License-Identifier: MIT
//
// Who is online with which resources, as far as this session's presence stanzas told.

import { Show } from '../contract/engine_pb.js';

/** The last available presence of one full JID. */
export interface ResourcePresence {
  readonly resource: string;
  readonly show: Show;
  readonly status: string;
  readonly priority: number;
  /** Milliseconds since the Unix epoch; undefined while not idle. */
  readonly idleSince: number | undefined;
  /** XEP-0115 hash it announced. */
  readonly ver: string | undefined;
}

interface Entry extends ResourcePresence {
  /** Rises with each presence stanza. */
  readonly turn: number;
  /** Learned in an earlier session and not confirmed in this one. */
  stale: boolean;
}

/** Nobody has so many clients; beyond, it is an attack on our memory. */
const RESOURCES = 50;
/** People outside the contact list who sent us their presence, and how much of each is kept. */
const STRANGERS = 1_000;
const STRANGER_RESOURCES = 2;

/** Free for a chat first; one who does not want to be disturbed is at least there. */
const ranks: Record<Show, number> = {
  [Show.CHAT]: 0,
  [Show.AVAILABLE]: 1,
  [Show.DND]: 2,
  [Show.AWAY]: 3,
  [Show.XA]: 4,
};

export class PresenceBook {
  readonly #byJid = new Map<string, Map<string, Entry>>();
  readonly #strangers = new Set<string>();
  #turn = 0;

  /** Bare JIDs with at least one resource. */
  get jids(): string[] {
    return [...this.#byJid.keys()];
  }

  /** Best first: by priority, then show, then the newest. */
  resources(jid: string): ResourcePresence[] {
    return [...(this.#byJid.get(jid)?.values() ?? [])].sort(
      (a, b) => b.priority - a.priority || ranks[a.show] - ranks[b.show] || b.turn - a.turn,
    );
  }

  resource(jid: string, resource: string): ResourcePresence | undefined {
    return this.#byJid.get(jid)?.get(resource);
  }

  /**
   * @param stranger not in the contact list
   * @returns false when there is no room for it
   */
  put(jid: string, presence: ResourcePresence, stranger: boolean): boolean {
    let resources = this.#byJid.get(jid);
    if (resources === undefined) {
      if (stranger && this.#strangers.size >= STRANGERS) return false;
      if (stranger) this.#strangers.add(jid);
      resources = new Map<string, Entry>();
      this.#byJid.set(jid, resources);
    }
    const most = stranger ? STRANGER_RESOURCES : RESOURCES;
    if (resources.size >= most && !resources.has(presence.resource)) return false;
    this.#turn += 1;
    resources.set(presence.resource, { ...presence, turn: this.#turn, stale: false });
    return true;
  }

  /**
   * @param resource empty: all of them
   * @returns false when there was nothing to remove
   */
  remove(jid: string, resource: string): boolean {
    const resources = this.#byJid.get(jid);
    if (resources === undefined) return false;
    const had = resource === '' || resources.delete(resource);
    if (resource === '' || resources.size === 0) this.#forget(jid);
    return had;
  }

  /** A new session: what is known is kept for the eye until `sweep`. */
  age(): void {
    for (const resources of this.#byJid.values()) {
      for (const entry of resources.values()) entry.stale = true;
    }
  }

  /** @returns the bare JIDs that lost a resource, since it did not show up again */
  sweep(): string[] {
    const poorer: string[] = [];
    for (const [jid, resources] of [...this.#byJid]) {
      const gone = [...resources.values()].filter((entry) => entry.stale);
      for (const entry of gone) resources.delete(entry.resource);
      if (gone.length > 0) poorer.push(jid);
      if (resources.size === 0) this.#forget(jid);
    }
    return poorer;
  }

  #forget(jid: string): void {
    this.#byJid.delete(jid);
    this.#strangers.delete(jid);
  }
}
