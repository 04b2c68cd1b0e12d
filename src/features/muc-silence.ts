// SPDX-License-Identifier: MIT
//
// Our server acknowledges a line, but only the room shows that it has it. When it shows nothing: are we in
// the room still (XEP-0410)? Then the line is in doubt, and looked for; else the room is joined again first.

import { fault } from '../core/errors.js';
import type { FeatureHost } from './feature.js';
import type { Place } from './muc-reading.js';

/** A reflection is awaited so long after our server has the line. */
const SILENCE_MS = 30_000;
/** A room that takes a line so often and never shows it will not. */
const TIMES = 3;

const UNSHOWN = fault(
  'timeout',
  'no-reflection',
  'The room never showed it, however often it was sent. It may not let you speak, or not such lines.',
  { retry: 'later' },
);

export class Silence {
  private armed = false;
  private asking = false;
  /** How often each line was in doubt for silence. */
  private readonly times = new Map<string, number>();

  /** @param doubted lines are in doubt that the room had time to show */
  constructor(
    private readonly host: FeatureHost,
    private readonly place: Place,
    private readonly doubted: () => void,
    private readonly out: () => void,
  ) {}

  /** Lines are on their way, or soon will be. */
  watch(delayMs = SILENCE_MS): void {
    if (this.armed || !this.place.desk.busy) return;
    this.armed = true;
    this.host.later(delayMs, () => {
      this.armed = false;
      this.look();
    });
  }

  private look(): void {
    const { room, desk } = this.place;
    // Joined again or on a new link it is watched anew.
    if (!room.joined || !this.host.online || this.asking) return;
    const since = desk.awaitedSince();
    const { now } = this.host.clock();
    if (since === undefined || now < since + SILENCE_MS) {
      this.watch(since === undefined ? SILENCE_MS : since + SILENCE_MS - now);
      return;
    }
    const { stay } = this.place;
    this.asking = true;
    room.check((inside) => {
      this.asking = false;
      if (!this.place.room.joined || this.place.stay !== stay) return;
      if (inside === true) this.decide(now - SILENCE_MS);
      else if (inside === false) this.out();
      this.watch();
    });
  }

  /** What we sent before the question has come to the room before it, and its echo before the answer. */
  private decide(upTo: number): void {
    const { desk } = this.place;
    const sent = new Set(desk.unsettled().flatMap(({ id, doubted }) => (doubted ? [] : id)));
    desk.doubt(upTo);
    const silent = desk.unsettled().filter(({ id, doubted }) => doubted && sent.has(id));
    for (const { id } of silent) {
      const times = (this.times.get(id) ?? 0) + 1;
      this.times.set(id, times);
      if (times >= TIMES) {
        this.times.delete(id);
        desk.failed(id, UNSHOWN);
      }
    }
    if (silent.length > 0) this.doubted();
  }
}
