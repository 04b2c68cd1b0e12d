// SPDX-License-Identifier: MIT
//
// How far one room without an archive was heard, and whether the history that it gives at joining begins
// there (XEP-0045 §7.2.13). Where it does not, something is missing that nobody can bring.

import type { Copy } from '../delivery/copy.js';
import type { FeatureHost, RoomDesk } from './feature.js';

/** Lines of a history that are remembered, to know them again: more than any room keeps of it. */
const REPEATS = 1_000;

export class Heard {
  /** The history has a line up to which nothing is missing, or there is none that it could have. */
  private joins = true;
  /** Up to then nothing was missing when this joining began, Unix ms. */
  private upTo = 0;
  /** A gap before this stay was told, if there was one. */
  private settled = false;
  /** When the youngest line of this stay came, Unix ms. */
  private youngest = 0;
  /** The lines of a history that may come twice. */
  private readonly repeats = new Set<string>();

  /** @param room bare */
  constructor(
    private readonly host: FeatureHost,
    private readonly desk: RoomDesk,
    private readonly room: string,
  ) {}

  /** Nothing is missing before what came in this stay, as far as is known. */
  get joint(): boolean {
    return this.joins;
  }

  /** The room is asked for entrance, and perhaps for its history. */
  joining(): void {
    const cursor = this.desk.cursor(this.room);
    this.repeats.clear();
    this.joins = cursor === undefined;
    // Behind a gap that nobody was told of, nothing that came proves that there is none.
    this.upTo = cursor === undefined || cursor.gap === true ? 0 : cursor.at;
  }

  left(): void {
    this.settled = false;
    this.youngest = 0;
  }

  /** Two that are alike in one history are two, but not where the room was asked for it twice. */
  repeated({ from, id, body, stamp }: Copy): boolean {
    const line = [from, id, body, String(stamp)].join('\0');
    const came = this.repeats.has(line);
    this.repeats.add(line);
    const [oldest] = this.repeats;
    if (this.repeats.size > REPEATS && oldest !== undefined) this.repeats.delete(oldest);
    return came;
  }

  /**
   * A line came, and is not on disk yet.
   * @param at no later than it came, Unix ms
   * @param archives the room's archive is read, and brings what is missing
   * @returns whether the room is heard up to it
   */
  line(copy: Copy, at: number, archives: boolean): boolean {
    if (copy.path === 'history') this.joins ||= this.isProof(copy);
    this.youngest = Math.max(this.youngest, at);
    if (archives) return false;
    // On disk before the line is, which must not be taken for a proof that nothing is missing.
    if (!this.settled) this.owe(!this.joins);
    const cursor = this.desk.cursor(this.room);
    // Once a gap before it was told: a process that dies before that must not take it for closed.
    return cursor === undefined || (this.settled && at > cursor.at);
  }

  /** A gap was told, if there was one. */
  settle(): void {
    const { desk, room, youngest: at } = this;
    this.settled = true;
    this.joins = true;
    if (at > (desk.cursor(room)?.at ?? 0)) desk.keep([], room, { id: '', at }, () => undefined);
    else this.owe(false);
  }

  /** It came while nothing was missing: by our clock, or where an archive brought it by the room's. */
  private isProof(copy: Copy): boolean {
    const at = this.desk.seenAt(copy);
    // A clock that was set back since then cannot tell.
    if (this.upTo > this.host.clock().wall) return false;
    if (at === undefined) return false;
    const stamp = copy.stamp ?? at;
    // Of one that was sent again, the copy that came then may not be the one in this history.
    const when = copy.resent === undefined ? Math.min(at, stamp) : Math.max(at, stamp);
    return when <= this.upTo;
  }

  /** Says on disk whether there is a gap that nobody was told of. */
  private owe(gap: boolean): void {
    const { desk, room } = this;
    const cursor = desk.cursor(room);
    // An archive that was read brings what is missing.
    if (cursor?.id !== '' || (cursor.gap === true) === gap) return;
    const { at } = cursor;
    desk.keep([], room, { id: '', at, ...(gap ? { gap } : {}) }, () => undefined);
  }
}
