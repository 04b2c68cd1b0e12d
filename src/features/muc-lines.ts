// SPDX-License-Identifier: MIT
//
// What is said in rooms (XEP-0045 §7.4), both ways. A line of ours is in the room when the room has shown
// it; until then it is ours to deliver.

import type { Fault } from '../core/errors.js';
import type { Jid } from '../core/jid.js';
import type { Element } from '../core/xml.js';
import type { Answer, Feature, FeatureHost } from './feature.js';
import { RoomPlace } from './muc-place.js';
import { roomsOf } from './muc-traffic.js';
import type { JoinedRoom, RoomTraffic } from './muc-traffic.js';
import { perHost } from './per-host.js';

/** Which rooms have an archive; it may be gone. */
const CACHE = 'room-archives';
/** Rooms remembered; the oldest is asked again. */
const KEPT = 500;
/** Lines do not wait longer for a room that nobody enters. */
const PATIENCE_MS = 10_000;
/** A room says by these that whoever wrote is not in it (§7.4; XEP-0410 §4). */
const OUTSIDE: ReadonlySet<string> = new Set(['not-acceptable', 'item-not-found']);

export class RoomLines implements RoomTraffic {
  private readonly places = new Map<string, RoomPlace>();
  private readonly archived: Map<string, boolean>;

  constructor(private readonly host: FeatureHost) {
    this.archived = readCache(host.load(CACHE));
  }

  joining(room: JoinedRoom): Element | undefined {
    return this.place(room).joining();
  }

  joined(room: JoinedRoom): void {
    this.place(room).joined();
  }

  described(room: JoinedRoom, answer: Answer): void {
    this.place(room).described(answer);
  }

  left(room: JoinedRoom): void {
    this.place(room).left();
  }

  line(stanza: Element, room: JoinedRoom, occupant: string): void {
    this.place(room).line(stanza, occupant);
  }

  /** Takes a line of ours for good. */
  send(id: string, room: Jid, stanza: Element, body: string): void {
    this.host.queueLine(id, room, stanza, body);
    this.places.get(room.toString())?.wrote();
  }

  /**
   * An error came back for something of ours.
   * @returns true if it was a line that its room did not take, and that goes again
   */
  bounced(id: string, from: Jid | undefined, { condition }: Fault): boolean {
    const room = from?.resource === '' ? from : undefined;
    if (room === undefined || !OUTSIDE.has(condition)) return false;
    const place = this.places.get(room.toString());
    const desk = this.host.archiveOf(room);
    if (!desk.knows(id)) return false;
    if (place !== undefined) return place.returned(id);
    desk.returned(id);
    return true;
  }

  /** What waited behind an archive when an earlier process ended does not wait for ever. */
  attached(): void {
    if (this.host.holding().length === 0) return;
    this.host.later(PATIENCE_MS, () => {
      // One that is joined meanwhile is waited for as long as something comes.
      for (const room of this.host.holding()) {
        if (roomsOf(this.host).find(room) === undefined) this.host.archiveOf(room).release();
      }
    });
  }

  resumed(outageMs: number): void {
    for (const place of this.places.values()) place.resumed(outageMs);
  }

  private place(room: JoinedRoom): RoomPlace {
    const name = room.jid.toString();
    let place = this.places.get(name);
    if (place === undefined) {
      place = new RoomPlace(this.host, room, this.archived.get(name), (archived) => {
        this.learn(name, archived);
      });
      this.places.set(name, place);
    }
    place.room = room;
    return place;
  }

  private learn(room: string, archived: boolean): void {
    this.archived.delete(room);
    this.archived.set(room, archived);
    const lines = [...this.archived]
      .slice(-KEPT)
      .map(([name, has]) => `${name} ${has ? 'yes' : 'no'}`);
    this.host.save(CACHE, lines.join('\n'));
  }
}

function readCache(text: string | undefined): Map<string, boolean> {
  const found = new Map<string, boolean>();
  for (const line of (text ?? '').split('\n')) {
    const [room = '', archived = ''] = line.split(' ');
    if (room !== '' && archived !== '') found.set(room, archived === 'yes');
  }
  return found;
}

/** Where the lines of an account's rooms go. */
export const roomLinesOf = perHost((host) => new RoomLines(host));

export const mucLines: Feature = {
  name: 'muc-lines',
  specs: [],
  after: ['muc', 'archive'],
  attach(host) {
    const lines = roomLinesOf(host);
    roomsOf(host).setTraffic(lines);
    return {
      resumed: (outageMs) => {
        lines.resumed(outageMs);
      },
      attached: () => {
        lines.attached();
      },
    };
  },
};
