// SPDX-License-Identifier: MIT
//
// Who is in one room. The list of a new stay is collected behind the one that the host has, and takes
// its place when it is complete (XEP-0045 §7.1).

import { clone, create, equals } from '@bufbuild/protobuf';
import {
  Occupant_Departure as Departure,
  OccupantSchema,
  RoomOccupantsSchema,
} from '../contract/engine_pb.js';
import type { Occupant } from '../contract/engine_pb.js';
import { NS } from '../core/namespaces.js';
import type { FeatureHost } from './feature.js';

/** Occupants in one event, so that no host is held up by a large room. */
const PART = 200;
/** No room that a person can follow has more; a hostile one shall not fill the memory. */
const OCCUPANTS = 10_000;

export class OccupantBook {
  readonly #host: FeatureHost;
  readonly #room: string;
  /** What the host knows, by nick. */
  #there = new Map<string, Occupant>();
  /** While a list is being collected. */
  #coming: Map<string, Occupant> | undefined;
  #full = false;
  /** The room announces that it tells who is who (XEP-0421). */
  #identifies = false;
  /** The same of titles (XEP-0317 §3). Where it does not, anybody may have written his own. */
  #titles = false;

  constructor(host: FeatureHost, room: string) {
    this.#host = host;
    this.#room = room;
  }

  get(nick: string): Occupant | undefined {
    return this.#there.get(nick);
  }

  get identifies(): boolean {
    return this.#identifies;
  }

  /** The room said what it tells of its occupants: what of that came before is told now. */
  announced(features: ReadonlySet<string>): void {
    const identifies = features.has(NS.occupantId);
    const titles = features.has(NS.hats);
    if (identifies === this.#identifies && titles === this.#titles) return;
    this.#identifies = identifies;
    this.#titles = titles;
    const marked = [...this.#there.values()].filter(
      ({ occupantId, hats }) => occupantId !== '' || hats.length > 0,
    );
    for (let at = 0; at < marked.length; at += PART) this.#tell(marked.slice(at, at + PART));
  }

  /** From now on a new list is collected. */
  collect(): void {
    this.#coming = new Map();
    this.#full = false;
  }

  /** It will not become complete. */
  abandon(): void {
    this.#coming = undefined;
  }

  /** The new list is complete: it is told, and replaces the old one. */
  complete(): void {
    this.#there = this.#coming ?? this.#there;
    this.#coming = undefined;
    this.tellAll();
  }

  /** Somebody came, or is there in another way than before. */
  put(occupant: Occupant): void {
    const book = this.#coming ?? this.#there;
    const known = book.get(occupant.nick);
    if (known === undefined && book.size >= OCCUPANTS + Number(occupant.self)) {
      this.#dropped();
      return;
    }
    book.set(occupant.nick, occupant);
    if (this.#coming !== undefined) return;
    if (known === undefined || !this.#same(known, occupant)) this.#tell([occupant]);
  }

  /** Who was taken for ourselves by this nick is another: a room may give us a nick of its own (§7.2.2). */
  another(nick: string): void {
    const known = this.#there.get(nick);
    if (known?.self === true) this.put(changed(known, { self: false }));
  }

  /**
   * Somebody left.
   * @param how what is to be told of it, beside who it was
   */
  remove(nick: string, how: Pick<Occupant, 'departure' | 'actor' | 'reason'>): void {
    const known = this.#take(nick);
    if (known !== undefined && this.#coming === undefined) {
      this.#tell([changed(known, how)]);
    }
  }

  /** Somebody has another nick now (§7.6). */
  rename(nick: string, newNick: string): void {
    const known = this.#take(nick);
    if (known === undefined) return;
    const renamed = changed(known, { nick: newNick });
    (this.#coming ?? this.#there).set(newNick, renamed);
    if (this.#coming !== undefined) return;
    const gone = changed(known, { departure: Departure.RENAMED, newNick });
    this.#tell([gone, renamed]);
  }

  /** Everybody who is there, in parts; nobody is one empty part, both first and last. */
  tellAll(): void {
    const all = [...this.#there.values()];
    const parts = Math.max(1, Math.ceil(all.length / PART));
    for (let part = 0; part < parts; part += 1) {
      this.#tell(all.slice(part * PART, (part + 1) * PART), {
        begin: part === 0,
        end: part === parts - 1,
      });
    }
  }

  #same(one: Occupant, other: Occupant): boolean {
    return equals(OccupantSchema, this.#believed(one), this.#believed(other));
  }

  #take(nick: string): Occupant | undefined {
    const book = this.#coming ?? this.#there;
    const known = book.get(nick);
    book.delete(nick);
    return known;
  }

  #tell(occupants: Occupant[], whole: { begin?: boolean; end?: boolean } = {}): void {
    const shown = occupants.map((occupant) => this.#believed(occupant));
    const value = create(RoomOccupantsSchema, { room: this.#room, occupants: shown, ...whole });
    this.#host.tell({ case: 'roomOccupants', value });
  }

  #believed(occupant: Occupant): Occupant {
    const occupantId = this.#identifies ? occupant.occupantId : '';
    const hats = this.#titles ? occupant.hats : [];
    const whole = occupantId === occupant.occupantId && hats.length === occupant.hats.length;
    return whole ? occupant : changed(occupant, { occupantId, hats });
  }

  /** One line for each list: a flood must not fill the log either. */
  #dropped(): void {
    if (!this.#full) {
      this.#host.log('warning', `${this.#room} has too many occupants; not all are shown.`);
    }
    this.#full = true;
  }
}

function changed(occupant: Occupant, change: Partial<Occupant>): Occupant {
  return Object.assign(clone(OccupantSchema, occupant), change);
}
