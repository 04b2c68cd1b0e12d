// SPDX-License-Identifier: MIT
//
// A room that an earlier process was in and nobody wants to be in any more: put out of it, say, a moment
// before that process died. What its session brings again was said while we were inside.

import { childText } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import type { FeatureHost, RoomDesk } from './feature.js';
import { sameText } from './muc-reading.js';
import { roomsOf } from './muc-traffic.js';
import type { JoinedRoom } from './muc-traffic.js';
import { idsOf } from './own-copies.js';

export class BygoneRoom implements JoinedRoom {
  /** Nobody knows it any more; a nick is never empty. */
  readonly nick = '';
  readonly joins = 0;
  readonly joined = false;
  readonly ownId = '';
  /** Who said the line that is looked at, if that is ourselves. */
  #self: string | undefined;
  readonly #desk: RoomDesk;

  constructor(
    private readonly host: FeatureHost,
    readonly jid: Jid,
  ) {
    this.#desk = host.archiveOf(jid);
  }

  /** Was an earlier process in it? Lines of other addresses are nobody's business. */
  get known(): boolean {
    return this.#desk.busy || this.#desk.cursor(this.jid.toString()) !== undefined;
  }

  /** @param stanza of type groupchat, from the room */
  receive(stanza: Element, occupant: string): void {
    const said = childText(stanza, 'body', NS.client);
    if (said === undefined) return;
    const alike = this.#desk.unsettled().filter(({ body }) => sameText(body, said));
    // Its reflection comes before anything that others can make of it, so the first with its id is ours.
    const own = alike.some(({ id }) => idsOf(stanza).includes(id));
    // Where the room changed the ids, only the nick could tell: the line is looked for once we are in again.
    if (alike.length > 0 && !own) return;
    this.#self = own ? occupant : undefined;
    roomsOf(this.host).traffic?.line(stanza, this, occupant);
  }

  isSelf(occupant: string): boolean {
    return occupant === this.#self;
  }

  has(): boolean {
    return false;
  }

  idOf(): string {
    return '';
  }

  check(done: (inside: boolean | undefined) => void): void {
    done(undefined);
  }

  ask(_stanza: Element, _id: string, failed: string): void {
    this.host.log('info', `${failed}: you are not in ${this.jid.toString()} any more.`);
  }

  rejoin(): void {
    return;
  }
}
