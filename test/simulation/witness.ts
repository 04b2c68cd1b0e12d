// SPDX-License-Identifier: MIT
//
// Watches one person's engine, disk and server, and checks after every step what must hold at any
// instant: that nothing is said before it is on disk, that sessions are resumed before new ones are bound,
// that only the archive moves the cursor, and so on.

import { Buffer } from 'node:buffer';
import { Link_State as Link, MessageState_State as State } from '../../src/contract/engine_pb.js';
import { isAfter } from '../../src/core/serial.js';
import { journalHeader, readJournal } from '../../src/delivery/journal.js';
import { laneOf, PERSONS } from '../../src/delivery/lane-book.js';
import { isFinal, Ledger } from '../../src/delivery/ledger.js';
import type { JournalRecord } from '../../src/delivery/records.js';
import type { EventBody } from '../../src/features/feature.js';
import type { ModelDisk } from '../support/model/disk.js';
import type { EngineWatch } from '../support/model/engine.js';
import type { ModelServer } from '../support/model/server.js';
import type { ServerSession } from '../support/model/sessions.js';
import { nodeTools } from '../support/tools.js';
import { DialTimes } from './dial-times.js';
import type { HostRecord } from './host.js';
import { RoomWitness } from './witness-room.js';

/** Live messages wait ten seconds for an archive that does not go on, and a redial is part of them. */
const PATIENCE_MS = 8_000;
const GRACE_MS = 3_000;
const HEADER = journalHeader(nodeTools);

/** What it says on a stanza; empty for what is not there. */
export interface Heading {
  readonly name: string;
  readonly id: string;
  readonly type: string;
  readonly to: string;
}

export class Witness {
  /** Broken rules, in words. */
  readonly broken: string[] = [];
  /** Messages that the server has taken, by id. */
  readonly taken = new Set<string>();
  /** How often each text was in doubt, by id. */
  readonly doubts = new Map<string, number>();
  /** Texts called doubtful though one before them was surely in the archive, and when. */
  readonly doubted: { readonly body: string; readonly at: number; readonly lane: string }[] = [];
  /** Texts in doubt behind one that the server had acknowledged by then. */
  private readonly provable = new Set<string>();
  /** Since when nothing came of the archive while it was due, on the world's clock. */
  private stillSince = 0;
  /** It did not go on for so long that nothing waits for it any more, in this session. */
  private given = false;
  private graceUntil = 0;
  /** A session was bound that was not told to the host yet. */
  private fresh = false;
  private ill = false;
  /** What is on disk. */
  private durable = new Ledger();
  private readonly dials: DialTimes;
  /** What is special about rooms. */
  readonly room: RoomWitness;
  /** Ids that an archive gave as the last of a page, each behind the archive's JID. */
  private readonly lasts = new Set<string>();
  /** Sessions that are or were in the journal. */
  private readonly known = new Set<string>();
  /** Sessions over which nothing was under way when the next one was bound. */
  private readonly harmless = new Set<string>();
  private readonly requests = new Map<string, string>();
  private readonly announced = new Map<string, number>();

  constructor(
    private readonly jid: string,
    private readonly server: ModelServer,
    private readonly record: HostRecord,
    disk: ModelDisk,
  ) {
    this.dials = new DialTimes((what) => this.broke(what));
    this.room = new RoomWitness((holds, otherwise) => {
      this.demand(holds, otherwise);
    });
    this.read(disk.durable, true);
    disk.durably = (bytes, anew) => {
      this.read(bytes, anew);
    };
  }

  readonly watch: EngineWatch = {
    dialled: (now, dial) => {
      this.dials.dialled(now, dial);
    },
    wrote: (text) => {
      this.wrote(text);
    },
    heard: (bytes) => {
      this.heard(bytes);
    },
    told: (body, inbox) => {
      this.told(body, inbox);
    },
  };

  /** A new engine; what its forerunner left unflushed is gone. @param alive that one lives on */
  started(alive: boolean): void {
    this.demand(!alive, 'two engines work on one journal');
    this.dials.startOver();
    this.room.started();
    // What its forerunner let go is shown by this one.
    this.given = this.gaveUp;
    this.stillSince = this.server.world.now;
  }

  /** The machine's clock is about to jump, or the machine to sleep, which its engine finds out. */
  slept(): void {
    this.dials.hinted();
  }

  /** Whether it was right to show what comes live before what the archive has. */
  get gaveUp(): boolean {
    const { now } = this.server.world;
    return this.given || now < this.graceUntil || now - this.stillSince >= PATIENCE_MS;
  }

  // --- what the server sees ----------------------------------------------------------------------

  /** A session is about to be bound. */
  bound(): void {
    const { session } = this.durable;
    const alive = session !== undefined && this.server.sessions.has(session.id);
    this.demand(!alive, 'a session was bound while the old one could be resumed');
    // What had no end in an older one was under way in it; what comes now is not.
    const open = [...this.durable.outbox.values()].some(
      ({ state }) => state === 'in-doubt' || state === 'sent',
    );
    for (const { user, id } of open ? [] : this.server.sessions.values()) {
      if (user === this.jid) this.harmless.add(id);
    }
    this.fresh = true;
    this.dials.online();
  }

  resumed(): void {
    this.dials.online();
  }

  /** A question to the archive. */
  asked(session: ServerSession): void {
    const doubts = [...this.durable.outbox.values()].some(({ state }) => state === 'in-doubt');
    // One of which the engine never knew was bound, but nothing was written in it.
    const others = [...this.server.sessions.values()].filter(
      ({ user, id, managed }) =>
        user === this.jid &&
        id !== session.id &&
        (!managed || this.known.has(id)) &&
        !this.harmless.has(id),
    );
    this.demand(
      !doubts || others.length === 0,
      'the archive was asked while an old session could still add to it',
    );
  }

  /** @param archive whose: ours or a room's */
  page(archive: string, last: string): void {
    this.lasts.add(`${archive} ${last}`);
  }

  /** A stanza in one of this person's sessions. */
  stanza(session: ServerSession, { name, id, type, to }: Heading): void {
    if (name === 'iq' && (type === 'get' || type === 'set') && id !== 'place-holder') {
      const first = this.requests.get(id) ?? session.id;
      this.requests.set(id, session.id);
      this.demand(first === session.id, 'a request of an old session went into a new one');
    } else if (name === 'presence' && to !== '') {
      const announced = this.announced.has(session.id);
      this.demand(announced, 'a room heard of somebody of whom his server did not know');
    } else if (name === 'presence' && type === '') {
      const count = (this.announced.get(session.id) ?? 0) + 1;
      this.announced.set(session.id, count);
      this.demand(count === 1, 'presence was sent again in a session that has it');
    }
  }

  // --- what the engine does ----------------------------------------------------------------------

  private wrote(text: string): void {
    for (const [, h] of text.matchAll(/<(?:a|resume) [^>]*h=['"](\d+)['"]/g)) {
      const known = this.durable.session?.handled ?? 0;
      this.demand(
        h === '0' || !isAfter(Number(h), known),
        `${h ?? ''} stanzas were acknowledged with ${String(known)} on disk`,
      );
    }
    for (const [, id = ''] of text.matchAll(/<message [^>]*id=['"](h\d+-[^'"]*)['"]/g)) {
      const state = this.durable.outbox.get(id)?.state ?? 'forgotten';
      const told = this.record.typed.get(id)?.body ?? id;
      this.demand(
        state !== 'queued' && state !== 'forgotten',
        `${told} left while the disk has it as ${state}`,
      );
    }
  }

  private heard(bytes: Uint8Array): void {
    this.dials.heard();
    const text = Buffer.from(bytes).toString('latin1');
    if (this.room.hearsOwnArchive(text)) {
      this.given = this.gaveUp;
      this.stillSince = this.server.world.now;
    }
  }

  private told(body: EventBody, inbox: number | undefined): void {
    this.room.told(body, this.server.world.now);
    if (inbox !== undefined) {
      const { entries, taken } = this.durable.inbox;
      this.demand(
        entries.has(inbox) || inbox <= taken,
        'something was shown before it was on disk',
      );
    }
    if (body.case === 'accepted') {
      const known = this.durable.outbox.has(body.value.id);
      this.demand(known, 'a text was called accepted before it was on disk');
    } else if (body.case === 'messageState' && body.value.state === State.AT_SERVER) {
      const { id } = body.value;
      this.demand(this.taken.has(id), `${this.textOf(id)} was called at the server and never was`);
    } else if (body.case === 'askTrust') {
      this.dials.asked();
    } else if (body.case === 'link' && body.value.state === Link.FAILED) {
      this.dials.failed();
    } else if (body.case === 'link' && body.value.state === Link.ONLINE && this.fresh) {
      this.online(body.value.error !== undefined);
    }
  }

  /** @param ill the disk keeps nothing: the archive is read from now on, or once it does */
  private online(ill: boolean): void {
    const { now } = this.server.world;
    // What was let go just before may still wait for a slow disk.
    this.graceUntil = this.gaveUp ? now + GRACE_MS : 0;
    this.given &&= ill;
    this.stillSince = ill || this.ill ? this.stillSince : now;
    this.fresh = ill;
    this.ill = ill;
  }

  private laneOf(handle: string): string {
    const entry = this.durable.outbox.get(handle);
    return entry === undefined ? PERSONS : laneOf(entry);
  }

  private textOf(id: string): string {
    return this.record.typed.get(id)?.body ?? id;
  }

  // --- what becomes durable ----------------------------------------------------------------------

  private read(bytes: Uint8Array, anew: boolean): void {
    if (anew) {
      this.durable = new Ledger();
    }
    const whole = anew ? bytes : Buffer.concat([HEADER, bytes]);
    for (const transaction of readJournal(whole, nodeTools).transactions) {
      for (const record of transaction) {
        this.room.kept(record, this.durable, anew);
        this.durable.apply(record);
        this.check(record, anew);
      }
    }
  }

  private check(record: JournalRecord, anew: boolean): void {
    if (record.type === 'session') {
      this.known.add(record.id);
    }
    if (record.type === 'state' && !anew) {
      this.doubt(record);
    }
    if (record.type === 'cursor' && !anew) {
      const given = record.id === '' || this.lasts.has(`${record.archive} ${record.id}`);
      this.demand(given, 'the cursor went where no page of the archive had led');
    }
  }

  private doubt({ handle, state, twice }: JournalRecord & { readonly type: 'state' }): void {
    if (state === 'in-doubt') {
      this.doubts.set(handle, (this.doubts.get(handle) ?? 0) + 1);
      const lane = this.laneOf(handle);
      const all = [...this.durable.outbox.values()].filter((entry) => laneOf(entry) === lane);
      const before = all.slice(
        0,
        Math.max(
          0,
          all.findIndex((entry) => entry.handle === handle),
        ),
      );
      if (
        before.some((entry) => isFinal(entry.state) && entry.state !== 'failed' && !entry.twice)
      ) {
        this.provable.add(handle);
      }
    } else if (state === 'queued' && twice === true && this.provable.has(handle)) {
      const [body, lane] = [this.textOf(handle), this.laneOf(handle)];
      this.doubted.push({ body, at: this.server.world.now, lane });
    }
  }

  private demand(holds: boolean, otherwise: string): void {
    if (!holds) {
      this.broke(otherwise);
    }
  }

  private broke(what: string): void {
    this.server.world.note(`BROKEN ${this.jid}: ${what}`);
    this.broken.push(`${this.jid}: ${what}`);
  }
}
