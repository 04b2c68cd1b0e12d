// SPDX-License-Identifier: MIT
//
// What moderators, admins and owners do to others (XEP-0045 §8.2 to §10.8), one person at a time.

import { fault } from '../core/errors.js';
import { xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { SetAffiliation, SetRole } from '../contract/engine_pb.js';
import { Errands } from './errands.js';
import type { FeatureHost } from './feature.js';
import { affiliations, roles } from './muc-presence.js';
import type { Room } from './muc-room.js';
import { parseJid } from './per-host.js';

export const NOT_JOINED = fault('usage', 'not-joined', 'Not done: you are not in the room now.', {
  by: 'us',
  retry: 'later',
});

const NO_ADDRESS = fault(
  'usage',
  'item-not-found',
  'Not done: nobody of that name is there whose address you can see. Give the address itself.',
  { by: 'us', retry: 'never' },
);

const UNKNOWN = fault('usage', 'bad-request', 'Not done: there is no such role or affiliation.', {
  by: 'us',
  retry: 'never',
});

const UNHEARD = fault(
  'link',
  'no-answer',
  'The connection was lost before the room answered. Look whether it was done before you try again.',
);

export class RoomAdmin {
  readonly #host: FeatureHost;
  readonly #errands: Errands;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#errands = new Errands(host);
  }

  /**
   * Asked for once only: by the time a link is back, somebody else may be there under the nick.
   * @param room that we are in
   */
  setRole(room: Room | undefined, { nick, role, reason }: SetRole, id: string): void {
    const word = wordOf(roles, role);
    if (room?.joined !== true || !this.#host.online) this.#host.refuse(id, NOT_JOINED);
    else if (word === undefined) this.#host.refuse(id, UNKNOWN);
    else {
      const query = queryOf({ nick, role: word }, reason);
      this.#host.request(room.jid, 'set', query, (answer) => {
        if (answer.type === 'result') this.#host.accept(id);
        else this.#host.refuse(id, answer.fault.kind === 'stanza' ? answer.fault : UNHEARD);
      });
    }
  }

  setAffiliation(room: Room | undefined, wanted: SetAffiliation, id: string): void {
    const affiliation = wordOf(affiliations, wanted.affiliation);
    const jid = room && this.#addressOf(room, wanted.jidOrNick);
    if (room === undefined) this.#host.refuse(id, NOT_JOINED);
    else if (jid === undefined) this.#host.refuse(id, NO_ADDRESS);
    else if (affiliation === undefined) this.#host.refuse(id, UNKNOWN);
    else {
      this.#errands.add(id, (done) => {
        this.#host.request(room.jid, 'set', queryOf({ jid, affiliation }, wanted.reason), done);
      });
    }
  }

  /** Signed in. */
  resume(): void {
    this.#errands.resume();
  }

  /**
   * The bare JID that an affiliation belongs to (§5.2). What has the form of an address is one, and not
   * the nick of somebody who would like to be taken for him.
   */
  #addressOf(room: Room, jidOrNick: string): string | undefined {
    const given = parseJid(this.#host, jidOrNick);
    const real = parseJid(this.#host, room.occupants.get(jidOrNick)?.jid);
    const jid = given !== undefined && given.local !== '' ? given : real;
    return jid?.bare().toString();
  }
}

/** §17.4: an item names either a role and a nick or an affiliation and a JID. */
function queryOf(item: Readonly<Record<string, string>>, reason: string): Element {
  const why = reason === '' ? undefined : xml('reason', {}, reason);
  return xml('query', { xmlns: NS.mucAdmin }, xml('item', item, why));
}

/** @returns the specification's word for a role or an affiliation */
export function wordOf<T>(words: ReadonlyMap<string, T>, meaning: T): string | undefined {
  return [...words].find(([, value]) => value === meaning)?.[0];
}
