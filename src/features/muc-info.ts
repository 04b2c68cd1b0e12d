// SPDX-License-Identifier: MIT
//
// What a room is asked of itself once we are in it.

import { attribute, child, children, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Answer, FeatureHost } from './feature.js';
import type { RoomTeller } from './muc-teller.js';
import type { JoinedRoom } from './muc-traffic.js';
import { clip } from './text.js';

const NAME_LENGTH = 200;

export class RoomInfo {
  readonly #host: FeatureHost;
  readonly #room: JoinedRoom;
  readonly #teller: RoomTeller;
  readonly #can: (features: ReadonlySet<string>) => void;
  /** It is asked what was changed. */
  #asking = false;
  /** Something was changed since. */
  #stale = false;

  /** @param can called with what the room can, whenever it says so */
  constructor(
    host: FeatureHost,
    room: JoinedRoom,
    teller: RoomTeller,
    can: (features: ReadonlySet<string>) => void,
  ) {
    this.#can = can;
    this.#host = host;
    this.#room = room;
    this.#teller = teller;
  }

  /**
   * Its name (XEP-0045 §6.4) and, once in each stay, what it can: one question for all who want to know.
   * @param done called with the answer, unless that is another stay by then
   */
  ask(done: (answer: Answer) => void): void {
    const { joins } = this.#room;
    this.#query((answer) => {
      if (this.#room.joined && this.#room.joins === joins) done(answer);
    });
  }

  /** Its settings were changed. However often it says so, one question is open at a time. */
  changed(): void {
    this.#stale = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    this.#query(() => {
      this.#asking = false;
      if (this.#stale && this.#room.joined) this.changed();
      this.#stale = false;
    });
  }

  #query(done: (answer: Answer) => void): void {
    const query = xml('query', { xmlns: NS.discoInfo });
    this.#host.request(this.#room.jid, 'get', query, (answer) => {
      const info = answer.type === 'result' && child(answer.stanza, 'query', NS.discoInfo);
      if (info) {
        this.#teller.learned({ name: nameIn(info) });
        this.#can(featuresIn(info));
      }
      done(answer);
    });
  }

  /** A room that was made by entering it is open to others once its settings are accepted (§10.1.2). */
  open(): void {
    const form = xml('x', { xmlns: NS.dataForms, type: 'submit' });
    const query = xml('query', { xmlns: NS.mucOwner }, form);
    this.#host.request(this.#room.jid, 'set', query, (answer) => {
      if (answer.type === 'result') this.#teller.learned({ created: true });
      else if (answer.fault.kind === 'stanza' && this.#room.joined) {
        this.#teller.notice(`The new room is not open to others yet: ${answer.fault.text}`);
      }
    });
  }
}

function nameIn(query: Element): string {
  const identities = children(query, 'identity', NS.discoInfo);
  const room = identities.find((one) => attribute(one, 'category') === 'conference');
  return clip((room && attribute(room, 'name')) ?? '', NAME_LENGTH);
}

/** What an answer says that somebody can (XEP-0030 §3.1). */
export function featuresIn(query: Element): ReadonlySet<string> {
  const all = children(query, 'feature', NS.discoInfo);
  return new Set(all.flatMap((feature) => attribute(feature, 'var') ?? []));
}
