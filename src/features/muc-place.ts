// SPDX-License-Identifier: MIT
//
// One room through all its joinings: when its archive is read and its history believed, when our lines
// go, and when a gap is one that cannot be closed.

import { create } from '@bufbuild/protobuf';
import { NS } from '../core/namespaces.js';
import { child, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { ReducedElement } from '../core/xml-reduced.js';
import { formatDateTime } from '../core/stanza.js';
import { RoomNoticeSchema } from '../contract/engine_pb.js';
import { ArchiveReading } from './archive-reading.js';
import type { Answer, FeatureHost, RoomDesk } from './feature.js';
import { NEWEST, RoomSource, SLACK_MS } from './muc-archive.js';
import { Heard } from './muc-heard.js';
import { featuresIn } from './muc-info.js';
import { readLive } from './muc-reading.js';
import type { Place } from './muc-reading.js';
import { Silence } from './muc-silence.js';
import type { JoinedRoom } from './muc-traffic.js';

const STABLE_IDS = 'http://jabber.org/protocol/muc#stable_id';
/** Returned so often, it is not because we are out of the room. */
const RETURNS = 3;

const UNREADABLE =
  'This message was too large or too complex to be shown. ' +
  'What it said is lost here: ask for it in another way.';
const GAP = 'What was said here while there was no connection may be missing: ';
const NO_HISTORY = `${GAP}the room did not hand it over.`;
const NO_ARCHIVE = `${GAP}the room’s archive could not be read.`;

export class RoomPlace implements Place {
  readonly desk: RoomDesk;
  readonly byBody = new Map<string, string>();
  stableIds = false;
  isNew = false;
  cameAt: number | undefined;
  askedAt = 0;
  private readonly heard: Heard;
  private readonly reading: ArchiveReading;
  private readonly silence: Silence;
  /** Whether the room has an archive that we may read, as far as is known. */
  private archived: boolean | undefined;
  /** What was asked in an earlier one is answered too late. */
  stay = 0;
  /** The room’s archive would not be read. */
  private refused = false;
  /** How often it was asked for entrance in this stay: so often it may give its history. */
  private entrances = 0;
  /** Whether the history was asked for. */
  private asked = false;
  /** Of lines that the room gave back, how often. */
  private readonly returns = new Map<string, number>();

  constructor(
    private readonly host: FeatureHost,
    public room: JoinedRoom,
    archived: boolean | undefined,
    /** What was found out about the archive. */
    private readonly learned: (archived: boolean) => void,
  ) {
    this.archived = archived;
    this.desk = host.archiveOf(room.jid);
    this.heard = new Heard(host, this.desk, this.name);
    const source = new RoomSource(
      host,
      () => this,
      this.desk,
      () => {
        this.refusedArchive();
      },
      (answer) => {
        this.inside(answer);
      },
    );
    this.reading = new ArchiveReading(host, source);
    this.silence = new Silence(
      host,
      this,
      () => {
        this.judge();
      },
      () => {
        this.isOut();
      },
    );
  }

  /** @returns the `<history/>` to ask for */
  joining(): Element {
    const { entrances } = this;
    this.left();
    if (entrances === 0) this.askedAt = this.host.clock().wall;
    this.entrances = entrances + 1;
    this.heard.joining();
    const cursor = this.desk.cursor(this.name);
    // As long as we stay, what comes comes to us: no more than the newest has to be read.
    if (entrances === 0) this.isNew = cursor === undefined && this.cameAt === undefined;
    this.asked = !this.archives;
    // As long as nobody knows, it may have an archive.
    if (this.archived !== false) this.reading.hold();
    if (!this.asked) return xml('history', { maxstanzas: '0' });
    if (cursor === undefined) return xml('history', { maxstanzas: String(NEWEST) });
    return xml('history', { since: formatDateTime(cursor.at - SLACK_MS) });
  }

  joined(): void {
    this.cameAt ??= this.host.clock().wall;
    // What was sent before has been reflected by now, or never will be.
    this.desk.doubt();
  }

  /** The room's answer to what it can came in this stay, behind the history. */
  described(answer: Answer): void {
    // An error says nothing of the archive: what was known of it holds.
    let archived = this.archived === true;
    if (answer.type === 'result') {
      const query = child(answer.stanza, 'query', NS.discoInfo);
      const features = query === undefined ? new Set() : featuresIn(query);
      archived = features.has(NS.mam) && !this.refused;
      this.stableIds ||= features.has(STABLE_IDS);
      this.learn(archived);
    } else if (answer.fault.kind !== 'stanza' && answer.fault.kind !== 'timeout') {
      // The session is gone: the next joining asks again.
      return;
    }
    if (archived && this.host.settings.archive) {
      this.readArchive();
    } else {
      this.desk.release();
      this.settleGap(NO_HISTORY);
      this.desk.unjudged();
    }
    this.desk.open();
    this.silence.watch();
  }

  left(): void {
    this.stay++;
    this.heard.left();
    this.desk.close();
    this.reading.ended();
    this.entrances = 0;
  }

  resumed(outageMs: number): void {
    if (!this.room.joined) return;
    if (this.archives) this.reading.resumed(outageMs);
    this.silence.watch();
  }

  line(stanza: Element, occupant: string): void {
    const readable = stanza instanceof ReducedElement ? instead(stanza) : stanza;
    const text = readLive(this.host, this, readable, occupant);
    if (text === undefined) return;
    const { body, copy, settles } = text;
    const again = this.entrances > 1 && copy.path === 'history';
    if (again && this.heard.repeated(copy)) return;
    if (this.archives) this.reading.came();
    // No later than it came: the room is not heard up to what waited while we slept.
    const at = copy.stamp ?? this.host.since(copy.earliest);
    const heard = this.heard.line(copy, at, this.archives);
    this.host.keep(body, copy, {
      ...(settles === undefined ? {} : { settles }),
      ...(heard ? { heard: { room: this.name, at } } : {}),
    });
  }

  /** A line of ours was taken for this room. */
  wrote(): void {
    if (this.room.joined) this.silence.watch();
  }

  /**
   * The room gave a line of ours back, as one of somebody who is not in it.
   * @returns false if that cannot be why
   */
  returned(id: string): boolean {
    const times = (this.returns.get(id) ?? 0) + 1;
    this.returns.set(id, times);
    if (times >= RETURNS) {
      this.returns.delete(id);
      return false;
    }
    this.desk.returned(id);
    this.isOut();
    return true;
  }

  private get name(): string {
    return this.room.jid.toString();
  }

  private get archives(): boolean {
    return this.archived === true && this.host.settings.archive;
  }

  private isOut(): void {
    if (!this.room.joined) return;
    this.desk.close();
    this.room.rejoin();
  }

  /** Should no answer come in this stay, then all from now on is to be read in the next. */
  private readArchive(): void {
    const { name, desk } = this;
    const at = this.cameAt ?? this.host.clock().wall;
    const unread = desk.cursor(name) === undefined;
    this.reading.started();
    if (unread) desk.keep([], name, { id: '', at }, () => undefined);
  }

  /** @param gap in words, if there is one */
  private settleGap(gap: string): void {
    if (!this.heard.joint) this.notice(gap);
    this.heard.settle();
  }

  private learn(archived: boolean): void {
    if (this.archived !== archived) {
      this.archived = archived;
      this.learned(archived);
    }
  }

  /** One who is not in the room may not read it either: is it that? */
  private refusedArchive(): void {
    this.inside((inside) => {
      if (inside === true) this.withoutArchive();
    });
  }

  /** Is it still this stay, as far as the room says? If not, it is joined again. */
  private inside(answer: (inside: boolean | undefined) => void): void {
    const { stay } = this;
    this.room.check((inside) => {
      if (stay !== this.stay) return;
      if (inside === false) this.isOut();
      answer(inside);
    });
  }

  private withoutArchive(): void {
    this.refused = true;
    this.learn(false);
    this.settleGap(this.asked ? NO_HISTORY : NO_ARCHIVE);
  }

  private judge(): void {
    if (this.archives) this.reading.judge();
    else this.desk.unjudged();
  }

  private notice(text: string): void {
    const value = create(RoomNoticeSchema, { room: this.name, text });
    this.host.tell({ case: 'roomNotice', value });
  }
}

/** Its content was thrown away unread: who said something, and when, is all that can be told. */
function instead(stanza: ReducedElement): Element {
  return xml('message', { ...stanza.attrs }, xml('body', {}, UNREADABLE));
}
