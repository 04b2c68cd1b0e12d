// SPDX-License-Identifier: MIT
//
// What goes when: texts of the outbox in the order of their lanes, and everything else at once. And what
// becomes of them when the server, or the end of a session, says so.

import type { Fault } from '../core/errors.js';
import { formatDateTime } from '../core/stanza.js';
import type { SessionOutput } from '../core/session-output.js';
import type { Session } from '../core/session.js';
import type { Outgoing, StreamManagement, Tracked } from '../core/stream-management.js';
import { laneOf } from '../delivery/lane-book.js';
import type { OutboxEntry } from '../delivery/ledger.js';
import type { Outbox } from '../delivery/outbox.js';
import type { JournalRecord } from '../delivery/records.js';
import type { Verdict } from '../delivery/replay.js';
import type { Store } from '../delivery/store.js';
import { MessageState_State as State } from '../contract/engine_pb.js';
import { accepted, refused } from './bodies.js';
import { EXPIRED, EXPIRED_IN_DOUBT, poison, TOO_LARGE } from './sender-faults.js';
import { PLACE_HOLDER, Submitter } from './submitter.js';
import { Writer } from './writer.js';
import type { Writing } from './writer.js';
import type { Context } from './context.js';
import type { Lanes } from './lanes.js';
import type { MessageStates } from './message-states.js';

/** A text that waited longer than this carries the time it was written (XEP-0203). */
const STAMP_AFTER_MS = 15_000;
/** No stamp is longer, in bytes. */
const STAMP_BYTES = 80;

type Lost = Extract<SessionOutput, { type: 'lost' }>;

export class Sender {
  /** Not on disk yet: a command given again meanwhile has its answer still to come. */
  private readonly accepting = new Set<string>();
  /** Lost to a failing disk before they left; tried again in this order, and in their own session only. */
  private held: { readonly outgoing: Outgoing; readonly of: StreamManagement | undefined }[] = [];
  private readonly writer: Writer;
  private readonly submitter: Submitter;
  private open = false;

  constructor(
    private readonly context: Context,
    private readonly session: Session,
    private readonly store: Store,
    private readonly outbox: Outbox,
    private readonly states: MessageStates,
    private readonly lanes: Lanes,
  ) {
    this.writer = new Writer(context, session);
    this.submitter = new Submitter(session, store, this.writer);
  }

  /** Messages that an earlier process wrote into a session of which nothing is left. */
  recover(): void {
    const tracked = new Set(this.store.ledger.session?.tracked.map(({ handle }) => handle));
    const records: JournalRecord[] = [];
    for (const { handle, state } of this.store.ledger.outbox.values()) {
      if (state === 'sent' && !tracked.has(handle)) {
        records.push({ type: 'state', handle, state: 'in-doubt' });
      }
    }
    if (records.length > 0) {
      this.store.commit(records, () => undefined);
    }
  }

  /** Messages may go: not while the session is being closed, in which they would be lost. */
  private get takes(): boolean {
    return this.open && this.session.online;
  }

  /** Stanzas without a place in the outbox: written now or never. */
  stanza(outgoing: Outgoing): boolean {
    if (this.session.opening) {
      this.session.writeAhead(outgoing);
      return true;
    }
    if (!this.session.online) {
      return false;
    }
    const of = this.session.management;
    // Behind those that the disk has refused.
    if (this.held.length > 0 || this.store.fault !== undefined) {
      this.held.push({ outgoing, of });
      return true;
    }
    this.submitter.submit(outgoing, [], () => {
      this.held.unshift({ outgoing, of });
    });
    return true;
  }

  /**
   * Takes a message for good. Answers the command with Accepted or Refused.
   * @param room `to` is a room, and the message for all in it
   */
  accept(handle: string, to: string, xml: string, body: string, room?: true): void {
    if (this.accepting.has(handle)) {
      return;
    }
    if (this.outbox.get(handle) !== undefined) {
      this.context.tell(accepted(handle));
      return;
    }
    const cause = this.store.fault ?? (this.fits(xml) ? undefined : TOO_LARGE);
    if (cause !== undefined) {
      this.context.tell(refused(handle, cause));
      return;
    }
    const at = this.context.clock().wall;
    const lane = laneOf(room === undefined ? { to } : { to, room });
    const record: JournalRecord = {
      ...({ type: 'accept', handle, to, xml, body, at } as const),
      ...(room === undefined ? {} : { room }),
    };
    this.accepting.add(handle);
    const dropped = (cause: Fault) => {
      this.accepting.delete(handle);
      this.store.ledger.drop(handle);
      this.context.tell(refused(handle, cause));
    };
    const kept = () => {
      this.accepting.delete(handle);
      this.context.tell(accepted(handle));
    };
    const goes = this.lanes.isOpen(lane) && !this.outbox.waiting(lane);
    const first = this.held.length === 0 && goes && !this.writer.careful;
    if (this.takes && first) {
      this.submitter.submit({ kind: 'message', handle, text: xml }, [record], dropped, kept);
      return;
    }
    const flushed = () => {
      kept();
      this.states.tell(this.outbox.get(handle), State.QUEUED);
    };
    this.store.commit([record], flushed, dropped);
  }

  /** A fresh session, or this process's own on a new link, in which `resend` goes first. */
  opened(resend: readonly Tracked[]): void {
    this.open = true;
    this.lanes.linked();
    this.submitter.rewrite(resend, (stanza) => this.harmless(stanza));
  }

  /**
   * An earlier process's session: only what was unacked in it goes, under new numbers. But no room is
   * joined in it any more, as far as we know.
   * @returns whether anything goes
   */
  settle(h: number, resend: readonly Tracked[]): boolean {
    this.store.commit([{ type: 'resumed', h }], () => undefined);
    const entries = resend
      .flatMap(({ handle }) => this.outbox.get(handle ?? '') ?? [])
      .filter(({ state, room }) => state === 'queued' && room !== true);
    for (const { handle, xml } of entries) {
      this.submitter.submit({ kind: 'message', handle, text: xml }, [], () => undefined);
    }
    return entries.length > 0;
  }

  /** The link is gone; what was tracked waits in the session. */
  closed(cause: Fault | undefined): void {
    this.submitter.closed();
    this.open = false;
    const blamed = this.writer.closed(cause);
    if (blamed !== undefined) {
      this.states.fail(blamed, poison(cause));
    }
  }

  /** The server has handled these. */
  settled(h: number, stanzas: readonly Tracked[]): void {
    if (stanzas.length === 0) {
      return;
    }
    const handles = stanzas.flatMap(({ handle }) => (handle === undefined ? [] : [handle]));
    this.writer.acknowledged(handles);
    this.lanes.acknowledged(handles);
    // Of a room's lines the room itself tells.
    const texts = handles.filter((handle) => this.outbox.get(handle)?.room !== true);
    const records: JournalRecord[] =
      this.store.ledger.session === undefined
        ? texts.map((handle) => ({ type: 'state', handle, state: 'at-server' }))
        : [{ type: 'acked', h }];
    this.store.commit(records, () => {
      for (const handle of texts) {
        this.states.tell(this.outbox.get(handle), State.AT_SERVER);
      }
    });
  }

  /**
   * The session is gone. Its messages are queued again or in doubt, everything else is dropped.
   * @param kept called once that is on disk
   */
  lost({ rest, certain, forgotten }: Lost, kept: () => void): void {
    this.lanes.closeAll();
    const records = this.outbox.lost(rest, certain);
    const doubts = this.outbox.doubts();
    if (this.store.ledger.session !== undefined) {
      records.push({ type: 'session-end', ...(forgotten ? { forgotten } : {}) });
    }
    this.store.commit(records, () => {
      for (const entry of this.outbox.doubts().filter((doubt) => !doubts.includes(doubt))) {
        this.states.tell(entry, State.IN_DOUBT);
      }
      kept();
    });
  }

  /** What became of the messages in doubt: the rest goes on from here. */
  judged(verdict: Verdict): void {
    this.store.commit(this.outbox.judged(verdict), () => {
      for (const entry of verdict.taken) {
        this.states.tell(entry, State.AT_SERVER);
      }
    });
  }

  /** Sends what waits, as far as the link and the disk allow; fails what waited too long. */
  pump(): void {
    const asking = (lane: string) => this.lanes.isOpen(lane);
    for (const entry of this.outbox.expired(this.context.clock().wall, asking)) {
      const certain = entry.state === 'queued' && !entry.twice;
      this.states.fail(entry.handle, certain ? EXPIRED : EXPIRED_IN_DOUBT);
    }
    if (!this.takes || this.store.fault !== undefined) {
      return;
    }
    for (const { outgoing, of } of this.held.splice(0)) {
      if (of === this.session.management) {
        this.stanza(outgoing);
      }
    }
    for (const entry of this.outbox.queued()) {
      // In doubt goes before new, so that the order in a lane stays that of acceptance.
      if (!this.lanes.isOpen(laneOf(entry)) || this.outbox.doubtful(laneOf(entry))) {
        continue;
      }
      if (this.writer.careful && this.underWay) {
        return;
      }
      const { handle } = entry;
      if (!this.fits(entry.xml)) {
        this.states.fail(handle, TOO_LARGE);
        continue;
      }
      // Dropped by the disk it is queued again by itself, in its old place.
      this.submitter.submit(
        { kind: 'message', handle, text: this.stamped(entry) },
        [],
        () => undefined,
      );
    }
  }

  /** Writes what became safe during this input, in one piece. */
  flush(): void {
    // What waits for a room may be to blame, too: it is written as soon as the room is joined.
    const idle = () => !this.outbox.waits && !this.underWay;
    this.writer.flush(this.writer.careful && idle());
  }

  /** Something is written and not acknowledged; a room's line may be reflected long after that. */
  private get underWay(): boolean {
    const unacked = this.session.management?.unacked ?? [];
    return (
      this.outbox.underWay ||
      unacked.some(({ handle }) => this.outbox.get(handle ?? '')?.room === true)
    );
  }

  /** What was given up keeps its number, but not its words. */
  private harmless(stanza: Tracked): Writing {
    const given = this.outbox.get(stanza.handle ?? '')?.state === 'failed';
    return given ? { text: PLACE_HOLDER } : stanza;
  }

  /** Within what the server takes (XEP-0478), by the last that it said. */
  private fits(xml: string): boolean {
    const { maxBytes } = this.session.limits;
    return maxBytes === undefined || this.context.tools.utf8(xml).length + STAMP_BYTES <= maxBytes;
  }

  private stamped(entry: OutboxEntry): string {
    // In a room a stamp says that a line is from before one came in; there it has the time of its reflection.
    const old = entry.room !== true && this.context.clock().wall - entry.at >= STAMP_AFTER_MS;
    // A second copy is told from a second message by the time at which it was written at first.
    if (!entry.twice && !old) {
      return entry.xml;
    }
    const delay = `<delay xmlns='urn:xmpp:delay' stamp='${formatDateTime(entry.at)}'/>`;
    return entry.xml.replace(/<\/message>$/, () => `${delay}</message>`);
  }
}
