// SPDX-License-Identifier: MIT
//
// What was said in one room: the truth of it for those who judge a run, what its archive has, and what it
// tells to those who enter.

import { formatDateTime, parseDateTime } from '../../../src/core/date-time.js';
import { NS } from '../../../src/core/namespaces.js';
import { attribute, xml } from '../../../src/core/xml.js';
import type { Element } from '../../../src/core/xml.js';
import { ModelArchive } from './archive.js';
import type { RoomOptions } from './room-options.js';
import { addressed, stanzaId } from './room-stanzas.js';

/** A line that a room took: all who are inside get it, in one order. */
export interface RoomLine {
  readonly room: string;
  readonly nick: string;
  /** Whose it is, a bare JID. */
  readonly user: string;
  /** As it was sent. */
  readonly id: string | undefined;
  readonly body: string;
  /** The server's wall clock, Unix ms. */
  readonly at: number;
  /** On the world's clock. */
  readonly keptAt: number;
  /** Its id in the archive, if there is one. */
  readonly archived: string | undefined;
  /** As it was reflected, to nobody. */
  readonly stanza: Element;
  /** Who was inside and therefore got it, by bare JIDs. */
  readonly to: ReadonlySet<string>;
  /** Of these: it was under way in a session of theirs that ended, and nobody knows whether it came. */
  readonly unsure: Set<string>;
  /** The archive had it, or where there is none the history, and has it no longer. */
  forgotten: boolean;
}

/** As many lines as servers have by themselves. */
const HISTORY = 20;

export class RoomLines {
  /** All there ever were, in order. */
  readonly all: RoomLine[] = [];
  readonly archive = new ModelArchive();
  /** What those who enter are told. */
  private history: RoomLine[] = [];

  constructor(
    private readonly room: string,
    private readonly options: RoomOptions,
  ) {}

  add(line: RoomLine): void {
    const { archived: id, keptAt, at } = line;
    this.all.push(line);
    this.history.push(line);
    if (id !== undefined) {
      const visibleAt = keptAt + (this.options.archiveLagMs ?? 0);
      this.archive.add({ id, text: line.stanza.toString(), at, keptAt, visibleAt });
    }
  }

  /**
   * What is told to somebody who enters: the least of what he asks for and what the room gives
   * (XEP-0045 §7.2.14).
   * @param asks his `<history/>`
   */
  told(asks: Element | undefined, to: string, wall: number): string[] {
    const [maxstanzas, maxchars, seconds] = ['maxstanzas', 'maxchars', 'seconds'].map((name) =>
      numberIn(asks, name),
    );
    const since = parseDateTime((asks && attribute(asks, 'since')) ?? '') ?? -Infinity;
    const from = Math.max(since, seconds === undefined ? -Infinity : wall - seconds * 1_000);
    const most = Math.min(maxstanzas ?? Infinity, this.options.historyLines ?? HISTORY);
    const recent = this.history.filter(({ at }) => at >= from);
    const texts = (most === 0 ? [] : recent.slice(-most)).map((line) => this.again(line, to));
    let room = maxchars ?? Infinity;
    const kept = texts.reverse().findIndex((text) => (room -= text.length) < 0);
    return (kept < 0 ? texts : texts.slice(0, kept)).reverse();
  }

  /**
   * The server is killed, and what came after this moment is not on its disk.
   * @returns the lines that its archive has no longer
   */
  forget(after: number): RoomLine[] {
    this.archive.forget(after);
    const survives = ({ keptAt }: RoomLine) => keptAt <= after;
    this.history = this.options.killLosesHistory === true ? [] : this.history.filter(survives);
    const lost = this.all.filter((line) => !line.forgotten && !survives(line));
    const forgotten = lost.filter(({ archived }) => archived !== undefined);
    // Where no line of a history is left, everybody can see that some are missing.
    for (const line of this.options.killLosesHistory === true ? forgotten : lost) {
      line.forgotten = true;
    }
    return forgotten;
  }

  private again({ stanza, at, archived }: RoomLine, to: string): string {
    const stamp = formatDateTime(at);
    const delay = xml('delay', { xmlns: NS.delay, from: this.room, stamp });
    const hidden = archived === undefined || this.options.historyHidesIds === true;
    return addressed(stanza, to, ...(hidden ? [] : [stanzaId(this.room, archived)]), delay);
  }
}

function numberIn(element: Element | undefined, name: string): number | undefined {
  const text = element === undefined ? undefined : attribute(element, name);
  return text === undefined ? undefined : Number(text);
}
