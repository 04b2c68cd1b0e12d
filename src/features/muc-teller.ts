// SPDX-License-Identifier: MIT
//
// What the host knows of one room: told when it changes, and again to a host that joins.

import { clone, create, equals } from '@bufbuild/protobuf';
import {
  Room_State as State,
  RoomNoticeSchema,
  RoomSchema,
  RoomSubjectSchema,
} from '../contract/engine_pb.js';
import type { Room as RoomMessage, Room_Why as Why, RoomSubject } from '../contract/engine_pb.js';
import type { Fault } from '../core/errors.js';
import { errorMessage } from './error.js';
import type { FeatureHost } from './feature.js';

type Known = Partial<Pick<RoomMessage, 'nick' | 'name' | 'nonAnonymous' | 'created'>>;
type Entered = Pick<RoomMessage, 'byBookmark' | 'password'>;

/** How a room is entered. */
export interface Entry {
  readonly nick: string;
  readonly password: string;
  /** The host does not know yet that we are to be in it, nor the password. */
  readonly byBookmark: boolean;
}

export class RoomTeller {
  readonly #host: FeatureHost;
  /** As told last. */
  #room: RoomMessage;
  #subject: RoomSubject | undefined;

  constructor(host: FeatureHost, room: string, { password, byBookmark }: Entry) {
    this.#host = host;
    const entered = byBookmark ? { byBookmark, password } : {};
    this.#room = create(RoomSchema, { room, state: State.JOINING, ...entered });
  }

  /** The host has us in the room, whatever an outage makes of that for a while. */
  get joined(): boolean {
    return this.#room.state === State.JOINED;
  }

  get nick(): string {
    return this.#room.nick;
  }

  /** @param error why it has not come to more yet */
  joining(nick: string, error?: Fault): void {
    this.#change({ nick, error: error && errorMessage(error) });
  }

  /** Told only where it is news. */
  inside(known: Known): void {
    this.#change({ ...known, state: State.JOINED, error: undefined });
  }

  /** Something became known of a room; what is known before we are in is told with that. */
  learned(known: Known): void {
    if (this.joined) this.#change(known);
    else this.#room = this.#with(known);
  }

  left(
    why: Why,
    how: Partial<
      Pick<RoomMessage, 'error' | 'actor' | 'reason' | 'alternate' | 'alternatePassword'>
    >,
  ): void {
    const { room, nick } = this.#room;
    this.#change({ ...emptied, room, nick, state: State.LEFT, why, ...how }, true);
  }

  subject(subject: string, nick: string, setTimeMs: number): void {
    const value = create(RoomSubjectSchema, {
      room: this.#room.room,
      subject,
      nick,
      setTimeMs: BigInt(Math.trunc(setTimeMs)),
    });
    const known = this.#subject;
    this.#subject = value;
    // It is sent again each time we enter, without its time by some.
    if (known?.subject === subject && known.nick === nick) return;
    this.#host.tell({ case: 'roomSubject', value });
  }

  notice(text: string): void {
    const value = create(RoomNoticeSchema, { room: this.#room.room, text });
    this.#host.tell({ case: 'roomNotice', value });
  }

  /** Everything, for a host that asks or joins. @param occupants tells those who are there */
  all(occupants: () => void): void {
    this.#host.tell({ case: 'room', value: this.#room });
    if (!this.joined) return;
    occupants();
    if (this.#subject !== undefined) this.#host.tell({ case: 'roomSubject', value: this.#subject });
  }

  #change(change: Partial<RoomMessage>, always = false): void {
    const value = this.#with(change);
    const news = always || !equals(RoomSchema, this.#room, value);
    this.#room = value;
    if (news) this.#host.tell({ case: 'room', value });
  }

  #with(change: Partial<RoomMessage>): RoomMessage {
    return Object.assign(clone(RoomSchema, this.#room), change);
  }
}

/** What no longer holds outside. */
const emptied: Known & Entered = {
  ...{ name: '', nonAnonymous: false, created: false },
  ...{ byBookmark: false, password: '' },
};
